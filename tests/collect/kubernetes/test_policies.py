from __future__ import annotations

import pytest
from tests.collect.kubernetes.reading import facts, one

from holdfast.core.fact import UNSET
from holdfast.kinds.network_policy import Peer


def peer(direction: str, ports=(), **more):
    return Peer(
        **{"direction": direction, "everyone": False, "cidr": None, "excepted": [], "ports": list(ports), **more}
    )


def policy(spec: str, kind: str = "NetworkPolicy", version: str = "networking.k8s.io/v1"):
    return facts(f"{{apiVersion: {version}, kind: {kind}, metadata: {{name: a, namespace: ai}}, spec: {spec}}}")


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        ("{podSelector: {}}", True, False), ("{podSelector: {}, egress: [{}]}", True, True), ("{podSelector: {}, egress: []}", True, False),
        ("{policyTypes: [Egress]}", False, True), ("{policyTypes: [Ingress, Egress]}", True, True), ("{policyTypes: []}", True, False),
        ("{policyTypes: '${T}'}", UNSET, UNSET), ("{policyTypes: ['${T}']}", UNSET, UNSET),
    ],
)  # fmt: skip
def test_what_a_network_policy_denies(spec, ingress, egress):
    found = policy(spec)
    assert (found.ingress, found.egress) == (ingress, egress)
    assert (found.controller, found.cluster_wide, found.namespace) == ("NetworkPolicy", False, "ai")


@pytest.mark.parametrize(
    ("selector", "labels"),
    [
        ("{}", {}), ("{matchLabels: {app: web}}", {"app": "web"}), ("{matchExpressions: [{key: app, operator: In, values: [web]}]}", {"app": "web"}),
        ("{matchLabels: {a: b}, matchExpressions: [{key: app, operator: In, values: [web]}]}", {"a": "b", "app": "web"}),
        ("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", UNSET), ("{matchExpressions: [{key: app, operator: Exists}]}", UNSET),
        ("{matchLabels: {app: x}, matchExpressions: [{key: app, operator: In, values: [y]}]}", UNSET),
        ("'${S}'", UNSET), ("{matchLabels: '${S}'}", UNSET), ("{matchLabels: {a: '${S}'}}", UNSET), ("{matchExpressions: '${S}'}", UNSET),
        ("{matchExpressions: [{key: 3, operator: In, values: [a]}]}", UNSET), ("{matchExpressions: [{key: a, operator: In, values: a}]}", UNSET),
    ],
)  # fmt: skip
def test_label_selectors(selector, labels):
    assert policy(f"{{podSelector: {selector}}}").selector == labels


def test_a_missing_selector_selects_every_pod():
    assert policy("{}").selector == {}


def test_peers_of_a_network_policy():
    found = policy(
        "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {podSelector: {}}], ports: [{port: 80}, {port: 90, endPort: 99}, {port: http}, {protocol: UDP}]}],"
        " egress: [{}, {to: [], ports: [{port: 53}]}]}"
    )
    ports = ["80", "90-99", "http", "1-65535"]
    assert found.peers == [
        peer("ingress", ports, cidr="10.0.0.0/8", excepted=["10.1.0.0/16"]),
        peer("ingress", ports),
        peer("egress", everyone=True),
        peer("egress", ["53"], everyone=True),
    ]


@pytest.mark.parametrize(
    "spec",
    [
        "{ingress: '${I}'}",
        "{ingress: ['${I}']}",
        "{ingress: [{from: '${F}'}]}",
        "{egress: [{to: [{ipBlock: '${B}'}]}]}",
    ],
)
def test_rules_that_cannot_be_read(spec):
    assert policy(spec).peers is UNSET


def test_parts_of_peers_that_cannot_be_read():
    found = policy(
        "{ingress: [{from: [{ipBlock: {cidr: '${C}', except: '${E}'}}], ports: '${P}'}, {ports: [{port: '${P}'}]}, {ports: [{port: 1, endPort: []}]}]}"
    ).peers
    assert [(item.cidr, item.excepted, item.ports) for item in found] == [
        (UNSET, UNSET, UNSET),
        (None, [], UNSET),
        (None, [], UNSET),
    ]


def test_places_of_peers():
    asset = one(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock:\n        cidr: 0.0.0.0/0\n  - {}\n"
    )
    assert asset.spot("peers[0].cidr")[:2] == (9, 9)
    assert asset.spot("peers[1]")[:2] == (10, 5)
    assert asset.spot("selector")[:2] == (5, 3)


def admin(spec: str, kind: str = "AdminNetworkPolicy"):
    return policy(spec, kind, "policy.networking.k8s.io/v1alpha1")


