"""A pod template -> `Workload` facts. Source: the Kubernetes API reference, core/v1 PodSpec."""

from __future__ import annotations

import posixpath

from msgspec import UNSET

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.container import Inherited, container
from holdfast.collect.kubernetes.quantity import quantity
from holdfast.core.fact import Fact
from holdfast.kinds.workload import Claim, Container, Volume, Workload

ROLES = (("containers", "main"), ("initContainers", "init"), ("ephemeralContainers", "ephemeral"))


def workload(owner: Fields, template: Fields, pod: Fields, controller: str, group: str) -> Workload:
    """The facts of one template.

    `owner` is the object, `template` the mapping that carries `metadata` (the object itself for a Pod),
    `pod` the pod spec.
    """
    host_paths = {
        name: posixpath.normpath(path)
        for item in pod.data.get("volumes") or ()
        if isinstance(item, dict)
        and isinstance(name := item.get("name"), str)
        and isinstance(host := item.get("hostPath"), dict)
        and isinstance(path := host.get("path"), str)
    }
    inherited = Inherited(pod, host_paths)
    containers: list[Container] = []
    for key, role in ROLES:
        for fields in pod.items(key, "containers", start=len(containers)):
            containers.append(container(fields, role, inherited))
    metadata, own = owner.child("metadata"), template.child("metadata")
    job = owner.child("spec")
    return Workload(
        name=metadata.text("name", "name", metadata.text("generateName", "name", "")),
        namespace=metadata.text("namespace", "namespace", None),
        controller=controller,
        api_group=group,
        labels=_merged(metadata.table("labels", "labels"), own.table("labels", "labels")),
        annotations=_merged(metadata.table("annotations", "annotations"), own.table("annotations", "annotations")),
        containers=containers,
        volumes=_volumes(pod, containers),
        claims=_claims(pod),
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
        deadline_seconds=pod.number(
            "activeDeadlineSeconds", "deadline_seconds", job.number("activeDeadlineSeconds", "deadline_seconds", None)
        ),
        ttl_seconds=job.number("ttlSecondsAfterFinished", "ttl_seconds", None),
    )


def total_gpus(containers: list[Container]) -> Fact[int]:
    """Accelerators of all containers together; one that takes all of the host's makes it -1."""
    total = 0
    for item in containers:
        if not isinstance(item.gpu_count, int):
            return UNSET
        if item.gpu_count < 0:
            return -1
        total += item.gpu_count
    return total


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
                host_path=posixpath.normpath(path) if isinstance(path, str) and path else path,
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
