"""Packet filters: what their rules open."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.packet_filter import firewalld, iptables, nft, nft_words
from holdfast.formats.packet_filter.model import Chain, Match, ports
from holdfast.formats.packet_filter.walk import Outcome, walk


def nft_input(rules: str, policy: str = "drop", before: str = "", inside: str = "", family: str = "ipv4") -> Outcome:
    text = f"{before}\ntable inet f {{\n{inside}\nchain input {{\ntype filter hook input priority 0; policy {policy};\n{rules}\n}}\n}}\n"
    script = nft.read(text.encode())
    chains = {key[2]: chain for key, chain in script.chains.items()}
    return walk(chains["input"], chains.get, family)


def saved_input(rules: str, policy: str = "DROP") -> Outcome:
    text = f"# x\n*nat\n:INPUT ACCEPT\n-A INPUT -j ACCEPT\nCOMMIT\n*filter\n:INPUT {policy} [0:0]\n:X - [0:0]\n{rules}\nCOMMIT\n"
    chains = iptables.read(text.encode(), family="ipv4")
    return walk(chains["INPUT"], chains.get, "ipv4")


def opened(outcome: Outcome) -> list[tuple[str, int, int]]:
    return [(each.protocol, each.first, each.last) for each in outcome.openings]


def test_what_variables_and_sets_stand_for_is_bounded():
    doubled = "".join(f"define a{at} = {{ $a{at - 1}, $a{at - 1} }}\n" for at in range(1, 50))
    with pytest.raises(FormatError, match="members"):
        nft_input("tcp dport $a23 accept", before=f"define a0 = {{ 1, 2 }}\n{doubled}")
    many = f"define a = {{ {', '.join(map(str, range(1000)))} }}"
    with pytest.raises(FormatError, match="members"):
        nft_input(f"tcp dport {{ {', '.join(['$a'] * 2001)} }} accept", before=many)


BOTH = [("tcp", 0, 65535), ("udp", 0, 65535)]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("", []),
        ("tcp dport 22 accept", [("tcp", 22, 22)]),
        ("tcp dport ssh counter packets 0 bytes 0 accept", [("tcp", 22, 22)]),
        (
            'tcp dport { 22, 8000-8002 } log prefix "x y " level info accept comment "z"',
            [("tcp", 22, 22), ("tcp", 8000, 8002)],
        ),
        ("th dport 53 accept", [("tcp", 53, 53), ("udp", 53, 53)]),
        ("meta l4proto tcp accept", [("tcp", 0, 65535)]),
        ("meta l4proto { tcp, udp } th dport 53 accept", [("tcp", 53, 53), ("udp", 53, 53)]),
        ("ip protocol icmp accept", []),
        ("ip6 nexthdr tcp accept", []),
        ("ip6 nexthdr tcp drop\nip protocol tcp accept", [("tcp", 0, 65535)]),
        ("meta protocol ip tcp dport 22 accept", [("tcp", 22, 22)]),
        ("meta protocol != ip tcp dport 22 accept", []),
        ("icmpv6 type { nd-neighbor-solicit, echo-request } accept", []),
        ("ct state established,related accept", []),
        ("ct state { established, related } accept", []),
        ("ct state established|related accept", []),
        ("ct state != established accept", BOTH),
        ("ct state new accept", BOTH),
        ("ct state vmap { established : accept, related : accept, invalid : drop }", []),
        ("ct state vmap { new : accept }", BOTH),
        ("tcp dport vmap { 22 : accept, 23 : drop, 24 : jump x }\n", [("tcp", 22, 22)]),
        ("tcp dport vmap @ports", []),
        ("iif lo accept", []),
        ('iifname "lo" accept', []),
        ("iifname != lo drop\ntcp dport 1 accept", []),
        ("ip protocol != tcp accept", [("udp", 0, 65535)]),
        ("tcp dport != { 20-30, 25, 0-3, 65535 } accept", [("tcp", 4, 19), ("tcp", 31, 65534)]),
        ("tcp dport != 65535 ip saddr != 0.0.0.0/0 accept", []),
        ("meta nfproto != ipv4 tcp dport 22 accept", []),
        ("tcp dport 22 drop\ntcp dport 20-24 accept", [("tcp", 20, 21), ("tcp", 23, 24)]),
        ("tcp dport 22 ip saddr 10.0.0.0/8 drop\ntcp dport 22 accept", [("tcp", 22, 22)]),
        ("tcp dport 22 limit rate over 5/minute drop\ntcp dport 22 accept", [("tcp", 22, 22)]),
        ("tcp dport 22 limit rate 5/minute burst 3 packets accept", [("tcp", 22, 22)]),
        ("accept", BOTH),
        ("drop\ntcp dport 22 accept", []),
        ("reject with icmpx type port-unreachable\ntcp dport 22 accept", []),
        ("ip6 saddr ::1 tcp dport 22 accept", []),
        ("meta nfproto ipv6 tcp dport 22 accept", []),
        ("return\ntcp dport 22 accept", []),
        ("tcp dport $web accept", [("tcp", 80, 80), ("tcp", 443, 443)]),
        ("tcp dport @open accept", [("tcp", 22, 22)]),
        ("tcp dport @noted accept", [("tcp", 24, 24), ("tcp", 25, 25)]),
        ("jump y", [("tcp", 5, 5)]),
        ("tcp dport 1-9 jump y\ntcp dport 7 accept", [("tcp", 5, 5), ("tcp", 7, 7)]),
        ("tcp dport 6-9 jump y", []),
        ("goto y\ntcp dport 7 accept", [("tcp", 5, 5)]),
    ],
)
def test_what_nftables_opens(rules: str, expected: list[tuple[str, int, int]]) -> None:
    before = "define web = { 80, 443 }\nredefine web = { 80, \\\n 443 }\n"
    inside = 'set open {\ntype inet_service; flags interval\nelements = { 22 }\n}\nset noted {\nelements = { 24 timeout 1d expires 2h comment "80", 25 counter packets 1 bytes 60 }\n}\nmap m { type inet_service : verdict; }\nchain y {\ntcp dport 5 accept\n}\nchain x { }\n'
    assert opened(nft_input(rules, before=before, inside=inside)) == expected


@pytest.mark.parametrize(
    ("rules", "sources", "interface", "sure"),
    [
        ("ip saddr 10.0.0.0/8 accept", ("10.0.0.0/8",), None, True),
        ("ip saddr != { 10.0.0.1, 10.0.0.2 } accept", ("!10.0.0.1", "!10.0.0.2"), None, True),
        ("ip saddr 0.0.0.0/0 accept", None, None, True),
        ("iifname eth0 accept", None, "eth0", True),
        ("iifname != eth0 accept", None, "!eth0", True),
        ("meta mark 1 accept", None, None, False),
        ("tcp sport 1 accept", None, None, False),
        ("tcp dport != 22 accept", None, None, True),
        ("tcp dport != @unknown accept", None, None, False),
        ("iifname != { lo, eth0 } accept", None, "!eth0", True),
        ('iifname "*" accept', None, None, True),
        ("ip saddr @filled tcp dport 1 accept", ("@filled",), None, False),
        ("tcp dport > 1000 accept", None, None, False),
        ("tcp dport x accept", None, None, False),
        ("ip protocol != icmp accept", None, None, True),
        ("ip saddr @unknown accept", ("@unknown",), None, False),
        ("ip saddr $unknown accept", ("$unknown",), None, False),
        ("tcp dport 1 queue", None, None, False),
        ("tcp dport 1 add @m { ip saddr limit rate 10/minute } accept", None, None, True),
        ("tcp dport 1 update @m { ip saddr timeout 1h } accept", None, None, True),
        ("tcp dport 1 meter m { ip saddr limit rate 10/minute } accept", None, None, False),
        ("tcp dport 1 add @m { ip saddr limit rate over 10/minute } drop; tcp dport 1 accept", None, None, True),
        ("set update ip saddr timeout 1h @m tcp dport 1 accept", None, None, False),
    ],
)
def test_whom_a_rule_lets_in(rules: str, sources: tuple[str, ...] | None, interface: str | None, sure: bool) -> None:
    first = nft_input(rules, inside="set filled {\ntype ipv4_addr; flags timeout\n}\n").openings[0]
    assert (first.sources, first.interface, first.sure) == (sources, interface, sure)


def test_the_default_and_what_ends_the_walk() -> None:
    assert nft_input("", "accept").default == "accept"
    assert nft_input("drop", "accept").default == "drop"
    assert nft_input("tcp dport 22 drop", "accept").default == "accept"
    assert nft_input("iifname eth0 drop", "accept").default == "accept"
    assert nft_input("accept", "drop").default == "accept"
    assert nft_input("ip daddr 169.254.169.254 drop", "accept").blocked == ("169.254.169.254",)
    assert nft_input("ip daddr 169.254.169.254 tcp dport 80 drop", "accept").blocked == ()
    assert nft_input("jump gone").whole is False
    assert nft_input("jump a", inside="chain a {\njump a\n}").whole is False
    assert nft_input("jump a\naccept", inside="chain a {\ndrop\n}").default == "drop"


def test_what_comes_after_packets_were_sent_back_is_unsure() -> None:
    found = nft_input("tcp dport 22 return\ntcp dport 80 drop\ntcp dport 80-81 accept")
    assert (found.whole, opened(found), [each.sure for each in found.openings]) == (True, [("tcp", 80, 81)], [False])
    assert nft_input("jump a\ndrop", inside="chain a {\ntcp dport 22 return\n}").default == "drop"
    assert nft_input("tcp dport 22 return\ndrop").whole is False
    assert nft_input("tcp dport 22 return\nip daddr 169.254.169.254 drop").whole is False


def test_rules_may_be_added_from_outside() -> None:
    text = """
