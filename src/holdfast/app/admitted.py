"""What admission policies are asked about: the objects, and which requests for them.

Sources: Kubernetes documentation, Validating Admission Policy and "Roles and default bindings"; the API reference of
each group. The API server makes its own roles, bindings and namespaces as `system:apiserver` and does not start when it
cannot; nobody else has that name without a certificate of the cluster's own authority.
"""

from __future__ import annotations

from typing import NamedTuple


class Shape(NamedTuple):
    """One sort of objects that a policy is asked about."""

    suffix: str
    groups: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    """API group, versions and resources."""
    variables: tuple[tuple[str, str], ...]
    unchanged: str
    """The expression that is true for an update that changes nothing which a rule reads, metadata aside."""
    makers: tuple[str, ...] = ()
    """Users of the control plane whose requests are let through: without what they make no cluster works."""


V1 = ("v1",)
PODS = Shape(
    "",
    (("", V1, ("pods", "pods/ephemeralcontainers")),),
    (("pod", "object.spec"),),
    "object.spec == oldObject.spec",
)
TEMPLATE = "{0}.kind == 'CronJob' ? dyn({0}).spec.jobTemplate.spec.template : dyn({0}).spec.template"
TEMPLATES = Shape(
    "-templates",
    (
        ("", V1, ("replicationcontrollers",)),
        ("apps", V1, ("deployments", "replicasets", "statefulsets", "daemonsets")),
        ("batch", V1, ("jobs", "cronjobs")),
    ),
    # `dyn`: the type checker would hold each of the kinds against the paths of the others.
    (
        ("job", "object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec : dyn(object).spec"),
        ("pod", "variables.job.template.spec"),
    ),
    f"({TEMPLATE.format('object')}) == ({TEMPLATE.format('oldObject')})",
)
METADATA = ("labels", "annotations")
SERVER = ("system:apiserver",)
ACCOUNTS = (
    *SERVER,
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:service-account-controller",
)
"""Who makes the account `default` of each namespace, which pods need."""
RBAC = "rbac.authorization.k8s.io"


def _same(key: str, otherwise: str) -> str:
    """Whether a field at the top of the object is the same before and after."""
    sides = (f"has({of}.{key}) ? dyn({of}.{key}) : dyn({otherwise})" for of in ("object", "oldObject"))
    return "({}) == ({})".format(*sides)


AGGREGATED = "has(dyn(object).aggregationRule) == has(dyn(oldObject).aggregationRule)"
SPEC = "dyn(object).spec == dyn(oldObject).spec"
OBJECTS = {
    "role": Shape(
        "", ((RBAC, V1, ("roles", "clusterroles")),), (), f"{_same('rules', 'null')} && {AGGREGATED}", SERVER
    ),
    "role_binding": Shape(
        "", ((RBAC, V1, ("rolebindings", "clusterrolebindings")),), (), _same("subjects", "[]"), SERVER
    ),
    "namespace": Shape("", (("", V1, ("namespaces",)),), (), "true", SERVER),
    "service": Shape("", (("", V1, ("services",)),), (), SPEC, SERVER),
    "service_account": Shape(
        "", (("", V1, ("serviceaccounts",)),), (), _same("automountServiceAccountToken", "true"), ACCOUNTS
    ),
    "resource_quota": Shape("", (("", V1, ("resourcequotas",)),), (), SPEC, SERVER),
    # A cluster serves some of the versions; a request comes in the one that it was made in.
    "device_claim": Shape(
        "",
        (
            (
                "resource.k8s.io",
                ("v1", "v1beta2", "v1beta1", "v1alpha3"),
                ("resourceclaims", "resourceclaimtemplates"),
            ),
        ),
        (),
        SPEC,
        SERVER,
    ),
    "gateway": Shape("", (("networking.istio.io", ("v1", "v1beta1", "v1alpha3"), ("gateways",)),), (), SPEC, SERVER),
    "peer_authentication": Shape(
        "", (("security.istio.io", ("v1", "v1beta1"), ("peerauthentications",)),), (), _same("spec", "null"), SERVER
    ),
}
"""Kind -> the objects that it is read from."""
WITHOUT_TEXT = frozenset((
    "network_policy", "route", "gpu_operator", "device_plugin", "stored_secret", "served_model",
    "authorization_policy", "request_authentication", "destination_rule",
))  # fmt: skip
"""Kinds that come to an API server, too, but whose facts nobody has proved to be what a text over the object says."""


def conditions(expression: str, shape: Shape) -> list[tuple[str, str]]:
    """The match conditions of a policy: (name, expression)."""
    found = [("changed", changed(expression, shape))]
    if shape.makers:
        names = ", ".join(f"'{name}'" for name in shape.makers)
        found.append(("asked-by-others", f"!(request.userInfo.username in [{names}])"))
    return found


def changed(expression: str, shape: Shape) -> str:
    """The match condition: updates that change nothing which the expression reads are not asked about.

    A controller that takes its finalizer off a pod which was there before the policy must not be stopped by it.
    """
    same = [PODS.unchanged if "variables.job" in expression else shape.unchanged]
    for key in METADATA:
        if f"object.metadata.{key}" in expression:
            sides = (f"has({of}.metadata.{key}) ? {of}.metadata.{key} : {{}}" for of in ("object", "oldObject"))
            same.append("({}) == ({})".format(*sides))
    return f"request.operation == 'CREATE' || !({' && '.join(same)})"