@pytest.mark.parametrize(
    ("subject", "labels"),
    [
        ("{namespaces: {}}", {}), ("{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}", {"app": "web"}),
        ("{namespaces: {matchLabels: {team: a}}}", UNSET), ("{pods: {namespaceSelector: {matchLabels: {a: b}}, podSelector: {}}}", UNSET),
        ("{}", UNSET), ("'${S}'", UNSET), ("{pods: '${S}'}", UNSET),
    ],
)  # fmt: skip
def test_subjects_of_admin_policies(subject, labels):
    found = admin(f"{{subject: {subject}}}")
    assert (found.selector, found.cluster_wide, found.namespace, found.ingress, found.egress) == (
        labels,
        True,
        None,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("rules", "ingress", "egress"),
    [
        ("ingress: [{action: Deny, from: [{namespaces: {}}]}]", UNSET, False), ("egress: [{action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}]}]", False, True),
        ("egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}], ports: [{portNumber: {port: 80}}]}]", False, False),
        ("ingress: [{action: Deny, from: [{pods: {}}]}]", False, False), ("ingress: [{action: Pass, from: [{namespaces: {}}]}]", False, False),
        ("ingress: [{action: '${A}', from: []}]", UNSET, UNSET), ("egress: '${E}'", UNSET, UNSET), ("egress: [{action: Deny, to: [{networks: '${N}'}]}]", UNSET, UNSET),
    ],
)  # fmt: skip
def test_what_admin_policies_deny(rules, ingress, egress):
    found = admin(f"{{subject: {{namespaces: {{}}}}, {rules}}}", "BaselineAdminNetworkPolicy")
    assert (found.ingress, found.egress) == (ingress, egress)


def test_peers_of_admin_policies():
    ports = "ports: [{portNumber: {protocol: TCP, port: 80}}, {namedPort: http}, {portRange: {start: 1, end: 9}}]"
    found = admin(
        f"{{ingress: [{{action: Allow, from: [{{namespaces: {{}}}}], {ports}}}], egress: [{{action: Allow, to: [{{networks: [10.0.0.0/8]}}, {{nodes: {{}}}}]}}]}}"
    )
    assert found.peers == [peer("ingress", ["80", "http", "1-9"]), peer("egress", cidr="10.0.0.0/8"), peer("egress")]
    protocols = "[{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 1, end: 9}}}}, {destinationNamedPort: http}, {sctp: {}}]"
    found = policy(
        f"{{tier: Admin, ingress: [{{action: Accept, from: [{{pods: {{}}}}], protocols: {protocols}}}]}}",
        "ClusterNetworkPolicy",
        "policy.networking.k8s.io/v1alpha2",
    )
    assert (found.controller, found.peers) == (
        "ClusterNetworkPolicy",
        [peer("ingress", ["80", "1-9", "http", "1-65535"])],
    )


@pytest.mark.parametrize(
    "ports",
    [
        "ports: [{}]",
        "ports: [{portRange: {start: 1}}]",
        "protocols: [{icmp: {}}]",
        "protocols: [{tcp: {destinationPort: {x: 1}}}]",
    ],
)
def test_ports_of_admin_policies_that_cannot_be_read(ports):
    assert admin(f"{{ingress: [{{action: Allow, from: [{{pods: {{}}}}], {ports}}}]}}").peers[0].ports is UNSET


def cilium(body: str, kind: str = "CiliumNetworkPolicy"):
    return facts(f"{{apiVersion: cilium.io/v2, kind: {kind}, metadata: {{name: a, namespace: ai}}, {body}}}")


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        ("{endpointSelector: {}}", False, False), ("{endpointSelector: {}, ingress: [{}]}", True, False), ("{endpointSelector: {}, egressDeny: [{toCIDR: [1.1.1.1/32]}]}", False, True),
        ("{endpointSelector: {}, ingress: [{}], enableDefaultDeny: {ingress: false, egress: true}}", False, True),
        ("{endpointSelector: {}, enableDefaultDeny: '${D}'}", UNSET, UNSET), ("{endpointSelector: {}, ingress: '${I}'}", UNSET, UNSET),
        ("{endpointSelector: {}, ingress: []}", False, False),
    ],
)  # fmt: skip
def test_what_cilium_policies_deny(spec, ingress, egress):
    found = cilium(f"spec: {spec}")
    assert (found.ingress, found.egress, found.cluster_wide, found.namespace) == (ingress, egress, False, "ai")


def test_selectors_of_cilium_policies():
    assert cilium("spec: {endpointSelector: {matchLabels: {'k8s:app': web, 'any:b': c, d: e}}}").selector == {
        "app": "web",
        "b": "c",
        "d": "e",
    }
    assert cilium("spec: {nodeSelector: {}}").selector is UNSET
    assert cilium("spec: {endpointSelector: '${E}'}").selector is UNSET
    found = cilium("spec: {endpointSelector: {}}", "CiliumClusterwideNetworkPolicy")
    assert (found.cluster_wide, found.namespace, found.selector) == (True, None, {})