add table ip f
add chain ip f in { type filter hook input priority 0 ; policy drop ; }
add set f hosts { type ipv4_addr; }
add element ip f hosts { 10.0.0.1, 10.0.0.2 timeout 1h }
add rule ip f in ip saddr @hosts tcp dport 22 accept
insert rule f in tcp dport 80 accept
table other { chain pre { type nat hook prerouting priority 0; } chain q { type filter hook output priority 0; } }
list ruleset
include "x/*.nft"
"""
    includes = []
    script = nft.read(text.encode(), include=lambda pattern, line, *_: includes.append((pattern, line)))
    chain = script.chains["ip", "f", "in"]
    assert (chain.hook, chain.policy, len(chain.rules)) == ("input", "drop", 2)
    assert chain.rules[0].match.ports == ((80, 80),)
    assert chain.rules[1].match.sources == ("10.0.0.1", "10.0.0.2")
    assert includes == [("x/*.nft", 10)]
    assert script.chains["ip", "other", "pre"].hook == ""
    assert script.chains["ip", "other", "q"].hook == "output"
    assert nft.read(b"flush ruleset\n", script).chains == {}
    assert (
        nft.read(b"flush table x\ntable bridge b { chain c { type filter hook input priority 0; } }\n")
        .chains["bridge", "b", "c"]
        .families
        == frozenset()
    )
    assert nft.read(b"table ip x;").chains == {}


def test_iptables_rows() -> None:
    rows = """-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -m state ! --state NEW -j DROP
