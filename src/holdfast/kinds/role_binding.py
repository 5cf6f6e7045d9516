"""`role_binding`: who holds a role."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind, Part


class Subject(Part, frozen=True):
    """One holder."""

    definitions: ClassVar[dict[str, Definition]] = objects.SUBJECT

    type: Fact[str] = UNSET
    """`ServiceAccount`, `User` or `Group`."""
    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """A service account's namespace; absent for users and groups."""


class RoleBinding(Kind, frozen=True):
    """A RoleBinding or ClusterRoleBinding."""

    kind: ClassVar[str] = "role_binding"
    definitions: ClassVar[dict[str, Definition]] = objects.ROLE_BINDING
    # The role may be built in, or stand in another file.
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"enters_containers": frozenset({"manifest"})}

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent for a ClusterRoleBinding or when the file leaves it open."""
    cluster_wide: Fact[bool] = UNSET
    """Whether it is a ClusterRoleBinding."""
    role: Fact[str] = UNSET
    """The name of the role."""
    role_type: Fact[str] = UNSET
    """`Role` or `ClusterRole`."""
    subjects: Fact[list[Subject]] = UNSET
    """Who holds it."""
    enters_containers: Fact[bool] = UNSET
    """Whether the role lets its holders into running containers (`pods/exec`, `pods/attach`, ephemeral containers)."""
