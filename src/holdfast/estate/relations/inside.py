"""Who reaches what inside a network of a cloud: machines let one another in by their security groups.

A machine speaks from each of its groups and from its network. Something is reached from a group that a rule names, and
from the network where a rule's addresses hold all of it; where they hold a part, or its addresses were not seen,
perhaps. Only where both groups and rules were read is anything said.

Source: Amazon VPC User Guide, "Security group rules" (a rule that names a group lets in the machines that it holds for,
by their private addresses), "Default VPCs" (172.31.0.0/16); RFC 1918 and RFC 6598 (private addresses).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.relations.machines import holds, listening, there
from holdfast.estate.relations.places import aboard, address, root
from holdfast.kinds.database import Database
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.instance import Instance
from holdfast.kinds.network import Network

DEFAULT = "the default network"
OF_DEFAULT = ["172.31.0.0/16"]
PRIVATE = [ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")]
SMALLEST = 4
"""Bits that the hosts of the smallest subnet have: a rule for fewer addresses is for those of certain machines."""
Range = IPv4Network | IPv6Network


class Rules(NamedTuple):
    """The rules of each group, by the place where it is declared and its name."""

    inward: dict[tuple[str, str], list[FirewallRule]]
    speaking: set[tuple[str, str]]
    """The groups whose machines surely may send."""


def inside(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`in_zone` of machines and their containers, `reachable_from` of what answers at a port inside a network."""
    rules = _rules(assets)
    if not rules.inward:
        return
    networks = {
        (root(asset), address(asset)): asset.facts.ranges
        for asset in assets
        if isinstance(asset.facts, Network) and asset.facts.subnet is not True
    }
    yield from _speaking(assets, edges, rules)
    for each in listening(assets, edges):
        facts = each.machine.facts
        if isinstance(facts, Instance) and facts.provider == "aws" and there(facts):
            sure = each.certain and facts.subnet_admits is None
            zones = _reached(each.machine, facts, each.port, rules, networks)
            yield from (Edge(each.asset.id, "reachable_from", zone, certain and sure) for zone, certain in zones)
    for asset in assets:
        if isinstance(asset.facts, Database) and asset.facts.provider == "aws":
            zones = _reached(asset, asset.facts, asset.facts.port, rules, networks)
            yield from (Edge(asset.id, "reachable_from", zone, certain) for zone, certain in zones)


def _rules(assets: Sequence[Asset]) -> Rules:
    rules = Rules({}, set())
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, FirewallRule) or facts.provider != "aws" or not isinstance(facts.group, str):
            continue
        key = root(asset), facts.group
        if facts.direction == "in" and facts.allows is True and facts.disabled is not True:
            rules.inward.setdefault(key, []).append(facts)
        elif facts.direction == "out" and facts.allows is True:
            rules.speaking.add(key)
    return rules


def _speaking(assets: Sequence[Asset], edges: Sequence[Edge], rules: Rules) -> Iterator[Edge]:
    """From where machines speak, and the containers on them, which have their machine's address outside of it."""
    for asset, machine, facts in aboard(assets, edges):
        if facts.provider != "aws" or not there(facts):
            continue
        for group in facts.security_groups if isinstance(facts.security_groups, list) else ():
            certain = (root(machine), group) in rules.speaking
            yield Edge(asset.id, "in_zone", zone("group", machine, group), certain)
            within = _network(facts.network)
            if within:
                yield Edge(asset.id, "in_zone", zone("network", machine, within), certain)


def zone(sort: str, asset: Asset, name: str) -> str:
    """Stands for the machines of a group, or of a network, of those that are declared together."""
    place = root(asset)
    return f"zone/{sort}/{name}" if place in ("", ".") else f"zone/{sort}/{place}/{name}"


def _network(name: Fact[str]) -> str:
    return DEFAULT if name is None else name if isinstance(name, str) else ""


def _reached(
    asset: Asset,
    facts: Instance | Database,
    port: Fact[int],
    rules: Rules,
    networks: dict[tuple[str, str], Fact[list[str]]],
) -> Iterator[tuple[str, bool]]:
    """The zones from which the groups of something let its port be reached, each with whether that is certain."""
    found: dict[str, bool] = {}
    within = _network(facts.network)
    own = OF_DEFAULT if within == DEFAULT else networks.get((root(asset), within))
    for group in facts.security_groups if isinstance(facts.security_groups, list) else ():
        for rule in rules.inward.get((root(asset), group), ()):
            held = holds(rule.first_port, rule.last_port, port)
            if held is False or rule.protocol in ("udp", "icmp", "icmpv6"):
                continue
            for other in rule.from_groups if isinstance(rule.from_groups, list) else ():
                at = zone("group", asset, other)
                found[at] = found.get(at, False) or held is True
            whole = covered(rule, own) if within else False
            if whole is not False:
                at = zone("network", asset, within)
                found[at] = found.get(at, False) or (held is True and whole is True)
    yield from found.items()


def covered(rule: FirewallRule, network: Fact[list[str]]) -> bool | None:
    """Whether the addresses of a rule hold those of a network: all, none, or perhaps some of them."""
    if rule.from_anywhere is True:
        return True
    allowed = [each for each in _ranges(rule.ranges) if each.max_prefixlen - each.prefixlen >= SMALLEST]
    if not isinstance(network, list) or not network:
        return None if any(_overlap(one, other) for one in allowed for other in PRIVATE) else False
    own = list(_ranges(network))
    if own and all(any(_holds(outer, inner) for outer in allowed) for inner in own):
        return True
    return None if any(_overlap(one, other) for one in allowed for other in own) else False


def _ranges(texts: Fact[list[str]]) -> Iterator[Range]:
    for text in texts if isinstance(texts, list) else ():
        try:
            yield ip_network(text, strict=False)
        except ValueError:
            continue


def _holds(outer: Range, inner: Range) -> bool:
    return outer.version == inner.version and inner.prefixlen >= outer.prefixlen and outer.overlaps(inner)


def _overlap(one: Range, other: Range) -> bool:
    return one.version == other.version and one.overlaps(other)
