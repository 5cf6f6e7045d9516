from __future__ import annotations

import pytest
from tests.estate.cluster import deployment, rbac, thing
from tests.estate.relations.sources import edges

ACCOUNTS = (
    thing("ServiceAccount", "automountServiceAccountToken: true", "job", "ai")
    + thing("ServiceAccount", "automountServiceAccountToken: true", "trainer", "ai")
    + thing("ServiceAccount", "automountServiceAccountToken: true", "cleaner", "ops")
    + deployment(namespace="ai", spec="serviceAccountName: job")
    + deployment("cron", "ops")
)
RBAC = "rbac.authorization.k8s.io"
MEMBERS = {"accounts/kubernetes/ai assumes job", "accounts/kubernetes/ai assumes trainer"}
NODE = "job commands node/kubernetes"


def bound(*rules: str, sort: str = "Role", namespace: str = "ai") -> str:
    held = "" if sort == "ClusterRole" else namespace
    binding = f"roleRef: {{kind: {sort}, name: r}}, subjects: [{{kind: ServiceAccount, name: job, namespace: ai}}]"
    return (
        ACCOUNTS
        + rbac(sort, f"rules: [{', '.join(f'{{{each}}}' for each in rules)}]", "r", held)
        + rbac(f"{sort}Binding", binding, "b", held)
    )


def rule(verbs: str, resources: str, group: str = "") -> str:
    return f"apiGroups: ['{group}'], resources: [{resources}], verbs: [{verbs}]"


def namespace(level: str = "", name: str = "ai") -> str:
    label = f", labels: {{pod-security.kubernetes.io/enforce: {level}}}" if level else ""
    return f"---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}{label}}}}}\n"


def found(*rules: str, more: str = "", **where: str) -> set[str]:
    """The edges of the account `job` and of what stands for a whole namespace."""
    said = edges("assumes", "commands", a_yaml=bound(*rules, **where), b_yaml=more)
    return {each for each in said if not each.startswith(("web", "cron"))}


@pytest.mark.parametrize(
    ("resource", "group"),
    [("pods", ""), ("deployments", "apps"), ("cronjobs", "batch"), ("rayclusters", "ray.io"), ("'*'", "apps")],
)
def test_who_makes_pods_is_every_service_account_of_the_namespace(resource, group):
    assert found(rule("create", resource, group)) == {*MEMBERS, "job assumes accounts/kubernetes/ai", f"{NODE}?"}


@pytest.mark.parametrize(
    ("verb", "resource", "group"),
    [
        ("get", "pods", ""),
        ("create", "services", ""),
        ("create", "pods", "metrics.k8s.io"),
        ("patch", "pods", ""),  # a pod's account and volumes cannot be changed
        ("create", "serviceaccounts", ""),
        ("impersonate", "users", ""),
        ("create", "pods/log", ""),
        ("bind", "clusterroles", RBAC),
        ("escalate", "roles", RBAC),
        ("escalate, patch", "clusterroles", RBAC),  # which are in no namespace
        ("create", "rolebindings", RBAC),
        ("get", "nodes/proxy", ""),  # nodes are in no namespace
    ],
)
def test_other_rights_lead_nowhere(verb, resource, group):
    assert found(rule(verb, resource, group)) == set()


def test_who_changes_what_makes_pods_may_be_every_service_account():
    assert found(rule("patch", "deployments", "apps")) == {
        *MEMBERS,
        "job assumes accounts/kubernetes/ai?",
        f"{NODE}?",
    }


@pytest.mark.parametrize(
    ("level", "node"),
    [("", [f"{NODE}?"]), ("privileged", [NODE]), ("baseline", []), ("restricted", [])],
)
def test_a_pod_owns_its_node_unless_the_namespace_demands_more_of_it(level, node):
    made = rule("create", "pods")
    said = found(made, more=namespace(level))
    assert sorted(each for each in said if "node" in each) == node
    assert "job assumes accounts/kubernetes/ai" in said


def test_who_changes_what_a_namespace_demands_owns_nodes_all_the_same():
    said = found(rule("create", "pods"), rule("patch", "namespaces"), more=namespace("restricted"))
    assert NODE in said


def test_who_makes_pods_everywhere_needs_one_namespace_that_lets_them():
    made = rule("create", "pods")
    assert f"{NODE}?" in found(made, sort="ClusterRole", more=namespace("restricted"))
    assert NODE in found(made, sort="ClusterRole", more=namespace("restricted") + namespace("privileged", "gpu"))


def test_rights_in_another_namespace_lead_to_the_accounts_there():
    said = found(rule("create", "pods"), namespace="ops", more=namespace("privileged"))
    assert said == {"job assumes accounts/kubernetes/ops", "accounts/kubernetes/ops assumes cleaner", f"{NODE}?"}


