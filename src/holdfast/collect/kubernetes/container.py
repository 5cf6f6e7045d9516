"""One container of a pod template -> `Container` facts. Source: the Kubernetes API reference, core/v1 Container."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping as Lookup
from typing import Any

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import TEMPLATED, Fields, written
from holdfast.collect.kubernetes.quantity import MILLI, quantity
from holdfast.collect.kubernetes.secret_uses import given, in_volumes
from holdfast.core.cel.podspec import ACCELERATOR, RDMA
from holdfast.core.fact import Fact, Secret
from holdfast.core.image import split_image
from holdfast.kinds.workload import Container, EnvVar, Mount, Port

DEVICE = re.compile(ACCELERATOR)
ANY_ADDRESS = "0.0.0.0"  # noqa: S104  # what Kubernetes means by leaving the host IP out
RDMA_DEVICE = re.compile(RDMA)


APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
"""The annotation that counted before the field, per container; it still does where the field is not set."""


INHERITED = ("run_as_user", "run_as_non_root", "seccomp", "apparmor")


class Inherited:
    """What containers take from their pod."""

    def __init__(self, pod: Fields, host_paths: Lookup[str, str], annotations: Fact[dict[str, str]]) -> None:
        context = pod.child("securityContext")
        self.host_paths = host_paths
        self.secrets = in_volumes(pod)
        self.annotations = annotations if isinstance(annotations, dict) else {}
        self.run_as_user: Fact[int] = context.number("runAsUser", "run_as_user", None)
        self.run_as_non_root: Fact[bool] = context.switch("runAsNonRoot", "run_as_non_root", False)
        self.seccomp: Fact[str] = context.child("seccompProfile").text("type", "seccomp", None)
        self.apparmor: Fact[str] = context.child("appArmorProfile").text("type", "apparmor", None)
        self.spots = {name: pod.spots.pop(name) for name in INHERITED if name in pod.spots}

    def note(self, fields: Fields) -> None:
        """Remembers where what a container takes from its pod stands."""
        for name, spot in self.spots.items():
            fields.spots.setdefault(f"{fields.fact}.{name}", spot)


def container(fields: Fields, role: str, pod: Inherited) -> Container:
    """The facts of one container; what it leaves out it takes from the pod, then from the platform."""
    context = fields.child("securityContext")
    capabilities = context.child("capabilities")
    resources = fields.child("resources")
    gpus, gpu_resources, rdma = _devices(resources)
    image = fields.text("image", "image", None)
    reference = split_image(image) if isinstance(image, str) else None
    missing: UnsetType | None = UNSET if image is UNSET or (image and not reference) else None
    limits = resources.child("limits")
    privileged = context.switch("privileged", "privileged", False)
    if role == "init" and fields.data.get("restartPolicy") == "Always":
        role = "sidecar"
    name = fields.text("name", "name", "")
    fields.share("image", "registry", "repository", "tag", "digest")
    return Container(
        name=name,
        role=role,
        image=image,
        registry=reference.registry if reference else missing,
        repository=reference.repository if reference else missing,
        tag=reference.tag if reference else missing,
        digest=reference.digest if reference else missing,
        argv=_argv(fields),
        entrypoint_replaced=bool(fields.get("command", "entrypoint_replaced")),
        env=_environment(fields),
        env_from=_bulk_environment(fields),
        secrets=given(fields, pod.secrets),
        ports=_ports(fields),
        mounts=_mounts(fields, pod.host_paths),
        devices=[],
        gpu_count=gpus,
        gpu_resources=gpu_resources,
        rdma=rdma,
        privileged=privileged,
        # The API server refuses false beside `privileged` or SYS_ADMIN, which always allow it.
        allow_privilege_escalation=context.switch("allowPrivilegeEscalation", "allow_privilege_escalation", True),
        run_as_user=context.number("runAsUser", "run_as_user", pod.run_as_user),
        run_as_non_root=context.switch("runAsNonRoot", "run_as_non_root", pod.run_as_non_root),
        read_only_root=context.switch("readOnlyRootFilesystem", "read_only_root", False),
        capabilities_added=_capabilities(capabilities, "add", "capabilities_added"),
        capabilities_dropped=_capabilities(capabilities, "drop", "capabilities_dropped"),
        seccomp=context.child("seccompProfile").text("type", "seccomp", pod.seccomp),
        apparmor=context.child("appArmorProfile").text("type", "apparmor", _annotated(fields, name, pod)),
        proc_mount=context.text("procMount", "proc_mount", "Default"),
        memory_limit_bytes=quantity(limits.get("memory", "memory_limit_bytes")),
        cpu_limit_millis=quantity(limits.get("cpu", "cpu_limit_millis"), MILLI),
        liveness_probe=fields.get("livenessProbe", "liveness_probe") is not None,
        readiness_probe=fields.get("readinessProbe", "readiness_probe") is not None,
    )


def _annotated(fields: Fields, name: Fact[str], pod: Inherited) -> Fact[str]:
    """The AppArmor profile that an annotation names, or else the pod's field."""
    profile = pod.annotations.get(f"{APPARMOR}{name}") if isinstance(name, str) else None
    if profile is None:
        return pod.apparmor
    fields.spots[f"{fields.fact}.apparmor"] = fields.spots[f'annotations["{APPARMOR}{name}"]']
    known = {"runtime/default": "RuntimeDefault", "unconfined": "Unconfined"}
    return "Localhost" if profile.startswith("localhost/") else known.get(profile, UNSET)


