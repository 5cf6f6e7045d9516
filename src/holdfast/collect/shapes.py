"""YAML and JSON documents that are recognised by what they hold, whatever their files are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

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


SHAPES = (
    *(
        Shape(sign, "rented.skypilot:is_task", "rented.skypilot:task")
        for sign in (b"accelerators", b"infra:", b"use_spot", b"instance_type")
    ),
    *(
        Shape(sign, "rented.skypilot:is_task", "rented.skypilot:task", sure=False)
        for sign in (b"envs:", b"num_nodes:", b"file_mounts:")
    ),
    *(
        Shape(sign, "rented.dstack:is_configuration", "rented.dstack:configuration")
        for sign in (b"type: task", b"type: service", b"type: dev-environment", b"type: fleet")
    ),
    Shape(b"imageName", "rented.runpod:is_request", "rented.runpod:request"),
    *(
        Shape(sign, "rented.templates:is_vast", "rented.templates:vast", sure=False)
        for sign in (b'"-e ', b'"-p ', b'"runtype"')
    ),
    Shape(b'"runsOn"', "rented.templates:is_hub", "rented.templates:hub"),
    Shape(b"instance_type_name", "rented.lambda_cloud:is_request", "rented.lambda_cloud:request"),
    Shape(b"HeadNode", "cloud.parallelcluster:is_cluster", "cloud.parallelcluster:cluster"),
    Shape(b"head_start_ray_commands", "configs.ray:is_cluster", "configs.ray:cluster"),
    Shape(b"cluster_name:", "configs.ray:is_cluster", "configs.ray:cluster", sure=False),
    Shape(b"import_path", "configs.ray:is_serve", "configs.ray:serve", sure=False),
    *(
        Shape(sign, "configs.envoy:is_envoy", "configs.envoy:envoy")
        for sign in (b"ic_resources", b"icResources", b"googleapis.com/envoy.config.")
    ),
    *(
        Shape(sign, "configs.traefik:is_traefik", "configs.traefik:traefik", sure=False)
        for sign in (b"entryPoints", b"loadBalancer", b"insecure: true")
    ),
    *(
        Shape(sign, "configs.jupyter:is_chart", "configs.jupyter:chart", sure=False)
        for sign in (b"singleuser", b"uthenticator", b"Spawner:", b"extraConfig")
    ),
    *(
        Shape(sign, "kubernetes.device_plugins:is_file", "kubernetes.device_plugins:file", sure=False)
        for sign in (b"sharing:", b"deviceListStrategy")
    ),
    *(
        Shape(sign, "kubernetes.operator_values:is_values", "kubernetes.operator_values:values", sure=False)
        for sign in (b"toolkit:", b"dcgmExporter:", b"migManager:", b"gpu-operator:", b"driver:")
    ),
    Shape(b"litellm_params", "configs.stores:is_litellm", "configs.stores:litellm"),
    Shape(b"general_settings", "configs.stores:is_litellm", "configs.stores:litellm", sure=False),
    *(
        Shape(sign, "configs.stores:is_qdrant", "configs.stores:qdrant", sure=False)
        for sign in (b"http_port", b"grpc_port", b"enable_tls")
    ),
    Shape(b"authorizationEnabled", "configs.stores:is_milvus", "configs.stores:milvus", sure=False),
    *(
        Shape(sign, "configs.web_config:is_web", "configs.web_config:web")
        for sign in (b"tls_server_config", b"basic_auth_users")
    ),
    Shape(b"arn:aws:s3:::", "configs.bucket_policy:is_policy", "configs.bucket_policy:policy", sure=False),
    *(
        Shape(sign, "configs.caddy_json:is_caddy", "configs.caddy_json:caddy", sure=False)
        for sign in (b'"reverse_proxy"', b'"file_server"')
    ),
    Shape(b"anonymous_access", "configs.weaviate:is_weaviate", "configs.weaviate:weaviate", sure=False),
    *(
        Shape(sign, "configs.pieces:is_opensearch", "configs.pieces:opensearch", sure=False)
        for sign in (b"anonymous_auth_enabled", b"internalusers")
    ),
    Shape(b"grafana.ini", "configs.pieces:is_grafana", "configs.pieces:grafana", sure=False),
    Shape(b"persist_path", "configs.stores:is_chroma", "configs.stores:chroma", sure=False),
    *(
        Shape(sign, "configs.stores:is_vllm", "configs.stores:vllm", sure=False)
        for sign in (
            *(b"max-model-len", b"max_model_len", b"gpu-memory-util", b"gpu_memory_util", b"tensor-par", b"tensor_par"),
            *(b"served-model-name", b"served_model_name", b"uvicorn-log-level", b"max-num-seqs", b"compilation-config"),
        )
    ),
)
"""Signs are rare in other documents: whatever holds one is parsed."""
WHOLE = (
    Shape(b'"terraform_version"', "terraform.plan:is_plan", "cloud.files:plan"),
    Shape(b'"urn:pulumi:', "pulumi.stack:is_stack", "cloud.files:stack"),
    Shape(b"AWS::", "cloudformation:is_template", "cloud.files:template"),
)
"""Files that are one document with a reader of its own; `accepts` gets the text."""
HEAD = 4096
"""Where an object of Kubernetes says that it is one."""
SIGNS = tuple(dict.fromkeys(shape.sign for shape in SHAPES))
IN_JSON = tuple(sign for sign in SIGNS if re.match(rb"[\w.-]+:(?: |$)", sign) is None)
"""Signs that JSON may hold, whose keys have a quote before their colon: dashboards and the like are large."""


def whole(data: bytes) -> str:
    """The reader of a file that is one document of its own, empty for all others."""
    if b"apiVersion" in data[:HEAD]:
        return ""
    return next((each.reads for each in WHOLE if each.sign in data and load(each.accepts)(data)), "")


def signed(text: bytes) -> bool:
    """Whether a text may hold such a document; False is certain."""
    return any(sign in text for sign in (IN_JSON if text.startswith(b"{") else SIGNS))


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
