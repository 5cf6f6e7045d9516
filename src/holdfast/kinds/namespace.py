"""`namespace`: a tenant's share of a cluster."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind

FILES = frozenset({"manifest"})


class Namespace(Kind, frozen=True):
    """A Kubernetes Namespace."""

    kind: ClassVar[str] = "namespace"
    definitions: ClassVar[dict[str, Definition]] = objects.NAMESPACE
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = dict.fromkeys(
        ("default_deny", "gpu_quota", "gpu_workloads"), FILES
    )

    name: Fact[str] = UNSET
    """Its name."""
    labels: Fact[dict[str, str]] = UNSET
    """Its labels."""
    pod_security: Fact[str] = UNSET
    """The enforced Pod Security level; absent when none is set."""
    pod_security_version: Fact[str] = UNSET
    """The version the level is pinned to; absent when none is set."""
    default_deny: Fact[bool] = UNSET
    """Whether a policy denies all traffic of all its pods that is not named."""
    gpu_quota: Fact[bool] = UNSET
    """Whether a ResourceQuota bounds accelerators."""
    gpu_workloads: Fact[int] = UNSET
    """How many workloads that ask for accelerators are declared in it."""
