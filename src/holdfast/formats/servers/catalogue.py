"""Data: the names by which a container or a command shows that it runs a known server.

Matching is by name alone, so it is one dictionary look-up for everything else that a cluster runs.
"""

from __future__ import annotations

import re
from typing import Final

SERVER: Final = "server"
"""The image's entrypoint is the server: arguments are handed to it, none starts it."""
RUNNER: Final = "runner"
"""The image's entrypoint runs the program that the arguments name; without a program, the server."""
SHELL: Final = "shell"
"""The image holds the server but starts it only when told to by name."""

PROGRAMS: Final[dict[str, str]] = {
    "vllm": "vllm",
    "sglang": "sglang",
    "text-generation-launcher": "tgi",
    "text-embeddings-router": "tei",
    "tritonserver": "triton",
    "ollama": "ollama",
    "llama-server": "llama-cpp",
    "llama-rpc-server": "llama-cpp-rpc",
    "rpc-server": "llama-cpp-rpc",
    "ggml-rpc-server": "llama-cpp-rpc",
    "litellm": "litellm",
    "ray": "ray",
    "serve": "ray-serve",
    "jupyter": "jupyter",
    "jupyter-lab": "jupyter",
    "jupyter-notebook": "jupyter",
    "jupyter-server": "jupyter",
    "start-notebook.sh": "jupyter",
    "start-notebook.py": "jupyter",
    "start-singleuser.sh": "jupyter",
    "start-singleuser.py": "jupyter",
    "jupyterhub-singleuser": "jupyter",
    "jupyter-labhub": "jupyter",
    "jupyterhub": "jupyterhub",
    "mlflow": "mlflow",
    "tensorboard": "tensorboard",
    "qdrant": "qdrant",
    "weaviate": "weaviate",
    "milvus": "milvus",
    "chroma": "chroma",
    "redis-server": "redis",
    "redis-stack-server": "redis",
    "valkey-server": "redis",
    "mongod": "mongodb",
    "minio": "minio",
    "open-webui": "open-webui",
    "airflow": "airflow",
    "lmdeploy": "lmdeploy",
    "torchserve": "torchserve",
    "elasticsearch": "elasticsearch",
    "opensearch": "opensearch",
    "postgres": "postgresql",
    "grafana-server": "grafana",
    "grafana": "grafana",
    "code-server": "code-server",
    "rserver": "rstudio",
    "prefect": "prefect",
    "argo": "argo",
    "dask": "dask",
    "dask-scheduler": "dask",
    "prometheus": "prometheus",
    "slurmrestd": "slurmrestd",
    "munged": "munge",
}
"""Base name of `argv[0]` -> product."""

MODULES: Final[dict[str, str]] = {
    "vllm.entrypoints.openai.api_server": "vllm",
    "vllm.entrypoints.api_server": "vllm",
    "vllm.entrypoints.cli.main": "vllm",
    "vllm": "vllm",
    "sglang.launch_server": "sglang",
    "sglang_router.launch_server": "sglang",
    "litellm": "litellm",
    "litellm.proxy.proxy_cli": "litellm",
    "huggingfaceserver": "kserve",
    "sklearnserver": "kserve",
    "xgbserver": "kserve",
    "lgbserver": "kserve",
    "pmmlserver": "kserve",
    "paddleserver": "kserve",
    "ray.scripts.scripts": "ray",
    "jupyter": "jupyter",
    "jupyterlab": "jupyter",
    "notebook": "jupyter",
    "jupyter_server": "jupyter",
    "jupyterhub": "jupyterhub",
    "jupyterhub.singleuser": "jupyter",
    "mlflow": "mlflow",
    "tensorboard.main": "tensorboard",
    "tensorboard": "tensorboard",
    "lmdeploy": "lmdeploy",
    "airflow": "airflow",
    "prefect": "prefect",
    "dask": "dask",
    "distributed.cli.dask_scheduler": "dask",
    "open_webui": "open-webui",
}
"""Module of `python -m` -> product."""

