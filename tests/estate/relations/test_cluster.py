from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.estate.relations.things import asset, told

from holdfast.core.asset import Edge
from holdfast.core.fact import UNSET
from holdfast.estate.relations.cluster import cluster
from holdfast.kinds.network_policy import NetworkPolicy, Peer
from holdfast.kinds.route import Route
from holdfast.kinds.server import Server
from holdfast.kinds.service import Service, ServicePort
from holdfast.kinds.workload import Workload

POD = asset(Workload(name="pod", api_group="apps", namespace="ai", labels={"app": "a"}, controller="Pod"), "pod")
INSIDE = asset(Server(product="vllm", port=8000, loopback=False), "vllm")
RUNS = [Edge(INSIDE.id, "runs_on", POD.id), Edge("script/x", "runs_on", POD.id)]


def pod(**facts):
    return replace(POD, facts=replace(POD.facts, **facts))


def service(**facts):
    seen = {"namespace": "ai", "selector": {"app": "a"}, "type": "LoadBalancer", "internal": False}
    return asset(Service(name="svc", **{**seen, "source_ranges": [], "ports": [], **facts}), "svc")


def route(**facts):
    return asset(Route(name="in", **{"namespace": "ai", "controller": "Ingress", "services": ["svc"], **facts}), "in")


def from_outside(*assets, edges=RUNS):
    found = told(cluster, *assets, edges=edges)
    return [each for each in found if "zone/internet" in each or "behind" in each]


BEHIND = "vllm behind svc"
IN = "vllm reachable_from zone/internet"


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, [BEHIND, IN]),
        ({"internal": True}, [BEHIND]),
        ({"internal": UNSET}, [BEHIND, f"{IN}?"]),
        ({"source_ranges": ["10.0.0.0/8"]}, [BEHIND]),
        ({"source_ranges": ["0.0.0.0/0"]}, [BEHIND, IN]),
        ({"source_ranges": UNSET}, [BEHIND, f"{IN}?"]),
        ({"type": "ClusterIP"}, [BEHIND]),
        ({"type": "ExternalName"}, []),
        ({"selector": {}}, []),
        ({"selector": {"app": "b"}}, []),
        ({"namespace": "other"}, []),
        ({"namespace": UNSET}, []),
        ({"ports": [ServicePort(target_port="8000")]}, [BEHIND, IN]),
        ({"ports": [ServicePort(target_port="9000")]}, []),
        ({"ports": [ServicePort(target_port="http")]}, [BEHIND, IN]),
    ],
)
def test_a_load_balancer_lets_the_internet_in(facts, answer):
    assert from_outside(POD, INSIDE, service(**facts)) == answer


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, [BEHIND, "vllm behind in", IN]),
        ({"auth": True}, [BEHIND]),
        ({"restricted": True}, [BEHIND]),
        ({"loopback": True}, [BEHIND]),
        ({"namespace": "other", "services": ["svc.ai"]}, [BEHIND, "vllm behind in", IN]),
        ({"services": UNSET}, [BEHIND]),
    ],
)
def test_a_route_lets_the_internet_in_unless_it_asks(facts, answer):
    assert from_outside(POD, INSIDE, service(type="ClusterIP"), route(**facts)) == answer


def policy(*peers):
    facts = {"namespace": "ai", "cluster_wide": False, "selector": {}, "ingress": True}
    return asset(NetworkPolicy(name="np", peers=list(peers), **facts), "np")


@pytest.mark.parametrize(
    ("peers", "answer"),
    [
        ([], [BEHIND]),
        ([Peer(direction="ingress", everyone=False, cidr="203.0.113.0/24")], [BEHIND]),
        ([Peer(direction="egress", everyone=True, cidr=None)], [BEHIND]),
        ([Peer(direction="ingress", everyone=False, cidr="10.0.0.0/8")], [BEHIND, f"{IN}?"]),
        ([Peer(direction="ingress", everyone=False, cidr="0.0.0.0/0")], [BEHIND, f"{IN}?"]),
        ([Peer(direction="ingress", everyone=False, cidr="office")], [BEHIND, f"{IN}?"]),
        ([Peer(direction="ingress", everyone=False, cidr=None)], [BEHIND, f"{IN}?"]),
    ],
)
def test_a_policy_that_denies_is_asked_whom_it_admits(peers, answer):
    assert from_outside(pod(default_deny_ingress=True), INSIDE, service(), policy(*peers)) == answer
    assert from_outside(POD, INSIDE, service(), policy(*peers)) == [BEHIND, IN]


def test_where_it_listens_decides():
    for loopback, answer in ((True, []), (UNSET, [BEHIND, f"{IN}?"])):
        inside = replace(INSIDE, facts=replace(INSIDE.facts, loopback=loopback))
        assert from_outside(POD, inside, service()) == answer


def test_a_pod_without_a_known_server_is_the_entry_itself():
    assert from_outside(POD, service(), edges=[]) == ["pod behind svc", "pod reachable_from zone/internet"]
    assert told(cluster, service()) == []
    assert from_outside(pod(labels=UNSET), service(), edges=[]) == []


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, ["in_zone zone/cluster/ai", "in_zone zone/cluster?", "from zone/cluster/ai?", "from zone/cluster?"]),
        (
            {"default_deny_ingress": False, "default_deny_egress": False},
            ["in_zone zone/cluster/ai", "in_zone zone/cluster", "from zone/cluster/ai", "from zone/cluster"],
        ),
        (
            {"default_deny_ingress": True, "default_deny_egress": True},
            ["in_zone zone/cluster/ai", "from zone/cluster/ai?"],
        ),
        (
            {"namespace": None},
            ["in_zone zone/cluster/default", "in_zone zone/cluster?"]
            + ["from zone/cluster/default?", "from zone/cluster?"],
        ),
    ],
)
def test_network_policies_say_who_inside_reaches_a_pod(facts, answer):
    found = told(cluster, pod(**facts))
    assert [each.removeprefix("pod ").replace("reachable_from", "from") for each in found] == answer
