"""Where things of AWS lie: the security groups that hold for them, and their network.

Source: Amazon VPC User Guide, "Security groups" (a group is of one network), "Default VPCs"; Amazon RDS User Guide,
"Controlling access with security groups"; Terraform AWS provider 6, `aws_db_instance` (`port` by engine), `aws_subnet`,
`aws_security_group` (checked 2026-12-01).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.fact import Fact
from holdfast.core.known import known

GROUPS = ("vpc_security_group_ids", "security_groups", "security_group_ids", "vpc_security_groups")
OF_INTERFACES = ("security_groups", "groups")
"""How an interface names them, in Terraform's and CloudFormation's words."""
INTERFACES = ("network_interface", "primary_network_interface")
"""Interfaces that exist before the machine; provider 6 calls the first of them primary."""
PORTS = (("postgres", 5432), ("aurora-postgresql", 5432), ("sqlserver", 1433), ("oracle", 1521), ("db2", 50000))
"""How the engines of RDS begin that do not answer at MySQL's port."""
MYSQL, REDIS, HTTPS = 3306, 6379, 443


def groups(own: Block, stack: Stack) -> Fact[list[str]]:
    """The security groups by address or id: of the thing, or of the network interfaces that it starts with."""
    values = _groups(own, stack)
    if values is UNSET:
        return UNSET
    names = [named(each) for each in values or ()]
    return UNSET if UNSET in names else [str(each) for each in dict.fromkeys(names)]


def _groups(own: Block, stack: Stack) -> Fact[list[Any]]:
    for name in GROUPS:
        value = own.raw(name, "security_groups")
        if value is not None:
            return value if isinstance(value, list) else UNSET
    if own.unseen("network_interfaces"):
        return UNSET
    found: list[Any] = []
    for block in own.blocks("network_interfaces"):
        for name in OF_INTERFACES:
            value = block.raw(name, "security_groups")
            if value is not None and not isinstance(value, list):
                return UNSET
            found += value or []
    for interface in attached(own, stack):
        value = known(interface.attributes.get("security_groups")) if interface is not None else None
        if not isinstance(value, list):
            return UNSET
        found += value
    return found


def attached(own: Block, stack: Stack) -> Iterator[Resource | None]:
    """The network interfaces of its own that a machine is started with; None for one that is not declared here."""
    for name in INTERFACES:
        if own.unseen(name):
            yield None
        for block in own.blocks(name):
            target = stack.target(block.data.get("network_interface_id"))
            yield target if target is not None and target.type == "aws_network_interface" and not target.data else None


def network(own: Block, subnets: Sequence[Any], stack: Stack) -> Fact[str]:
    """The network of a thing in subnets, or else of its groups; absent for the account's default one."""
    values: Fact[list[Any]] = list(subnets) or _groups(own, stack)
    if values is UNSET:
        return UNSET
    targets = [stack.target(value) for value in values or ()]
    found = {UNSET if each is None or each.data else named(each.attributes.get("vpc_id")) for each in targets}
    return UNSET if len(found) > 1 else next(iter(found), None)


def in_group(own: Block, name: str, type: str, stack: Stack) -> list[Any]:
    """The subnets of a group of subnets that an attribute names; one that is not seen for a group that is not."""
    value = own.data.get(name)
    if value is None:
        return []
    target = stack.target(value)
    if target is None or target.data or target.type != type:
        return [None]
    return listed(target.attributes.get("subnet_ids")) or [None]


def listed(value: Any) -> list[Any]:
    """The items of a list; one that is not seen for a list that is not, and none where none is written."""
    found = known(value)
    return found if isinstance(found, list) else [] if found is None else [None]


def relational_port(own: Block) -> Fact[int]:
    """The port of a database: as it says, or by its engine."""
    if "port" in own:
        return own.number("port", "port")
    engine = own.text("engine", default="mysql" if own.resource.type == "aws_rds_cluster" else UNSET)
    if not isinstance(engine, str):
        return UNSET
    return next((port for start, port in PORTS if engine.startswith(start)), MYSQL)