def test_peers_of_cilium_policies():
    ports = "toPorts: [{ports: [{port: '80', protocol: TCP}, {port: '90', endPort: 99}]}, {ports: [{port: '53'}]}]"
    written = ["80", "90-99", "53"]
    found = cilium(
        f"spec: {{endpointSelector: {{}}, ingress: [{{}}, {{fromEndpoints: [{{}}], {ports}}}, {{fromEntities: [all, world, cluster]}}, {{{ports}}}, {{fromEndpoints: [], {ports}}}],"
        " egress: [{toCIDR: [10.0.0.0/8]}, {toCIDRSet: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}]}, {toFQDNs: [{matchName: pypi.org}]}, {toServices: [{}]}, {icmps: [{}]}]}"
    )
    assert found.peers == [
        peer("ingress", written),
        peer("ingress", everyone=True),
        peer("ingress", cidr="0.0.0.0/0"),
        peer("ingress"),
        peer("ingress", written, everyone=True),
        peer("egress", cidr="10.0.0.0/8"),
        peer("egress", cidr="0.0.0.0/0", excepted=["10.0.0.0/8"]),
        peer("egress"),
        peer("egress"),
    ]
    assert cilium("spec: {endpointSelector: {}, ingress: [{toPorts: [{ports: [{}]}]}]}").peers[0].ports is UNSET


def test_worlds_and_wildcard_ports_of_cilium():
    found = cilium(
        "spec: {endpointSelector: {}, egress: [{toEntities: [world-ipv4, world-ipv6], toPorts: [{ports: [{port: '0', protocol: TCP}]}]}]}"
    )
    assert found.peers == [
        peer("egress", ["1-65535"], cidr="0.0.0.0/0"),
        peer("egress", ["1-65535"], cidr="::/0"),
    ]


@pytest.mark.parametrize(
    ("denial", "excepted"),
    [
        ("toCIDR: [169.254.169.254/32]", ["169.254.169.254/32"]), ("toCIDRSet: [{cidr: 169.254.0.0/16}]", ["169.254.0.0/16"]),
        ("toCIDR: [169.254.169.254/32], toPorts: [{ports: [{port: '443'}]}]", []),
        ("toCIDRSet: [{cidr: 169.254.0.0/16, except: [169.254.169.254/32]}]", []), ("toEntities: [world]", []),
    ],
)  # fmt: skip
def test_what_cilium_denies_is_not_allowed(denial, excepted):
    found = cilium(
        f"spec: {{endpointSelector: {{}}, egress: [{{toEntities: [all]}}, {{toCIDRSet: [{{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}}, {{toEndpoints: [{{}}]}}], egressDeny: [{{{denial}}}]}}"
    )
    assert [item.excepted for item in found.peers] == [excepted, ["10.0.0.0/8", *excepted], []]


def test_a_denial_of_cilium_stays_with_its_rule():
    found = cilium(
        "specs: [{endpointSelector: {}, egressDeny: [{toCIDR: [1.1.1.1/32]}]}, {endpointSelector: {}, egress: [{toEntities: [all]}]}]"
    )
    assert found.peers == [peer("egress", everyone=True)]


def test_cilium_policies_with_several_rules():
    found = cilium(
        "specs: [{endpointSelector: {}, ingress: [{fromEntities: [all]}]}, {endpointSelector: {}, egress: [{}, {toCIDR: [10.0.0.0/8]}]}]"
    )
    assert (found.selector, found.ingress, found.egress) == (UNSET, True, True)
    assert found.peers == [peer("ingress", everyone=True), peer("egress", cidr="10.0.0.0/8")]
    assert cilium("specs: [{endpointSelector: {matchLabels: {a: b}}}]").selector == {"a": "b"}
    assert cilium("specs: '${S}'").peers is UNSET


def calico(spec: str, kind: str = "NetworkPolicy", group: str = "projectcalico.org"):
    return policy(spec, kind, f"{group}/v3")


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        ("{}", True, False), ("{ingress: [{action: Allow}]}", True, False), ("{egress: [{action: Allow}]}", False, True),
        ("{ingress: [{action: Deny}], egress: [{action: Deny}]}", True, True), ("{types: [Ingress, Egress]}", True, True),
        ("{types: [Egress], tier: default}", False, True), ("{types: [Ingress], tier: platform}", UNSET, False), ("{types: '${T}'}", UNSET, UNSET),
        ("{types: [Ingress], tier: '${T}'}", UNSET, False),
    ],
)  # fmt: skip
def test_what_calico_policies_deny(spec, ingress, egress):
    for group in ("projectcalico.org", "crd.projectcalico.org"):
        found = calico(spec, group=group)
        assert (found.ingress, found.egress, found.cluster_wide, found.controller) == (
            ingress,
            egress,
            False,
            "NetworkPolicy",
        )


