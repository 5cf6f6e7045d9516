"""A tenant's share of a cluster -> `namespace`, `resource_quota`.

Source: the Kubernetes API reference, core/v1 Namespace and ResourceQuota; Pod Security Admission's labels.
"""

from __future__ import annotations

from msgspec import UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.container import DEVICE
from holdfast.collect.kubernetes.elements import Reader, Table, name_of, namespace_of, table
from holdfast.core.cel.objects import ACCELERATOR_CLASSES, DEVICE_CLASS, ENFORCE
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.resource_quota import ResourceQuota

MAX_KEY = 317
"""Longest qualified name: a DNS name, a slash and a label."""


def namespace(fields: Fields) -> Namespace:
    """The facts of a Namespace."""
    metadata = fields.child("metadata")
    labels = metadata.child("labels")
    return Namespace(
        name=name_of(fields),
        labels=metadata.table("labels", "labels"),
        pod_security=labels.text(ENFORCE, "pod_security", None),
        pod_security_version=labels.text(f"{ENFORCE}-version", "pod_security_version", None),
    )


def resource_quota(fields: Fields) -> ResourceQuota:
    """The facts of a ResourceQuota."""
    hard = table(fields.child("spec"), "hard", "hard")
    return ResourceQuota(
        name=name_of(fields),
        namespace=namespace_of(fields),
        hard=hard,
        bounds_gpus=hard if isinstance(hard, UnsetType) else any(_bounds_accelerators(key) for key in hard),
    )


def _bounds_accelerators(key: str) -> bool:
    if len(key) > MAX_KEY:
        return False
    if key.endswith(DEVICE_CLASS):
        return any(word in key for word in ACCELERATOR_CLASSES)
    return DEVICE.fullmatch(key.removeprefix("requests.").removeprefix("limits.")) is not None


READERS: Table = {
    ("", "Namespace"): Reader(Namespace, namespace),
    ("", "ResourceQuota"): Reader(ResourceQuota, resource_quota),
}
