"""EC2: instances, launch templates and security groups.

Source: Amazon EC2 User Guide, "Use the Instance Metadata Service", "Security groups"; Terraform AWS provider 6,
`aws_instance`, `aws_launch_template`, `aws_security_group` and its rules (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.aws import addresses, balancing, metadata, placing, reach
from holdfast.collect.cloud.aws.addresses import TEMPLATES
from holdfast.collect.cloud.aws.common import gpus_of, tags
from holdfast.collect.cloud.aws.prefixes import prefixes
from holdfast.collect.cloud.common import (
    EVERY_PORT,
    NUMBERS,
    anywhere,
    asset,
    bought,
    decoded,
    opened,
    region_of,
    script_secrets,
    unseen_rules,
)
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.known import Unknown, known
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.instance import Disk

DISKS = ("root_block_device", "ebs_block_device", "block_device_mappings")
EVERY_PROTOCOL = frozenset(("-1", "all"))
ICMP = frozenset(("icmp", "icmpv6"))
OTHER_GROUPS = (
    *("security_groups", "source_security_group_id", "referenced_security_group_id"),
    *("destination_security_group_id", "source_security_group_ids"),
)
"""How rules name the group on their other side, in Terraform's and CloudFormation's words."""
INHERITED = (
    "ami instance_type metadata_options iam_instance_profile user_data vpc_security_group_ids subnet_id"
    " associate_public_ip_address cpu_options instance_market_options block_device_mappings network_interfaces"
    " tag_specifications"
).split()
"""What an instance takes from its launch template where it says nothing itself.
Source: Terraform AWS provider 6, `aws_instance`, `launch_template`."""


def instance(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """An instance, a launch template or configuration, or a spot request."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots, _effective(resource, stack))
    type = own.text("instance_type", "type")
    secrets = _secrets(own)
    options = own.block("instance_market_options")
    labels = _tags(own)
    region = region_of(own, "region")
    template = resource.type in TEMPLATES
    started = balancing.groups(resource, stack) if template else []
    facts = replace(
        bought("aws", region, labels),
        name=own.text("name", "name", None) or resource.name,
        template=template,
        started=bool(started) if template else None,
        type=type,
        gpus=gpus_of(type),
        public_address=addresses.public(own, started, _subnets(own, started), stack),
        network=UNSET if template and not started else placing.network(own, _subnets(own, started), stack),
        subnet_admits=reach.lists(_subnets(own, started), stack),
        balanced_ports=balancing.balanced(resource, started, stack),
        metadata_tokens=metadata.tokens(own, stack),
        metadata_hops=metadata.hops(own, stack),
        metadata_off=metadata.off(own, stack),
        role=_role(own, stack),
        disks=list(_disks(own)),
        user_data=any(name in own for name in ("user_data", "user_data_base64")),
        secrets_in_user_data=secrets,
        ssh_key=own.raw("key_name", "ssh_key") is not None,
        confidential=_confidential(own),
        interruptible=resource.type == "aws_spot_instance_request"
        or "spot_options" in options
        or options.text("market_type") == "spot",
        image=named(own.data.get("ami") or own.data.get("image_id")),
        security_groups=placing.groups(own, stack),
    )
    yield asset(resource, facts, spots)


def _tags(own: Block) -> Fact[dict[str, str]]:
    """The tags of a machine: its own, and those that a launch template gives to every instance."""
    found = tags(own)
    given = [each for each in own.blocks("tag_specifications") if each.text("resource_type") == "instance"]
    tables = [found, *(each.table("tags", "tags") for each in given)]
    if own.resource.type not in TEMPLATES:
        tables.reverse()  # an instance's own come before its template's
    known = [each for each in tables if isinstance(each, dict)]
    return {name: value for each in known for name, value in each.items()} if len(known) == len(tables) else UNSET


def _effective(resource: Resource, stack: Stack) -> Mapping[str, Any]:
    """An instance's attributes over those of its launch template; one that is not declared here leaves them open."""
    blocks = known(resource.attributes.get("launch_template"))
    if blocks is None or resource.type in TEMPLATES:
        return resource.attributes
    block = known(blocks[0]) if isinstance(blocks, list) and blocks else blocks
    names = ("id", "name", "launch_template_id", "launch_template_name")
    targets = [stack.target(block.get(name)) for name in names] if isinstance(block, Mapping) else []
    template = next((each for each in targets if each is not None and not each.data), None)
    found = {} if template is None else template.attributes
    rest = {name: found.get(name, None if template else Unknown("its launch template says it")) for name in INHERITED}
    return {**rest, **resource.attributes}


def _subnets(own: Block, started: Sequence[Resource]) -> list[Any]:
    """Where it is, or may be started."""
    written = own.data.get("subnet_id") or own.block("network_interfaces").data.get("subnet_id")
    return balancing.subnets(started) if written is None else [written]


def _role(own: Block, stack: Stack) -> Fact[str]:
    """The role in the instance's profile, by its address or name."""
    value = own.raw("iam_instance_profile", "role")
    written = own.data.get("iam_instance_profile")
    if isinstance(value, list) or isinstance(written, list):
        profile = own.block("iam_instance_profile")
        written = profile.data.get("name") or profile.data.get("arn")
        profile.note("name" if "name" in profile else "arn", "role")
    target = stack.target(written)
    if target is not None and target.type == "aws_iam_instance_profile":
        return named(target.attributes.get("role"))
    return named(written)


