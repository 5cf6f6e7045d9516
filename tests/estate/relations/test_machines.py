from __future__ import annotations

import pytest
from tests.estate.relations.things import asset, container, machine, rule, server, told

from holdfast.core.asset import Edge
from holdfast.core.fact import UNSET
from holdfast.estate.relations.compute import compute
from holdfast.estate.relations.machines import on_machines
from holdfast.kinds.instance import PublishedPort
from holdfast.kinds.script import Script
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Container, Port, Workload

IN = "vllm reachable_from zone/internet"


@pytest.mark.parametrize(
    ("facts", "admitted", "answer"),
    [
        ({}, {}, [IN]),
        ({}, {"first": 8001, "last": 9000}, []),
        ({}, {"first": 0, "last": 65535, "protocol": "any"}, [IN]),
        ({}, {"protocol": "udp"}, []),
        ({}, {"from_anywhere": False}, []),
        ({}, {"from_anywhere": UNSET}, [f"{IN}?"]),
        ({}, {"direction": "out"}, []),
        ({}, {"direction": UNSET}, [f"{IN}?"]),
        ({}, {"allows": False}, []),
        ({}, {"disabled": True}, []),
        ({}, {"provider": "host"}, []),
        ({}, {"group": "other"}, []),
        ({}, {"first": UNSET}, [f"{IN}?"]),
        ({}, {"first": None, "last": None, "protocol": "icmp"}, []),
        ({"public_address": False}, {}, []),
        ({"public_address": None}, {}, []),
        ({"public_address": UNSET}, {}, [f"{IN}?"]),
        ({"public_address": UNSET}, {"from_anywhere": UNSET}, []),
        ({"security_groups": UNSET}, {}, [f"{IN}?"]),
        ({"security_groups": UNSET}, {"first": 22, "last": 22}, []),
        ({"template": True}, {}, []),
    ],
)
def test_a_server_on_a_machine_is_reached_past_address_and_rules(facts, admitted, answer):
    found = told(on_machines, machine(**facts), rule(**admitted), server())
    assert [each for each in found if each.startswith("vllm")] == answer


def test_the_machine_itself_is_reached_at_its_login():
    assert told(on_machines, machine(), rule(22, 22)) == ["vm reachable_from zone/internet"]
    assert told(on_machines, machine(security_groups=UNSET, provider="google"), rule(22, 22, provider="google")) == [
        "vm reachable_from zone/internet?"
    ]


@pytest.mark.parametrize(
    ("facts", "answer"), [({"loopback": True}, []), ({"loopback": UNSET}, [f"{IN}?"]), ({"port": None}, [])]
)
def test_a_server_answers_where_it_listens(facts, answer):
    assert told(on_machines, machine(), rule(), server(**facts)) == answer


def test_an_open_port_of_an_unknown_server_is_possible():
    assert told(on_machines, machine(), rule(), server(port=UNSET)) == [f"{IN}?"]
    assert told(on_machines, machine(), rule(0, 65535), server(port=UNSET))[1:] == [IN]


@pytest.mark.parametrize(
    ("ports", "facts", "answer"),
    [
        (None, {}, [IN]),
        ([Port(container_port=9000, host_port=80)], {}, []),
        ([Port(container_port=8000, host_port=None)], {}, []),
        ([Port(container_port=8000, host_port=UNSET)], {}, [f"{IN}?"]),
        (UNSET, {}, []),
        (None, {"containers": UNSET}, []),
        ([], {"host_network": True}, []),
    ],
)
def test_a_server_in_a_container_answers_at_the_port_of_the_machine(ports, facts, answer):
    home = container(ports=ports, **facts)
    inside = server("vm/user_data/docker.vllm/vllm")
    edges = [Edge(inside.id, "runs_on", home.id)]
    assert told(on_machines, machine(), rule(80, 80), home, inside, edges=edges) == answer


def test_on_the_machines_network_it_answers_at_its_own_port():
    home = container(ports=[], host_network=True)
    inside = server("vm/user_data/docker.vllm/vllm")
    assert told(on_machines, machine(), rule(), home, inside, edges=[Edge(inside.id, "runs_on", home.id)]) == [IN]


