"""Who may do what in a cluster -> `role`, `role_binding`, `service_account`.

Source: the Kubernetes API reference, rbac.authorization.k8s.io/v1 and core/v1 ServiceAccount.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import Reader, Table, elements, name_of, names, namespace_of, section
from holdfast.core.cel.objects import CLOUD_IDENTITIES
from holdfast.core.fact import Fact
from holdfast.kinds.role import Grant, Role
from holdfast.kinds.role_binding import RoleBinding, Subject
from holdfast.kinds.service_account import ServiceAccount

GROUP = "rbac.authorization.k8s.io"


def role(fields: Fields) -> Role:
    """The facts of a Role."""
    return _role(fields, namespace_of(fields), cluster_wide=False)


def cluster_role(fields: Fields) -> Role:
    """The facts of a ClusterRole."""
    return _role(fields, None, cluster_wide=True)


def _role(fields: Fields, namespace: Fact[str], *, cluster_wide: bool) -> Role:
    # The control plane overwrites the rules of an aggregated role, so what is written there says nothing.
    aggregated = cluster_wide and "aggregationRule" in fields
    fields.get("aggregationRule", "aggregated")
    return Role(
        name=name_of(fields),
        namespace=namespace,
        cluster_wide=cluster_wide,
        aggregated=aggregated,
        grants=UNSET if aggregated else _grants(fields),
    )


def _grants(fields: Fields) -> Fact[list[Grant]]:
    rules = elements(fields, "rules", "grants")
    if isinstance(rules, UnsetType):
        return UNSET
    return [
        Grant(
            groups=names(item, "apiGroups", "groups"),
            resources=names(item, "resources", "resources"),
            verbs=names(item, "verbs", "verbs"),
            names=names(item, "resourceNames", "names"),
            urls=names(item, "nonResourceURLs", "urls"),
        )
        for item in rules
    ]


def role_binding(fields: Fields) -> RoleBinding:
    """The facts of a RoleBinding."""
    return _binding(fields, namespace_of(fields), cluster_wide=False)


def cluster_role_binding(fields: Fields) -> RoleBinding:
    """The facts of a ClusterRoleBinding."""
    return _binding(fields, None, cluster_wide=True)


def _binding(fields: Fields, namespace: Fact[str], *, cluster_wide: bool) -> RoleBinding:
    reference = section(fields, "roleRef")
    bound: tuple[Fact[str], Fact[str]] = (UNSET, UNSET)
    if not isinstance(reference, UnsetType):
        bound = reference.text("name", "role", UNSET), reference.text("kind", "role_type", UNSET)
    return RoleBinding(
        name=name_of(fields),
        namespace=namespace,
        cluster_wide=cluster_wide,
        role=bound[0],
        role_type=bound[1],
        subjects=_subjects(fields),
    )


def _subjects(fields: Fields) -> Fact[list[Subject]]:
    found = elements(fields, "subjects", "subjects")
    if isinstance(found, UnsetType):
        return UNSET
    return [
        Subject(
            type=item.text("kind", "type", UNSET),
            name=item.text("name", "name", UNSET),
            namespace=item.text("namespace", "namespace", None),
        )
        for item in found
    ]


def service_account(fields: Fields) -> ServiceAccount:
    """The facts of a ServiceAccount."""
    annotations = section(fields.child("metadata"), "annotations")
    return ServiceAccount(
        name=name_of(fields),
        namespace=namespace_of(fields),
        automount_token=fields.switch("automountServiceAccountToken", "automount_token", True),
        cloud_identity=UNSET if isinstance(annotations, UnsetType) else _cloud_identity(annotations),
    )


def _cloud_identity(annotations: Fields) -> Fact[str]:
    for key in CLOUD_IDENTITIES:
        if key in annotations:
            return annotations.text(key, "cloud_identity", None)
    return None


READERS: Table = {
    (GROUP, "Role"): Reader(Role, role),
    (GROUP, "ClusterRole"): Reader(Role, cluster_role),
    (GROUP, "RoleBinding"): Reader(RoleBinding, role_binding),
    (GROUP, "ClusterRoleBinding"): Reader(RoleBinding, cluster_role_binding),
    ("", "ServiceAccount"): Reader(ServiceAccount, service_account),
}
