"""Which reader a file gets: by its name, the folder in which it lies, or its extension."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

from holdfast.collect.pipelines.paths import platform

DOCUMENTS = "documents:read_documents"
SCRIPT = "scripts:script"
JOB = "scripts:job"
UNIT = "units:units"
DEVELOPMENT = "devcontainer:devcontainer"
BUILD = "dockerfile:dockerfile"
TEMPLATE = "templates:template_file"
SLURM = "slurm.files:read"
KUBELET = "kubernetes.components.units:read"
RANCHER = "kubernetes.components.rancher:read"
KUSTOMIZE = "kustomize.reader:read"
HELM = "helm.reader:read"
PROGRAM = "cloud.files:program"
JENKINS = "pipelines.jenkins:read"
GITHUB = "pipelines.github_files:read"
GITLAB = "pipelines.gitlab_files:read"
SSH = "ssh.files:read"
ANSIBLE = "ssh.ansible_cfg:read"
TERRAFORM = "terraform.files:read"
RUNTIME = "host.runtimes:read"
KERNEL = "host.kernel:read"
PAM = "host.pam:read"
SUDO = "host.sudo:read"
FABRIC = "host.fabric:read"
FILTER = "host.packet_filter:read"
STORAGE = "host.storage:read"
LOGS = "host.logs:read"
CLOUD = "host.cloud_init:read"
INVENTORY = "host.ansible_variables:inventory"
REDIS = "configs.redis:read"
POSTGRESQL = "configs.postgresql:read"
NGINX = "configs.nginx:read"
JUPYTER = "configs.jupyter:python"
JUPYTER_JSON = "configs.jupyter:json"
MONGODB = "configs.stores:mongod"
MILVUS = "configs.stores:milvus_file"
ELASTICSEARCH = "configs.stores:elasticsearch"
OPENSEARCH = "configs.stores:opensearch"
TRAEFIK = "configs.traefik:toml"
HAPROXY = "configs.haproxy:read"
AIRFLOW = "configs.ini:airflow"
GRAFANA = "configs.ini:grafana"
MLFLOW = "configs.ini:mlflow"
PROMETHEUS = "configs.stores:prometheus"
RUNPOD = "rented.templates:project"
CADDY = "configs.caddy:read"
TRITON = "configs.triton:model"
TRITON_ENGINE = "configs.triton:engine"
MINIO = "configs.pieces:minio"
PREFECT = "configs.pieces:prefect"
PREFECT_PROFILES = "configs.pieces:profiles"
AIRFLOW_LOGIN = "configs.pieces:airflow_login"
TOGETHER = frozenset(
    (
        UNIT,
        KUBELET,
        SLURM,
        SSH,
        TERRAFORM,
        RUNTIME,
        KERNEL,
        PAM,
        SUDO,
        FABRIC,
        FILTER,
        STORAGE,
        LOGS,
        REDIS,
        POSTGRESQL,
        NGINX,
        CADDY,
        MINIO,
        KUSTOMIZE,
        HELM,
        GITHUB,
        GITLAB,
    )
)
"""Readers of files that mean something together only: they get all of them at once, after everything else."""

NAMES = {
    "devcontainer.json": DEVELOPMENT,
    ".devcontainer.json": DEVELOPMENT,
    "Pulumi.yaml": PROGRAM,
    "Pulumi.yml": PROGRAM,
    "sshd_config": SSH,
    "ssh_config": SSH,
    "hosts.equiv": SSH,
    "shosts.equiv": SSH,
    ".rhosts": SSH,
    ".shosts": SSH,
    "ansible.cfg": ANSIBLE,
    "authorized_keys": SSH,
    "authorized_keys2": SSH,
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
    "kube-apiserver.service": KUBELET,
    "kube-controller-manager.service": KUBELET,
    "kube-scheduler.service": KUBELET,
    "etcd.service": KUBELET,
    "k3s.service": KUBELET,
    "k3s-agent.service": KUBELET,
    "rke2-server.service": KUBELET,
    "rke2-agent.service": KUBELET,
    "docker.socket": UNIT,
    "podman.socket": UNIT,
    "kustomization.yaml": KUSTOMIZE,
    "kustomization.yml": KUSTOMIZE,
    "Kustomization": KUSTOMIZE,
    "Chart.yaml": HELM,
    "kubeadm-flags.env": KUBELET,
    "10-kubeadm.conf": KUBELET,
    "sysctl.conf": KERNEL,
    "pam.conf": PAM,
    "sudoers": SUDO,
    "user-data": CLOUD,
    "user-data.txt": CLOUD,
    "user-data.mime": CLOUD,
    "user-data.sh": CLOUD,
    "user_data": CLOUD,
    "user_data.txt": CLOUD,
    "user_data.sh": CLOUD,
    "userdata": CLOUD,
    "userdata.txt": CLOUD,
    "userdata.sh": CLOUD,
    "inventory": INVENTORY,
    "inventory.ini": INVENTORY,
    "hosts.ini": INVENTORY,
    "cloud.cfg": CLOUD,
    "audit.rules": LOGS,
    "auditd.conf": LOGS,
    "rsyslog.conf": LOGS,
    "journald.conf": LOGS,
    "journal-upload.conf": LOGS,
    "fstab": STORAGE,
    "crypttab": STORAGE,
    "nftables.conf": FILTER,
    "iptables.rules": FILTER,
    "ip6tables.rules": FILTER,
    "fabricmanager.cfg": FABRIC,
    "opensm.conf": FABRIC,
    "gv.cfg": FABRIC,
    "hosts.toml": RUNTIME,
    "containerd-config.toml": RUNTIME,
    "redis.conf": REDIS,
    "valkey.conf": REDIS,
    "postgresql.conf": POSTGRESQL,
    "pg_hba.conf": POSTGRESQL,
    "postgresql.auto.conf": POSTGRESQL,
    "nginx.conf": NGINX,
    "default.conf": NGINX,
    "proxy.conf": NGINX,
    "reverse-proxy.conf": NGINX,
    "site.conf": NGINX,
    "proxy.cfg": HAPROXY,
    "lb.cfg": HAPROXY,
    "loadbalancer.cfg": HAPROXY,
    "runpod.toml": RUNPOD,
    "traefik.toml": TRAEFIK,
    "dynamic.toml": TRAEFIK,
    "dynamic_conf.toml": TRAEFIK,
    "haproxy.cfg": HAPROXY,
    "haproxy.conf": HAPROXY,
    "Caddyfile": CADDY,
    "airflow.cfg": AIRFLOW,
    "webserver_config.py": AIRFLOW_LOGIN,
    "prefect.toml": PREFECT,
    "profiles.toml": PREFECT_PROFILES,
    "minio.env": MINIO,
    "grafana.ini": GRAFANA,
    "basic_auth.ini": MLFLOW,
    "prometheus.yml": PROMETHEUS,
    "prometheus.yaml": PROMETHEUS,
    "config.pbtxt": TRITON,
    "model.json": TRITON_ENGINE,
    "milvus.yaml": MILVUS,
    "mongod.conf": MONGODB,
    "mongodb.conf": MONGODB,
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
DAEMONS = ("munge", "slurmrestd", "grafana-server")
"""Units that read a file of variables of their name."""
DROP_INS = (".service.d", ".container.d", ".mount.d")
PLACES = {
    "kubelet.service.d/*.conf": KUBELET,
    "kube-apiserver.service.d/*.conf": KUBELET,
    "kube-controller-manager.service.d/*.conf": KUBELET,
    "kube-scheduler.service.d/*.conf": KUBELET,
    "default/kubelet": KUBELET,
    "default/kube-apiserver": KUBELET,
    "default/kube-controller-manager": KUBELET,
    "default/kube-scheduler": KUBELET,
    "sysconfig/kubelet": KUBELET,
    "sysconfig/kube-apiserver": KUBELET,
    "sysconfig/kube-controller-manager": KUBELET,
    "sysconfig/kube-scheduler": KUBELET,
    "kubelet.conf.d/*.conf": DOCUMENTS,
    "config.json.d/*.conf": DOCUMENTS,
    "config.yaml.d/*.yaml": RANCHER,
    "k3s/*.yaml": RANCHER,
    "rke2/*.yaml": RANCHER,
    "*.service.d/*.conf": UNIT,
    **{f"{each}.d/*.conf": UNIT for each in ("service", "container", "mount", "docker.socket", "podman.socket")},
    **{f"{place}{end}": SLURM for place in ("prolog.d/*", "epilog.d/*") for end in (".sh", ".bash")},
    **{f"slurm/{name}{end}": SLURM for name in ("prolog", "epilog") for end in ("", ".sh", ".bash")},
    "slurm/slurm.epilog.clean": SLURM,
    "enroot/.credentials": SLURM,
    "environ.d/*.env": SLURM,
    "mounts.d/*.fstab": SLURM,
    "default/docker": UNIT,
    "sysconfig/docker": UNIT,
    **{f"{folder}/{name}": UNIT for folder in ("default", "sysconfig") for name in DAEMONS},
    "cloud.cfg.d/*.cfg": CLOUD,
    ".ssh/config": SSH,
    "ansible/hosts": INVENTORY,
    "inventory/*.ini": INVENTORY,
    "inventories/*.ini": INVENTORY,
    "rules.d/*.rules": LOGS,
    "rsyslog.d/*.conf": LOGS,
    "journald.conf.d/*.conf": LOGS,
    "etc/exports": STORAGE,
    "files/exports": STORAGE,
    "exports.d/*.exports": STORAGE,
    "iptables/rules.v4": FILTER,
    "ufw/user.rules": FILTER,
    "ufw/user6.rules": FILTER,
    "iptables/rules.v6": FILTER,
    "sysconfig/iptables": FILTER,
    "sysconfig/ip6tables": FILTER,
    "nftables.d/*.nft": FILTER,
    "zones/*.xml": FILTER,
    "nftables/*.nft": FILTER,
    "nvidia-imex/config.cfg": FABRIC,
    "opensm/partitions.conf": FABRIC,
    "security/access.conf": PAM,
    "sysctl.d/*.conf": KERNEL,
    "modprobe.d/*.conf": KERNEL,
    "default/grub": KERNEL,
    "grub.d/*.cfg": KERNEL,
    "kernel/cmdline": KERNEL,
    "docker/daemon.json": RUNTIME,
    "containerd/config.toml": RUNTIME,
    "nvidia-container-runtime/config.toml": RUNTIME,
    "crio/crio.conf": RUNTIME,
    "crio.conf.d/*.conf": RUNTIME,
    "containers/containers.conf": RUNTIME,
    "containers.conf.d/*.conf": RUNTIME,
    "containers/registries.conf": RUNTIME,
    "registries.conf.d/*.conf": RUNTIME,
    "default/minio": MINIO,
    "grafana/custom.ini": GRAFANA,
    "conf/custom.ini": GRAFANA,
    "configs/*.pbtxt": TRITON,
    "jupyter_server_config.d/*.json": JUPYTER_JSON,
    "jupyter_notebook_config.d/*.json": JUPYTER_JSON,
    "redis/*.conf": REDIS,
    "valkey/*.conf": REDIS,
    "nginx/*.conf": NGINX,
    "conf.d/*.conf": NGINX,
    "stream.d/*.conf": NGINX,
    "vhosts.d/*.conf": NGINX,
    "haproxy/*.cfg": HAPROXY,
    "conf.d/*.cfg": HAPROXY,
    "traefik/*.toml": TRAEFIK,
    "dynamic/*.toml": TRAEFIK,
}
"""Files whose name says nothing without that of their folder: `folder/name`, or `folder/*.extension`."""
FOLDERS: dict[str, str] = {
    "pam.d": PAM,
    "sudoers.d": SUDO,
    "authorized_keys.d": SSH,
    "ssh_config.d": SSH,
    "inventory": INVENTORY,
    "inventories": INVENTORY,
    "sshd_config.d": SSH,
    "prolog.d": SLURM,
    "epilog.d": SLURM,
    "sites-available": NGINX,
    "sites-enabled": NGINX,
    "streams-available": NGINX,
    "streams-enabled": NGINX,
}
"""Every file in a folder of that name."""
EXTENSIONS = {
    ".yaml": DOCUMENTS,
    ".yml": DOCUMENTS,
    ".json": DOCUMENTS,
    ".tfstate": DOCUMENTS,
    ".sh": SCRIPT,
    ".bash": SCRIPT,
    ".sbatch": SCRIPT,
    ".slurm": SCRIPT,
    ".sub": JOB,
    ".job": JOB,
    ".slm": JOB,
    ".batch": JOB,
    **dict.fromkeys((".service", ".mount", ".container"), UNIT),
    ".tf": TERRAFORM,
    ".tofu": TERRAFORM,
    ".tfvars": TERRAFORM,
}
JSON_SYNTAX = (".tf.json", ".tofu.json", ".tfvars.json")
PATTERNS = (
    (
        re.compile(
            r"(?:Dockerfile|Containerfile)(?:[.-](?!(?:[\w.-]+\.)?(?:dockerignore|md|rst|py|js|ts|go)$)[\w.-]+)?"
            r"|[\w.-]+\.(?:dockerfile|containerfile)",
            re.ASCII | re.IGNORECASE,
        ),
        BUILD,
    ),
    (re.compile(r"(?:redis|valkey)[\w.-]*\.conf", re.ASCII), REDIS),
    (re.compile(r"(?:[\w.-]*nginx[\w.-]*\.conf|[\w.-]+\.conf\.template)", re.ASCII), NGINX),
    (re.compile(r"[\w.-]*haproxy[\w.-]*\.(?:cfg|conf)", re.ASCII | re.IGNORECASE), HAPROXY),
    (re.compile(r"[\w.-]*traefik[\w.-]*\.toml", re.ASCII | re.IGNORECASE), TRAEFIK),
    (
        re.compile(
            r"Caddyfile[.-](?!(?:[\w.-]+\.)?(?:md|rst|txt|json|py|js|ts|go)$)[\w.-]+|[\w.-]+\.(?:caddy|caddyfile)",
            re.ASCII | re.IGNORECASE,
        ),
        CADDY,
    ),
)
"""What a name may look like besides; programs and texts about build files have extensions of their own."""
FILLED = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".gotmpl", ".ctmpl", ".erb", ".epp", ".template")
"""What follows the name of a file where something else fills it in."""


PIPELINES = re.compile(r"workflows/|action\.y|ci[\w.-]*\.y|gitlab/|jenkinsfile", re.ASCII | re.IGNORECASE)
"""What the paths of pipelines hold."""


BUILDERS = {"github": GITHUB, "gitlab": GITLAB, "jenkins": JENKINS}


def reader_of(path: str) -> str:
    """The reader of a file, as `module:function` below this folder; empty where none wants it."""
    if PIPELINES.search(path) and (built_by := platform(path)):
        return BUILDERS[built_by]
    folder, _, name = path.rpartition("/")
    if name.endswith(JSON_SYNTAX):
        return TERRAFORM
    above, extension = folder[folder.rfind("/") + 1 :], name[name.rfind(".") :]
    found = (
        NAMES.get(name)
        or PLACES.get(f"{above}/{name}")
        or PLACES.get(f"{above}/*{extension}")
        or (PLACES.get(f"*.service.d/*{extension}") if above.endswith(DROP_INS) else None)
        or EXTENSIONS.get(extension)
        or FOLDERS.get(above)
    )
    if found is None:
        found = next((reader for pattern, reader in PATTERNS if pattern.fullmatch(name)), "")
        if name.endswith(FILLED) and found in ("", NGINX):
            filled_in = reader_of(path[: path.rfind(".")])
            # nginx's own image fills in `*.conf.template` of any name, and its reader knows the holes.
            return TEMPLATE if filled_in not in ("", found) else found
    return found


def load(reader: str) -> Callable[..., Any]:
    """The function that a reader's name stands for."""
    module, _, function = reader.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(f"holdfast.collect.{module}"), function)
    return found
