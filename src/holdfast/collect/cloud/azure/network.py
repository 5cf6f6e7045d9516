"""Network security groups, virtual networks and subnets of Azure.

Source: Azure Virtual Network, "Network security groups", "Service tags"; Network Watcher, "Virtual network flow logs";
Terraform AzureRM provider 4 and 5, `azurerm_network_security_group`, `azurerm_network_security_rule`,
`azurerm_virtual_network`, `azurerm_subnet` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from msgspec import UNSET

from holdfast.collect.cloud.common import EVERY_PORT, anywhere, asset, is_word, opened, ports_of, unseen_rules
from holdfast.collect.cloud.refusals import Refusal, covered, gathered
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.known import Reference
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.network import Network

GROUP = "network_security_group_name"
REFUSING = {"access": "Deny", "direction": "Inbound", "source_port_range": "*", "destination_address_prefix": "*"}
"""What a rule says that refuses whatever comes in."""
PORTLESS = frozenset(("icmp", "esp", "ah"))


def group(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """The rules that stand in a group itself."""
    own = Block(resource, {})
    for index, block in enumerate(own.blocks("security_rule")):
        yield from _rules(resource, stack, block, (resource.address, resource.address), f"security_rule.{index}")
    yield from unseen_rules(resource, "azure", {"security_rule": None})


def rule(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A rule that is a resource of its own."""
    yield from _rules(resource, stack, Block(resource, {}), _group(resource), "")


def _group(resource: Resource) -> tuple[Fact[str], str]:
    """What a rule of its own calls its group, and by what the group is known: names count in one resource group."""
    value = resource.attributes.get(GROUP)
    group = named(value)
    if isinstance(value, Reference) or not isinstance(group, str):
        return group, str(group)
    within = named(resource.attributes.get("resource_group_name"))
    return group, f"{within}/{group}" if isinstance(within, str) else ""


def _rules(resource: Resource, stack: Stack, block: Block, group: tuple[Fact[str], str], part: str) -> Iterator[Asset]:
    """A rule: an asset for each range of ports; of no effect where a refusal comes first."""
    protocol = _protocol(block)
    before = stack.once(_refusals).get(group[1], ())
    inward = is_word(block.text("direction"), "Inbound")
    side = "source" if inward is not False else "destination"
    ranges = _ranges(block, side)
    for index, (first, last) in enumerate(_ports(block, protocol)):
        spots: dict[str, Spot] = {}
        Block(resource, spots, block.data, block.path).here("")
        facts = FirewallRule(
            name=block.text("name", "", None) or resource.name,
            group=group[0],
            provider="azure",
            direction="in" if inward is True else "out" if inward is False else UNSET,
            allows=is_word(block.text("access"), "Allow"),
            protocol=protocol,
            first_port=first,
            last_port=last,
            ranges=ranges,
            from_anywhere=anywhere(ranges),
            opens=opened(first, last, protocol),
            disabled=covered(before, block.number("priority"), protocol, (first, last), ranges)
            if inward is True
            else False,
        )
        yield asset(resource, facts, spots, ".".join(each for each in (part, str(index) if index else "") if each))


def _protocol(block: Block) -> Fact[str]:
    protocol: Fact[str] = block.text("protocol", default=None)
    return ("any" if protocol == "*" else protocol.lower()) if isinstance(protocol, str) else protocol


def _refusals(stack: Stack) -> dict[str, list[Refusal]]:
    """Group -> its rules that refuse the internet, in and outside of it."""
    return gathered(chain(_inside(stack), _outside(stack)))


def _inside(stack: Stack) -> Iterator[tuple[str, Refusal]]:
    for each in stack.of("azurerm_network_security_group"):
        for block in Block(each, {}).blocks("security_rule"):
            yield from ((each.address, refusal) for refusal in _refused(block))


def _outside(stack: Stack) -> Iterator[tuple[str, Refusal]]:
    for each in stack.of("azurerm_network_security_rule"):
        _, key = _group(each)
        if key:
            yield from ((key, refusal) for refusal in _refused(Block(each, {})))


def _refused(block: Block) -> Iterator[Refusal]:
    """What a rule refuses to everybody, whatever port they come from and wherever they want to."""
    protocol, priority, ranges = _protocol(block), block.number("priority"), _ranges(block, "source")
    if any(block.text(name) != word for name, word in REFUSING.items()) or not isinstance(ranges, list):
        return
    everybody = tuple(each for each in ranges if anywhere([each]))
    for first, last in _ports(block, protocol):
        if isinstance(priority, int) and isinstance(protocol, str) and isinstance(first, int) and isinstance(last, int):
            yield Refusal(priority, protocol, first, last, everybody, block.resource.maybe)


def _ranges(block: Block, side: str) -> Fact[list[str]]:
    """Addresses, service tags or application groups of one side."""
    found: list[str] = []
    for name in (f"{side}_address_prefix", f"{side}_address_prefixes"):
        items = block.texts(name)
        if not isinstance(items, list):
            return UNSET
        found += items
    return found


def _ports(block: Block, protocol: Fact[str]) -> Iterator[tuple[Fact[int], Fact[int]]]:
    if protocol in PORTLESS:
        yield None, None
        return
    found: list[str] = []
    for name in ("destination_port_range", "destination_port_ranges"):
        items = block.texts(name)
        if not isinstance(items, list):
            yield UNSET, UNSET
            return
        found += items
    yield from (ports_of(each) for each in found) if found else [EVERY_PORT]


def network(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A virtual network: its connections are recorded where a flow log names it."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    logs = stack.joined("azurerm_network_watcher_flow_log", "target_resource_id", resource)
    older = list(stack.of("azurerm_network_watcher_flow_log"))
    facts = Network(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        subnet=False,
        ranges=own.texts("address_space", "ranges"),
        public_addresses=False,
        flow_logs=True if logs.resources else UNSET if older else False,
        default=False,
        private_services=[],
    )
    yield asset(resource, facts, spots)


def _endpoints(own: Block) -> Fact[list[str]]:
    """The services that a subnet reaches privately: a list up to version 4 of the provider, blocks from 5 on."""
    if "service_endpoint" not in own:
        return own.texts("service_endpoints", "private_services")
    found = [block.text("service", "private_services", UNSET) for block in own.blocks("service_endpoint")]
    names = [each for each in found if isinstance(each, str)]
    return UNSET if own.unseen("service_endpoint") or len(names) < len(found) else names


def subnet(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A subnet."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    facts = Network(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        subnet=True,
        ranges=own.texts("address_prefixes", "ranges"),
        public_addresses=False,
        flow_logs=UNSET,
        default=False,
        private_services=_endpoints(own),
    )
    yield asset(resource, facts, spots)
