from __future__ import annotations

import pytest
from tests.estate.relations.things import asset, container, machine, rule, server, told

from holdfast.core.fact import UNSET
from holdfast.estate.relations.inside import inside
from holdfast.kinds.database import Database
from holdfast.kinds.network import Network

OUT = rule(0, 65535, "sg", direction="out", ranges=["0.0.0.0/0"], from_anywhere=True)
SPEAKS = ["vm in_zone zone/group/sg", "vm in_zone zone/network/vpc"]
GROUP = "zone/group/sg"
NETWORK = "zone/network/vpc"


def here(name: str = "vm", **facts):
    return machine(name, **{"network": "vpc", "subnet_admits": None, **facts})


def inward(first: object = 8000, last: object = 8000, group: str = "db", **facts):
    seen = {"from_anywhere": False, "ranges": [], "from_groups": []}
    return rule(first, last, group, **{**seen, **facts})


def cache(**facts):
    seen = {"provider": "aws", "security_groups": ["db"], "network": "vpc", "port": 6379}
    return asset(Database(**{**seen, **facts}), "cache")


def vpc(*ranges: str, name: str = "vpc", **facts):
    return asset(Network(**{"provider": "aws", "subnet": False, "ranges": list(ranges), **facts}), name)


def reached(*assets) -> list[str]:
    """From where the cache, or a server, is reached."""
    found = [each for each in told(inside, *assets, OUT) if "reachable_from" in each]
    return sorted(each.partition(" reachable_from ")[2] for each in found)


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"from_groups": ["sg"]}, [GROUP]),
        ({"from_groups": ["db"]}, ["zone/group/db"]),
        ({"from_groups": UNSET}, []),
        ({"from_anywhere": True}, [NETWORK]),
        ({"ranges": ["10.0.0.0/8"]}, [NETWORK]),
        ({"ranges": ["10.20.0.0/16"]}, [NETWORK]),
        ({"ranges": ["10.20.0.0/24"]}, [f"{NETWORK}?"]),
        ({"ranges": ["10.20.0.1/32"]}, []),
        ({"ranges": ["10.21.0.0/16"]}, []),
        ({"ranges": ["fd00::/8", "not a range"]}, []),
        ({"from_groups": ["sg"], "allows": False}, []),
        ({"from_groups": ["sg"], "disabled": True}, []),
        ({"from_groups": ["sg"], "direction": "out"}, []),
        ({"from_groups": ["sg"], "protocol": "udp"}, []),
        ({"from_groups": ["sg"], "provider": "google"}, []),
        ({"from_groups": ["sg"], "group": "other"}, []),
    ],
)
def test_a_database_is_reached_from_whom_its_groups_let_in(facts, answer):
    group = facts.get("group", "db")
    rest = {name: value for name, value in facts.items() if name != "group"}
    assert reached(cache(), inward(6379, 6379, group, **rest), vpc("10.20.0.0/16")) == answer


@pytest.mark.parametrize(
    ("first", "last", "port", "answer"),
    [
        (6379, 6379, 6379, [GROUP]),
        (0, 65535, 6379, [GROUP]),
        (0, 65535, UNSET, [GROUP]),
        (5000, 6000, 6379, []),
        (6379, 6379, UNSET, [f"{GROUP}?"]),
        (UNSET, UNSET, 6379, [f"{GROUP}?"]),
    ],
)
def test_the_port_must_be_among_those_of_the_rule(first, last, port, answer):
    assert reached(cache(port=port), inward(first, last, from_groups=["sg"])) == answer


@pytest.mark.parametrize(
    ("network", "ranges", "answer"),
    [
        (None, ["172.16.0.0/12"], ["zone/network/the default network"]),
        (None, ["10.0.0.0/8"], []),
        ("vpc", ["10.0.0.0/8"], [f"{NETWORK}?"]),
        ("vpc", ["198.51.100.0/24"], []),
        (UNSET, ["10.0.0.0/8"], []),
    ],
)
def test_of_a_network_that_is_not_declared_only_the_default_one_is_known(network, ranges, answer):
    assert reached(cache(network=network), inward(6379, 6379, ranges=ranges)) == answer


def test_only_networks_as_a_whole_count():
    part = vpc("10.20.0.0/24", subnet=True)
    assert reached(cache(), inward(6379, 6379, ranges=["10.20.0.0/24"]), part) == [f"{NETWORK}?"]
    assert reached(cache(), inward(6379, 6379, ranges=["10.20.0.0/24"]), vpc(ranges=UNSET)) == [f"{NETWORK}?"]


def test_machines_speak_from_their_groups_and_network_and_their_containers_too():
    own = [each for each in told(inside, here(), container(), inward(), OUT) if "in_zone" in each]
    assert own == [*SPEAKS, *(each.replace("vm", "docker.vllm", 1) for each in SPEAKS)]
    unsaid = [each for each in told(inside, here(), inward()) if "in_zone" in each]
    assert unsaid == [f"{each}?" for each in SPEAKS]


@pytest.mark.parametrize(
    "facts",
    [{"security_groups": UNSET}, {"security_groups": []}, {"provider": "google"}, {"template": True, "started": False}],
)
def test_what_was_not_read_or_is_not_there_speaks_from_nowhere(facts):
    assert told(inside, here(**facts), inward(), OUT) == []


def test_a_network_that_was_not_seen_is_no_zone():
    assert told(inside, here(network=UNSET), inward(), OUT) == [SPEAKS[0]]


def test_a_server_is_reached_by_the_groups_of_its_machine():
    one = here(security_groups=["db"])
    let = inward(from_groups=["sg"])
    assert reached(one, server(), let) == [GROUP]
    assert reached(one, server(loopback=True), let) == []
    assert reached(one, server(loopback=UNSET), let) == [f"{GROUP}?"]
    assert reached(one, server(port=9000), let) == []
    assert reached(here(security_groups=["db"], subnet_admits="part"), server(), let) == [f"{GROUP}?"]
    assert reached(one, container(), inward(80, 80, from_groups=["sg"])) == [GROUP]
    assert reached(here(security_groups=["db"], template=True, started=True), server(), let) == [GROUP]


def test_nothing_is_said_without_rules():
    assert told(inside, here(), server(), cache()) == []
