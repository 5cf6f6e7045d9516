"""Managed node groups of EKS: templates for the machines of a cluster.

Source: Amazon EKS API Reference, `CreateNodegroup` and `RemoteAccessConfig` (a key without source security groups opens
port 22 to the internet); Terraform AWS provider 6, `aws_eks_node_group` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.aws.common import gpus_of, tags
from holdfast.collect.cloud.aws.ec2 import instance
from holdfast.collect.cloud.common import (
    asset,
    bought,
    is_word,
)
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import ANY_ADDRESS, Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.instance import Instance

SSH = 22
DEFAULT_TYPE = "t3.medium"
TEMPLATED = (
    *("metadata_tokens", "metadata_hops", "metadata_off", "disks", "user_data", "secrets_in_user_data"),
    *("public_address", "confidential", "security_groups"),
)
"""Facts that a launch template decides."""


def node_group(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A node group, and the firewall rule that its remote access makes; a launch template is an asset of its own."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    access = own.block("remote_access")
    login: Fact[bool] = UNSET if own.unseen("remote_access") else "ec2_ssh_key" in access
    access.note("ec2_ssh_key", "ssh_key")
    yield asset(resource, _machine(own, stack, login), spots)
    if login is True and not access.unseen("source_security_group_ids"):
        rule: dict[str, Spot] = {}
        Block(resource, rule, access.data, access.path).here("")
        sources = access.texts("source_security_group_ids")
        yield asset(resource, _ssh(resource, everybody=sources == []), rule, "remote_access")


def _machine(own: Block, stack: Stack, login: Fact[bool]) -> Instance:
    labels = tags(own)
    region = own.resource.region if isinstance(own.resource.region, str) else UNSET
    type = _type(own, stack)
    return replace(
        bought("aws", region, labels),
        **_of_template(own, stack),
        name=own.text("node_group_name", "name", None) or own.resource.name,
        template=True,
        type=type,
        gpus=gpus_of(type),
        role=named(own.data.get("node_role_arn")),
        ssh_key=login,
        image=own.text("ami_type", "image", UNSET),
        interruptible=is_word(own.text("capacity_type", "interruptible", "ON_DEMAND"), "SPOT"),
    )


def _of_template(own: Block, stack: Stack) -> dict[str, object]:
    """What the launch template of a group says of its machines; without one EKS sets them up, and runs no script."""
    if "launch_template" not in own:
        return {"user_data": False, "secrets_in_user_data": []}
    target = _launch_template(own, stack)
    found = None if target is None else next(instance(target, stack)).facts
    return {} if found is None else {name: getattr(found, name) for name in TEMPLATED}


def _launch_template(own: Block, stack: Stack) -> Resource | None:
    template = own.block("launch_template")
    target = stack.target(template.data.get("id") or template.data.get("name"))
    return None if target is None or target.data or target.type != "aws_launch_template" else target


def _type(own: Block, stack: Stack) -> Fact[str]:
    """The type with the most accelerators of those that it may start, its launch template's where it names none."""
    if "instance_types" in own:
        types = own.texts("instance_types", "type")
        return max(types, key=lambda each: gpus_of(each) or 0) if types else UNSET
    if own.unseen("launch_template"):
        return UNSET
    if "launch_template" not in own:
        return DEFAULT_TYPE
    target = _launch_template(own, stack)
    return UNSET if target is None else Block(target, {}).text("instance_type", "", DEFAULT_TYPE)


def _ssh(resource: Resource, *, everybody: bool) -> FirewallRule:
    return FirewallRule(
        name=f"{resource.name}.remote_access",
        group=None,
        provider="aws",
        direction="in",
        allows=True,
        protocol="tcp",
        first_port=SSH,
        last_port=SSH,
        ranges=[ANY_ADDRESS] if everybody else [],
        from_anywhere=everybody,
        opens=["ssh"],
        disabled=False,
    )