IMAGES: Final[dict[str, tuple[str, str]]] = {
    "vllm-openai": ("vllm", SERVER),
    "lmsysorg/sglang": ("sglang", SHELL),
    "text-generation-inference": ("tgi", SERVER),
    "text-embeddings-inference": ("tei", SERVER),
    "tritonserver": ("triton", SHELL),
    "ollama": ("ollama", SERVER),
    "llama.cpp": ("llama-cpp", SERVER),
    "litellm": ("litellm", SERVER),
    "litellm-database": ("litellm", SERVER),
    "litellm-non_root": ("litellm", SERVER),
    "huggingfaceserver": ("kserve", SERVER),
    "kserve/sklearnserver": ("kserve", SERVER),
    "kserve/xgbserver": ("kserve", SERVER),
    "kserve/lgbserver": ("kserve", SERVER),
    "kserve/pmmlserver": ("kserve", SERVER),
    "kserve/paddleserver": ("kserve", SERVER),
    "kserve-controller": ("kserve-controller", SERVER),
    "kserve-localmodel-controller": ("kserve-controller", SERVER),
    "llmisvc-controller": ("kserve-controller", SERVER),
    "rayproject/ray": ("ray", SHELL),
    "rayproject/ray-ml": ("ray", SHELL),
    "rayproject/ray-llm": ("ray", SHELL),
    "jupyterhub/singleuser": ("jupyter", RUNNER),
    "jupyterhub/k8s-singleuser-sample": ("jupyter", RUNNER),
    "kubeflownotebookswg/jupyter": ("jupyter", SERVER),
    "notebook-servers/jupyter": ("jupyter", SERVER),
    "jupyterhub/jupyterhub": ("jupyterhub", RUNNER),
    "jupyterhub/k8s-hub": ("jupyterhub", RUNNER),
    "mlflow/mlflow": ("mlflow", SHELL),
    "wandb/local": ("wandb", SERVER),
    "qdrant": ("qdrant", RUNNER),
    "weaviate": ("weaviate", SERVER),
    "milvusdb/milvus": ("milvus", SHELL),
    "chromadb/chroma": ("chroma", SERVER),
    "chroma-core/chroma": ("chroma", SERVER),
    "redis": ("redis", RUNNER),
    "redis-stack": ("redis", RUNNER),
    "redis-stack-server": ("redis", RUNNER),
    "valkey": ("redis", RUNNER),
    "mongo": ("mongodb", RUNNER),
    "mongodb-community-server": ("mongodb", RUNNER),
    "minio": ("minio", SERVER),
    "open-webui": ("open-webui", RUNNER),
    "apache/airflow": ("airflow", SERVER),
    "openmmlab/lmdeploy": ("lmdeploy", SHELL),
    "pytorch/torchserve": ("torchserve", SERVER),
    "pytorch/torchserve-kfs": ("torchserve", SERVER),
    "elasticsearch": ("elasticsearch", RUNNER),
    "opensearch": ("opensearch", RUNNER),
    "postgres": ("postgresql", RUNNER),
    "pgvector": ("postgresql", RUNNER),
    "code-server": ("code-server", SERVER),
    "kubeflownotebookswg/codeserver": ("code-server", SERVER),
    "kubeflownotebookswg/codeserver-python": ("code-server", SERVER),
    "rocker/rstudio": ("rstudio", RUNNER),
    "rocker/tidyverse": ("rstudio", RUNNER),
    "rocker/verse": ("rstudio", RUNNER),
    "rocker/geospatial": ("rstudio", RUNNER),
    "kubeflownotebookswg/rstudio": ("rstudio", SERVER),
    "kubeflownotebookswg/rstudio-tidyverse": ("rstudio", SERVER),
    "grafana/grafana": ("grafana", SERVER),
    "grafana/grafana-oss": ("grafana", SERVER),
    "grafana/grafana-enterprise": ("grafana", SERVER),
    "prom/prometheus": ("prometheus", SERVER),
    "prometheus/prometheus": ("prometheus", SERVER),
    "prefecthq/prefect": ("prefect", SHELL),
    "argocli": ("argo", SERVER),
    "daskdev/dask": ("dask", SHELL),
}
"""Last path segment of an image, or its last two, -> product and what its entrypoint does."""

_FAMILIES: Final = re.compile(
    r"(?P<vllm>vllm-openai-.+)"
    r"|(?P<tgi>text-generation-inference-.+)"
    r"|(?P<tei>text-embeddings-inference-.+)"
    r"|(?P<kubeflow>jupyter-(?:scipy|pytorch|tensorflow)(?:-(?:cuda|gaudi))?(?:-full)?)"
    r"|(?P<stacks>(?:base|minimal|scipy|datascience|tensorflow|pytorch|pyspark|all-spark|julia|r)-notebook)"
)
_FAMILY_PRODUCTS: Final = {
    "vllm": ("vllm", SERVER),
    "tgi": ("tgi", SERVER),
    "tei": ("tei", SERVER),
    "kubeflow": ("jupyter", SERVER),
    "stacks": ("jupyter", RUNNER),
}


def of_image(reference: str) -> tuple[str, str] | None:
    """The product that publishes an image of this name, and what its entrypoint does."""
    path = reference.partition("@")[0]
    head, _, last = path.rpartition("/")
    name = last.partition(":")[0]
    if found := IMAGES.get(name) or IMAGES.get(f"{head.rpartition('/')[2]}/{name}"):
        return found
    match = _FAMILIES.fullmatch(name)
    return _FAMILY_PRODUCTS[match.lastgroup] if match and match.lastgroup else None