-A INPUT -p tcp -m tcp --dport 22 -m comment --comment "a b" -j ACCEPT
-A INPUT -s 10.0.0.0/8,192.0.2.1 -p tcp -m multiport --dports 80,8000:8002 -j ACCEPT
-A INPUT ! -s 10.0.0.0/8 -p 17 --dport 53 -j ACCEPT
-A INPUT -s 0.0.0.0/0 -p udp --dport 54 -j ACCEPT
-A INPUT -i eth1 -p tcp --dport 1 -j ACCEPT
-A INPUT ! -i eth1 -p tcp --dport 2 -j ACCEPT
-A INPUT -p tcp -m set --match-set x src --dport 3 -j ACCEPT
-A INPUT -p tcp ! --dport 4 -j ACCEPT
-A INPUT -p tcp --dport foo -j ACCEPT
-A INPUT ! -p icmp -d ! 10.0.0.1 -j ACCEPT
-A INPUT -p all -j LOG --log-prefix "x"
-A INPUT -j X
-A INPUT -g X
-A X -p tcp --dport 9 -j ACCEPT
-A X -j RETURN
-A NEW -j DROP
-A INPUT -j 'broken"""
    found = saved_input(rows)
    assert [
        (each.protocol, each.first, each.last, each.sources, each.interface, each.sure) for each in found.openings
    ] == [
        ("tcp", 22, 22, None, None, True),
        ("tcp", 80, 80, ("10.0.0.0/8", "192.0.2.1"), None, True),
        ("tcp", 8000, 8002, ("10.0.0.0/8", "192.0.2.1"), None, True),
        ("udp", 53, 53, ("!10.0.0.0/8",), None, True),
        ("udp", 54, 54, None, None, True),
        ("tcp", 1, 1, None, "eth1", True),
        ("tcp", 2, 2, None, "!eth1", True),
        ("tcp", 3, 3, None, None, False),
        ("tcp", 0, 3, None, None, True),
        ("tcp", 5, 65535, None, None, True),
        ("tcp", 0, 65535, None, None, False),
        ("tcp", 0, 65535, None, None, True),
        ("udp", 0, 65535, None, None, True),
        ("tcp", 9, 9, None, None, True),
        ("tcp", 9, 9, None, None, True),
    ]
    assert (found.default, found.whole) == ("drop", True)
    assert saved_input("-A INPUT -j REJECT --reject-with icmp-port-unreachable", "ACCEPT").default == "drop"
    assert saved_input("-A INPUT -j GONE").whole is False


