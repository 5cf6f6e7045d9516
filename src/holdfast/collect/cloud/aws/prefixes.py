"""Lists of prefixes that rules of security groups name in place of ranges.

Source: Amazon VPC User Guide, "Managed prefix lists", "AWS-managed prefix lists"; Terraform AWS provider 6,
`aws_ec2_managed_prefix_list` and `aws_ec2_managed_prefix_list_entry` (checked 2026-11-30).
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, canonical
from holdfast.core.fact import Fact
from holdfast.core.known import known

LIST, ENTRY, OLDER = "aws_ec2_managed_prefix_list", "aws_ec2_managed_prefix_list_entry", "aws_prefix_list"
OF_AWS = "com.amazonaws."
"""How the names of the lists begin that AWS keeps, of addresses of its own."""


def prefixes(own: Block, stack: Stack) -> Fact[list[str]]:
    """The ranges in the lists that a rule names; unobserved where one of them is not seen."""
    values: list[Any] = []
    for name in ("prefix_list_ids", "prefix_list_id", "source_prefix_list_id"):
        value = own.raw(name)
        values += value if isinstance(value, list) else [] if value is None else [own.data.get(name)]
    found: list[str] = []
    for value in values:
        target = stack.target(value)
        entries = UNSET if target is None else _entries(target, stack)
        if not isinstance(entries, list):
            return UNSET
        found += entries
    return found


def _entries(target: Resource, stack: Stack) -> Fact[list[str]]:
    own = Block(target, {})
    if target.data or target.type == OLDER:
        name = own.text("name", default="")
        filters = [known(each.data.get("values")) for each in own.blocks("filter")]
        named = [name, *(text for each in filters if isinstance(each, list) for text in each)]
        return [] if any(isinstance(each, str) and each.startswith(OF_AWS) for each in named) else UNSET
    joined = stack.joined(ENTRY, "prefix_list_id", target)
    texts = [each.text("cidr") for each in own.blocks("entry")]
    texts += [Block(each, {}).text("cidr") for each in joined.resources]
    whole = [canonical(text) for text in texts if isinstance(text, str)]
    return whole if joined.complete and len(whole) == len(texts) and not own.unseen("entry") else UNSET
