"""YAML files of vector databases, document stores and model gateways -> `server` assets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from holdfast.collect.configs.settings import Settings, asset, flat, unreadable
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, load

if TYPE_CHECKING:
    from holdfast.collect.documents import Found

QDRANT = {
    "host": ("service.host",),
    "port": ("service.http-port",),
    "auth": ("service.api-key", "service.enable-tls", "service.host"),
    "tls": ("service.enable-tls",),
    "cors_any": ("service.enable-cors",),
}
MILVUS = {
    "auth": ("common.security.authorizationEnabled",),
    "port": ("proxy.port",),
    "tls": ("common.security.tlsMode",),
    "default_secret": ("common.security.defaultRootPassword",),
}
MILVUS_PARTS = frozenset(("etcd", "metastore", "minio", "mq", "rootCoord", "proxy", "queryNode", "dataNode", "common"))
"""Parts of milvus.yaml. Source: github.com/milvus-io/milvus configs/milvus.yaml, checked 2026-11-30."""
CHROMA = {"host": ("listen-address",), "port": ("port",), "cors_any": ("cors-allow-origins",)}
LITELLM = {
    "auth": ("general-settings.master-key", "general-settings"),
    "default_secret": ("general-settings.master-key",),
}
LITELLM_PARTS = frozenset(("litellm_settings", "router_settings", "model_list", "environment_variables"))
MONGODB = {
    "host": ("net.bindIp", "net.bindIpAll", "bind-ip", "bind-ip-all"),
    "loopback": ("net.bindIp", "net.bindIpAll", "bind-ip", "bind-ip-all"),
    "port": ("net.port", "port"),
    "auth": ("security.authorization", "security.keyFile", "auth", "keyFile", "noauth"),
    "tls": ("net.tls.mode", "net.ssl.mode"),
}
OLD_ROW = re.compile(r"^[ \t]*([A-Za-z]\w*)[ \t]*=[ \t]*([^\s#]*)", re.ASCII | re.MULTILINE)
"""A row of the format that MongoDB had before YAML, and still reads.

Source: mongodb.com/docs/v2.4/reference/configuration-options, checked 2026-11-30.
"""
YAML_ROW = re.compile(rb"(?m)^[ \t]*[A-Za-z]\w*:(?:[ \t]|$)")
SWITCHES = frozenset(("auth", "noauth", "bind_ip_all", "ipv6", "fork"))
SEARCH = {
    "host": ("http.host", "network.host"),
    "loopback": ("http.host", "network.host"),
    "port": ("http.port",),
    "auth": ("xpack.security.enabled", "plugins.security.disabled"),
    "tls": ("xpack.security.http.ssl.enabled", "plugins.security.ssl.http.enabled"),
}
VLLM = {
    "host": ("host", "uds"),
    "port": ("port",),
    "auth": ("api-key",),
    "trust_remote_code": ("trust-remote-code",),
    "cors_any": ("allowed-origins",),
}
VLLM_OWN = frozenset(
    (
        "max-model-len",
        "gpu-memory-utilization",
        "served-model-name",
        "uvicorn-log-level",
        "allowed-local-media-path",
        "max-num-seqs",
        "tool-call-parser",
        "compilation-config",
    )
)
"""Flags that no other program's files have at their top; with these, `tensor-parallel-size` makes a file vLLM's."""
VLLM_GROUPS = ("-config", "-kwargs", "-overrides", "-per-prompt", "-scaling", "-plan")
"""How the names of flags end whose value is a mapping."""
OTHERS = frozenset(("model-path", "model-name-or-path", "max-batch-size", "kv-cache-config", "backend", "dataset"))
"""Names in the files of SGLang, TensorRT-LLM and trainers."""
QDRANT_TOP = frozenset(("log-level", "logger", "storage", "service", "cluster", "telemetry-disabled", "tls", "gpu"))
QDRANT_OWN = frozenset(
    ("http-port", "grpc-port", "enable-tls", "enable-cors", "read-only-api-key", "alt-api-key", "jwt-rbac")
)
QDRANT_SERVICE = QDRANT_OWN | {
    "host",
    "api-key",
    "max-workers",
    "max-request-size-mb",
    "verify-https-client-certificate",
}


def gathered(values: Mapping, path: str, line: int) -> Settings:
    """The settings of a document that starts on this line."""
    settings = Settings(path)
    for name, value, row, column in flat(values):
        settings.put(name, "$" if value.startswith(ELSEWHERE) else value, row + line - 1, column)
    return settings


ELSEWHERE = ("os.environ/", "${", "$(")
"""How values begin that LiteLLM, Elasticsearch and templates take from variables."""


def is_qdrant(values: Mapping) -> bool:
    """Whether a document is Qdrant's: its service has a name of Qdrant's own, and all else may stand there, too."""
    service = values.get("service")
    if not isinstance(service, Mapping):
        return False
    names, beside = _dashed(service), _dashed(values) - {"service"}
    if {"http-port", "grpc-port"} <= names or (names & {"http-port", "grpc-port"} and beside & {"storage", "cluster"}):
        return True
    fitting = names <= QDRANT_SERVICE and beside <= QDRANT_TOP
    return fitting and bool(names & QDRANT_OWN) and len(names) + len(beside) > 1


def _dashed(values: Mapping) -> set[str]:
    return {str(name).replace("_", "-") for name in values}


def qdrant(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """Qdrant's server. Source: github.com/qdrant/qdrant config/config.yaml, checked 2026-11-30."""
    yield from asset("qdrant", gathered(values, path, line), QDRANT)