OPEN, ONLY, DOUBT = (None, None, True), ("10.0.0.0/8",), (None, None, False)


@pytest.mark.parametrize(
    ("drop", "expected"),
    [
        ("! -s 10.0.0.0/8 -p tcp --dport 6379", [(ONLY, None, True)]),
        ("! -s 10.0.0.0/8", [(ONLY, None, True)]),
        ("! -s 10.0.0.0/8 -p udp", [OPEN]),
        ("! -s 10.0.0.0/8 -p tcp --dport 6380", [OPEN]),
        ("! -s 0.0.0.0/0", [OPEN]),
        ("! -i wg0", [(None, "wg0", True)]),
        ("! -i lo", []),
        ("! -i wg0 ! -s 10.0.0.0/8", [(ONLY, None, True), (None, "wg0", True)]),
        ("-i eth0", [DOUBT]),
        ("-i eth0 ! -s 10.0.0.0/8", [DOUBT]),
        ("-i eth0 -s 10.0.0.0/8", [OPEN]),
        ("-i docker0", [OPEN]),
        ("-s 10.0.0.0/8", [OPEN]),
        ("! -i wg0 -s 10.0.0.0/8", [OPEN]),
        ("-m iprange ! --src-range 10.0.0.1-10.0.0.9", [(("10.0.0.1-10.0.0.9",), None, True)]),
        ("-m set ! --match-set admins src", [DOUBT]),
        ("-m set --match-set banned src", [OPEN]),
        ("-m mac ! --mac-source 00:11:22:33:44:55", [DOUBT]),
        ("-m limit --limit 5/min ! -s 10.0.0.0/8", [DOUBT]),
        ("-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW", [OPEN]),
        ("! -d 192.0.2.1", [OPEN]),
        ("-p tcp ! --dport 22", []),
        ("! -s 10.0.0.0/8 -d 192.0.2.1", [OPEN]),
    ],
)
def test_a_rule_that_drops_all_but_some_bounds_what_comes_behind_it(drop: str, expected: list[object]) -> None:
    rows = f"-A INPUT {drop} -j DROP\n-A INPUT -p tcp --dport 6379 -j ACCEPT"
    assert [(each.sources, each.interface, each.sure) for each in saved_input(rows).openings] == expected


