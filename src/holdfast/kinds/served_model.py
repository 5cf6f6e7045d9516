"""`served_model`: a model that an inference server or a serving platform loads, as its configuration describes it."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret


class ModelParameter(Part, frozen=True):
    """A parameter of a model that holds a credential."""

    name: Fact[str] = UNSET
    """Its key."""
    value: Fact[Secret] = UNSET
    """The credential."""


_OBJECT = frozenset({"manifest"})


class ServedModel(Kind, frozen=True):
    """A model of Triton's model repository, or of KServe. Documented defaults of the server are filled in.

    Whether the model runs code is inventory, not a fault: whoever may write to its folder then decides what runs with
    the rights of the server.
    """

    kind: ClassVar[str] = "served_model"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        # An object of Kubernetes says where a model comes from, and nothing of its files.
        **dict.fromkeys(
            ("environment", "environment_within", "libraries", "agents", "versions", "devices", "secrets"), _OBJECT
        ),
        # Where its source is unobserved, a secret of the storage names it.
        **dict.fromkeys(("batches_requests", "queue_limit", "runs_code", "sources"), _OBJECT),
    }

    name: Fact[str] = UNSET
    """Its name; that of its folder where the configuration gives none."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent outside of Kubernetes, and where the file leaves it open."""
    server: Fact[str] = UNSET
    """What loads it: `triton` or `kserve`."""
    sources: Fact[list[str]] = UNSET
    """Where it is fetched from, as URIs (`s3://`, `hf://`, `pvc://`, `https://`); empty where its files lie beside its
    configuration."""
    cluster_local: Fact[bool] = UNSET
    """Whether it is left out of the gateway through which others than the cluster's own pods call models;
    absent where it has no address of its own."""
    backend: Fact[str] = UNSET
    """What runs it: `python`, `onnxruntime`, `tensorrt`, `pytorch`, `vllm`, ...; absent where the server finds out."""
    runs_code: Fact[bool] = UNSET
    """Whether its files are programs by themselves: its backend is Python, or it brings libraries."""
    environment: Fact[str] = UNSET
    """The Python environment that it brings, a folder or an archive (`EXECUTION_ENV_PATH`); absent for the server's."""
    environment_within: Fact[bool] = UNSET
    """Whether that environment lies in the model's own folder; absent where it has none."""
    libraries: Fact[list[str]] = UNSET
    """Libraries of operators that it has loaded into the server."""
    agents: Fact[list[str]] = UNSET
    """Agents that handle its files before they are loaded (`checksum` compares them)."""
    versions: Fact[str] = UNSET
    """Which versions are served: `latest`, `all` or `specific`."""
    devices: Fact[list[str]] = UNSET
    """On what its instances run: `gpu`, `cpu`, `model`, or `auto` where the server chooses."""
    batches_requests: Fact[bool] = UNSET
    """Whether requests wait in a queue to be run together."""
    queue_limit: Fact[int] = UNSET
    """Requests that may wait in the queue, 0 for any number; absent where none wait to be run together."""
    secrets: Fact[list[ModelParameter]] = UNSET
    """Its parameters that hold literal credentials."""