def is_milvus(values: Mapping) -> bool:
    """Whether a document is Milvus's: milvus.yaml, or a user.yaml that changes it."""
    common = values.get("common")
    security = common.get("security") if isinstance(common, Mapping) else None
    return {"rootCoord", "queryNode"} <= set(values) or (
        isinstance(security, Mapping) and "authorizationEnabled" in security
    )


def milvus(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """Milvus's node that clients talk to. Source: github.com/milvus-io/milvus configs/milvus.yaml."""
    yield from asset("milvus", gathered(values, path, line), MILVUS, words=("run", "standalone"))


def milvus_file(data: bytes, path: str) -> Iterator[Found]:
    """A `milvus.yaml`: Milvus's own, which leaves authorization off where it does not name it, or another document."""
    from holdfast.collect.documents import read_documents

    try:
        values = load(data)
    except FormatError:
        values = None
    own = isinstance(values, Mapping) and "apiVersion" not in values and len(MILVUS_PARTS.intersection(values)) > 1
    yield from milvus(values, path, 1) if own and isinstance(values, Mapping) else read_documents(data, path)


def is_chroma(values: Mapping) -> bool:
    """Whether a document is that of Chroma's server."""
    return "persist_path" in values and not {"listen_address", "port", "allow_reset"}.isdisjoint(values)


def chroma(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """Chroma's server. Source: github.com/chroma-core/chroma rust/frontend/sample_configs, checked 2026-11-30."""
    yield from asset("chroma", gathered(values, path, line), CHROMA, words=("run",))


def is_litellm(values: Mapping) -> bool:
    """Whether a document is that of LiteLLM's proxy, or holds it as the values of its chart do."""
    inner = values.get("proxy_config")
    values = inner if isinstance(inner, Mapping) else values
    models = values.get("model_list")
    first = models[0] if isinstance(models, list) and models else None
    if isinstance(first, Mapping) and "litellm_params" in first:
        return True
    return isinstance(values.get("general_settings"), Mapping) and (
        "master_key" in values["general_settings"] or not LITELLM_PARTS.isdisjoint(values)
    )


def litellm(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """LiteLLM's proxy. Source: docs.litellm.ai/docs/proxy/config_settings, checked 2026-11-30."""
    inner = values.get("proxy_config")
    settings = gathered(inner if isinstance(inner, Mapping) else values, path, line)
    settings.complete = "include" not in settings.values
    yield from asset("litellm", settings, LITELLM)


def is_vllm(values: Mapping) -> bool:
    """Whether a document holds flags of `vllm serve`."""
    names = _dashed(values)
    plain = {"model", "trust-remote-code"} <= names and not names.isdisjoint(("host", "port", "api-key"))
    own = len(names & VLLM_OWN) > 0 or {"tensor-parallel-size", "model"} <= names or plain
    own = own and isinstance(values.get("model", ""), str)
    return (
        own
        and not names & OTHERS
        and not any(
            isinstance(value, Mapping) and not str(name).replace("_", "-").endswith(VLLM_GROUPS)
            for name, value in values.items()
        )
    )


def vllm(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The server that `vllm serve --config` starts. Source: docs.vllm.ai/en/latest/configuration/serve_args.html."""
    yield from asset("vllm", gathered(values, path, line), VLLM, words=("serve",))


def mongod(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`mongod.conf`. Source: mongodb.com/docs/manual/reference/configuration-options, checked 2026-11-30."""
    rows = OLD_ROW.findall(data.decode("utf-8", "replace")) if not YAML_ROW.search(data) else []
    if not rows:
        yield from _file(data, path, "mongodb", MONGODB)
        return
    settings = Settings(path)
    settings.variables = False
    lines = data.decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        match = OLD_ROW.match(line)
        if match and (match[1] not in SWITCHES or match[2] == "true"):
            settings.put(match[1], match[2], number)
    yield from asset("mongodb", settings, MONGODB)


def elasticsearch(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`elasticsearch.yml`. Source: elastic.co/docs/deploy-manage/deploy/self-managed/configure-elasticsearch."""
    yield from _file(data, path, "elasticsearch", SEARCH)


def opensearch(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`opensearch.yml`. Source: docs.opensearch.org/latest/install-and-configure/configuring-opensearch."""
    yield from _file(data, path, "opensearch", SEARCH)


def _file(data: bytes, path: str, product: str, places: dict[str, tuple[str, ...]]) -> Iterator[Asset | Gap]:
    """A file whose name says what it is, of a program that looks at no variables."""
    try:
        values = load(data)
    except FormatError as error:
        yield unreadable(path, "YAML", error, data)
        return
    if values is None:
        values = load(b"{}")
    if isinstance(values, Mapping):
        settings = gathered(values, path, 1)
        settings.variables = False
        yield from asset(product, settings, places)


def prometheus(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`prometheus.yml`: what it scrapes and writes to; where it listens and whom it asks stands elsewhere.

    Source: prometheus.io/docs/prometheus/latest/configuration/configuration, checked 2026-11-30.
    """
    try:
        values = load(data)
    except FormatError as error:
        yield unreadable(path, "YAML", error, data)
        return
    if isinstance(values, Mapping) and not {"scrape_configs", "remote_write", "remote_read"}.isdisjoint(values):
        yield from asset("prometheus", gathered(values, path, 1), {}, partial=True)
