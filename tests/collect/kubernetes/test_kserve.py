"""Models of KServe: where they come from and who may call them."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, items

from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.kinds.served_model import ServedModel
from holdfast.kinds.workload import Workload

MODEL = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: rank, namespace: models, labels: {labels}}}
spec:
  predictor: {predictor}
"""


def facts(root, predictor, labels="{}"):
    found = [
        item.facts
        for item in items(root, {"a.yaml": MODEL.format(predictor=predictor, labels=labels)})
        if isinstance(item, Asset)
    ]
    return [each for each in found if isinstance(each, ServedModel)], [
        each for each in found if isinstance(each, Workload)
    ]


@pytest.mark.parametrize(
    ("predictor", "backend", "sources"),
    [
        ("{model: {modelFormat: {name: huggingface}, storageUri: 'hf://a/b'}}", "huggingface", ["hf://a/b"]),
        ("{sklearn: {storageUri: 's3://a/b'}}", "sklearn", ["s3://a/b"]),
        ("{model: {modelFormat: {name: onnx}}, storageUris: [{uri: 's3://a'}, {uri: 'hf://a/b'}]}", "onnx", ["s3://a", "hf://a/b"]),
        ("{model: {modelFormat: {name: onnx}}, storageUris: [{}]}", "onnx", UNSET),
        ("{model: {modelFormat: {name: onnx}, storage: {key: minio, path: a}}}", "onnx", UNSET),
        ("{model: {modelFormat: {name: onnx}, storageUri: '{{ uri }}'}}", "onnx", UNSET),
        ("{model: {}}", None, []),
    ],
)  # fmt: skip
def test_where_a_model_comes_from(tmp_path, predictor, backend, sources):
    ((model,), workloads) = facts(tmp_path, predictor)
    assert (model.name, model.namespace, model.server, model.backend, model.sources) == (
        "rank",
        "models",
        "kserve",
        backend,
        sources,
    )
    assert len(workloads) == 1


@pytest.mark.parametrize(
    ("labels", "local"),
    [
        ("{}", False), ("{networking.kserve.io/visibility: cluster-local}", True), ("{networking.knative.dev/visibility: cluster-local}", True),
        ("{networking.kserve.io/visibility: exposed}", False), ("{networking.kserve.io/visibility: '{{ a }}'}", UNSET),
    ],
)  # fmt: skip
def test_who_may_call_it(tmp_path, labels, local):
    ((model,), _) = facts(tmp_path, "{sklearn: {storageUri: 's3://a/b'}}", labels)
    assert model.cluster_local is local


def test_a_container_of_ones_own_is_a_workload_alone(tmp_path):
    models, workloads = facts(tmp_path, "{containers: [{name: a, image: 'a:1'}]}")
    assert (models, len(workloads)) == ([], 1)


def test_the_other_objects(tmp_path):
    text = (
        "apiVersion: serving.kserve.io/v1alpha1\nkind: TrainedModel\nmetadata: {name: a}\nspec: {model: {framework: sklearn, storageUri: 'gs://a/b'}}\n"
        "---\napiVersion: serving.kserve.io/v1alpha1\nkind: LLMInferenceService\nmetadata: {name: b}\nspec: {model: {uri: 'hf://a/b', name: a/b}}\n"
    )
    found = [
        item.facts
        for item in items(tmp_path, {"a.yaml": text})
        if isinstance(item, Asset) and isinstance(item.facts, ServedModel)
    ]
    assert [(each.backend, each.sources, each.cluster_local) for each in found] == [
        ("sklearn", ["gs://a/b"], None),
        ("vllm", ["hf://a/b"], None),
    ]
    assert [each for each in findings(tmp_path, {"a.yaml": text}) if each[0].startswith("model-")] == [
        ("model-source-can-change", "fail", 9)
    ]
