from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.collect.kubernetes.reading import read
from tests.estate.cluster import deployment, rbac, thing, workload

from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.estate import access
from holdfast.estate.complete import complete
from holdfast.kinds.role import Grant, Role
from holdfast.kinds.role_binding import RoleBinding, Subject
from holdfast.kinds.workload import Right, Workload

JOB = deployment(namespace="ai", spec="serviceAccountName: job")
ROLE = rbac("Role", "rules: [{apiGroups: [''], resources: [pods, secrets], verbs: [get]}]", namespace="ai")
SUBJECT = "subjects: [{kind: ServiceAccount, name: job, namespace: ai}]"
BINDING = rbac("RoleBinding", "roleRef: {kind: Role, name: r}, " + SUBJECT, "b", "ai")
PODS = Right(verb="get", group="", resource="pods", cluster_wide=False, namespace="ai")
SECRETS = Right(verb="get", group="", resource="secrets", cluster_wide=False, namespace="ai")
OPEN = Right(cluster_wide=False, namespace="ai")


def test_rights_come_from_bindings_and_roles():
    assert workload(a=JOB, b=ROLE + BINDING).rights == [PODS, SECRETS]
    assert workload(a=JOB, b=ROLE).rights is UNSET
    assert workload(a=deployment(namespace="ai"), b=ROLE + BINDING).rights is UNSET
    assert workload(a=deployment(namespace="ops", spec="serviceAccountName: job"), b=ROLE + BINDING).rights is UNSET


def test_cluster_roles_hold_everywhere_or_where_they_are_bound():
    role = rbac("ClusterRole", "rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]", "all")
    everything = Right(verb="*", group="*", resource="*", cluster_wide=True, namespace=None)
    reference = "roleRef: {kind: ClusterRole, name: all}, "
    assert workload(a=JOB, b=role + rbac("ClusterRoleBinding", reference + SUBJECT, "b")).rights == [everything]
    (found,) = workload(a=JOB, b=role + rbac("RoleBinding", reference + SUBJECT, "b", "ai")).rights
    assert (found.cluster_wide, found.namespace) == (False, "ai")


def test_a_right_holds_where_its_binding_is():
    role = rbac("Role", "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]", namespace="ops")
    binding = rbac("RoleBinding", "roleRef: {kind: Role, name: r}, " + SUBJECT, "b", "ops")
    assert workload(a=JOB, b=role + binding).rights == [replace(PODS, namespace="ops")]


def test_the_built_in_cluster_admin():
    binding = rbac("ClusterRoleBinding", "roleRef: {kind: ClusterRole, name: cluster-admin}, " + SUBJECT, "b")
    assert workload(a=JOB, b=binding).rights == [
        Right(verb="*", group="*", resource="*", cluster_wide=True, namespace=None)
    ]
    assert workload(a=JOB, b=binding.replace("kind: ClusterRole,", "kind: Role,")).rights == [
        Right(cluster_wide=True, namespace=None)
    ]


@pytest.mark.parametrize(
    "roles",
    [
        "",
        rbac("Role", "rules: '${R}'", namespace="ai"),
        rbac("Role", "rules: []", namespace="ai") + ROLE,
        rbac("Role", "rules: []", namespace="ops"),
    ],
)
def test_a_role_that_is_not_there_or_not_clear_is_an_open_right(roles):
    assert workload(a=JOB, b=roles + BINDING).rights == [OPEN]


def test_parts_that_cannot_be_read():
    assert workload(a=JOB, b=ROLE.replace("[get]", "['${V}']") + BINDING).rights == [
        Right(verb=UNSET, group="", resource=name, cluster_wide=False, namespace="ai") for name in ("pods", "secrets")
    ]
    assert workload(a=JOB, b=ROLE + BINDING.replace("name: r}", "name: '${R}'}")).rights == [OPEN]
    assert workload(a=JOB, b=ROLE + BINDING.replace("subjects: [", "subjects: ['${S}', ")).rights is UNSET


def test_rights_on_single_objects_and_urls_are_left_out():
    named = rbac(
        "Role",
        "rules: [{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [x]}, {nonResourceURLs: [/m], verbs: [get]}]",
        namespace="ai",
    )
    assert workload(a=JOB, b=named + BINDING).rights == []


@pytest.mark.parametrize(
    ("subject", "bound"),
    [
        ("{kind: User, name: 'system:serviceaccount:ai:job'}", [PODS, SECRETS]), ("{kind: User, name: 'system:serviceaccount:ops:job'}", UNSET), ("{kind: User, name: job}", UNSET),
        ("{kind: Group, name: 'system:serviceaccounts'}", [PODS, SECRETS, Right()]), ("{kind: Group, name: 'system:authenticated'}", [PODS, SECRETS, Right()]),
        ("{kind: Group, name: 'system:serviceaccounts:ai'}", [PODS, SECRETS, Right()]), ("{kind: Group, name: 'system:serviceaccounts:ops'}", UNSET),
        ("{kind: Group, name: developers}", UNSET), ("{kind: ServiceAccount, name: job}", [PODS, SECRETS]), ("{kind: ServiceAccount, name: job, namespace: '${N}'}", UNSET),
        ("{kind: ServiceAccount}", UNSET), ("{name: job}", UNSET),
    ],
)  # fmt: skip
def test_holders(subject, bound):
    binding = rbac("RoleBinding", f"roleRef: {{kind: Role, name: r}}, subjects: [{subject}]", "b", "ai")
    assert workload(a=JOB, b=ROLE + binding).rights == bound


