"""AI infrastructure that is seen in DNS, flows or lists of names, and that no asset accounts for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from holdfast.core.ports import service_at

__all__ = ["Sight", "hosts", "looks_like_ai", "sights"]

HOST = re.compile(
    r"(?<![\w.@-])(?P<host>(?=[^\s:]{4,253}(?![\w.-]))(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z][a-z0-9-]{1,62}|\d{1,3}))\.?"
    r"(?::(?P<port>\d{1,5}))?(?![\w-])",
    re.IGNORECASE,
)
"""A name of at least two labels, or an address, with a port or without. Source: RFC 1123, 2.1."""
PRODUCTS = re.compile(
    r"jupyter|notebook|mlflow|tensorboard|wandb|vllm|ollama|triton|tgi\b|llama|comfyui|automatic1111|sglang|litellm"
    r"|langfuse|langflow|flowise|dify|open-?webui|anythingllm|qdrant|milvus|weaviate|chroma(?:db)?|pgvector|pinecone"
    r"|\bray\b|\bdask\b|kubeflow|kserve|seldon|bentoml|airflow|argo-?wf|label-?studio|zenml|clearml|\bllms?\b|\bgpus?\d*\b"
    r"|\bdgx|\bh[12]00\b|\ba100\b|\bmcp\b|inference|finetun|fine-tun|embedding|\brag\b|vector-?(?:db|store)|model-?server",
    re.IGNORECASE,
)
"""Words in names of what serves, trains or feeds models."""
PROVIDERS = re.compile(
    r"(?:^|\.)(?:openai\.com|openai\.azure\.com|anthropic\.com|generativelanguage\.googleapis\.com|cohere\.(?:ai|com)"
    r"|mistral\.ai|groq\.com|together\.(?:ai|xyz)|replicate\.com|perplexity\.ai|deepseek\.com|x\.ai|fireworks\.ai"
    r"|huggingface\.co|hf\.co|openrouter\.ai|runpod\.(?:io|net|ai)|vast\.ai|lambdalabs\.com|lambda\.ai|modal\.run"
    r"|pinecone\.io|wandb\.ai|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|gradio\.live)$",
    re.IGNORECASE,
)
"""Domains of those who serve models, rent GPUs, keep vectors or open tunnels."""


class Sight(NamedTuple):
    """A host that was seen, why it looks like AI infrastructure, and how often."""

    host: str
    why: str
    times: int


def hosts(text: str) -> Iterator[tuple[str, int]]:
    """The host names in a text, in lower case, each with its port or 0; single labels and plain numbers are none."""
    for match in HOST.finditer(text):
        host = match["host"].lower()
        if not host.replace(".", "").isdigit() or host.count(".") == 3:
            yield host, int(match["port"] or 0)


def looks_like_ai(host: str, port: int) -> str:
    """Why a host looks like AI infrastructure; empty where nothing says so."""
    provider = PROVIDERS.search(host)
    if provider:
        return f"a provider's domain: {provider[0].lstrip('.')}"
    word = PRODUCTS.search(host.replace("_", "-"))
    if word:
        return f"its name: {word[0]}"
    service = service_at(port, port) if 0 < port < 65536 else None
    return f"its port: {port}, {service}" if service else ""


def sights(lines: Iterable[str], known: frozenset[str]) -> list[Sight]:
    """Hosts in the lines that look like AI infrastructure and are not known, the most often seen first."""
    found: dict[str, tuple[str, int]] = {}
    for line in lines:
        for host, port in hosts(line):
            if host in known:
                continue
            why, count = found.get(host, ("", 0))
            found[host] = (why or looks_like_ai(host, port), count + 1)
    seen = [Sight(host, why, count) for host, (why, count) in found.items() if why]
    return sorted(seen, key=lambda sight: (-sight.times, sight.host))
