"""What resources of Azure have in common: accelerators of machine sizes, diagnostic settings, network access.

Source: Azure, "Sizes for virtual machines: GPU accelerated"; Azure Monitor, "Diagnostic settings"; Terraform AzureRM
provider 4 and 5 (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import UNSET

from holdfast.collect.cloud.common import is_word
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, literal, named
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text, known

SIZES = (
    (re.compile(r"nd(?:40|96)\w*"), 8),
    (re.compile(r"nd128\w*"), 4),
    (re.compile(r"nc(?:64as|96ads|24r?s)\w*"), 4),
    (re.compile(r"nc(?:48ads|80adis|12s)\w*"), 2),
    (re.compile(r"nv(?:72ads|24s|12s)_?\w*"), 2),
    (re.compile(r"n[cdgpv]\d+\w*"), 1),
)
"""Sizes with accelerators, without their first word -> at least so many."""


def gpus_of(size: Fact[str]) -> Fact[int]:
    """Accelerators of a size: 0 for none."""
    if not isinstance(size, str):
        return UNSET if size is UNSET else 0
    name = size.lower().removeprefix("standard_")
    return next((count for pattern, count in SIZES if pattern.fullmatch(name)), 0)


def within(resource: Resource, stack: Stack) -> tuple[str, ...]:
    """What a resource lies in: its resource group, or its vault with the vault's, each by address and by name."""
    found: list[str] = []
    for name in ("key_vault_id", "resource_group_name"):
        value = resource.attributes.get(name)
        target = stack.target(value)
        text = literal(value)
        found += [target.address] if target is not None else []
        if name == "resource_group_name" and isinstance(text, str):
            found.append(f"group {text.lower()}")
            found += [
                each.address for each in stack.of("azurerm_resource_group") if each.attributes.get("name") == text
            ]
        if name == "key_vault_id" and target is not None:
            called = literal(target.attributes.get("name"))
            found += [called] if isinstance(called, str) else []
            found += within(target, stack)
    return tuple(dict.fromkeys(found))


def identity_of(own: Block) -> Fact[str]:
    """The identity that something runs as: the first that is assigned to it, or its own; absent for none."""
    if own.unseen("identity"):
        return UNSET
    block = own.block("identity")
    ids = block.raw("identity_ids", "role")
    if isinstance(ids, list) and ids:
        return named(ids[0])
    if ids is not None and not isinstance(ids, list):
        return UNSET
    return f"{own.resource.address}.identity" if "identity" in own else None


def logged(own: Block, stack: Stack, categories: Iterable[str], fact: str) -> Fact[bool]:
    """Whether a diagnostic setting sends some categories of logs of a resource, or all of them, somewhere."""
    wanted = {*categories, "allLogs", "audit"}
    joined = stack.joined("azurerm_monitor_diagnostic_setting", "target_resource_id", own.resource)
    doubt = not joined.complete
    for each in joined.resources:
        setting = Block(each, own.spots)
        for name in ("enabled_log", "log"):
            doubt = doubt or setting.unseen(name)
            for block in setting.blocks(name):
                found = {block.text("category"), block.text("category_group")}
                if found & wanted and block.flag("enabled", default=True) is True:
                    block.here(fact)
                    return True
                doubt = doubt or UNSET in found
    return UNSET if doubt else False


def reached(own: Block, rules: str = "network_acls") -> Fact[bool]:
    """Whether something is reached from any network: public unless it is switched off, or its rules refuse the rest."""
    public = own.flag("public_network_access_enabled", "public_network", default=True)
    if public is not True:
        return public
    if own.unseen(rules):
        return UNSET
    action = own.block(rules).text("default_action", "public_network", "Allow") if rules in own else "Allow"
    denied = is_word(action, "Deny")
    return not denied if isinstance(denied, bool) else UNSET


def whole_subscription(value: object) -> bool:
    """Whether a scope is a subscription as such."""
    if isinstance(value, Reference) and value.address.startswith("data.azurerm_subscription."):
        return True
    value = known(value)
    if isinstance(value, Text):
        value = "".join(piece if isinstance(piece, str) else "x" for piece in value.pieces)
    return isinstance(value, str) and re.fullmatch(r"/subscriptions/[^/]+/?", value) is not None