@pytest.mark.parametrize(
    ("spec", "labels"),
    [
        ("{}", {}), ("{selector: all()}", {}), ("{selector: ''}", {}), ('{selector: "app == \'web\'"}', {"app": "web"}),
        ("{selector: 'app == \"web\" && a/b ==\"c\"'}", {"app": "web", "a/b": "c"}), ("{selector: \"app == ''\"}", {"app": ""}),
        ("{selector: \"app != 'web'\"}", UNSET), ("{selector: \"app in {'a', 'b'}\"}", UNSET), ("{selector: \"a == 'b' || c == 'd'\"}", UNSET),
        ("{selector: \"a == 'b' && a == 'c'\"}", UNSET), ("{selector: has(x)}", UNSET), ("{selector: '${S}'}", UNSET), ("{selector: 3}", UNSET),
        ("{serviceAccountSelector: \"a == 'b'\"}", UNSET), ("{namespaceSelector: all()}", {}), ("{namespaceSelector: \"a == 'b'\"}", UNSET),
        ("{preDNAT: true}", UNSET), ("{doNotTrack: true}", UNSET), ("{selector: " + "a" * 5000 + "}", UNSET),
    ],
)  # fmt: skip
def test_selectors_of_calico_policies(spec, labels):
    found = calico(spec, "GlobalNetworkPolicy")
    assert (found.selector, found.cluster_wide, found.namespace) == (labels, True, None)


def test_peers_of_calico_policies():
    found = calico(
        "{ingress: [{action: Allow}, {action: Deny}, {action: Allow, protocol: TCP, source: {nets: [10.0.0.0/8, 172.16.0.0/12], notNets: [10.1.0.0/16]}, destination: {ports: [80, '90:99']}},"
        " {action: Allow, source: {selector: \"a == 'b'\"}}, {action: Allow, source: {notNets: [10.0.0.0/8]}}, {action: Allow, protocol: UDP}, {action: Allow, protocol: ICMP}],"
        " egress: [{action: Allow, destination: {ports: [53]}}]}"
    )
    assert found.peers == [
        peer("ingress", everyone=True),
        peer("ingress", ["80", "90-99"], cidr="10.0.0.0/8", excepted=["10.1.0.0/16"]),
        peer("ingress", ["80", "90-99"], cidr="172.16.0.0/12", excepted=["10.1.0.0/16"]),
        peer("ingress"),
        peer("ingress", cidr="0.0.0.0/0", excepted=["10.0.0.0/8"]),
        peer("ingress", ["1-65535"], everyone=True),
        peer("egress", ["53"], everyone=True),
    ]
    assert calico("{ingress: [{action: Allow, destination: {ports: '${P}'}}]}").peers[0].ports is UNSET


@pytest.mark.parametrize(
    "rule", ["{action: '${A}'}", "{}", "{action: Allow, source: '${S}'}", "{action: Allow, source: {nets: '${N}'}}"]
)
def test_rules_of_calico_policies_that_cannot_be_read(rule):
    assert calico(f"{{ingress: [{rule}]}}").peers is UNSET


@pytest.mark.parametrize(
    ("denial", "excepted"),
    [
        ("destination: {nets: [169.254.169.254/32]}", ["169.254.169.254/32"]), ("protocol: TCP, destination: {nets: [1.1.1.1/32]}", []),
        ("destination: {nets: [1.1.1.1/32], ports: [443]}", []), ("source: {selector: has(a)}, destination: {nets: [1.1.1.1/32]}", []),
    ],
)  # fmt: skip
def test_what_calico_denies_first_is_not_allowed(denial, excepted):
    found = calico(f"{{egress: [{{action: Deny, {denial}}}, {{action: Allow}}]}}")
    assert found.peers == [peer("egress", everyone=True, excepted=excepted)]
    assert calico(f"{{egress: [{{action: Allow}}, {{action: Deny, {denial}}}]}}").peers == [
        peer("egress", everyone=True)
    ]


def test_what_an_admin_policy_denies_first_is_not_allowed():
    found = admin(
        "{egress: [{action: Deny, to: [{networks: [169.254.169.254/32]}]}, {action: Allow, to: [{networks: [0.0.0.0/0]}]}]}"
    )
    assert found.peers == [peer("egress", cidr="0.0.0.0/0", excepted=["169.254.169.254/32"])]
