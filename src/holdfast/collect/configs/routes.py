"""What proxies have in common: which AI products stand behind an address, and the `route` asset of a way there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from holdfast.collect.configs.settings import source
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET, Fact
from holdfast.core.ports import SERVICES
from holdfast.formats.servers.address import loopback
from holdfast.kinds.route import Route

PRODUCTS = {
    "vllm": "vllm",
    "sglang": "sglang",
    "tgi": "tgi",
    "text-generation-inference": "tgi",
    "triton": "triton",
    "tritonserver": "triton",
    "ollama": "ollama",
    "llama-cpp": "llama-cpp",
    "llamacpp": "llama-cpp",
    "llama-server": "llama-cpp",
    "litellm": "litellm",
    "jupyter": "jupyter",
    "jupyterlab": "jupyter",
    "jupyterhub": "jupyterhub",
    "mlflow": "mlflow",
    "tensorboard": "tensorboard",
    "qdrant": "qdrant",
    "weaviate": "weaviate",
    "milvus": "milvus",
    "chroma": "chroma",
    "chromadb": "chroma",
    "open-webui": "open-webui",
    "openwebui": "open-webui",
    "airflow": "airflow",
    "torchserve": "torchserve",
    "ray-dashboard": "ray",
    "ray-head": "ray",
    "rayserve": "ray-serve",
    "ray-serve": "ray-serve",
    "lmdeploy": "lmdeploy",
    "prefect": "prefect",
    "code-server": "code-server",
    "rstudio": "rstudio",
    "dask-scheduler": "dask",
    "minio": "minio",
    "opensearch": "opensearch",
    "elasticsearch": "elasticsearch",
}
"""Names that people give to hosts and upstreams -> the product."""
PORTS = {
    11434: "ollama",
    8265: "ray",
    6333: "qdrant",
    6334: "qdrant",
    19530: "milvus",
}
"""Default ports that no other common server has -> the product. Source: the product files in formats/servers."""
UNGUARDED = frozenset(("ollama", "tensorboard"))
"""Products that have no login at all. Source: the product files in formats/servers."""
INSIDE = frozenset(SERVICES.values()) - {"ssh", "web", "inference", "kubernetes"} - frozenset(PRODUCTS.values())
"""Services that are meant for the inside and are no AI servers."""
NAME = re.compile("|".join(sorted(map(re.escape, PRODUCTS), key=len, reverse=True)))
ADDRESS = re.compile(r"(?:[a-z+]+://)?(\[[0-9a-fA-F:.]+\]|[^:/\s]+)(?::(\d{1,5}))?")


def products(services: Iterable[str], hints: Iterable[str] = ()) -> list[str]:
    """The AI products behind addresses `host:port`, as their names, the names of their groups, or their ports say."""
    found: set[str] = set()
    for service in services:
        match = ADDRESS.match(service)
        named = named_product(match[1]) if match else None
        if named is not None:
            found.add(named)
        elif match and match[2] and int(match[2]) in PORTS:
            found.add(PORTS[int(match[2])])
    return sorted(found or {named for hint in hints if (named := named_product(hint)) is not None})


def named_product(name: str) -> str | None:
    """The product that the name of a host or a group of servers holds as a word: `vllm-a`, `prod_ollama`."""
    text = name.lower().replace("_", "-")
    for match in NAME.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if not before.isalpha() and not after.isalpha():
            return PRODUCTS[match[0]]
    return None


def tunnels(services: Iterable[str]) -> list[str]:
    """The services meant for the inside among addresses `host:port`, by their ports, or by the names of their hosts."""
    found: set[str] = set()
    for service in services:
        match = ADDRESS.match(service)
        words = re.split(r"[^a-z]+", match[1].lower()) if match else []
        at = SERVICES.get(int(match[2]), "") if match and match[2] else ""
        found |= INSIDE.intersection((at, *words))
    return sorted(found)


def tunnel(facts: Route, services: list[str], hints: Iterable[str] = (), *, complete: bool = True) -> Route:
    """The way of a proxy that hands on bytes: clients and services may agree on TLS and a login through it.

    `complete` is False where some services cannot be told.
    """
    found = products(services, hints)
    return replace(
        facts,
        services=services,
        tls=True if facts.tls is True else UNSET,
        products=found if found or complete else UNSET,
        guarded=guarded(products(services)),
        tunnels=inside if (inside := tunnels(services)) or complete else UNSET,
    )


def local(service: str) -> bool:
    """Whether an address `host:port` is on the same host."""
    return loopback(ADDRESS.sub(lambda match: match[1], service, count=1)) is True


def guarded(found: Iterable[str]) -> Fact[bool]:
    """Whether the products ask for a login themselves, as far as that is the same for all of them."""
    return False if UNGUARDED.intersection(found) else UNSET


def route(
    facts: Route, path: str, files: Files | None, spots: dict[str, Spot], seen: Counter[str], name: str,
    *, tunnelled: bool = False,
) -> Asset:  # fmt: skip
    """The asset of one way; `seen` counts those of the same name in a file.

    Of a `tunnelled` way the services decide what the proxy leaves open.
    """
    place = f"route/{path}/{name}"
    seen[place] += 1
    suffix = f"~{seen[place]}" if seen[place] > 1 else ""
    if not tunnelled:
        facts = replace(facts, tunnels=[])
    return Asset(f"{place}{suffix}", facts, source(files), path, spots, partial=tunnelled)
