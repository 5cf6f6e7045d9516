"""Which reader a file gets: by its name, the folder in which it lies, or its extension."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

DOCUMENTS = "documents:read_documents"
SCRIPT = "scripts:script"
UNIT = "scripts:unit"
DEVELOPMENT = "devcontainer:devcontainer"
BUILD = "dockerfile:dockerfile"
TEMPLATE = "templates:template_file"
SLURM = "slurm.files:read"
KUBELET = "kubernetes.components.units:read"
RANCHER = "kubernetes.components.rancher:read"
KUSTOMIZE = "kustomize.reader:read"
HELM = "helm.reader:read"
TOGETHER = frozenset((SLURM, KUSTOMIZE, HELM))
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
    "cli_filter.lua": SLURM,
    "enroot.conf": SLURM,
    "munge.key": SLURM,
    "slurm.key": SLURM,
    "slurm.jwks": SLURM,
    "jwt_hs256.key": SLURM,
    "kubelet.service": KUBELET,
    "kustomization.yaml": KUSTOMIZE,
    "kustomization.yml": KUSTOMIZE,
    "Kustomization": KUSTOMIZE,
    "Chart.yaml": HELM,
    "kubeadm-flags.env": KUBELET,
}
FOLDERS = {
    "kubelet.service.d": KUBELET,
    "k3s": RANCHER,
    "rke2": RANCHER,
}
"""Every file in a folder of that name, whatever its extension; such a reader hands on what is not its own."""
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
PATTERNS = (
    (
        re.compile(
            r"(?:Dockerfile|Containerfile)(?:[.-](?!(?:[\w.-]+\.)?(?:dockerignore|md|rst|py|js|ts|go)$)[\w.-]+)?"
            r"|[\w.-]+\.(?:dockerfile|containerfile)",
            re.ASCII | re.IGNORECASE,
        ),
        BUILD,
    ),
    (re.compile(r".*\.(?:ya?ml|json|sh|service)\.(?:j2|jinja2?|tmpl|tpl|gotmpl|erb)", re.ASCII), TEMPLATE),
)
"""What a name may look like besides; programs and texts about build files have extensions of their own."""


def reader_of(path: str) -> str:
    """The reader of a file, as `module:function` below this folder; empty where none wants it."""
    folder, _, name = path.rpartition("/")
    found = NAMES.get(name) or FOLDERS.get(folder[folder.rfind("/") + 1 :]) or EXTENSIONS.get(name[name.rfind(".") :])
    if found is None:
        return next((reader for pattern, reader in PATTERNS if pattern.fullmatch(name)), "")
    return found


def load(reader: str) -> Callable[..., Any]:
    """The function that a reader's name stands for."""
    module, _, function = reader.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(f"holdfast.collect.{module}"), function)
    return found
