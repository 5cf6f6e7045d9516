"""YAML and JSON documents that are recognised by what they hold, whatever their files are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Raw

from holdfast.collect.readers import load

if TYPE_CHECKING:
    from holdfast.core.asset import Asset, Edge
    from holdfast.core.coverage import Gap
    from holdfast.formats.yaml import Mapping


class Shape(NamedTuple):
    """How a sort of document is recognised: by a text that it holds, then by what it says."""

    sign: bytes
    accepts: str
    """`module:function` below this folder: mapping -> whether it is one."""
    reads: str
    """`module:function`: mapping, path, line on which it starts -> its assets."""
    sure: bool = True
    """Whether the sign stands in hardly any other files, so that one that cannot be read should have been."""


def _shapes(
    module: str, accepts: str, reads: str, sure: tuple[bytes, ...], other: tuple[bytes, ...] = ()
) -> Iterator[Shape]:
    for sign in (*sure, *other):
        yield Shape(sign, f"{module}:{accepts}", f"{module}:{reads}", sign in sure)


SHAPES = (
    *_shapes(
        "rented.skypilot",
        "is_task",
        "task",
        (b"accelerators", b"infra:", b"use_spot", b"instance_type"),
        (b"envs:", b"num_nodes:", b"file_mounts:"),
    ),
    *_shapes(
        "rented.dstack",
        "is_configuration",
        "configuration",
        (b"type: task", b"type: service", b"type: dev-environment", b"type: fleet"),
    ),
    *_shapes("rented.runpod", "is_request", "request", (b"imageName",)),
    *_shapes("rented.runpod", "is_query", "query", (b"podFindAndDeployOnDemand", b"podRentInterruptable")),
    *_shapes("rented.templates", "is_vast", "vast", (), (b'"-e ', b'"-p ', b'"runtype"')),
    *_shapes("rented.templates", "is_hub", "hub", (b'"runsOn"',)),
    *_shapes("rented.lambda_cloud", "is_request", "request", (b"instance_type_name",)),
    *_shapes("cloud.parallelcluster", "is_cluster", "cluster", (b"HeadNode",)),
    *_shapes("configs.ray", "is_cluster", "cluster", (b"head_start_ray_commands",), (b"cluster_name:",)),
    *_shapes("configs.ray", "is_serve", "serve", (), (b"import_path",)),
    *_shapes("configs.envoy", "is_envoy", "envoy", (b"ic_resources", b"icResources", b"googleapis.com/envoy.config.")),
    *_shapes("configs.traefik", "is_traefik", "traefik", (), (b"entryPoints", b"loadBalancer", b"insecure: true")),
    *_shapes("configs.jupyter", "is_chart", "chart", (), (b"singleuser", b"uthenticator", b"Spawner:", b"extraConfig")),
    *_shapes("configs.jupyter", "is_littlest", "littlest", (), (b"uthenticator",)),
    *_shapes("kubernetes.device_plugins", "is_file", "file", (), (b"sharing:", b"deviceListStrategy")),
    *_shapes(
        "kubernetes.operator_values",
        "is_values",
        "values",
        (),
        (b"toolkit:", b"dcgmExporter:", b"migManager:", b"gpu-operator:", b"driver:"),
    ),
    *_shapes("configs.stores", "is_litellm", "litellm", (b"litellm_params",), (b"general_settings",)),
    *_shapes("configs.stores", "is_qdrant", "qdrant", (), (b"http_port", b"grpc_port", b"enable_tls")),
    *_shapes("configs.stores", "is_milvus", "milvus", (), (b"authorizationEnabled",)),
    *_shapes("configs.web_config", "is_web", "web", (b"tls_server_config", b"basic_auth_users")),
    *_shapes("configs.bucket_policy", "is_policy", "policy", (), (b"arn:aws:s3:::",)),
    *_shapes("configs.caddy_json", "is_caddy", "caddy", (), (b'"reverse_proxy"', b'"file_server"')),
    *_shapes("configs.weaviate", "is_weaviate", "weaviate", (), (b"anonymous_access",)),
    *_shapes("configs.pieces", "is_opensearch", "opensearch", (), (b"anonymous_auth_enabled", b"internalusers")),
    *_shapes("configs.pieces", "is_grafana", "grafana", (), (b"grafana.ini",)),
    *_shapes("configs.stores", "is_chroma", "chroma", (), (b"persist_path",)),
    *_shapes(
        "configs.stores",
        "is_vllm",
        "vllm",
        (),
        (
            b"max-model-len",
            b"max_model_len",
            b"gpu-memory-util",
            b"gpu_memory_util",
            b"tensor-par",
            b"tensor_par",
            b"served-model-name",
            b"served_model_name",
            b"uvicorn-log-level",
            b"max-num-seqs",
            b"compilation-config",
            b"trust-remote-code",
            b"allowed-local-media",
        ),
    ),
)
"""Signs are rare in other documents: whatever holds one is parsed."""
ROOTS = frozenset(
    (
        "resources run setup type imageName query image config instance-type-name HeadNode provider applications"
        " static-resources dynamic-resources staticResources dynamicResources entryPoints api http tcp"
        " singleuser hub jupyterhub devicePlugin sharing flags imex gpu-operator driver toolkit dcgmExporter migManager"
        " proxy-config model-list general-settings service common rootCoord tls-server-config basic-auth-users"
        " Statement apps authentication weaviate -meta grafana grafana.ini persist-path"
        " max-model-len gpu-memory-utilization served-model-name uvicorn-log-level allowed-local-media-path"
        " auth trust-remote-code max-num-seqs tool-call-parser compilation-config tensor-parallel-size"
    ).split()
)
"""Keys of which every such document has one at its first level, with `-` for `_`."""
FIRST_LEVEL = msgspec.json.Decoder(dict[str, Raw])
WHOLE = (
    Shape(b'"terraform_version"', "terraform.plan:is_plan", "cloud.files:plan"),
    Shape(b'"lineage"', "terraform.state:is_state", "cloud.files:state"),
    Shape(b'"urn:pulumi:', "pulumi.stack:is_stack", "cloud.files:stack"),
    Shape(b"AWS::", "cloudformation:is_template", "cloud.files:template"),
)
"""Files that are one document with a reader of its own; `accepts` gets the text."""
HEAD = 4096
"""Where an object of Kubernetes says that it is one."""
SIGNS = tuple(dict.fromkeys(shape.sign for shape in SHAPES))


def whole(data: bytes) -> str:
    """The reader of a file that is one document of its own, empty for all others."""
    if b"apiVersion" in data[:HEAD]:
        return ""
    return next((each.reads for each in WHOLE if each.sign in data and load(each.accepts)(data)), "")


def signed(text: bytes) -> bool:
    """Whether a text may hold such a document; False is certain."""
    return _rooted(text) and any(sign in text for sign in SIGNS)


def _rooted(text: bytes) -> bool:
    """Whether a text that is JSON has the first level of such a document: dashboards and the like are large."""
    if not text.startswith(b"{"):
        return True
    try:
        return any(key.replace("_", "-") in ROOTS for key in FIRST_LEVEL.decode(text))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return True


def sure(text: bytes) -> bool:
    """Whether a text should be readable: it holds a sign that hardly stands anywhere else."""
    return any(shape.sure and shape.sign in text for shape in SHAPES)


def read_shape(document: Mapping, text: bytes, path: str, line: int) -> Iterator[Asset | Edge | Gap]:
    """The assets of a document by every shape that it has; none where it has no shape that is known."""
    done = set()
    for shape in SHAPES:
        if shape.reads not in done and shape.sign in text and load(shape.accepts)(document):
            done.add(shape.reads)
            yield from load(shape.reads)(document, path, line)