def _disks(own: Block) -> Iterator[Disk]:
    """The disks that are spelt out; the default of the account, which nobody has seen, may encrypt the others."""
    for name in DISKS:
        for index, block in enumerate(own.blocks(name)):
            disk = block.block("ebs") if name == "block_device_mappings" else block
            encrypted = disk.flag("encrypted", "", None)
            position = sum(1 for spot in own.spots if re.fullmatch(r"disks\[\d+\]", spot))
            block.here(f"disks[{position}]")
            yield Disk(
                name="root" if name == "root_block_device" else block.text("device_name") or f"{name}[{index}]",
                encrypted=UNSET if encrypted is None else encrypted,
                key=named(disk.data.get("kms_key_id")),
                ephemeral=False,
            )
    if not any(name in own for name in ("root_block_device", "block_device_mappings")):
        yield Disk(name="root", encrypted=UNSET, key=UNSET, ephemeral=False)
    for name in DISKS:
        if own.unseen(name):
            yield Disk(name=name, encrypted=UNSET, key=UNSET, ephemeral=False)


def _secrets(own: Block) -> Fact[list[str]]:
    """Names of credentials that stand literally in the script which the instance is handed."""
    for name in ("user_data", "user_data_base64"):
        if name in own:
            value = own.raw(name, "secrets_in_user_data")
            script = decoded(value)
            return UNSET if name == "user_data_base64" and script == value else script_secrets(script)
    return []


def _confidential(own: Block) -> Fact[bool]:
    options = own.block("cpu_options").text("amd_sev_snp", "confidential", "disabled")
    return options == "enabled" if isinstance(options, str) else UNSET


def security_group(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """The rules that stand in a group itself."""
    for name, direction in (("ingress", "in"), ("egress", "out")):
        for index, block in enumerate(Block(resource, {}).blocks(name)):
            yield from _rule(resource, stack, block, direction, resource.address, f"{name}.{index}")
    yield from unseen_rules(resource, "aws", {"ingress": "in", "egress": "out"})


def group_rule(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A rule that is a resource of its own, in its older and its newer form."""
    own = Block(resource, {})
    direction = {"ingress": "in", "egress": "out"}.get(str(own.raw("type")), UNSET)
    if resource.type.startswith("aws_vpc_security_group_"):
        direction = "in" if "ingress" in resource.type else "out"
    yield from _rule(resource, stack, own, direction, named(resource.attributes.get("security_group_id")), "")


def _rule(
    resource: Resource, stack: Stack, block: Block, direction: Fact[str], group: Fact[str], part: str
) -> Iterator[Asset]:
    """One rule. Ports of protocol `-1` are all of them."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots, block.data, block.path)
    own.here("")
    protocol = own.text("protocol" if "protocol" in own else "ip_protocol", "protocol", "-1")
    if isinstance(protocol, str):
        protocol = NUMBERS.get(protocol, protocol.lower())
    first, last = _ports(own, protocol)
    ranges = _ranges(own, stack)
    facts = FirewallRule(
        name=f"{resource.name}.{part}" if part else resource.name,  # a description is anybody's prose
        group=group,
        provider="aws",
        direction=direction,
        allows=True,
        protocol="any" if protocol in EVERY_PROTOCOL else protocol,
        first_port=first,
        last_port=last,
        ranges=ranges,
        from_anywhere=anywhere(ranges),
        from_groups=_from_groups(own, group),
        opens=opened(first, last, protocol),
        disabled=False,
    )
    yield asset(resource, facts, spots, part)


def _from_groups(own: Block, group: Fact[str]) -> Fact[list[str]]:
    """The groups on the other side of a rule, its own among them where it says so."""
    found: list[Fact[str]] = [group] if own.flag("self", default=False) is True else []
    for name in OTHER_GROUPS:
        value = own.raw(name)
        values = value if isinstance(value, list) else [] if value is None else [own.data.get(name)]
        found += [named(each) for each in values]
    return [str(each) for each in found] if all(isinstance(each, str) for each in found) else UNSET


def _ports(own: Block, protocol: Fact[str]) -> tuple[Fact[int], Fact[int]]:
    """The first and the last port: all of them for every protocol, none for ICMP."""
    if protocol in EVERY_PROTOCOL:
        return EVERY_PORT
    if protocol in ICMP:
        return None, None
    first, last = own.number("from_port", "first_port"), own.number("to_port", "last_port")
    return EVERY_PORT if (first, last) == (-1, -1) else (first, last)


def _ranges(own: Block, stack: Stack) -> Fact[list[str]]:
    """All ranges of a rule; one whose other side is a group has none."""
    listed = prefixes(own, stack)
    found: list[str] = listed if isinstance(listed, list) else []
    for name in ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"):
        items = own.ranges(name, "ranges")
        if items is UNSET:
            value = known(own.data.get(name))
            items = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
            if not anywhere(items):
                return UNSET
        found.extend(items or ())
    return UNSET if listed is UNSET and not anywhere(found) else found
