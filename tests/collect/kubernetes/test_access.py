from __future__ import annotations

import pytest
from tests.collect.kubernetes.reading import facts, one

from holdfast.core.fact import UNSET
from holdfast.kinds.role import Grant
from holdfast.kinds.role_binding import Subject

API = "apiVersion: rbac.authorization.k8s.io/v1"


def rbac(kind: str, body: str):
    return facts(f"{{{API}, kind: {kind}, metadata: {{name: a, namespace: ai}}, {body}}}")


def test_roles():
    found = rbac(
        "Role",
        "rules: [{apiGroups: ['', apps], resources: [pods/exec], verbs: ['*']}, {nonResourceURLs: [/metrics], verbs: [get], resourceNames: [x]}]",
    )
    assert (found.name, found.namespace, found.cluster_wide, found.aggregated) == ("a", "ai", False, False)
    assert found.grants == [
        Grant(groups=["", "apps"], resources=["pods/exec"], verbs=["*"], names=[], urls=[]),
        Grant(groups=[], resources=[], verbs=["get"], names=["x"], urls=["/metrics"]),
    ]
    found = rbac("ClusterRole", "rules: []")
    assert (found.namespace, found.cluster_wide, found.grants) == (None, True, [])


def test_an_aggregated_role_says_nothing_about_its_rules():
    found = rbac("ClusterRole", "aggregationRule: {clusterRoleSelectors: []}, rules: []")
    assert (found.aggregated, found.grants) == (True, UNSET)
    assert rbac("Role", "aggregationRule: {}, rules: []").aggregated is False


@pytest.mark.parametrize("rules", ["'${R}'", "['${R}']", "{}"])
def test_rules_that_cannot_be_read(rules):
    assert rbac("Role", f"rules: {rules}").grants is UNSET


def test_a_rule_of_which_a_part_cannot_be_read():
    (grant,) = rbac("Role", "rules: [{verbs: [get, '${V}'], resources: pods, apiGroups: [null]}]").grants
    assert (grant.verbs, grant.resources, grant.groups) == (UNSET, UNSET, UNSET)


def test_bindings():
    found = rbac(
        "RoleBinding",
        "roleRef: {kind: Role, name: r}, subjects: [{kind: ServiceAccount, name: s, namespace: n}, {kind: Group, name: g}]",
    )
    assert (found.role, found.role_type, found.cluster_wide, found.namespace) == ("r", "Role", False, "ai")
    assert found.subjects == [
        Subject(type="ServiceAccount", name="s", namespace="n"),
        Subject(type="Group", name="g", namespace=None),
    ]
    found = rbac("ClusterRoleBinding", "roleRef: {kind: ClusterRole, name: '${R}'}")
    assert (found.role, found.role_type, found.cluster_wide, found.namespace, found.subjects) == (
        UNSET,
        "ClusterRole",
        True,
        None,
        [],
    )


def test_bindings_that_cannot_be_read():
    found = rbac("RoleBinding", "roleRef: '${R}', subjects: ['${S}']")
    assert (found.role, found.role_type, found.subjects) == (UNSET, UNSET, UNSET)
    found = rbac("RoleBinding", "subjects: [{}]")
    assert (found.role, found.subjects) == (UNSET, [Subject(type=UNSET, name=UNSET, namespace=None)])


def account(body: str, annotations: str = "{}"):
    return facts(f"{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: a, annotations: {annotations}}}, {body}}}")


@pytest.mark.parametrize(
    ("body", "mounted"),
    [("x: 1", True), ("automountServiceAccountToken: false", False), ("automountServiceAccountToken: '${M}'", UNSET)],
)
def test_tokens_of_service_accounts(body, mounted):
    assert account(body).automount_token is mounted


@pytest.mark.parametrize(
    ("annotations", "identity"),
    [
        ("{}", None), ("{eks.amazonaws.com/role-arn: arn:aws:iam::1:role/x}", "arn:aws:iam::1:role/x"), ("{iam.gke.io/gcp-service-account: a@b}", "a@b"),
        ("{azure.workload.identity/client-id: '0-1'}", "0-1"), ("{eks.amazonaws.com/role-arn: '${ARN}'}", UNSET), ("'${A}'", UNSET),
    ],
)  # fmt: skip
def test_cloud_identities(annotations, identity):
    assert account("x: 1", annotations).cloud_identity == identity


def test_places():
    asset = one(f"{API}\nkind: Role\nmetadata: {{name: a}}\nrules:\n- verbs: [get]\n- verbs: ['*']\n")
    assert asset.spot("grants[1].verbs")[:2] == (6, 3)
    assert asset.spot("grants[1].verbs").pointer == "/rules/1/verbs"
    assert asset.spot("grants")[:2] == (4, 1)
