"""Packet filters: maps of verdicts, joined expressions, and commands that change what is there."""

from __future__ import annotations

import pytest

from holdfast.core.errors import FormatError
from holdfast.formats.packet_filter import nft
from holdfast.formats.packet_filter.walk import Outcome, walk

INSIDE = """
chain tcp_in {
tcp dport { 2375, 6379 } accept
}
chain udp_in {
udp dport 53 accept
}
"""
DOCKER, REDIS, DNS = ("tcp", 2375, 2375), ("tcp", 6379, 6379), ("udp", 53, 53)


def script_input(text: str, family: str = "ipv4") -> tuple[Outcome, nft.Script]:
    script = nft.read(text.encode())
    chains = {key[2]: chain for key, chain in script.chains.items()}
    return walk(chains["input"], chains.get, family), script


def nft_input(rules: str, inside: str = INSIDE, family: str = "ipv4") -> Outcome:
    text = (
        f"table inet f {{\n{inside}\nchain input {{\ntype filter hook input priority 0; policy drop;\n{rules}\n}}\n}}\n"
    )
    return script_input(text, family)[0]


def opened(outcome: Outcome) -> list[tuple[str, int, int]]:
    return [(each.protocol, each.first, each.last) for each in outcome.openings]


@pytest.mark.parametrize(
    ("rules", "ipv4", "ipv6"),
    [
        ("meta l4proto vmap { udp : jump udp_in, tcp : jump tcp_in }", [DNS, DOCKER, REDIS], [DNS, DOCKER, REDIS]),
        ("meta protocol vmap { ip : jump udp_in, ip6 : jump tcp_in }", [DNS], [DOCKER, REDIS]),
        ("meta nfproto vmap { ipv4 : jump udp_in, ipv6 : jump tcp_in }", [DNS], [DOCKER, REDIS]),
        ("ip protocol vmap { icmp : accept, tcp : jump tcp_in }", [DOCKER, REDIS], []),
        ("ip6 nexthdr vmap { icmpv6:accept, tcp:goto tcp_in }", [], [DOCKER, REDIS]),
        ("icmp type vmap { echo-request : accept }", [], []),
        ("ct state vmap { established:accept, new:jump tcp_in }", [DOCKER, REDIS], [DOCKER, REDIS]),
        ("tcp dport vmap { 22: drop, * : jump tcp_in }\ntcp dport 22 accept", [DOCKER, REDIS], [DOCKER, REDIS]),
        ("tcp dport vmap { * : accept, 1-65535 : drop }", [("tcp", 0, 0)], [("tcp", 0, 0)]),
        ("tcp dport vmap { * : drop, 22 : accept }\ntcp dport 6379 accept", [("tcp", 22, 22)], [("tcp", 22, 22)]),
        ("tcp dport vmap { 9 : jump tcp_in, * : drop }\ntcp dport 9 accept", [("tcp", 9, 9)], [("tcp", 9, 9)]),
        ("tcp dport vmap { 6379 : continue, 6380 : return }\ntcp dport 6379-6380 accept", [("tcp", 6379, 6380)], [("tcp", 6379, 6380)]),
    ],
)  # fmt: skip
def test_each_entry_of_a_map_of_verdicts_counts(rules: str, ipv4: list[object], ipv6: list[object]) -> None:
    for family, expected in (("ipv4", ipv4), ("ipv6", ipv6)):
        found = nft_input(rules, family=family)
        assert (opened(found), found.whole) == (expected, True)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("ip saddr vmap { 10.0.0.0/8 : accept, 192.0.2.1 : drop }", [(("10.0.0.0/8",), None, True)] * 2),
        ("iifname vmap { lo : accept, eth1 : jump tcp_in }", [(None, "eth1", True)] * 2),
        ('iifname vmap { "eth0" : accept }', [(None, "eth0", True)] * 2),
        ("tcp sport vmap { 1 : accept }", [(None, None, False)]),
        ("meta mark vmap { 1 : jump tcp_in }", [(None, None, False)] * 2),
        ("tcp dport vmap { 1 : queue }", [(None, None, False)]),
        ("tcp dport vmap { $unknown : accept }", [(None, None, False)]),
        ("tcp dport vmap { $known : accept }", [(None, None, True)] * 2),
        ("ip saddr . tcp dport vmap { 10.0.0.1 . 22 : accept }", [(("10.0.0.1",), None, True)]),
        ("iifname . meta mark . tcp dport vmap { wg0 . 1 . 22 : accept }", [(None, "wg0", False)]),
        ("ip saddr . tcp dport { 10.0.0.1 . 22, 10.0.0.2 . 23 } accept", [(("10.0.0.1", "10.0.0.2"), None, False)] * 2),
        ("ip saddr . tcp dport { 10.0.0.1 . 22 . 1 } accept", [(None, None, False)]),
        ("ip saddr . tcp dport @joined accept", [(("10.0.0.3",), None, False)]),
        ("ip saddr . meta mark @joined accept", [(("10.0.0.3",), None, False)] * 2),
        ("ip saddr . tcp dport @gone accept", [(None, None, False)]),
    ],
)
def test_whom_the_entries_of_a_map_let_in(rules: str, expected: list[object]) -> None:
    joined = "set joined {\ntype ipv4_addr . inet_service\nelements = { 10.0.0.3 . 22 }\n}\ndefine known = { 22, 24 }\n"
    found = nft_input(rules, inside=INSIDE + joined)
    assert [(each.sources, each.interface, each.sure) for each in found.openings] == expected
    assert found.whole is True


