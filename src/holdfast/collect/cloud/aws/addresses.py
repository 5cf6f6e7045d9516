"""Public addresses of instances: what the instance, its subnet and elastic addresses say, and where routes lead.

An address is public in a subnet with a route to an internet gateway; behind one that leads to a NAT gateway alone,
nobody outside can begin to talk to it.

Source: Amazon EC2 User Guide, "Amazon EC2 instance IP addressing", "Elastic IP addresses"; Amazon VPC User Guide,
"Enable internet access for a VPC using an internet gateway", "Route table concepts" (a subnet without an association
has the main table); Terraform AWS provider 6, `aws_eip`, `aws_eip_association`, `aws_route_table` (checked 2026-12-01).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.aws.placing import INTERFACES, attached
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block
from holdfast.core.fact import Fact, either

__all__ = ["TEMPLATES", "public"]

TEMPLATES = frozenset(("aws_launch_template", "aws_launch_configuration"))
ELASTIC = (("aws_eip", "instance", "network_interface"), ("aws_eip_association", "instance_id", "network_interface_id"))
"""What gives an elastic address -> the attributes that say to which instance, or to which network interface."""
TABLES = "aws_route_table_association"
INWARDS = (
    *("nat_gateway_id", "egress_only_gateway_id", "vpc_peering_connection_id", "transit_gateway_id"),
    *("local_gateway_id", "carrier_gateway_id", "core_network_arn"),
)
"""Where a route leads by which nobody comes in from the internet to an address of AWS."""


def public(own: Block, started: Sequence[Resource], subnets: Sequence[Any], stack: Stack) -> Fact[bool]:
    """Whether it has an address that the internet reaches; `started` are the groups that start it from a template."""
    given = _given(own, started, subnets, stack)
    elastic = _elastic(own, stack)
    found = given if elastic is False or given is True else elastic
    hidden = bool(subnets) and all(_hidden(each, stack) for each in subnets)
    return False if hidden and found is not False else found


def _given(own: Block, started: Sequence[Resource], subnets: Sequence[Any], stack: Stack) -> Fact[bool]:
    """Whether it starts with a public address: as it says, as its subnet says, and in the default subnet always."""
    interface = own.block("network_interfaces")
    for block in (own, interface):
        if "associate_public_ip_address" in block:
            return block.flag("associate_public_ip_address", "public_address", UNSET)
    if any(name in own for name in INTERFACES):
        return UNSET
    if own.resource.type in TEMPLATES and not started:
        return UNSET
    if not subnets:
        return UNSET if started else True
    return either(*(_mapped(subnet, own, stack) for subnet in subnets))


def _mapped(subnet: Any, own: Block, stack: Stack) -> Fact[bool]:
    """Whether a subnet gives its machines public addresses."""
    declared = stack.target(subnet)
    if declared is None or declared.data or declared.type != "aws_subnet":
        return UNSET
    return Block(declared, own.spots).flag("map_public_ip_on_launch", "public_address", default=False)


def _elastic(own: Block, stack: Stack) -> Fact[bool]:
    """Whether an elastic address is given to it or to one of its interfaces."""
    interfaces = [each for each in attached(own, stack) if each is not None]
    found = []
    for type, of_instance, of_interface in ELASTIC:
        found += stack.joined(type, of_instance, own.resource).resources
        for interface in interfaces:
            found += stack.joined(type, of_interface, interface).resources
    return either(*(UNSET if each.maybe else True for each in found))


def _hidden(subnet: Any, stack: Stack) -> bool:
    """Whether the table of a subnet was read, and no route in it leads to where the internet comes in."""
    declared = stack.target(subnet)
    if declared is None or declared.data or declared.type != "aws_subnet":
        return False
    joined = stack.joined(TABLES, "subnet_id", declared)
    tables = [stack.target(each.attributes.get("route_table_id")) for each in joined.resources]
    return joined.complete and bool(tables) and all(each is not None and _inwards(each, stack) for each in tables)


def _inwards(table: Resource, stack: Stack) -> bool:
    own, apart = Block(table, {}), stack.joined("aws_route", "route_table_id", table)
    if table.data or table.type != "aws_route_table" or own.unseen("route") or not apart.complete:
        return False
    routes = [*own.blocks("route"), *(Block(each, {}) for each in apart.resources)]
    return all(_leads_inwards(each, stack) for each in routes)


def _leads_inwards(route: Block, stack: Stack) -> bool:
    if any(name in route for name in INWARDS):
        return True
    target = stack.target(route.data.get("gateway_id"))
    return route.text("gateway_id") == "local" or (target is not None and target.type == "aws_vpn_gateway")