def test_a_container_without_a_known_server_is_reached_at_what_it_publishes():
    both = [Port(host_port=80), Port(host_port=None), Port(host_port=81)]
    home = container(ports=both)
    assert told(on_machines, machine(), rule(80, 80), home) == ["docker.vllm reachable_from zone/internet"]
    assert told(on_machines, machine(), rule(80, 80), container(containers=[Container()])) == []
    stray = asset(Workload(api_group=None, containers=[Container(ports=both)]), "elsewhere")
    assert told(on_machines, machine(), rule(80, 80), stray) == []
    assert told(on_machines, server(), rule()) == []


def test_a_rented_machine_publishes_ports():
    rented = machine(provider="runpod", ports=[PublishedPort(first=8000, last=8001)], public_address=UNSET)
    home = asset(Workload(api_group=None, containers=[], host_network=True), "task")
    inside = asset(Server(product="vllm", port=8000, loopback=False), "vllm")
    edges = [Edge(inside.id, "runs_on", home.id), Edge(home.id, "runs_on", rented.id)]
    assert told(on_machines, rented, home, inside, edges=edges) == [IN]
    unseen = machine(provider="runpod", ports=[PublishedPort()])
    assert told(on_machines, unseen, server())[1:] == [f"{IN}?"]
    closed = machine(provider="runpod", ports=[PublishedPort(first=1, last=2)])
    assert told(on_machines, closed, server()) == []


def test_what_a_start_script_starts_runs_on_the_machine():
    script = asset(Script(), "vm/user_data/script", source="script")
    assert told(compute, machine(), script, server(), container()) == [
        "script runs_on vm",
        "vllm runs_on vm",
        "docker.vllm runs_on vm",
    ]


def test_what_the_collectors_placed_stays_there():
    home = container()
    inside, beside = server("vm/user_data/docker.vllm/vllm"), server()
    edges = [Edge(inside.id, "runs_on", home.id), Edge(beside.id, "runs_on", machine().id)]
    assert told(compute, machine(), home, inside, beside, edges=edges) == ["docker.vllm runs_on vm"]


def test_a_unit_beside_one_machine_is_possibly_for_it():
    unit = asset(Server(product="vllm"), "unit.vllm", "vllm.service", source="unit")
    assert told(compute, machine(), unit) == ["unit.vllm runs_on vm?"]
    assert told(compute, machine(), machine("other"), unit) == []
    assert told(compute, machine(user_data=False), unit) == []
    assert told(compute, unit) == []


def test_a_pod_runs_on_some_node():
    pod = asset(Workload(api_group="apps"), "pod")
    assert told(compute, pod) == ["pod runs_on node/kubernetes", "node/kubernetes hosts pod?"]


def test_no_id_is_too_deep():
    deep = server("/".join(["vm", *"a" * 60]))
    assert told(compute, machine(), deep) == []


@pytest.mark.parametrize(
    ("ranges", "answer"),
    [(["::/0"], [f"{IN}?"]), (["::/0", "10.0.0.0/8"], [f"{IN}?"]), (["::/0", "0.0.0.0/0"], [IN]), (UNSET, [IN])],
)
def test_everybody_by_ipv6_alone_is_possible(ranges, answer):
    assert told(on_machines, machine(), rule(ranges=ranges), server()) == answer


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"subnet_admits": "nothing"}, []),
        ({"subnet_admits": "part"}, [f"{IN}?"]),
        ({"subnet_admits": None}, [IN]),
        ({"public_address": False, "balanced_ports": [8000]}, [f"{IN}?"]),
        ({"public_address": False, "balanced_ports": [0]}, ["vm reachable_from zone/internet?", f"{IN}?"]),
        ({"public_address": False, "balanced_ports": [9000]}, []),
        ({"public_address": False, "balanced_ports": [8000], "subnet_admits": "nothing"}, []),
    ],
)
def test_access_lists_and_load_balancers_decide_too(facts, answer):
    assert told(on_machines, machine(**facts), rule(), server()) == answer
