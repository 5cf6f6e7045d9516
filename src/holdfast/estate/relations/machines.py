"""Servers and logins of machines that the internet reaches: a public address, and a rule or a published port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.core.relation import INTERNET
from holdfast.estate.nearest import Nearest
from holdfast.estate.relations.places import homes, starter, starters
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.instance import Instance
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Container, Workload

SSH = 22
RENTED = ("runpod", "vast", "lambda")
"""Providers that publish ports rather than filter them."""


class Rules(NamedTuple):
    """The firewall rules that let everybody in, by their group and by their provider."""

    of_group: Nearest[FirewallRule]
    of_provider: Nearest[FirewallRule]


class Listening(NamedTuple):
    """A port of a machine at which something answers."""

    asset: Asset
    machine: Asset
    port: Fact[int]
    certain: bool = True
    """Whether it was seen that it does not answer its own machine alone."""


def on_machines(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """Servers on machines, containers without a server that is known, and the logins of machines."""
    rules: Rules | None = None
    for each in listening(assets, edges):
        rules = rules or _rules(assets)
        yield from _reached(each, rules)


def listening(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Listening]:
    """The ports of machines, with what answers there: a server, a container, or the machine's login."""
    machines = starters(assets)
    if not machines:
        return
    by_id = {asset.id: asset for asset in assets if isinstance(asset.facts, Instance | Workload)}
    placed = homes(edges)
    occupied = {home for server, home in placed.items() if server.startswith("server/")}
    for asset in assets:
        facts = asset.facts
        home = by_id.get(placed.get(asset.id, ""))
        workload = home if home is not None and isinstance(home.facts, Workload) else None
        if isinstance(facts, Server):
            machine = _machine(home, workload, placed, by_id, machines, asset.id)
            if machine is not None:
                yield from _server(asset, facts, workload, machine)
        elif isinstance(facts, Instance):
            yield Listening(asset, asset, SSH)
        elif isinstance(facts, Workload) and asset.id not in occupied:
            machine = _machine(home, None, placed, by_id, machines, asset.id)
            for container in facts.containers if machine is not None and isinstance(facts.containers, list) else ():
                for port in _published(container):
                    assert machine is not None  # the loop above has none without it
                    yield Listening(asset, machine, port)


def _machine(
    home: Asset | None,
    workload: Asset | None,
    placed: dict[str, str],
    by_id: dict[str, Asset],
    machines: dict[str, Asset],
    own: str,
) -> Asset | None:
    """The machine on which something runs, by itself or in a container."""
    if workload is not None:
        home = by_id.get(placed.get(workload.id, ""))
        own = workload.id
    if home is not None and isinstance(home.facts, Instance):
        return home
    return starter(own, machines)


def _rules(assets: Sequence[Asset]) -> Rules:
    rules = Rules(Nearest(), Nearest())
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, FirewallRule) or facts.direction == "out" or facts.allows is False:
            continue
        if facts.disabled is True or facts.from_anywhere is False or facts.provider == "host":
            continue
        rules.of_group.add(asset.path, facts.group, facts)
        rules.of_provider.add(asset.path, facts.provider, facts)
    return rules


def _server(asset: Asset, server: Server, workload: Asset | None, machine: Asset) -> Iterator[Listening]:
    if server.loopback is True:
        return
    for port in [server.port] if workload is None else _ports(workload.facts, server.port):
        yield Listening(asset, machine, port, server.loopback is False)


def _ports(workload: object, port: Fact[int]) -> Iterator[Fact[int]]:
    """The ports of the machine at which a server in a container answers."""
    assert isinstance(workload, Workload)
    if workload.host_network is True:
        yield port
        return
    for container in workload.containers if isinstance(workload.containers, list) else ():
        for each in container.ports if isinstance(container.ports, list) else ():
            if each.host_port is not None and (each.container_port == port or UNSET in (each.container_port, port)):
                yield each.host_port