def test_bounds_cut_ranges_and_add_up() -> None:
    rows = """-A INPUT ! -s 10.0.0.0/8 -p tcp --dport 5:6 -j DROP
-A INPUT ! -i eth1 -p tcp --dport 6:7 -j DROP
-A INPUT -p tcp --dport 4:8 -j ACCEPT
-A INPUT -s 192.0.2.1 -i eth2 -p tcp --dport 6 -j ACCEPT
-A INPUT ! -s 192.0.2.1 ! -i eth2 -p tcp --dport 6 -j ACCEPT"""
    found = saved_input(rows).openings
    assert sorted((each.first, each.last, each.sources, each.interface) for each in found[:5]) == [
        (4, 4, None, None), (5, 5, ONLY, None), (6, 6, ONLY, "eth1"), (7, 7, None, "eth1"), (8, 8, None, None),
    ]  # fmt: skip
    assert [(each.sources, each.interface) for each in found[5:]] == [(("192.0.2.1",), "eth2"), (ONLY, "eth1")]


@pytest.mark.parametrize(
    ("jump", "drop", "inside", "behind"),
    [
        ("-p tcp --dport 6379", "! -s 10.0.0.0/8", (ONLY, None, True), (ONLY, None, True)),
        ("-s 192.168.0.0/16", "! -s 10.0.0.0/8", (("192.168.0.0/16",), None, True), OPEN),
        ("! -s 192.168.0.1", "! -s 10.0.0.0/8", (("192.168.0.1", "10.0.0.0/8"), None, True), (("192.168.0.1", "10.0.0.0/8"), None, True)),
        ("-i eth0", "! -i wg0", (None, "eth0", False), DOUBT),
        ("! -i eth0", "! -i wg0", (None, "eth0,wg0", True), (None, "eth0,wg0", True)),
        ("-m mark ! --mark 1", "! -s 10.0.0.0/8", DOUBT, DOUBT),
    ],
)  # fmt: skip
def test_a_chain_that_is_jumped_to_bounds_what_comes_to_it(
    jump: str, drop: str, inside: object, behind: object
) -> None:
    rows = f"-A INPUT {jump} -j X\n-A INPUT -p tcp --dport 6379 -j ACCEPT\n-A X {drop} -j DROP\n-A X -p tcp --dport 6379 -j ACCEPT"
    found = [(each.sources, each.interface, each.sure) for each in saved_input(rows).openings]
    assert found == [inside, behind]


@pytest.mark.parametrize(
    ("drop", "expected"),
    [
        ("ip saddr != { 10.0.0.0/8, 192.0.2.1 } drop", [(("10.0.0.0/8", "192.0.2.1"), None, True)]),
        ('iifname != "wg0" tcp dport { 6379, 2375 } drop', [(None, "wg0", True)]),
        ('iifname != { "wg0", "eth1" } drop', [(None, "wg0,eth1", True)]),
        ("ip saddr != @unknown drop", [DOUBT]),
        ("ether saddr != 00:11:22:33:44:55 drop", [DOUBT]),
        ("meta mark != 1 drop", [DOUBT]),
        ("tcp sport != 53 drop", [DOUBT]),
        ("fib daddr type != { local, broadcast, multicast } drop", [OPEN]),
        ("tcp flags & (fin|syn|rst|ack) != syn ct state new drop", [OPEN]),
        ("ip saddr @unknown drop", [OPEN]),
        ("ip6 saddr != fd00::/8 drop", [OPEN]),
    ],
)
def test_what_nftables_drops_bounds_what_comes_behind_it(drop: str, expected: list[object]) -> None:
    found = nft_input(f"{drop}\ntcp dport 6379 accept").openings
    assert [(each.sources, each.interface, each.sure) for each in found] == expected


def test_behind_a_way_back_bounds_are_doubted() -> None:
    rows = "-A INPUT -j X\n-A X -s 192.0.2.1 -j RETURN\n-A X ! -s 10.0.0.0/8 -j DROP\n-A INPUT -p tcp --dport 6379 -j ACCEPT"
    assert [(each.sources, each.sure) for each in saved_input(rows).openings] == [(None, False)]


