"""Models of KServe -> `served_model`: where each comes from, and who may call it.

Source: github.com/kserve/kserve pkg/apis/serving: v1beta1 InferenceService (predictor.go, predictor_model.go), v1alpha1
TrainedModel and LLMInferenceService; pkg/constants (visibility labels, of KServe and of Knative); python/storage (what
a storageUri may be); checked 2026-11-30.
"""

from __future__ import annotations

from msgspec import UNSET

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import Reader, Table, name_of, namespace_of
from holdfast.collect.kubernetes.shapes import MODELS
from holdfast.core.fact import Fact
from holdfast.kinds.served_model import ServedModel

GROUP = "serving.kserve.io"
LOCAL = "cluster-local"
VISIBILITY = ("networking.kserve.io/visibility", "networking.knative.dev/visibility")


def inference_service(fields: Fields) -> ServedModel | None:
    """The model of an InferenceService; None where a container of the user's own brings it."""
    predictor = fields.child("spec").child("predictor")
    key = next((key for key in MODELS if key in predictor.data), None)
    if key is None:
        return None
    model = predictor.child(key)
    runtime = model.child("modelFormat").text("name", "backend", None) if key == "model" else key
    return ServedModel(
        name=name_of(fields),
        namespace=namespace_of(fields),
        server="kserve",
        backend=runtime,
        sources=_sources(model.text("storageUri", "sources", None), predictor, model),
        cluster_local=_local(fields),
    )


def _sources(single: Fact[str], predictor: Fields, model: Fields) -> Fact[list[str]]:
    """The URIs; unobserved where a secret of the storage or a runtime decides."""
    if single is None and "storageUris" in predictor.data:
        listed = predictor.get("storageUris", "sources")
        uris = [each.get("uri") for each in listed] if isinstance(listed, list) else []
        return uris if all(isinstance(uri, str) for uri in uris) else UNSET
    if single is None:
        return UNSET if "storage" in model.data else []
    return [single] if isinstance(single, str) else UNSET


def _local(fields: Fields) -> Fact[bool]:
    labels = fields.child("metadata").child("labels")
    found = [labels.text(name, "cluster_local", None) for name in VISIBILITY]
    return True if LOCAL in found else UNSET if UNSET in found else False


def trained_model(fields: Fields) -> ServedModel:
    """A model that an InferenceService loads beside others."""
    model = fields.child("spec").child("model")
    return ServedModel(
        name=name_of(fields),
        namespace=namespace_of(fields),
        server="kserve",
        backend=model.text("framework", "backend", None),
        sources=_sources(model.text("storageUri", "sources", None), model, model),
        cluster_local=None,
    )


def llm_inference_service(fields: Fields) -> ServedModel:
    """A language model."""
    model = fields.child("spec").child("model")
    return ServedModel(
        name=name_of(fields),
        namespace=namespace_of(fields),
        server="kserve",
        backend="vllm",
        sources=_sources(model.text("uri", "sources", None), model, model),
        cluster_local=None,  # its gateway and routes are objects of their own
    )


READERS: Table = {
    (GROUP, "InferenceService"): Reader(ServedModel, inference_service, beside=True),
    (GROUP, "TrainedModel"): Reader(ServedModel, trained_model),
    (GROUP, "LLMInferenceService"): Reader(ServedModel, llm_inference_service, beside=True),
}
