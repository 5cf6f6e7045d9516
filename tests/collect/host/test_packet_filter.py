"""A host's packet filter from its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, facts, gaps

from holdfast.collect.files import Options, collect
from holdfast.collect.host.firewalld import zones
from holdfast.collect.host.packet_filter import read
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.packet_filter import PacketFilter

NFT, V4, V6 = "etc/nftables.conf", "etc/iptables/rules.v4", "etc/iptables/rules.v6"
INPUT = "chain input {{ type filter hook input priority 0; policy {}; {} }}"


def table(rules: str = "", policy: str = "drop", family: str = "inet", name: str = "f", more: str = "") -> str:
    return f"table {family} {name} {{\n{INPUT.format(policy, rules)}\n{more}\n}}\n"


def saved(rules: str = "", policy: str = "DROP") -> str:
    return f"*filter\n:INPUT {policy} [0:0]\n:FORWARD {policy} [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}COMMIT\n"


def test_nftables() -> None:
    forward = "chain fwd {\ntype filter hook forward priority 0; policy drop;\nip daddr 169.254.169.254 drop\n}"
    (asset,) = assets(
        {
            NFT: table(
                "tcp dport 22 accept; ip saddr 10.0.0.1 accept; iifname eth1 tcp dport 1 accept; meta mark 1 tcp dport 2 accept",
                more=forward,
            )
        }
    )
    found = asset.facts
    assert isinstance(found, PacketFilter)
    assert (asset.id, found.ipv4_input, found.ipv6_input, found.filters, found.metadata_blocked) == (
        "packet_filter/filter",
        "drop",
        "drop",
        True,
        True,
    )
    assert (found.ipv4_forward, found.ipv6_forward, found.ipv4_output) == ("drop", "drop", "accept")
    assert found.openings is not UNSET
    assert [(each.name, each.family, each.anywhere, each.sources, each.interface) for each in found.openings[:5]] == [
        ("tcp 22", "inet", True, [], None), ("tcp every port", "ipv4", False, ["10.0.0.1"], None),
        ("udp every port", "ipv4", False, ["10.0.0.1"], None), ("tcp 1", "inet", UNSET, [], "eth1"), ("tcp 2", "inet", UNSET, [], None),
    ]  # fmt: skip
    assert asset.spot("openings[0].first") == Spot(2, 1, "", NFT)
    assert asset.spot("ipv4_input").line > 1 or asset.spot("ipv4_input").path == NFT


def test_the_filter_of_debians_package_filters_nothing() -> None:
    found = facts({NFT: "flush ruleset\n" + table(policy="accept")})
    assert (found.filters, found.ipv4_input, found.openings, found.metadata_blocked) == (False, "accept", [], False)


def test_ipv6_left_open() -> None:
    found = facts({NFT: table(family="ip")})
    assert (found.ipv4_input, found.ipv6_input) == ("drop", "accept")
    found = facts({V4: saved(), V6: saved(policy="ACCEPT")})
    assert (found.ipv4_input, found.ipv6_input, found.ipv4_forward, found.ipv6_forward) == (
        "drop",
        "accept",
        "drop",
        "accept",
    )


def test_one_family_says_nothing_of_the_other_unless_it_is_a_host(tmp_path: Path) -> None:
    assert facts({V4: saved()}).ipv6_input is UNSET
    (tmp_path / "etc/iptables").mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("")
    (tmp_path / V4).write_text(saved())
    (asset,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert asset.facts.ipv6_input == "accept"


def test_several_tables_must_all_let_in() -> None:
    found = facts({NFT: table("tcp dport 22 accept") + table(name="g", policy="accept")})
    assert [each.name for each in found.openings] == ["tcp 22"]
    found = facts({NFT: table("tcp dport 22 accept") + table("tcp dport 22 accept", name="g")})
    assert (found.ipv4_input, found.openings) == ("drop", UNSET)


def test_more_base_chains_than_are_gone_through_leave_it_unknown() -> None:
    tables = [table("tcp dport 22 accept", policy="accept", name=f"t{at}") for at in range(120)]
    assert (facts({NFT: "".join(tables[:80])}).ipv4_input, facts({NFT: "".join(tables)}).ipv4_input) == (
        "accept",
        UNSET,
    )


def test_what_cannot_be_followed_is_open() -> None:
    found = facts({NFT: table("jump gone", policy="accept")})
    assert (found.ipv4_input, found.openings, found.filters, found.metadata_blocked) == (UNSET, UNSET, True, UNSET)


def test_includes(tmp_path: Path) -> None:
    (tmp_path / "etc/nftables.d").mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("")
    (tmp_path / NFT).write_text(
        'include "/etc/nftables.d/*.nft"\ninclude "defs"\ninclude "none/*.nft"\n' + table("tcp dport $open accept")
    )
    (tmp_path / "etc/nftables.d/a.nft").write_text('define open = { 22 }\ninclude "/etc/nftables.conf"\n')
    found = list(collect(Options(str(tmp_path))))
    (asset,) = [item for item in found if isinstance(item, Asset)]
    again, gap = [item for item in found if isinstance(item, Gap)]
    assert (gap.reason, gap.line) == ("includes `defs`, which is not here", 2)
    assert again.reason.endswith("nftables.conf`, which is included already")
    assert asset.facts.openings is UNSET
    (tmp_path / "etc/defs").write_text("")
    (tmp_path / "etc/nftables.d/a.nft").write_text("define open = { 22 }\n")
    (asset,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert [each.name for each in asset.facts.openings] == ["tcp 22"]


def host_gaps(folder: Path) -> list[tuple[str, int]]:
    (folder / "etc/passwd").write_text("")
    found = [item for item in collect(Options(str(folder))) if isinstance(item, Gap)]
    return [(item.reason.replace(f"{folder}/", ""), item.line) for item in found]


def test_an_include_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "etc/folder.nft").mkdir(parents=True)
    (tmp_path / "etc/gone.nft").symlink_to("nowhere")
    for name in ("folder", "gone"):
        (tmp_path / NFT).write_text(f'# rules\ninclude "/etc/{name}.nft"\n')
        assert host_gaps(tmp_path) == [(f"includes `etc/{name}.nft`, which cannot be read", 2)]


def test_an_include_that_is_too_long_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/long").write_bytes(b"#" * (5 << 20))
    (tmp_path / NFT).write_text('include "/etc/long"\n')
    assert len(host_gaps(tmp_path)) == 1


def test_more_includes_than_are_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "etc/n").mkdir(parents=True)
    for at in range(102):
        (tmp_path / f"etc/n/{at:03}").write_text("")
    (tmp_path / NFT).write_text('include "n/*"\n')
    assert host_gaps(tmp_path) == [("includes `etc/n/100`, the file after 100 others", 1)]
    (tmp_path / NFT).write_text('include "none/*"\n' * 1500)
    assert host_gaps(tmp_path) == [("includes `none/*`, after 999 other statements that include files", 1000)]


def test_patterns_mean_no_folders_and_no_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "etc/n/old").mkdir(parents=True)
    (tmp_path / "etc/n/.hidden").write_text(table("tcp dport 6379 accept"))
    (tmp_path / "etc/n/a").write_text(table("tcp dport 22 accept"))
    (tmp_path / NFT).write_text('include "n/*"\n')
    assert host_gaps(tmp_path) == []
    (asset,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert [each.name for each in asset.facts.openings] == ["tcp 22"]


def test_sets_that_change_after_they_were_used_leave_ports_unknown() -> None:
    rules = "set s { type inet_service; elements = { 22 }; }\n"
    text = f"table inet f {{\n{rules}{INPUT.format('drop', 'tcp dport @s accept')}\n}}\n"
    assert [each.name for each in facts({NFT: text}).openings] == ["tcp 22"]
    assert facts({NFT: f"{text}add element inet f s {{ 6379 }}\n"}).openings is UNSET


def test_relative_includes_without_a_host() -> None:
    found = gaps({"roles/a/nftables.conf": 'include "b/x.nft"\ninclude "/etc/y.nft"\n', NFT: 'include "z.nft"\n'})
    assert [gap.reason for gap in found] == [
        f"includes `{name}`, which is not here" for name in ("z.nft", "b/x.nft", "/etc/y.nft")
    ]


def test_includes_stand_where_they_are_written() -> None:
    text = 'table inet f {\ninclude "t/*.nft"\nchain input {\ntype filter hook input priority 0; policy drop\n'
    text += 'include "/etc/nft.d/*.nft"\ntcp dport 22 accept\n}\n}\n'
    files: dict[str, str | bytes] = {NFT: text}
    assert [gap.reason for gap in gaps(files)] == [
        f"includes `{name}`, which is not here" for name in ("t/*.nft", "/etc/nft.d/*.nft")
    ]
    assert facts(files).openings is UNSET
    loaded = Files(
        {NFT: text.encode(), "etc/nft.d/a.nft": b"tcp dport 11434 accept\n", "etc/t/s.nft": b"chain x { }\n"}
    )
    (asset,) = [item for item in read(loaded) if isinstance(item, Asset)]
    assert [each.name for each in asset.facts.openings] == ["tcp 11434", "tcp 22"]
    assert asset.spot("openings[0]").path == "etc/nft.d/a.nft"


def test_files_of_other_distributions() -> None:
    rules = saved(rules="-A INPUT -p tcp --dport 11434 -j ACCEPT\n")
    for path in ("etc/sysconfig/iptables", "etc/iptables/iptables.rules", "etc/iptables.rules"):
        assert [each.name for each in facts({path: rules}).openings] == ["tcp 11434"]
    assert facts({"etc/sysconfig/ip6tables": rules}).openings[0].family == "ipv6"
    part = "etc/nftables.d/a.nft"
    assert [each.name for each in facts({part: table("tcp dport 1 accept")}).openings] == ["tcp 1"]
    assert facts({part: "tcp dport 1 accept\n", NFT: table("", "drop")}).openings == []
    alone: dict[str, str | bytes] = {part: "tcp dport 1 accept\n"}
    assert (assets(alone), [gap.reason for gap in gaps(alone)]) == (
        [], ["the file that includes these rules is not here"],
    )  # fmt: skip


def test_what_cannot_be_read_is_a_gap() -> None:
    assert [gap.reason for gap in gaps({NFT: "\0"})] == ["not readable as rules of nftables: binary, not text"]
    assert assets({NFT: "\0"}) == []
    assert [gap.reason for gap in gaps({V4: "x"})] == ["not readable as rules of iptables: no table of iptables-save"]
    found = facts({V4: saved(), V6: "x"})
    assert (found.ipv4_input, found.ipv6_input, found.filters) == ("drop", UNSET, True)


UFW = """*filter
:ufw-user-input - [0:0]
:ufw-user-output - [0:0]
:ufw-user-limit - [0:0]
### RULES ###
### tuple ### allow tcp 8888 0.0.0.0/0 any 0.0.0.0/0 in
-A ufw-user-input -p tcp --dport 8888 -j ACCEPT
-A ufw-user-input -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT
COMMIT
"""


def test_ufw(tmp_path: Path) -> None:
    found = facts({"etc/ufw/user.rules": UFW})
    assert (found.ipv4_input, found.ipv4_output, found.ipv6_input) == ("drop", "accept", UNSET)
    assert [(each.name, each.anywhere) for each in found.openings] == [("tcp 8888", True), ("tcp 22", False)]
    (tmp_path / "etc/ufw").mkdir(parents=True)
    (tmp_path / "etc/default").mkdir()
    (tmp_path / "etc/passwd").write_text("")
    (tmp_path / "etc/ufw/user.rules").write_text(UFW)
    (tmp_path / "etc/default/ufw").write_text('DEFAULT_INPUT_POLICY="ACCEPT"\nDEFAULT_OUTPUT_POLICY="DROP"\n')

    def host() -> PacketFilter:
        (asset,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
        assert isinstance(asset.facts, PacketFilter)
        return asset.facts

    assert (host().ipv4_input, host().ipv4_output) == ("accept", "drop")
    (tmp_path / "etc/default/ufw").write_bytes(b"\0")
    assert host().ipv4_input == "drop"
    (tmp_path / "etc/ufw/ufw.conf").write_text("ENABLED=no\n")
    assert (host().ipv4_input, host().filters) == ("accept", False)


ZONE = """<?xml version="1.0" encoding="utf-8"?>
<zone{}>
  <short>Public</short>
  <service name="ssh"/>
  <port port="11434" protocol="tcp"/>
  <port port="5" protocol="sctp"/>
  <rule family="ipv4"><source address="10.0.0.0/8"/><port port="8000-8002" protocol="tcp"/><accept/></rule>
  <rule><service name="http"/><drop/></rule>
  <rule><destination address="10.0.0.1"/><service name="mine"/><accept/></rule>