def test_more_bounds_than_can_be_followed_are_not_known() -> None:
    rows = "\n".join(f"-A INPUT ! -s 10.0.{at}.1 -p tcp --dport {at} -j DROP" for at in range(250))
    assert saved_input(f"{rows}\n-A INPUT -p tcp --dport 9 -j ACCEPT").whole is False
    ports = ",".join(str(at * 2) for at in range(250))
    one = f"-A INPUT ! -s 10.0.0.1 -p tcp --dports {ports} -j DROP\n-A INPUT -p tcp --dport 9 -j ACCEPT"
    assert saved_input(one).whole is False
    same = "-A INPUT ! -s 10.0.0.1 -p tcp --dport 9 -j DROP\n" * 250
    assert saved_input(f"{same}-A INPUT -p tcp --dport 9 -j ACCEPT").whole is True


def test_looking_at_what_bounds_leave_is_bounded() -> None:
    drops = [
        f"-A INPUT ! -s 10.0.{at}.1 ! -i wg{at} -p tcp --dport {at * 10}:{at * 10 + 60000} -j DROP" for at in range(190)
    ]
    opens = [f"-A INPUT -p tcp --dport 0:{60000 - at} -j ACCEPT" for at in range(300)]
    found = saved_input("\n".join([*drops, *opens]))
    assert (found.whole, len(found.openings) < 100_000) == (False, True)


def test_ports_of_a_chain_are_those_that_lead_to_it() -> None:
    inside = "chain c {\ntcp dport { 5, 1-9, 20-30, 28-40, 50 } accept\n}\n"
    found = nft_input("tcp dport { 60, 25-55, 3 } jump c", inside=inside)
    assert opened(found) == [("tcp", 3, 3), ("tcp", 25, 40), ("tcp", 50, 50)]
    many = ", ".join(str(at * 3) for at in range(20_000))
    found = nft_input(f"tcp dport {{ {many} }} jump c", inside=f"chain c {{\ntcp dport {{ {many} }} accept\n}}\n")
    assert (found.whole, len(found.openings)) == (True, 20_000)
    same = ", ".join(["1-60000"] * 3000)
    found = nft_input(f"tcp dport {{ {same} }} jump c", inside=f"chain c {{\ntcp dport {{ {same} }} accept\n}}\n")
    assert opened(found) == [("tcp", 1, 60000)]


def test_what_is_closed_in_any_order_stays_closed() -> None:
    drops = "\n".join(f"tcp dport {each} drop" for each in ("7", "3", "5-6", "9", "2", "4", "0-1", "20-30", "25"))
    assert opened(nft_input(f"{drops}\ntcp dport {{ 0-9, 22-24, 29-35 }} accept")) == [("tcp", 8, 8), ("tcp", 31, 35)]


@pytest.mark.parametrize(
    ("rules", "inside"),
    [
        ("tcp dport @odd jump c", "tcp dport @even accept\n" * 52),
        ("tcp dport @odd jump c", "tcp dport 0-65535 accept\n" * 10),
        ("ip saddr @many jump c", "tcp dport 1 accept\n" * 600),
        ("ip saddr != @many jump c", "ip saddr != @few accept\n" * 600),
        ("ip daddr @many jump c", "tcp dport 1 drop\n" * 600),
        ("tcp dport 0-65535 drop\n" + "jump c\n" * 60, "tcp dport @odd accept\n"),
        ("jump c\n" * 1100, "ip saddr != @few drop\n"),
    ],
)
def test_rules_that_multiply_what_is_looked_at_come_to_an_end(rules: str, inside: str) -> None:
    odd, even = (", ".join(map(str, range(start, 40_000, 2))) for start in (1, 0))
    many, few = (", ".join(f"10.0.{at // 250}.{at % 250}" for at in range(size)) for size in (2000, 990))
    sets = f"set odd {{\nelements = {{ {odd} }}\n}}\nset even {{\nelements = {{ {even} }}\n}}\n"
    sets += f"set many {{\nelements = {{ {many} }}\n}}\nset few {{\nelements = {{ {few} }}\n}}\n"
    found = nft_input(rules, inside=f"{sets}chain c {{\n{inside}}}\n")
    assert (found.whole, len(found.openings) < 100_000) == (False, True)


def test_what_many_sources_are_spared_is_not_told() -> None:
    listed = ", ".join(f"10.0.{at // 250}.{at % 250}" for at in range(1001))
    (opening,) = nft_input(f"ip saddr != {{ {listed} }} drop\ntcp dport 6379 accept").openings
    assert (opening.sources, opening.sure) == (None, False)


