"""Which reader a file gets: by its name, the folder in which it lies, or its extension."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

DOCUMENTS = "documents:read_documents"
SCRIPT = "scripts:script"
UNIT = "scripts:units"
DEVELOPMENT = "devcontainer:devcontainer"
BUILD = "dockerfile:dockerfile"
TEMPLATE = "templates:template_file"
SLURM = "slurm.files:read"
REDIS = "configs.redis:read"
POSTGRESQL = "configs.postgresql:read"
NGINX = "configs.nginx:read"
JUPYTER = "configs.jupyter:python"
JUPYTER_JSON = "configs.jupyter:json"
MONGODB = "configs.stores:mongod"
ELASTICSEARCH = "configs.stores:elasticsearch"
OPENSEARCH = "configs.stores:opensearch"
TRAEFIK = "configs.traefik:toml"
HAPROXY = "configs.haproxy:read"
AIRFLOW = "configs.ini:airflow"
GRAFANA = "configs.ini:grafana"
MLFLOW = "configs.ini:mlflow"
PROMETHEUS = "configs.stores:prometheus"
CADDY = "configs.caddy:read"
TOGETHER = frozenset((UNIT, SLURM, REDIS, POSTGRESQL, NGINX))
"""Readers of files that mean something together only: they get all of them at once, after everything else."""

NAMES = {
    "devcontainer.json": DEVELOPMENT,
    ".devcontainer.json": DEVELOPMENT,
    "slurm.conf": SLURM,
    "slurmdbd.conf": SLURM,
    "cgroup.conf": SLURM,
    "gres.conf": SLURM,
    "job_container.conf": SLURM,
    "topology.conf": SLURM,
    "plugstack.conf": SLURM,
    "job_submit.lua": SLURM,
    "redis.conf": REDIS,
    "valkey.conf": REDIS,
    "postgresql.conf": POSTGRESQL,
    "pg_hba.conf": POSTGRESQL,
    "nginx.conf": NGINX,
    "traefik.toml": TRAEFIK,
    "haproxy.cfg": HAPROXY,
    "haproxy.conf": HAPROXY,
    "Caddyfile": CADDY,
    "airflow.cfg": AIRFLOW,
    "grafana.ini": GRAFANA,
    "basic_auth.ini": MLFLOW,
    "prometheus.yml": PROMETHEUS,
    "prometheus.yaml": PROMETHEUS,
    "mongod.conf": MONGODB,
    "elasticsearch.yml": ELASTICSEARCH,
    "opensearch.yml": OPENSEARCH,
    "jupyter_config.py": JUPYTER,
    "jupyter_lab_config.py": JUPYTER,
    "jupyter_notebook_config.py": JUPYTER,
    "jupyter_server_config.py": JUPYTER,
    "jupyterhub_config.py": JUPYTER,
    "jupyter_config.json": JUPYTER_JSON,
    "jupyter_lab_config.json": JUPYTER_JSON,
    "jupyter_notebook_config.json": JUPYTER_JSON,
    "jupyter_server_config.json": JUPYTER_JSON,
}
FOLDERS = {
    "sites-available": NGINX,
    "sites-enabled": NGINX,
}
"""Every file in a folder of that name."""
CONFIGURATION = {
    "redis": REDIS,
    "valkey": REDIS,
    "nginx": NGINX,
    "conf.d": NGINX,
}
"""What `*.conf` is in a folder of that name."""
EXTENSIONS = {
    ".yaml": DOCUMENTS,
    ".yml": DOCUMENTS,
    ".json": DOCUMENTS,
    ".sh": SCRIPT,
    ".bash": SCRIPT,
    ".sbatch": SCRIPT,
    ".slurm": SCRIPT,
    ".service": UNIT,
}
SIGNS = (
    b"head_start_ray_commands", b"static_resources", b"entryPoints", b"loadBalancer", b"singleuser",
    b"litellm_params", b"http_port", b"grpc_port", b"authorizationEnabled", b"persist_path", b"max-model-len",
    b"gpu-memory-util", b"tensor-par",
)  # fmt: skip
"""What YAML and JSON documents hold that configure a server: the signs of the formats in configs/documents.py."""
PATTERNS = (
    (
        re.compile(
            r"(?:Dockerfile|Containerfile)(?:[.-](?!(?:[\w.-]+\.)?(?:dockerignore|md|rst|py|js|ts|go)$)[\w.-]+)?"
            r"|[\w.-]+\.(?:dockerfile|containerfile)",
            re.ASCII | re.IGNORECASE,
        ),
        BUILD,
    ),
    (re.compile(r"(?:[\w.-]*nginx[\w.-]*\.conf|[\w.-]+\.conf\.template)", re.ASCII), NGINX),
    (re.compile(r".*\.(?:ya?ml|json|sh|service)\.(?:j2|jinja2?|tmpl|tpl|gotmpl|erb)", re.ASCII), TEMPLATE),
)
"""What a name may look like besides; programs and texts about build files have extensions of their own."""


def reader_of(path: str) -> str:
    """The reader of a file, as `module:function` below this folder; empty where none wants it."""
    folder, _, name = path.rpartition("/")
    last = folder[folder.rfind("/") + 1 :]
    found = NAMES.get(name) or EXTENSIONS.get(name[name.rfind(".") :]) or FOLDERS.get(last)
    if found is None and name.endswith(".conf"):
        found = CONFIGURATION.get(last)
    if found is None:
        return next((reader for pattern, reader in PATTERNS if pattern.fullmatch(name)), "")
    return found


def load(reader: str) -> Callable[..., Any]:
    """The function that a reader's name stands for."""
    module, _, function = reader.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(f"holdfast.collect.{module}"), function)
    return found
