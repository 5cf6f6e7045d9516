from __future__ import annotations

import pytest
from tests.estate.cluster import completed, deployment, policy, thing, workload

from holdfast.core.fact import UNSET
from holdfast.kinds.network_policy import NetworkPolicy


def denied(found):
    return found.default_deny_ingress, found.default_deny_egress


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        ("podSelector: {}", True, UNSET), ("podSelector: {}, policyTypes: [Ingress, Egress]", True, True), ("podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]", UNSET, True),
        ("podSelector: {matchLabels: {app: api}}", UNSET, UNSET), ("podSelector: {matchLabels: {owner: only}}", UNSET, UNSET),
        ("podSelector: {matchExpressions: [{key: app, operator: Exists}]}", UNSET, UNSET), ("podSelector: {}, ingress: [{}]", False, UNSET),
        ("podSelector: {}, ingress: [{ports: [{port: 80}]}]", True, UNSET), ("podSelector: {}, ingress: [{from: [{podSelector: {}}]}]", True, UNSET),
    ],
)  # fmt: skip
def test_policies_that_deny(spec, ingress, egress):
    assert denied(workload(a=deployment(namespace="ai") + policy(spec, "ai"))) == (ingress, egress)


DENY = policy("podSelector: {}, policyTypes: [Ingress, Egress]", "ai")


def test_a_policy_that_opens_to_everyone_undoes_another():
    opening = policy("podSelector: {matchLabels: {app: web}}, ingress: [{}]", "ai", "open")
    assert denied(workload(a=deployment(namespace="ai") + DENY + opening)) == (False, True)
    ignored = policy("podSelector: {}, policyTypes: [Egress], ingress: [{}]", "ai", "open")
    assert denied(workload(a=deployment(namespace="ai") + ignored)) == (UNSET, True)


@pytest.mark.parametrize("rules", ["'${R}'", "[{from: '${R}'}]", "[{ports: '${R}'}]"])
def test_a_policy_that_was_not_read_to_the_end_may_open_to_everyone(rules):
    unread = policy(f"podSelector: {{}}, ingress: {rules}", "ai", "open")
    assert denied(workload(a=deployment(namespace="ai") + NAMESPACE + DENY + unread))[0] is UNSET


def test_a_policy_of_the_whole_cluster_may_deny_what_another_one_opens():
    opening = policy("podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]", "ai")
    wide = thing("GlobalNetworkPolicy", "spec: {types: [Ingress]}", api="projectcalico.org/v3")
    assert denied(workload(a=deployment(namespace="ai") + opening + wide)) == (UNSET, False)


SPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}\n---\n"
AI, OPS = SPACE % "ai", SPACE % "ops"


@pytest.mark.parametrize(
    ("files", "answer"),
    [
        ({"a": AI + policy("podSelector: {matchLabels: {app: api}}", "ai")}, False),
        ({"a": AI + policy("podSelector: {}, policyTypes: [Egress]", "ai")}, False),
        ({"a": policy("podSelector: {matchLabels: {app: api}}", "ai")}, UNSET),
        ({"x__a": AI, "x__b": OPS, "y__p": policy("podSelector: {}", "ops")}, False),
        ({"x__ai__n": AI, "x__ops__n": OPS, "x__ops__p": policy("podSelector: {}", "ops")}, False),
        ({"x__ai__n": AI, "x__ops__m": OPS, "x__ops__p": policy("podSelector: {}", "ops")}, UNSET),
        ({"x__n": AI, "y__z__n": OPS, "y__z__p": policy("podSelector: {}", "ops")}, UNSET),
        ({"x__a": AI, "y__p": policy("podSelector: {}", "ops")}, UNSET),
        ({"x__a": AI + OPS}, UNSET),
        ({"a": AI + policy("podSelector: {matchLabels: {app: api}}", "ai"), "b": policy("podSelector: {}")}, UNSET),
        ({"a": AI + policy("podSelector: {matchLabels: {app: api}}", "ai"), "b": policy("podSelector: {}", "'${N}'")}, UNSET),
        ({"a": AI + policy("podSelector: {matchExpressions: [{key: app, operator: Exists}]}", "ai")}, UNSET),
        ({"a": AI + policy("podSelector: {matchLabels: {app: api}}", "ai"), "b": thing("GlobalNetworkPolicy", "spec: {selector: 'has(app)'}", api="projectcalico.org/v3")}, UNSET),
        ({"a": AI + policy("podSelector: {matchLabels: {app: api}}", "ai"), "b": thing("GlobalNetworkPolicy", "spec: {selector: \"app == 'api'\"}", api="projectcalico.org/v3")}, False),
    ],
)  # fmt: skip
def test_a_policy_is_missing_where_the_policies_of_the_namespace_are_kept(files, answer):
    assert workload(w=deployment(namespace="ai"), **files).default_deny_ingress is answer


