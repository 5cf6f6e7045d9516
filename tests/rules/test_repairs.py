"""Where a shipped rule's repair is not known to be safe, it is not offered: the cases that the documentation names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from holdfast.app.predicates import predicates
from holdfast.app.rules import TODAY, assets_of
from holdfast.app.rules import find as rule_named
from holdfast.engine.evaluate import evaluate
from holdfast.engine.rulebook import load_shipped

GPU = {"limits": {"nvidia.com/gpu": 1}}
SHM: dict[str, Any] = {"volumeMounts": [{"name": "shm", "mountPath": "/dev/shm"}]}
HOST: dict[str, Any] = {"volumes": [{"name": "h", "hostPath": {"path": "/dev/infiniband"}}]}
ALL = "NVIDIA_DRIVER_CAPABILITIES"


def offers(rule: str, name: str, document: object) -> list[bool]:
    """For each finding of a rule, whether a repair is offered."""
    text = document if isinstance(document, str) else json.dumps(document)
    answers = evaluate([rule_named(rule)], assets_of(name, text.encode()), predicates(TODAY))
    return [offer is not None for offer in answers.offers]


def pod(
    container: dict[str, Any] | None = None, spec: dict[str, Any] | None = None, kind: str = "Pod"
) -> dict[str, Any]:
    inner = {"containers": [{"name": "c", "image": "registry.example/c:1", **(container or {})}], **(spec or {})}
    outer = inner if kind == "Pod" else {"template": {"spec": inner}}
    return {"apiVersion": "v1" if kind == "Pod" else "apps/v1", "kind": kind, "metadata": {"name": "p"}, "spec": outer}


def env(name: str, value: str = "1") -> dict[str, Any]:
    return {"env": [{"name": name, "value": value}]}


def privileged(**more: Any) -> dict[str, Any]:
    return {"securityContext": {"privileged": True}, "resources": GPU, **more}


SAFE: list[tuple[str, dict[str, Any]]] = [
    ("privilege-escalation-allowed", pod()),
    ("seccomp-not-set", pod()),
    ("gpu-container-privileged", pod(privileged())),
    ("host-ipc", pod(SHM, {"hostIPC": True})),
    ("host-pid", pod({"resources": GPU}, {"hostPID": True})),
    ("gpu-driver-capabilities-all", pod(env(ALL, "all"))),
    ("nvls-forced-on", pod({"resources": GPU, **env("NCCL_NVLS_ENABLE")})),
]
CAPABLE = {"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}
ADDED = {"securityContext": {"privileged": True, "capabilities": {"add": ["IPC_LOCK"]}}}
WINDOWS = {"nodeSelector": {"kubernetes.io/os": "windows"}}
LEFT: list[tuple[str, dict[str, Any]]] = [
    ("privilege-escalation-allowed", pod({"securityContext": {"allowPrivilegeEscalation": True}})),
    ("privilege-escalation-allowed", pod({"args": ["sudo -E start"]})),
    ("privilege-escalation-allowed", pod(env("GRANT_SUDO", "yes"))),
    ("privilege-escalation-allowed", pod({"image": "quay.io/jupyter/base-notebook:1"})),
    ("privilege-escalation-allowed", pod({"image": "registry.k8s.io/ingress-nginx/controller:1"})),
    ("privilege-escalation-allowed", pod({"image": "{{ .Values.image }}"})),
    ("privilege-escalation-allowed", pod(CAPABLE)),
    ("privilege-escalation-allowed", pod({}, WINDOWS)),
    ("seccomp-not-set", pod(CAPABLE)),
    ("seccomp-not-set", pod({}, WINDOWS)),
    ("seccomp-not-set", pod({"command": ["numactl", "--membind=0", "x"]})),
    ("seccomp-not-set", pod({"args": ["serve", "--numa-bind"]})),
    ("seccomp-not-set", pod({"image": "docker.io/rocm/vllm:1"})),
    ("seccomp-not-set", pod({"resources": {"limits": {"amd.com/gpu": 1}}})),
    ("seccomp-not-set", pod({"image": "moby/buildkit:1"})),
    ("gpu-container-privileged", pod(privileged(), kind="DaemonSet")),
    ("gpu-container-privileged", pod(privileged(volumeMounts=[{"name": "h", "mountPath": "/dev/infiniband"}]), HOST)),
    ("gpu-container-privileged", pod(privileged(), {"hostNetwork": True})),
    ("gpu-container-privileged", pod(privileged(), {"hostIPC": True})),
    ("gpu-container-privileged", pod(privileged(**ADDED))),
    ("gpu-container-privileged", pod(privileged(command=["sh", "-c", "mount -t fuse x /y && train"]))),
    ("gpu-container-privileged", pod(privileged(resources={"limits": {"nvidia.com/gpu": 1, "rdma/hca": 1}}))),
    ("gpu-container-privileged", pod(privileged(**env("NCCL_IB_HCA", "mlx5")))),
    ("host-ipc", pod({}, {"hostIPC": True})),
    ("host-ipc", pod(SHM, {"hostIPC": True, "hostPID": True})),
    ("host-ipc", pod(SHM, {"hostIPC": True, "volumes": [{"name": "m", "hostPath": {"path": "/tmp/nvidia-mps"}}]})),
    ("host-ipc", pod(SHM, {"hostIPC": True}, kind="DaemonSet")),
    ("host-pid", pod({}, {"hostPID": True})),
    ("host-pid", pod({"resources": GPU, **CAPABLE}, {"hostPID": True})),
    ("host-pid", pod({"resources": GPU, "args": ["dcgmi", "stats"]}, {"hostPID": True})),
    ("gpu-driver-capabilities-all", pod({"image": "nvcr.io/nvidia/isaac-sim:4", **env(ALL, "all")})),
    ("gpu-driver-capabilities-all", pod({"args": ["ffmpeg"], **env(ALL, "all")})),
    ("gpu-driver-capabilities-all", pod({"env": [{"name": ALL, "value": "all"}, {"name": "DISPLAY", "value": ":0"}]})),
]


@pytest.mark.parametrize(("rule", "document"), SAFE, ids=lambda value: value if isinstance(value, str) else "")
def test_the_plain_case_is_repaired(rule: str, document: dict[str, Any]) -> None:
    assert offers(rule, "x.json", document) == [True]


@pytest.mark.parametrize(("rule", "document"), LEFT, ids=lambda value: value if isinstance(value, str) else "")
def test_what_may_need_it_is_left_alone(rule: str, document: dict[str, Any]) -> None:
    assert offers(rule, "x.json", document) == [False]


@pytest.mark.parametrize(
    ("rule", "service", "offered"),
    [
        ("privilege-escalation-allowed", {"image": "x:1"}, True),
        ("privilege-escalation-allowed", {"build": "."}, False),
        ("privilege-escalation-allowed", {"image": "pihole/pihole:1", "cap_add": ["NET_ADMIN"]}, False),
        ("gpu-container-privileged", {"image": "x:1", "privileged": True, "gpus": "all"}, True),
        ("gpu-container-privileged", {"image": "x:1", "privileged": True, "gpus": "all", "ipc": "host"}, False),
        (
            "gpu-container-privileged",
            {"image": "x:1", "privileged": True, "gpus": "all", "volumes": ["/dev:/dev"]},
            False,
        ),
        ("host-pid", {"image": "x:1", "pid": "host", "gpus": "all"}, True),
        ("host-pid", {"image": "x:1", "pid": "host"}, False),
        ("gpu-driver-capabilities-all", {"build": ".", "environment": {ALL: "all"}}, False),
    ],
)
def test_services_of_compose(rule: str, service: dict[str, Any], offered: bool) -> None:
    assert offers(rule, "compose.yaml", f"services: {json.dumps({'s': service})}\n") == [offered]


@pytest.mark.parametrize(
    ("lines", "offered"),
    [
        ("FROM python:3.12", True),
        ("FROM nvcr.io/nvidia/deepstream:7", False),
        ("FROM python:3.12\nRUN apt-get install -y ffmpeg", False),
    ],
)
def test_build_files(lines: str, offered: bool) -> None:
    rule = "image-asks-for-every-driver-capability"
    assert offers(rule, "Dockerfile", f"{lines}\nENV {ALL}=all\n") == [offered]


SETTINGS = """
ssh-server-logs-too-little kernel-log-open-to-users kernel-programs-open-to-users null-page-mappable
privileged-programs-dump-core links-in-shared-folders-followed kernel-addresses-shown journal-thrown-away
journal-lost-at-restart audit-keeps-no-log postgresql-logs-no-connections postgresql-keeps-md5-passwords
redis-runtime-commands-open route-accepts-old-tls gateway-old-tls kubelet-old-tls kubelet-anonymous-access
kubelet-server-certificate-rotation-off api-server-profiling cluster-controller-profiling task-shows-secret
key-never-rotates registry-without-scans queue-not-encrypted trail-can-be-changed trail-is-off
instance-metadata-without-token bucket-destroyed-with-contents
""".split()
"""Those of hosts, servers, control planes, playbooks and clouds."""


def test_every_repair_is_named_in_the_documentation() -> None:
    assert {rule.id for rule in load_shipped() if rule.repairs} == {
        *(rule for rule, _ in SAFE),
        "image-asks-for-every-driver-capability",
        "vllm-development-mode",
        "airflow-shows-its-configuration",
        "slurm-gpus-unconstrained",
        "slurm-root-runs-jobs",
        "enroot-keeps-superuser",
        *SETTINGS,
    }