def test_open_namespaces_mean_the_nearest_folder():
    job = deployment(spec="serviceAccountName: job")
    role = "rules: [{apiGroups: [''], resources: [%s], verbs: [get]}]"
    binding = rbac("RoleBinding", "roleRef: {kind: Role, name: r}, subjects: [{kind: ServiceAccount, name: job}]", "b")
    one, two = (rbac("Role", role % name) + binding for name in ("pods", "secrets"))
    assert workload(apps__x__deploy=job, apps__x__rbac__r=one, apps__y__rbac__r=two).rights == [
        replace(PODS, namespace=None)
    ]
    assert workload(apps__y__deploy=job, apps__x__rbac__r=one, apps__y__rbac__r=two).rights == [
        replace(SECRETS, namespace=None)
    ]
    assert workload(other__deploy=job, apps__x__rbac__r=one).rights == [replace(PODS, namespace=None)]


def test_accounts_with_too_many_rights_or_bindings_stay_open(monkeypatch):
    wide = Role(
        name="r",
        namespace="ai",
        cluster_wide=False,
        grants=[Grant(verbs=["v"] * 1, groups=["g"], resources=[f"r{i}" for i in range(40)], names=[])],
    )
    bound = RoleBinding(
        name="b",
        namespace="ai",
        cluster_wide=False,
        role="r",
        role_type="Role",
        subjects=[Subject(type="ServiceAccount", name="job", namespace="ai")],
    )
    job = Workload(namespace="ai", api_group="apps", service_account="job")
    assets = [
        Asset("workload/w", job, "manifest"),
        Asset("role/r", wide, "manifest"),
        Asset("role_binding/b", bound, "manifest"),
    ]
    assert len(complete(assets, [])[0].facts.rights) == 40
    monkeypatch.setattr(access, "MAX_RIGHTS", 39)
    assert complete(assets, [])[0].facts.rights is UNSET
    monkeypatch.undo()
    monkeypatch.setattr(access, "MAX_BINDINGS", 0)
    assert complete(assets, [])[0].facts.rights is UNSET


def test_workloads_whose_account_or_namespace_cannot_be_read():
    assert workload(a=deployment(namespace="ai", spec="serviceAccountName: '${S}'"), b=ROLE + BINDING).rights is UNSET
    assert workload(a=deployment(namespace="'${N}'", spec="serviceAccountName: job"), b=ROLE + BINDING).rights is UNSET


OFF = thing("ServiceAccount", "automountServiceAccountToken: false", "job", "ai")


@pytest.mark.parametrize(
    ("pod", "accounts", "mounted"),
    [
        ("serviceAccountName: job", OFF, False), ("serviceAccountName: job, automountServiceAccountToken: true", OFF, True),
        ("serviceAccountName: job", OFF.replace("false", "true"), True), ("serviceAccountName: job", "", UNSET), ("x: 1", "", UNSET),
        ("serviceAccountName: job, automountServiceAccountToken: '${M}'", OFF, UNSET), ("serviceAccountName: job", OFF.replace("false", "'${M}'"), UNSET),
        ("serviceAccountName: job", OFF + OFF.replace("false", "true"), UNSET), ("x: 1", OFF.replace("name: job", "name: default"), False),
    ],
)  # fmt: skip
def test_whether_the_token_is_mounted(pod, accounts, mounted):
    assert (
        workload(a=deployment(namespace="ai", spec=pod), b=accounts + thing("Namespace", "x: 1")).automount_token
        is mounted
    )


def entering(rules: str, cluster: str = "") -> object:
    role = rbac("Role", f"rules: {rules}", namespace="ai") if rules else ""
    assets = [asset for path, text in {"b.yaml": cluster or role + BINDING}.items() for asset in read(text, path)]
    (found,) = [each.facts for each in complete(assets, []) if isinstance(each.facts, RoleBinding)]
    return found.enters_containers


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ("[{apiGroups: [''], resources: [pods, pods/exec], verbs: [create]}]", True),
        ("[{apiGroups: [''], resources: ['*'], verbs: ['*']}]", True),
        ("[{apiGroups: [''], resources: [pods/ephemeralcontainers], verbs: [patch]}]", True),
        ("[{apiGroups: [''], resources: [pods/exec], verbs: [list]}]", False),
        ("[{apiGroups: [''], resources: [pods], verbs: [get]}]", False),
        ("[{apiGroups: [''], resources: ['${R}'], verbs: [get]}]", UNSET),
        ("[{apiGroups: [''], resources: ['${R}'], verbs: [get]}, {apiGroups: [''], resources: [pods/exec], verbs: [get]}]", True),
        ("", UNSET),
    ],
)  # fmt: skip
def test_bindings_of_roles_that_lead_into_containers(rules, answer):
    assert entering(rules) is answer