def test_policies_stay_in_their_namespace_or_folder():
    deny = "podSelector: {}"
    assert denied(workload(a=deployment(namespace="ai"), b=policy(deny, "ops"))) == (UNSET, UNSET)
    assert denied(workload(x__a=deployment(), x__b=policy(deny))) == (True, UNSET)
    assert denied(workload(x__a=deployment(), y__b=policy(deny))) == (UNSET, UNSET)
    assert denied(workload(a=deployment(), b=policy(deny, "ai"))) == (UNSET, UNSET)
    assert denied(workload(a=deployment(namespace="'${N}'"), b=policy(deny, "'${N}'"))) == (UNSET, UNSET)


def test_cluster_wide_policies():
    wide = thing("GlobalNetworkPolicy", "spec: {types: [Ingress, Egress]}", api="projectcalico.org/v3")
    assert denied(workload(a=deployment(namespace="ai"), b=wide)) == (True, True)
    assert denied(workload(x__a=deployment(), b=wide)) == (True, True)


def test_pods_on_the_node_network_are_not_governed():
    assert denied(
        workload(a=deployment(namespace="ai", spec="hostNetwork: true") + policy("podSelector: {}", "ai"))
    ) == (UNSET, UNSET)


def test_compose_services_have_no_policies():
    assert denied(workload(x__a="services: {web: {image: x}}", x__b=policy("podSelector: {}"))) == (UNSET, UNSET)


NAMESPACE = thing("Namespace", "x: 1", "ai")


@pytest.mark.parametrize(
    ("policies", "deny"),
    [
        (policy("podSelector: {}, policyTypes: [Ingress, Egress]", "ai"), True), (policy("podSelector: {}", "ai"), False),
        (policy("podSelector: {}", "ai") + policy("podSelector: {}, policyTypes: [Egress]", "ai", "b"), True),
        (policy("podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress]", "ai"), False), (policy("podSelector: {}, policyTypes: [Ingress, Egress]", "ops"), UNSET),
    ],
)  # fmt: skip
def test_namespaces_that_deny_by_default(policies, deny):
    assert completed(a=NAMESPACE, b=policies)["Namespace..ai"].facts.default_deny is deny


def test_too_many_policies_leave_it_open():
    many = "".join(policy("podSelector: {}", "ai", f"p{i}") for i in range(501))
    assert denied(workload(a=deployment(namespace="ai"), b=many)) == (UNSET, UNSET)


def beside(**files):
    found = [item.facts for item in completed(**files).values() if isinstance(item.facts, NetworkPolicy)]
    return [item.egress_denied_beside for item in found]


def test_outgoing_traffic_is_denied_by_a_policy_of_its_own():
    ingress, egress = policy("podSelector: {}", "ai"), policy("podSelector: {}, policyTypes: [Egress]", "ai", "out")
    assert beside(a=ingress) == [False]
    assert beside(a=ingress, b=egress) == [True, UNSET]
    assert beside(a=ingress, b=policy("podSelector: {}, policyTypes: [Egress]", "ops", "out")) == [False, UNSET]
    assert beside(a=ingress, b=egress + policy("podSelector: {}, policyTypes: [Egress], egress: [{}]", "ai", "x")) == [
        False,
        UNSET,
        UNSET,
    ]
    assert beside(a=policy("podSelector: {matchLabels: {app: web}}", "ai"), b=egress) == [UNSET, UNSET]


def test_every_port_of_a_protocol_is_open_to_everyone():
    assert denied(
        workload(a=deployment(namespace="ai") + policy("podSelector: {}, ingress: [{ports: [{protocol: TCP}]}]", "ai"))
    ) == (False, UNSET)
