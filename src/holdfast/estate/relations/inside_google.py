"""Who reaches what inside a network of Google Cloud: its firewall rules are for all machines of it, or for some tags.

A machine speaks from its network and from each of its tags in it. Every network refuses what no rule lets in, and lets
everything out that none refuses. A refusal with a priority of its own leaves open what gets through. Memorystore
answers every machine of the network that it is connected to.

Source: Google Cloud, "VPC firewall rules" (implied rules, targets, sources), "Use VPC firewall rules"; Memorystore for
Redis, "Networking" (checked 2026-12-01).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.relations.inside import covered, zone
from holdfast.estate.relations.machines import Listening, concerns, holds, listening, there
from holdfast.estate.relations.places import aboard, root
from holdfast.kinds.database import Database
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.instance import Instance
from holdfast.kinds.network import Network

GOOGLE = "google"


def inside_google(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`in_zone` of machines and their containers, `reachable_from` of what answers at a port inside a network."""
    if not any(isinstance(asset.facts, Instance) and asset.facts.provider == GOOGLE for asset in assets):
        return
    rules: dict[tuple[str, str], list[FirewallRule]] = {}
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, FirewallRule) and facts.provider == GOOGLE and isinstance(facts.network, str):
            rules.setdefault((root(asset), facts.network), []).append(facts)
    ranges = _ranges(assets)
    yield from _speaking(assets, edges, rules)
    for each in listening(assets, edges):
        yield from _reached(each, rules, ranges)
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, Database) and facts.provider == GOOGLE and isinstance(facts.network, str):
            yield Edge(asset.id, "reachable_from", zone("network", asset, facts.network))


def _ranges(assets: Sequence[Asset]) -> dict[str, list[str]]:
    """Root -> the addresses of its subnets, where they are all of one network."""
    networks: dict[str, int] = {}
    found: dict[str, list[str]] = {}
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, Network) and facts.provider == GOOGLE:
            if facts.subnet is not True:
                networks[root(asset)] = networks.get(root(asset), 0) + 1
            elif isinstance(facts.ranges, list):
                found.setdefault(root(asset), []).extend(facts.ranges)
    return {place: each for place, each in found.items() if networks.get(place) == 1}


def _speaking(
    assets: Sequence[Asset], edges: Sequence[Edge], rules: dict[tuple[str, str], list[FirewallRule]]
) -> Iterator[Edge]:
    for asset, machine, facts in aboard(assets, edges):
        if facts.provider == GOOGLE and there(facts) and isinstance(facts.network, str):
            held = rules.get((root(machine), facts.network), ())
            silent = any(rule.direction == "out" and rule.allows is not True for rule in held)
            yield Edge(asset.id, "in_zone", zone("network", machine, facts.network), not silent)
            for tag in facts.security_groups if isinstance(facts.security_groups, list) else ():
                yield Edge(asset.id, "in_zone", zone("group", machine, f"{facts.network}:{tag}"), not silent)


def _reached(
    each: Listening, rules: dict[tuple[str, str], list[FirewallRule]], ranges: dict[str, list[str]]
) -> Iterator[Edge]:
    facts = each.machine.facts
    if not isinstance(facts, Instance) or facts.provider != GOOGLE or not there(facts):
        return
    network = facts.network
    found: dict[str, bool] = {}
    held = rules.get((root(each.machine), network), ()) if isinstance(network, str) else ()
    refused = any(_speaks_of(rule, facts, each.port) is not False for rule in held if rule.allows is not True)
    for rule in held if isinstance(network, str) else ():
        meant = _speaks_of(rule, facts, each.port) if rule.allows is True and rule.disabled is not True else False
        if meant is False:
            continue
        sure = meant is True and each.certain and not refused
        for tag in rule.from_groups if isinstance(rule.from_groups, list) else ():
            name = zone("group", each.machine, f"{network}:{tag}")
            found[name] = found.get(name, False) or sure
        whole = covered(rule, ranges.get(root(each.machine)))
        if whole is not False:
            name = zone("network", each.machine, str(network))
            found[name] = found.get(name, False) or (sure and whole is True)
    yield from (Edge(each.asset.id, "reachable_from", name, certain) for name, certain in found.items())


def _speaks_of(rule: FirewallRule, facts: Instance, port: Fact[int]) -> Fact[bool]:
    """Whether a rule is about what comes in to a port of a machine."""
    if rule.direction == "out" or rule.protocol in ("udp", "icmp", "icmpv6"):
        return False
    held, meant = holds(rule.first_port, rule.last_port, port), concerns(rule, facts)
    return False if False in (held, meant) else held if meant is True else meant
