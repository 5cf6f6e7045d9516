"""Well-known ports of the services of an AI estate.

Source: the products' documentation of their default ports, as in formats/servers (checked 2026-11-21 and 2026-11-30),
and the IANA service name registry.
"""

from __future__ import annotations

__all__ = ["OF_MODELS", "SERVICES", "service_at", "services_at"]

SERVICES = {
    22: "ssh",
    988: "lustre",
    2049: "nfs",
    2375: "docker",
    2376: "docker",
    2379: "etcd",
    2380: "etcd",
    3000: "grafana",
    3306: "mysql",
    4200: "prefect",
    5000: "mlflow",
    5432: "postgresql",
    5601: "opensearch-dashboards",
    6006: "tensorboard",
    6333: "qdrant",
    6334: "qdrant",
    6379: "redis",
    6443: "kubernetes",
    6817: "slurm",
    6818: "slurm",
    6819: "slurm",
    6820: "slurmrestd",
    7860: "gradio",
    8000: "inference",
    8001: "inference",
    8002: "triton-metrics",
    8080: "web",
    8188: "comfyui",
    8265: "ray",
    8500: "tensorflow-serving",
    8501: "streamlit",
    8786: "dask",
    8787: "dask",
    8888: "jupyter",
    9000: "minio",
    9001: "minio",
    9090: "prometheus",
    9091: "milvus",
    9200: "elasticsearch",
    9400: "dcgm-exporter",
    10001: "ray",
    10250: "kubelet",
    10255: "kubelet",
    11434: "ollama",
    19530: "milvus",
    27017: "mongodb",
    29500: "torch-distributed",
}
"""Port -> service. `inference` are vLLM, Triton, Ray Serve and their like; `web` is anybody's."""
OF_MODELS = frozenset(
    (
        *("comfyui", "dask", "dcgm-exporter", "gradio", "inference", "jupyter", "milvus", "mlflow", "ollama", "qdrant"),
        *("ray", "slurm", "slurmrestd", "streamlit", "tensorboard", "tensorflow-serving", "torch-distributed"),
        "triton-metrics",
    )
)
"""Those that somebody runs who trains, serves or feeds models; the others are at home in every estate."""


def services_at(first: int, last: int) -> list[str]:
    """The services whose ports lie between two, both included, each once and in the order of their ports."""
    return list(dict.fromkeys(name for port, name in SERVICES.items() if first <= port <= last))


def service_at(first: int, last: int) -> str | None:
    """The first of them; None for none."""
    return next(iter(services_at(first, last)), None)