def test_rules_are_inserted_where_they_say() -> None:
    rows = """-A INPUT -p tcp --dport 1 -j ACCEPT
-I INPUT -p tcp --dport 2 -j ACCEPT
-I INPUT 2 -p tcp --dport 3 -j ACCEPT
[12:345] -A INPUT -p tcp --syn --dport 4 -j ACCEPT
-A INPUT -p tcp ! --syn --dport 5 -j ACCEPT"""
    found = saved_input(rows)
    assert [(each.first, each.sure) for each in found.openings] == [(2, True), (3, True), (1, True), (4, True)]


ONE, TWO = "-A INPUT -p tcp --dport 1 -j ACCEPT", "-A INPUT -p tcp --dport 2 -j ACCEPT"


@pytest.mark.parametrize(
    ("command", "expected", "default"),
    [
        ("-P INPUT ACCEPT", [1, 2], "accept"),
        ("--policy INPUT DROP", [1, 2], "drop"),
        ("-R INPUT 2 -p tcp --dport 6379 -j ACCEPT", [1, 6379], "drop"),
        ("-I INPUT 3 -p tcp --dport 6379 -j ACCEPT", [1, 2, 6379], "drop"),
        ("-D INPUT 1", [2], "drop"),
        ("-D INPUT -p tcp --dport 2 -j ACCEPT", [1], "drop"),
        ("-F", [], "drop"),
        ("-F INPUT", [], "drop"),
        ("-F OTHER", [1, 2], "drop"),
        ("-P INPUT ACCEPT\n-F INPUT", [], "accept"),
        ("-D INPUT -j GONE\n-F INPUT", [], "drop"),
        ("-Z INPUT", [1, 2], "drop"),
        ("-N OTHER", [1, 2], "drop"),
        ("-X", [1, 2], "drop"),
        ("-X X", [1, 2], "drop"),
        ("-X OTHER", [1, 2], "drop"),
        ("-I INPUT -j DROP\n-D INPUT 1", [1, 2], "drop"),
    ],
)
def test_commands_that_change_saved_rules_are_followed(command: str, expected: list[int], default: str) -> None:
    found = saved_input(f"{ONE}\n{TWO}\n{command}")
    assert ([each.first for each in found.openings], found.default, found.whole) == (expected, default, True)


@pytest.mark.parametrize(
    "command",
    [
        "-D INPUT -p tcp -m tcp --dport 2 -j ACCEPT",
        "-E X Y",
        "-X INPUT",
        "--unheard-of",
        "-D INPUT",
    ],
)
def test_what_other_commands_leave_is_not_told(command: str) -> None:
    found = saved_input(f"{ONE}\n{TWO}\n{command}\n-A INPUT -p tcp --dport 3 -j ACCEPT\n-D INPUT 70")
    assert found.whole is False


def test_a_chain_with_rules_is_not_removed() -> None:
    rows = f"{ONE}\n-A X -p udp --dport 2 -j ACCEPT\n-A INPUT -j X"
    assert [saved_input(f"{rows}{command}").whole for command in ("", "\n-X", "\n-X X")] == [True, False, False]


def test_rules_are_looked_for_so_many_times() -> None:
    rows = "\n".join([ONE, *["-A INPUT -j ACCEPT\n-D INPUT -j ACCEPT"] * 1001])
    assert saved_input(rows).whole is False


@pytest.mark.parametrize(
    "command", ["-D INPUT 3", "-R INPUT 3 -j ACCEPT", "-I INPUT 4 -j ACCEPT", "-I INPUT 0 -j ACCEPT"]
)
def test_a_number_that_no_rule_has_is_refused(command: str) -> None:
    with pytest.raises(FormatError, match="no rule"):
        saved_input(f"{ONE}\n{TWO}\n{command}")


