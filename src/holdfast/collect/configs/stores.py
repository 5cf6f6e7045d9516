"""YAML files of vector databases, document stores and model gateways -> `server` assets."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.configs.settings import Settings, asset, flat, unreadable
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, load

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
CHROMA = {"host": ("listen-address",), "port": ("port",), "cors_any": ("cors-allow-origins",)}
LITELLM = {
    "auth": ("general-settings.master-key", "general-settings"),
    "default_secret": ("general-settings.master-key",),
}
MONGODB = {
    "host": ("net.bindIp", "net.bindIpAll"),
    "port": ("net.port",),
    "auth": ("security.authorization", "security.keyFile"),
    "tls": ("net.tls.mode", "net.ssl.mode"),
}
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
VLLM_KEYS = frozenset(("max-model-len", "gpu-memory-utilization", "tensor-parallel-size", "served-model-name"))


def gathered(values: Mapping, path: str, line: int) -> Settings:
    """The settings of a document that starts on this line."""
    settings = Settings(path)
    for name, value, row, column in flat(values):
        settings.put(name, "$" if value.startswith(ELSEWHERE) else value, row + line - 1, column)
    return settings


ELSEWHERE = ("os.environ/", "${", "$(")
"""How values begin that LiteLLM, Elasticsearch and templates take from variables."""


def is_qdrant(values: Mapping) -> bool:
    """Whether a document is Qdrant's: it names the port of the service, or the storage beside it."""
    service = values.get("service")
    if not isinstance(service, Mapping) or {"http_port", "grpc_port"}.isdisjoint(service):
        return False
    return "storage" in values or "cluster" in values or {"http_port", "grpc_port"} <= set(service)


def qdrant(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """Qdrant's server. Source: github.com/qdrant/qdrant config/config.yaml, checked 2026-11-30."""
    yield from asset("qdrant", gathered(values, path, line), QDRANT)


def is_milvus(values: Mapping) -> bool:
    """Whether a document is Milvus's."""
    return {"rootCoord", "queryNode"} <= set(values) or (
        {"etcd", "proxy", "common"} <= set(values) and isinstance(values["common"], Mapping)
    )


def milvus(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """Milvus's node that clients talk to. Source: github.com/milvus-io/milvus configs/milvus.yaml."""
    yield from asset("milvus", gathered(values, path, line), MILVUS, words=("run", "standalone"))


def is_chroma(values: Mapping) -> bool:
    """Whether a document is that of Chroma's server."""
    return "persist_path" in values and not {"listen_address", "port", "allow_reset"}.isdisjoint(values)


def chroma(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """Chroma's server. Source: github.com/chroma-core/chroma rust/frontend/sample_configs, checked 2026-11-30."""
    yield from asset("chroma", gathered(values, path, line), CHROMA, words=("run",))


def is_litellm(values: Mapping) -> bool:
    """Whether a document is that of LiteLLM's proxy."""
    models = values.get("model_list")
    first = models[0] if isinstance(models, list) and models else None
    return isinstance(first, Mapping) and "litellm_params" in first


def litellm(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """LiteLLM's proxy. Source: docs.litellm.ai/docs/proxy/config_settings, checked 2026-11-30."""
    yield from asset("litellm", gathered(values, path, line), LITELLM)


def is_vllm(values: Mapping) -> bool:
    """Whether a document holds flags of `vllm serve`."""
    return not VLLM_KEYS.isdisjoint(values) and not any(isinstance(value, Mapping) for value in values.values())


def vllm(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The server that `vllm serve --config` starts. Source: docs.vllm.ai/en/latest/configuration/serve_args.html."""
    yield from asset("vllm", gathered(values, path, line), VLLM, words=("serve",))


def mongod(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`mongod.conf`. Source: mongodb.com/docs/manual/reference/configuration-options, checked 2026-11-30."""
    yield from _file(data, path, "mongodb", MONGODB)


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
