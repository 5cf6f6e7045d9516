"""`role`: a named set of rights in a cluster, and who holds it."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind, Part


class Grant(Part, frozen=True):
    """One rule of a role: every verb on every resource of every group named."""

    definitions: ClassVar[dict[str, Definition]] = objects.GRANT

    groups: Fact[list[str]] = UNSET
    """API groups, empty text for core, `*` for all."""
    resources: Fact[list[str]] = UNSET
    """Resources with subresources (`pods/exec`), `*` for all."""
    verbs: Fact[list[str]] = UNSET
    """Verbs, `*` for all."""
    names: Fact[list[str]] = UNSET
    """Object names that it is limited to; empty means all."""
    urls: Fact[list[str]] = UNSET
    """Non-resource URLs."""


class Role(Kind, frozen=True):
    """A Role or ClusterRole."""

    kind: ClassVar[str] = "role"
    definitions: ClassVar[dict[str, Definition]] = objects.ROLE

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent for a ClusterRole or when the file leaves it open."""
    cluster_wide: Fact[bool] = UNSET
    """Whether it is a ClusterRole."""
    aggregated: Fact[bool] = UNSET
    """Whether its rules are collected from other roles by label."""
    grants: Fact[list[Grant]] = UNSET
    """What it allows."""