</zone>
"""
PUBLIC = "etc/firewalld/zones/public.xml"


def test_zones_of_firewalld() -> None:
    (asset,) = assets({PUBLIC: ZONE.format("")})
    found = asset.facts
    assert (found.ipv4_input, found.ipv4_forward, found.ipv4_output, found.filters) == ("drop", "drop", UNSET, True)
    assert [(each.name, each.first, each.last, each.anywhere) for each in found.openings] == [
        ("ssh", 22, 22, True), ("tcp 11434", 11434, 11434, True), ("tcp 8000-8002", 8000, 8002, False),
        ("mine", UNSET, UNSET, UNSET),
    ]  # fmt: skip
    assert (asset.id, asset.spot("openings[1].first")) == ("packet_filter/firewalld", Spot(5, 1, "", PUBLIC))
    assert facts({PUBLIC: ZONE.format(' target="ACCEPT"')}).ipv6_input == "accept"
    assert facts({PUBLIC: '<zone><source address="10.0.0.0/8"/><port port="1"/></zone>'}).openings[0].anywhere is False
    other = facts({"etc/firewalld/zones/work.xml": '<zone><interface name="eth1"/><port port="1"/></zone>'})
    assert (other.openings[0].anywhere, other.ipv4_input) == (UNSET, UNSET)
    beside = assets({PUBLIC: "<zone/>", "etc/sysconfig/nftables.conf": "# nothing\n"})
    assert [each.id for each in beside] == ["packet_filter/firewalld"]
    assert assets({"x/zones/a.xml": "<a/>"}) == []


def test_the_default_zone_is_that_of_the_settings() -> None:
    loaded = {"etc/firewalld/zones/work.xml": b'<zone><port port="1"/></zone>', "etc/firewalld/firewalld.conf": b""}
    conf = "etc/firewalld/firewalld.conf"

    def anywhere(text: bytes) -> object:
        (asset,) = zones(Files({**loaded, conf: text}), "", ["etc/firewalld/zones/work.xml"])
        return asset.facts.openings[0].anywhere

    assert (anywhere(b"# x\nDefaultZone=work\n"), anywhere(b""), anywhere(b"\0")) == (True, UNSET, UNSET)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<a/>", "no zone of firewalld"), ("<zone", "no XML"), ("\0", "no XML"),
        ('<!DOCTYPE z [<!ENTITY a "b">]><zone/>', "a document type"), ("<zone>" + "<a>" * 30, "deep"), (" " * (1 << 21), "bytes, more than"),
    ],
)  # fmt: skip
def test_what_is_no_zone_is_a_gap(text: str, what: str) -> None:
    (gap,) = gaps({PUBLIC: text})
    assert what in gap.reason


def anywhere(rules: str, path: str = V4) -> list[tuple[object, ...]]:
    made = facts({path: saved(rules) if path == V4 else table(rules)})
    return [(each.name, each.family, each.sources, each.interface, each.anywhere) for each in made.openings]


def test_what_is_dropped_for_all_but_some_is_not_open_to_everybody() -> None:
    rows = "-A INPUT ! -s 10.0.0.0/8 -p tcp --dport 6379 -j DROP\n-A INPUT -p tcp --dport 6379 -j ACCEPT\n"
    assert anywhere(rows) == [("tcp 6379", "ipv4", ["10.0.0.0/8"], None, False)]
    by_way = "-A INPUT -i eth0 -p tcp --dport 6379 -j DROP\n-A INPUT -p tcp --dport 6379 -j ACCEPT\n"
    assert anywhere(by_way) == [("tcp 6379", "ipv4", [], None, UNSET)]
    assert anywhere("-A INPUT ! -i eth0 -p tcp --dport 6379 -j ACCEPT\n")[0][-1] is UNSET
    assert anywhere("-A INPUT ! -i lo -p tcp --dport 6379 -j ACCEPT\n")[0][-1] is True
    assert anywhere("-A INPUT ! -s 10.0.0.0/8 -p tcp --dport 6379 -j ACCEPT\n")[0][-1] is True


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("-i eth0", UNSET), ("-i eth1", UNSET), ("-i ens5", UNSET), ("-i br0", UNSET), ("-i wg0", False), ("-i docker0", False),
        ("-i br-1a2b3c", False), ("-i tailscale0", False), ("-i ib0", False), ("-i virbr0", False), ("-i cni0", False),
        ("-i eth0 -s 10.0.0.0/8", False), ("-i eth0 ! -s 10.0.0.0/8", UNSET), ("-i wg0 ! -s 10.0.0.0/8", False),
    ],
)  # fmt: skip
def test_strangers_may_come_by_any_interface_but_those_of_own_networks(limit: str, expected: object) -> None:
    assert anywhere(f"-A INPUT {limit} -p tcp --dport 6379 -j ACCEPT\n")[0][-1] is expected


def test_several_interfaces_are_those_of_own_networks_where_each_is() -> None:
    assert anywhere('iifname { "lo", "docker0", "wg0" } tcp dport 6379 accept', NFT)[0][-1] is False
    assert anywhere('iifname { "docker0", "eth0" } tcp dport 6379 accept', NFT)[0][-1] is UNSET


def test_ip_saddr_says_nothing_of_ipv6() -> None:
    assert anywhere("ip saddr != 10.0.0.0/8 drop; tcp dport 6379 accept", NFT) == [
        ("tcp 6379", "ipv4", ["10.0.0.0/8"], None, False),
        ("tcp 6379 over IPv6", "ipv6", [], None, True),
    ]
    both = "ip saddr != 10.0.0.0/8 drop; ip6 saddr != fd00::/8 drop; tcp dport 6379 accept"
    assert [each[-1] for each in anywhere(both, NFT)] == [False, False]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("ip saddr 0.0.0.0-255.255.255.255 tcp dport 1 accept", [True]),
        ("ip saddr { 0.0.0.0/1, 128.0.0.0/1 } tcp dport 1 accept", [True]),
        ("ip saddr 0.0.0.0/1 tcp dport 1 accept; ip saddr 128.0.0.0/1 tcp dport 1 accept", [False, True]),
        ("ip6 saddr ::/1 tcp dport 1 accept; ip6 saddr 8000::/1 tcp dport 1 accept", [False, True]),
        ("ip saddr 0.0.0.0/1 tcp dport 1 accept; ip saddr 128.0.0.0/1 tcp dport 2 accept", [False, False]),
        ("ip saddr 0.0.0.0/1 tcp dport 1 accept; ip6 saddr 8000::/1 tcp dport 1 accept", [False, False]),
        ("ip saddr != 0.0.0.0/1 drop; ip saddr 128.0.0.0/1 drop; tcp dport 1 accept", [False, True]),
    ],
)
def test_both_halves_of_the_addresses_are_everybody(rules: str, expected: list[bool]) -> None:
    assert [each[-1] for each in anywhere(rules, NFT)] == expected


RICH = '<rule><source {}address="10.0.0.0/8"/>{}<{}/></rule>'
PORT = '<port port="{}" protocol="tcp"/>'


@pytest.mark.parametrize(
    ("rule", "sources", "anywhere"),
    [
        (RICH.format('invert="true" ', PORT.format(6379), "drop"), ["10.0.0.0/8"], False),
        (RICH.format('invert="true" ', "", "reject"), ["10.0.0.0/8"], False),
        (RICH.format('invert="true" ', PORT.format("1-7000"), "reject"), ["10.0.0.0/8"], False),
        (RICH.format('invert="true" ', '<service name="redis"/>', "reject"), ["10.0.0.0/8"], False),
        (RICH.format('invert="true" ', PORT.format(6380), "drop"), [], True),
        (RICH.format('invert="true" ', '<port port="6379" protocol="udp"/>', "drop"), [], True),
        (RICH.format('invert="true" ', '<service name="unheard-of"/>', "drop"), [], True),
        (RICH.format('invert="true" ', '<protocol value="icmp"/>', "drop"), [], True),
        (RICH.format("", PORT.format(6379), "drop"), [], True),
    ],
)
def test_rich_rules_that_refuse_come_first(rule: str, sources: list[str], anywhere: bool) -> None:
    (opening,) = facts({PUBLIC: f"<zone>{PORT.format(6379)}{rule}</zone>"}).openings
    assert (opening.sources, opening.anywhere) == (sources, anywhere)


def test_a_rich_rule_that_refuses_a_part_of_a_range_leaves_it_open() -> None:
    part = RICH.format('invert="true" ', PORT.format(6379), "drop")
    (opening,) = facts({PUBLIC: f"<zone>{PORT.format('6000-7000')}{part}</zone>"}).openings
    assert opening.anywhere is UNSET
    own = RICH.format("", PORT.format(6379), "accept")
    (opening,) = facts({PUBLIC: f"<zone>{own.replace('10.', '11.')}{part}</zone>"}).openings
    assert (opening.sources, opening.anywhere) == (["11.0.0.0/8"], False)


def test_many_rich_rules_that_refuse_leave_it_open() -> None:
    many = "".join(RICH.format('invert="true" ', PORT.format(at), "drop") for at in range(1, 300))
    (opening,) = facts({PUBLIC: f"<zone>{PORT.format(6379)}{many}</zone>"}).openings
    assert (opening.sources, opening.anywhere) == ([], UNSET)
