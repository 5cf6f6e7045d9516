"""A pod template -> `Workload` facts. Source: the Kubernetes API reference, core/v1 PodSpec."""

from __future__ import annotations

import posixpath
from typing import Any

from msgspec import UNSET

from holdfast.collect.fields import Composed, Fields
from holdfast.collect.kubernetes.container import Inherited, container
from holdfast.collect.kubernetes.quantity import quantity
from holdfast.collect.partial import left_open, total_gpus
from holdfast.core.fact import Fact
from holdfast.kinds.workload import Claim, Container, Volume, Workload

ROLES = (("containers", "main"), ("initContainers", "init"), ("ephemeralContainers", "ephemeral"))


def workload(owner: Fields, template: Fields, pod: Fields, controller: str, group: str) -> Workload:
    """The facts of one template.

    `owner` is the object, `template` the mapping that carries `metadata` (the object itself for a Pod),
    `pod` the pod spec.
    """
    host_paths = {
        name: normalised(path)
        for item in _listed(pod, "volumes")
        if isinstance(item, dict)
        and isinstance(name := item.get("name"), str)
        and isinstance(host := item.get("hostPath"), dict)
        and isinstance(path := host.get("path"), str)
    }
    metadata, own = owner.child("metadata"), template.child("metadata")
    labels = _merged(metadata.table("labels", "labels"), own.table("labels", "labels"))
    annotations = _merged(metadata.table("annotations", "annotations"), own.table("annotations", "annotations"))
    inherited = Inherited(pod, host_paths, annotations)
    containers: list[Container] = []
    for key, role in ROLES:
        for fields in pod.items(key, "containers", start=len(containers)):
            containers.append(container(fields, role, inherited))
            inherited.note(fields)
    around = _around(owner, pod)
    facts = Workload(
        name=metadata.text("name", "name", metadata.text("generateName", "name", "")),
        namespace=metadata.text("namespace", "namespace", None),
        controller=controller,
        api_group=group,
        labels=labels,
        annotations=annotations,
        containers=UNSET if any(pod.unreadable(key) for key, _ in ROLES) else containers,
        volumes=UNSET if pod.unreadable("volumes") else _volumes(pod, containers),
        claims=UNSET if pod.unreadable("resourceClaims") else _claims(pod),
        gpu_count=total_gpus(containers),
        host_network=pod.switch("hostNetwork", "host_network", False),
        host_pid=pod.switch("hostPID", "host_pid", False),
        host_ipc=pod.switch("hostIPC", "host_ipc", False),
        host_users=pod.switch("hostUsers", "host_users", True),
        service_account=pod.text(
            "serviceAccountName", "service_account", pod.text("serviceAccount", "service_account", "default")
        ),
        automount_token=pod.switch("automountServiceAccountToken", "automount_token", UNSET),
        runtime_class=pod.text("runtimeClassName", "runtime_class", None),
        node_selector=pod.table("nodeSelector", "node_selector"),
        deadline_seconds=_nearest(around, ("activeDeadlineSeconds",), "deadline_seconds"),
        ttl_seconds=_nearest(around, ("ttlSecondsAfterFinished", "secondsAfterCompletion"), "ttl_seconds"),
    )
    partial = isinstance(pod.data, Composed) and pod.data.partial
    return left_open(facts, pod.spots) if partial else facts


def _listed(fields: Fields, key: str) -> list[object]:
    value = fields.data.get(key)
    return value if isinstance(value, list) else []


def _around(owner: Fields, pod: Fields) -> list[Fields]:
    """The pod spec and the mappings around it, outwards, each with what Kubeflow and Argo nest for a job's end."""
    value: Any = owner.data
    found = [owner]
    pointer = ""
    for step in pod.pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step.replace("~1", "/").replace("~0", "~")]
        pointer = f"{pointer}/{step}"
        if isinstance(value, dict):
            found.append(Fields(value, pointer, "", pod.spots, pod.line))
    found[-1] = pod
    nested = ("runPolicy", "ttlStrategy")
    return [part for fields in reversed(found) for part in (fields, *(fields.child(key) for key in nested))]


def _nearest(around: list[Fields], keys: tuple[str, ...], fact: str) -> Fact[int]:
    """The innermost number under one of the keys."""
    for fields in around:
        for key in keys:
            if key in fields:
                return fields.number(key, fact, None)
    return None


def normalised(path: str) -> str:
    """A node's path in its shortest form; POSIX lets `//` stand, on Linux it is the root."""
    return posixpath.normpath(f"/{path.lstrip('/')}" if path.startswith("/") else path)


def _merged(outer: Fact[dict[str, str]], inner: Fact[dict[str, str]]) -> Fact[dict[str, str]]:
    return {**outer, **inner} if isinstance(outer, dict) and isinstance(inner, dict) else UNSET


def _volumes(pod: Fields, containers: list[Container]) -> list[Volume]:
    written_to = {
        mount.volume
        for item in containers
        if isinstance(item.mounts, list)
        for mount in item.mounts
        if mount.read_only is not True
    }
    result = []
    for item in pod.items("volumes", "volumes"):
        name = item.text("name", "name", "")
        type_ = next((key for key in item.data if key != "name"), "emptyDir")
        item.note(type_, "type")
        source = item.child(type_)
        path = source.text("path", "host_path", None) if type_ == "hostPath" else None
        memory = source.text("medium", "medium", None) if type_ == "emptyDir" else None
        result.append(
            Volume(
                name=name,
                type=type_,
                host_path=normalised(path) if isinstance(path, str) and path else path,
                writable=name in written_to,
                medium=memory or None if memory is not UNSET else UNSET,
                size_limit_bytes=quantity(source.get("sizeLimit", "size_limit_bytes")) if type_ == "emptyDir" else None,
            )
        )
    return result


def _claims(pod: Fields) -> list[Claim]:
    return [
        Claim(
            name=item.text("name", "name", ""),
            claim=item.text("resourceClaimName", "claim", None),
            template=item.text("resourceClaimTemplateName", "template", None),
        )
        for item in pod.items("resourceClaims", "claims")
    ]