@pytest.mark.parametrize(
    ("verb", "resource"), [("create", "serviceaccounts/token"), ("impersonate", "serviceaccounts")]
)
def test_who_makes_tokens_or_impersonates_is_every_account_and_owns_no_node(verb, resource):
    assert found(rule(verb, resource)) == {*MEMBERS, "job assumes accounts/kubernetes/ai"}
    everywhere = found(rule(verb, resource), sort="ClusterRole")
    assert "job assumes accounts/kubernetes" in everywhere
    assert "accounts/kubernetes assumes cleaner" in everywhere


@pytest.mark.parametrize(
    ("verb", "resource", "certain"),
    [
        ("create", "pods/exec", ""),
        ("patch", "pods/ephemeralcontainers", ""),
        ("get", "pods/exec", "?"),
        ("create", "pods/attach", None),
    ],
)
def test_who_enters_pods_runs_commands_in_those_of_the_namespace(verb, resource, certain):
    expected = {f"job commands pods/kubernetes/ai{certain}", "pods/kubernetes/ai commands web"}
    said = edges("commands", a_yaml=bound(rule(verb, resource)))
    assert said == (set() if certain is None else expected)


@pytest.mark.parametrize(("verb", "certain"), [("create", ""), ("get", "?")])
def test_who_reaches_kubelets_through_the_proxy_enters_every_pod(verb, certain):
    assert edges("commands", a_yaml=bound(rule(verb, "nodes/proxy"), sort="ClusterRole")) == {
        f"job commands pods/kubernetes{certain}",
        "pods/kubernetes commands web",
        "pods/kubernetes commands cron",
    }


EVERYTHING = {"job assumes accounts/kubernetes/ai", "job commands pods/kubernetes/ai", NODE}


@pytest.mark.parametrize(
    "rules",
    [
        [rule("bind", "clusterroles", RBAC), rule("create", "rolebindings", RBAC)],
        [rule("'escalate', patch", "roles", RBAC)],
        [rule("'*'", "'*'", "*")],
    ],
)
def test_who_binds_or_escalates_gives_itself_everything_there(rules):
    said = found(*rules)
    assert said >= EVERYTHING
    assert "job reads stored_secret/kubernetes/ai?" in edges("reads", a_yaml=bound(*rules))
    assert not any("accounts/kubernetes assumes" in each for each in said)


@pytest.mark.parametrize(
    ("rules", "everything"),
    [
        ([rule("impersonate", "'users', groups")], True),
        ([rule("impersonate", "groups")], False),
        ([rule("bind", "clusterroles", RBAC), rule("create", "clusterrolebindings", RBAC)], True),
        ([rule("escalate", "clusterroles", RBAC)], False),
    ],
)
def test_who_impersonates_administrators_or_binds_everywhere_has_the_cluster(rules, everything):
    said = found(*rules, sort="ClusterRole")
    assert ({"job assumes accounts/kubernetes", "job commands pods/kubernetes", NODE} <= said) is everything


def test_what_holds_everywhere_is_not_told_again_for_a_namespace():
    everywhere = bound(rule("create", "pods"), sort="ClusterRole")
    inside = rbac(
        "Role", f"rules: [{{{rule('patch', 'deployments', 'apps')}}}, {{{rule('create', 'pods/exec')}}}]", "x", "ai"
    )
    binding = "roleRef: {kind: Role, name: x}, subjects: [{kind: ServiceAccount, name: job, namespace: ai}]"
    said = edges("assumes", "commands", a_yaml=everywhere + inside + rbac("RoleBinding", binding, "x", "ai"))
    assert {each for each in said if each.startswith("job")} == {
        "job assumes accounts/kubernetes",
        "job commands pods/kubernetes/ai",
        f"{NODE}?",
    }


def test_rights_on_single_objects_and_of_others_lead_nowhere():
    assert found(rule("create", "serviceaccounts/token") + ", resourceNames: [builder]") == set()
    of_users = bound(rule("create", "pods")).replace(
        "kind: ServiceAccount, name: job, namespace", "kind: User, name: ann, of"
    )
    assert edges("commands", a_yaml=of_users) == set()


def test_what_is_told_of_an_account_is_told_once_however_many_pods_use_it():
    twice = bound(rule("create", "pods")) + deployment("second", "ai", "serviceAccountName: job")
    assert edges("assumes", a_yaml=twice) == {
        *MEMBERS,
        "job assumes accounts/kubernetes/ai",
        "web assumes job",
        "second assumes job",
    }


def test_an_account_that_no_pod_uses_has_its_rights_too():
    unused = bound(rule("create", "pods")).replace("serviceAccountName: job", "serviceAccountName: other")
    assert "job assumes accounts/kubernetes/ai" in edges("assumes", a_yaml=unused)