def test_a_limited_drop_closes_nothing_for_sure() -> None:
    rows = "-A INPUT -p tcp --dport 22 -m limit --limit 5/min -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT"
    assert opened(saved_input(rows)) == [("tcp", 22, 22)]
    assert opened(saved_input(rows.replace("-m limit --limit 5/min ", ""))) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("*filter\n:INPUT DROP\nnonsense\nCOMMIT\n", "iptables-restore refuses the line: 'nonsense'"),
        ("*filter\n:INPUT DROP\n", "no COMMIT ends the last table, so that iptables-restore leaves it as it was"),
    ],
)
def test_what_iptables_restore_refuses(text: str, wrong: str) -> None:
    with pytest.raises(FormatError, match=wrong):
        iptables.read(text.encode(), family="ipv4")


def test_ports_and_matches() -> None:
    assert [ports(text) for text in ("22", "ssh", "1-2", "1:2", "http-alt", "x", "70000", "")] == [
        ((22, 22),), ((22, 22),), ((1, 2),), ((1, 2),), ((8080, 8080),), None, None, None,
    ]  # fmt: skip
    both = Match(ports=((1, 5),), protocols=frozenset(("tcp",))).both(
        Match(ports=((4, 9),), protocols=frozenset(("tcp", "udp")))
    )
    assert (both.ports, both.protocols) == (((4, 5),), frozenset(("tcp",)))
    assert Chain("a", frozenset()).rules is not Chain("b", frozenset()).rules


@pytest.mark.parametrize("data", [b"\0", b"a" * (nft_words.SIZE + 1), b"a " * (nft_words.WORDS + 1), b"x" + b"{" * 50])
def test_what_is_no_script_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        nft.read(data)


@pytest.mark.parametrize("data", [b"\0", b"a" * (iptables.SIZE + 1), b"nothing", b"*filter\n" + b"\n" * iptables.ROWS])
def test_what_is_no_saved_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        iptables.read(data, family="ipv4")


def test_a_walk_comes_to_an_end() -> None:
    found = nft_input(
        "jump a\n" * 100,
        inside="chain a {\n"
        + "jump b\n" * 100
        + "}\nchain b {\n"
        + "jump c\n" * 100
        + "}\nchain c {\n"
        + "tcp dport 1 accept\n" * 9
        + "}\n",
    )
    assert found.whole is False


PIECES = st.sampled_from(
    ["table inet f {", "chain input {", "type filter hook input priority 0;", "policy drop;", "tcp dport ", "22", "{", "}", ",", "accept", "drop", "jump x",
     "\n", ";", "define a =", "$a", "@s", "set s {", "elements = ", "vmap", "vmap @s", ":", ".", "*", "map s {", "flush ", "delete ", "insert ", "ruleset", "table ", "element ", "ct state ", "new", "add rule f input ", "ip saddr ", "!=", "include ", '"', "\\"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=2), max_size=40).map(" ".join))
def test_any_text_gives_chains_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        script = nft.read(text.encode("utf-8", "replace"))
        for chain in script.chains.values():
            walk(chain, lambda name: next((c for c in script.chains.values() if c.name == name), None), "ipv4")


ROWS = st.sampled_from(
    [
        "*filter\n",
        ":INPUT DROP [0:0]\n",
        "-A INPUT ",
        "-p tcp ",
        "--dport ",
        "22 ",
        "-j ",
        "ACCEPT",
        "X",
        "! ",
        "-s ",
        "\n",
        "'",
        ":X -\n",
        "-A X ",
        "-D X ",
        "-R X 1 ",
        "-I X ",
        "-P X ",
        "-F ",
        "-X ",
    ]
)


@given(st.lists(ROWS | st.text(max_size=2), max_size=40).map("".join))
def test_any_text_gives_saved_chains_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        chains = iptables.read(text.encode("utf-8", "replace"), family="ipv4")
        for chain in chains.values():
            walk(chain, chains.get, "ipv4")


@given(
    st.lists(
        st.sampled_from(
            ["<zone>", "</zone>", "<rule>", "</rule>", "<accept/>", '<port port="', '"/>', "<service/>", "&a;", "<"]
        )
        | st.text(max_size=3),
        max_size=30,
    ).map("".join)
)
def test_any_text_gives_a_zone_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        assert firewalld.read(text.encode("utf-8", "replace")).line >= 1