def test_a_drop_for_all_but_some_pairs_leaves_those_in_doubt() -> None:
    found = nft_input("ip saddr . tcp dport != { 10.0.0.1 . 22 } drop\nip saddr 0.0.0.0/0 tcp dport 22 accept")
    assert [(each.first, each.sure) for each in found.openings] == [(22, False)]


MAP = "map svc {\ntype inet_service : verdict\n"


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ("elements = { 22 : accept, 6379:accept }", [("tcp", 22, 22), REDIS]),
        ("flags timeout; elements = { 22 timeout 1h expires 59m3s : accept }", [("tcp", 22, 22)]),
        ('elements = { 22 comment "x" : accept, 23 counter packets 0 bytes 0 : jump tcp_in }', [("tcp", 22, 22)]),
    ],
)
def test_named_maps_of_verdicts_are_read(elements: str, expected: list[object]) -> None:
    found = nft_input("tcp dport vmap @svc", inside=f"{INSIDE}{MAP}{elements}\n}}")
    assert (opened(found), found.whole) == (expected, True)
    listed = elements.partition("{")[2].rstrip(" }")
    assert opened(nft_input("tcp dport vmap $svc", inside=f"{INSIDE}define svc = {{{listed}}}")) == expected


@pytest.mark.parametrize(
    "rules",
    [
        "tcp dport vmap @gone", "tcp dport vmap @empty", "tcp dport vmap $gone", "tcp dport vmap gone", "tcp dport vmap",
        "tcp dport vmap { 22 }", "tcp dport vmap { 22 : }", "tcp dport vmap { : accept }", "tcp dport vmap { 22 : jump }",
        "tcp dport vmap { 22 : nonsense }", "tcp dport vmap { { 22, 23 } : accept }", "tcp dport vmap { 22 23 : accept }",
        "ip saddr . tcp dport vmap { 10.0.0.1 : accept }", "tcp dport vmap { 22 : jump gone }",
    ],
)  # fmt: skip
def test_maps_that_cannot_be_read_leave_what_they_decide_unknown(rules: str) -> None:
    assert nft_input(rules, inside=MAP.replace("svc", "empty") + "}").whole is False


def test_a_map_for_what_opens_no_connection_decides_nothing() -> None:
    assert nft_input("ct state established tcp dport vmap @gone").whole is True


TABLE = """table inet f {
set s { type inet_service; elements = { 22 }; }
map m { type inet_service : verdict; elements = { 6379 : accept }; }
set e { type inet_service; }
chain input { type filter hook input priority 0; policy drop; tcp dport 1 accept; tcp dport @s accept; }
}
"""
ONE, SSH = ("tcp", 1, 1), ("tcp", 22, 22)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("insert rule inet f input tcp dport 6379 accept", [REDIS, ONE, SSH]),
        ("add rule inet f input tcp dport 6379 accept", [ONE, SSH, REDIS]),
        ("insert rule inet f input drop", []),
        ("flush chain inet f input", []),
        ("flush chain inet f other", [ONE, SSH]),
        ("flush chain f input", [ONE, SSH]),
        ("flush table inet f", []),
        ("flush table ip f", [ONE, SSH]),
        ("flush ruleset ip", [ONE, SSH]),
        ("destroy table inet g", [ONE, SSH]),
        ("list table inet f", [ONE, SSH]),
        ("delete set inet f e", [ONE, SSH]),
        ("delete chain inet f other", [ONE, SSH]),
        ("flush map inet f m", [ONE, SSH]),
        ("add element inet f e { 9 }", [ONE, SSH]),
    ],
)
def test_commands_that_change_rules_are_followed(command: str, expected: list[object]) -> None:
    found, script = script_input(f"{TABLE}{command}\n")
    assert (opened(found), found.whole, found.default, script.whole) == (expected, True, "drop", True)


@pytest.mark.parametrize(
    "command",
    [
        "delete rule inet f input handle 4", "replace rule inet f input handle 4 tcp dport 6379 accept",
        "insert rule inet f input index 1 drop", "add rule inet f input position 3 drop", "rename chain inet f input other",
    ],
)  # fmt: skip
def test_rules_that_are_named_by_their_handles_leave_the_chain_unknown(command: str) -> None:
    assert script_input(f"{TABLE}{command}\n")[0].whole is False


@pytest.mark.parametrize(
    "command", ["delete element inet f s { 22 }", "flush set inet f s", "add element inet f s { 6379 }"]
)
def test_sets_that_change_after_a_rule_asked_for_them_leave_it_unknown(command: str) -> None:
    assert script_input(f"{TABLE}{command}\n")[1].whole is False


def test_tables_and_chains_that_are_removed_are_gone() -> None:
    for command in ("delete table inet f", "destroy table inet f", "flush ruleset", "flush ruleset inet"):
        script = nft.read(f"{TABLE}{command}\n".encode())
        assert (script.chains, script.sets) == ({}, {})
    assert nft.read(f"{TABLE}delete chain inet f input\n".encode()).chains == {}
    again = script_input(f"table inet f\ndelete table inet f\n{TABLE}")[0]
    assert (opened(again), again.whole) == ([ONE, SSH], True)


def test_what_maps_and_commands_come_to_is_bounded() -> None:
    many = ", ".join(f"{at} : accept" for at in range(5000))
    inside = f"{MAP}elements = {{ {many} }}\n}}"
    assert len(nft_input("tcp dport vmap @svc", inside=inside).openings) == 5000
    with pytest.raises(FormatError, match="members"):
        nft_input("tcp dport vmap @svc\n" * 20, inside=inside)
    chains = "\n".join(f"chain c{at} {{ }}" for at in range(5000))
    with pytest.raises(FormatError, match="members"):
        nft.read(f"table inet g {{\n{chains}\n}}\n".encode() + b"flush table inet f\n" * 500)
