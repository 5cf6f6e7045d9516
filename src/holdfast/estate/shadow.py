"""AI infrastructure that is seen in DNS, flows or lists of names, and that no asset accounts for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from holdfast.core.ports import OF_MODELS, service_at
from holdfast.formats.telemetry import seen

__all__ = ["Sight", "Sights", "looks_like_ai", "sights"]

PRODUCTS = re.compile(
    r"jupyter|notebook|mlflow|tensorboard|wandb|vllm|ollama|triton|tgi\b|llama|comfyui|automatic1111|sglang|litellm"
    r"|langfuse|langflow|flowise|dify|open-?webui|anythingllm|qdrant|milvus|weaviate|chroma(?:db)?|pgvector|pinecone"
    r"|\bray\b|\bdask\b|kubeflow|kserve|seldon|bentoml|airflow|argo-?wf|label-?studio|zenml|clearml|\bllms?\b|\bgpus?\d*\b"
    r"|\bdgx|\bh[12]00\b|\ba100\b|\bmcp\b|inference|finetun|fine-tun|embedding|\brag\b|vector-?(?:db|store)|model-?server",
    re.IGNORECASE,
)
"""Words in names of what serves, trains or feeds models."""
PROVIDERS = re.compile(
    r"(?:^|\.)(?:openai\.com|chatgpt\.com|openai\.azure\.com|anthropic\.com|claude\.ai|cohere\.(?:ai|com)|mistral\.ai|groq\.com"
    r"|(?:generativelanguage|[a-z0-9-]{0,40}aiplatform|notebooks)\.googleapis\.com|notebooks\.googleusercontent\.com"
    r"|(?:cognitiveservices|services\.ai)\.azure\.com|(?:inference|models|api|instances)\.(?:ml|ai)\.azure\.com|api\.azureml\.ms"
    r"|(?:bedrock|bedrock-runtime|bedrock-agent|bedrock-agent-runtime|sagemaker|runtime\.sagemaker)(?:-fips)?\.[a-z0-9-]{5,30}"
    r"\.amazonaws\.com(?:\.cn)?|bedrock-agentcore\.[a-z0-9-]{5,30}\.amazonaws\.com|sagemaker\.aws"
    r"|api\.nvidia\.com|models\.github\.ai|githubcopilot\.com|cursor\.sh|voyageai\.com|cerebras\.ai|sambanova\.ai"
    r"|dashscope(?:-intl)?\.aliyuncs\.com|ai21\.com|stability\.ai|elevenlabs\.io|baseten\.co|deepinfra\.com|anyscale\.com"
    r"|together\.(?:ai|xyz)|replicate\.(?:com|delivery)|perplexity\.ai|deepseek\.com|x\.ai|fireworks\.ai"
    r"|huggingface\.co(?:|\.cloud)|hf\.(?:co|space)|openrouter\.ai|runpod\.(?:io|net|ai)|vast\.ai|lambdalabs\.com|lambda\.ai"
    r"|modal\.run|paperspace\.com|coreweave\.com|pinecone\.io|qdrant\.io|weaviate\.(?:cloud|network)|zillizcloud\.com|trychroma\.com"
    r"|wandb\.ai|comet\.com|neptune\.ai|langfuse\.com|smith\.langchain\.com|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com"
    r"|gradio\.live)$",
    re.IGNORECASE,
)
"""Domains of those who serve models, rent GPUs, keep vectors or open tunnels."""
CLUSTER = re.compile(r"\.svc(?:\.[a-z0-9.-]{1,100})?$")
"""Names of Services, whose first label is the Service's name. Source: Kubernetes, "DNS for Services and Pods"."""


class Sight(NamedTuple):
    """A host that was seen, why it looks like AI infrastructure, how often, and whether an asset accounts for it."""

    host: str
    why: str
    times: int
    managed: bool


class Sights(NamedTuple):
    """What lines show."""

    hosts: list[Sight]
    """The most often seen first."""
    lines: int
    """Those that are not empty."""
    understood: int


def looks_like_ai(host: str, port: int) -> str:
    """Why a host looks like AI infrastructure; empty where nothing says so."""
    provider = PROVIDERS.search(host)
    if provider:
        return f"a provider's domain: {provider[0].lstrip('.')}"
    word = PRODUCTS.search(host.replace("_", "-"))
    if word:
        return f"its name: {word[0]}"
    service = service_at(port, port) if 0 < port < 65536 else None
    return f"its port: {port}, {service}" if service in OF_MODELS else ""


def sights(lines: Iterable[str], known: frozenset[str]) -> Sights:
    """Hosts in the lines that look like AI infrastructure; `known` are the names that assets account for.

    A name of one label is known where an asset or one of its parts is called so.
    """
    found: dict[str, tuple[str, int]] = {}
    count = understood = 0

    def counted() -> Iterator[str]:
        nonlocal count
        for line in lines:
            count += bool(line.strip())
            yield line

    for hosts in seen(counted()):
        understood += hosts is not None
        for host, port in hosts or ():
            why, times = found.get(host, ("", 0))
            found[host] = (why or looks_like_ai(host, port), times + 1)
    seen_hosts = [Sight(host, why, times, _known(host, known)) for host, (why, times) in found.items() if why]
    return Sights(sorted(seen_hosts, key=lambda sight: (-sight.times, sight.host)), count, understood)


def _known(host: str, known: frozenset[str]) -> bool:
    return host in known or (CLUSTER.search(host) is not None and host.partition(".")[0] in known)