def _capabilities(fields: Fields, key: str, fact: str) -> Fact[list[str]]:
    names = fields.names(key, fact)
    return names if isinstance(names, UnsetType) else [name.upper().removeprefix("CAP_") for name in names]


def _argv(fields: Fields) -> Fact[list[str]]:
    command, arguments = fields.texts("command", "argv"), fields.texts("args", "argv")
    if isinstance(command, UnsetType) or isinstance(arguments, UnsetType):
        return UNSET
    return command + arguments


def _devices(resources: Fields) -> tuple[Fact[int], list[str], bool]:
    """Accelerators, their resource names, and whether there is RDMA; limits win, requests must equal them."""
    asked: dict[str, Any] = {}
    for key in ("requests", "limits"):
        part = resources.child(key)
        for name in part.data:
            if "/" in name:
                asked[name] = part.data[name]
                if DEVICE.fullmatch(name):
                    part.note(name, "gpu_count")
                    part.note(name, "gpu_resources")
    names = [name for name in asked if DEVICE.fullmatch(name)]
    total = 0
    for name in names:
        count = quantity(asked[name])
        if not isinstance(count, int):
            return UNSET, names, False
        total += count
    return total, names, any(RDMA_DEVICE.fullmatch(name) for name in asked)


ORIGINS = {"secretKeyRef": "secret", "configMapKeyRef": "configmap", "fileKeyRef": "file"}


def _environment(fields: Fields) -> Fact[list[EnvVar]]:
    if fields.unreadable("env"):
        return UNSET
    result = []
    for item in fields.items("env", "env"):
        source = item.data.get("valueFrom")
        if isinstance(source, dict):
            item.note("valueFrom", "value")
            origin = next((ORIGINS[key] for key in source if key in ORIGINS), "field")
            result.append(EnvVar(name=item.text("name", "name", ""), value=None, origin=origin))
            continue
        value = item.get("value", "value")
        text = "" if value is None else written(value) if isinstance(value, str | int | float) else UNSET
        if isinstance(text, str):
            text = UNSET if TEMPLATED.search(text) else Secret(text)
        result.append(EnvVar(name=item.text("name", "name", ""), value=text, origin="literal"))
    return result


def _bulk_environment(fields: Fields) -> Fact[list[str]]:
    if fields.unreadable("envFrom"):
        return UNSET
    result = []
    for item in fields.items("envFrom", "env_from"):
        for key in ("secretRef", "configMapRef"):
            if key in item:
                name = item.child(key).text("name", "name", "")
                result.append(name if isinstance(name, str) else "$")
    return result


def _ports(fields: Fields) -> Fact[list[Port]]:
    if fields.unreadable("ports"):
        return UNSET
    result = []
    for item in fields.items("ports", "ports"):
        published = item.number("hostPort", "host_port", None)
        result.append(
            Port(
                container_port=item.number("containerPort", "container_port", None),
                host_port=published,
                host_ip=item.text("hostIP", "host_ip", ANY_ADDRESS if published else None),
                protocol=item.text("protocol", "protocol", "TCP"),
            )
        )
    return result


def _mounts(fields: Fields, host_paths: Lookup[str, str]) -> Fact[list[Mount]]:
    if fields.unreadable("volumeMounts"):
        return UNSET
    result = []
    for item in fields.items("volumeMounts", "mounts"):
        volume = item.text("name", "volume", "")
        base = host_paths.get(volume) if isinstance(volume, str) else None
        sub = item.data.get("subPath")
        if base is not None and isinstance(sub, str):
            base = posixpath.normpath(posixpath.join(base, sub.lstrip("/")))
        result.append(
            Mount(
                volume=volume,
                path=item.text("mountPath", "path", None),
                host_path=base,
                read_only=item.switch("readOnly", "read_only", False),
            )
        )
    return result