def _published(container: Container) -> Iterator[Fact[int]]:
    for port in container.ports if isinstance(container.ports, list) else ():
        if port.host_port is not None:
            yield port.host_port


def _reached(each: Listening, rules: Rules) -> Iterator[Edge]:
    facts, port = each.machine.facts, each.port
    assert isinstance(facts, Instance)
    admitted = _admitted(each.machine, facts, port, rules)
    if facts.subnet_admits == "nothing":
        admitted = False  # a load balancer in another subnet is let in by such a list no more than a stranger
    elif admitted is True and facts.subnet_admits == "part":
        admitted = UNSET
    elif admitted is False and isinstance(facts.balanced_ports, list):
        # Whether the groups between let it through was not judged.
        admitted = UNSET if any(each in (0, port) or port is UNSET for each in facts.balanced_ports) else False
    if admitted is not False and there(facts):
        yield Edge(each.asset.id, "reachable_from", INTERNET, certain=admitted is True and each.certain)


def there(facts: Instance) -> bool:
    """Whether there is a machine: itself, or those that are started from a template."""
    return facts.template is not True or facts.started is True


def _admitted(machine: Asset, facts: Instance, port: Fact[int], rules: Rules) -> Fact[bool]:
    """Whether the internet reaches a port of a machine; unobserved where the rest lets it in and a fact is not seen."""
    if isinstance(facts.ports, list) and facts.ports:
        answers = [holds(each.first, each.last, port) for each in facts.ports]
        return True if True in answers else UNSET if UNSET in answers else False
    if facts.public_address is False or facts.public_address is None:
        return False
    seen = isinstance(facts.security_groups, list)
    groups = facts.security_groups if isinstance(facts.security_groups, list) else ()
    found = [rule for group in groups for rule in rules.of_group.find(machine.path, group)]
    if not found and (not seen or facts.provider in ("google", "azure")):  # there rules are of networks and tags
        every = rules.of_provider.find(machine.path, facts.provider)
        found, seen = [rule for rule in every if concerns(rule, facts) is not False], False
    answers = [_opens(rule, port) for rule in found]
    if True in answers and seen and facts.public_address is True:
        return True
    return UNSET if True in answers or (UNSET in answers and facts.public_address is True) else False


def concerns(rule: FirewallRule, facts: Instance) -> Fact[bool]:
    """Whether a rule of Google is for a machine: of its network, and for all there or for its tags or its account."""
    if not isinstance(rule.network, str) or not isinstance(facts.network, str):
        same: Fact[bool] = UNSET
    else:
        same = rule.network == facts.network
    if rule.to_groups == [] or same is False:
        return same
    if not isinstance(rule.to_groups, list) or not isinstance(facts.security_groups, list):
        return UNSET
    meant = not {*facts.security_groups, facts.role}.isdisjoint(rule.to_groups)
    if not meant:  # an account may be named in several ways
        return UNSET if any("." in each or "@" in each for each in rule.to_groups) else False
    return same


def _opens(rule: FirewallRule, port: Fact[int]) -> Fact[bool]:
    held = holds(rule.first_port, rule.last_port, port)
    if held is False or rule.protocol in ("udp", "icmp", "icmpv6"):
        return False
    if _six_only(rule.ranges) and held is True:
        return UNSET
    return held if (rule.from_anywhere, rule.allows, rule.direction) == (True, True, "in") else UNSET


def _six_only(ranges: Fact[list[str]]) -> bool:
    """Whether everybody is let in by addresses of IPv6 alone, which few machines have, and none is shown to."""
    if not isinstance(ranges, list) or "::/0" not in ranges:
        return False
    return all(":" in each or not each.endswith(("/0", "/1")) for each in ranges)


def holds(first: Fact[int], last: Fact[int], port: Fact[int]) -> Fact[bool]:
    """Whether a range of ports holds a port."""
    if first is None or last is None or port is None:
        return False
    if isinstance(first, int) and isinstance(last, int):
        return first <= port <= last if isinstance(port, int) else (first, last) == (0, 65535) or UNSET
    return UNSET
