"""What keeps keys, secrets, messages, images and records: Key Vault, Service Bus, Event Hubs, registries, activity log.

Source: Azure Key Vault, "Configure key autorotation", "Soft-delete overview", "Network security"; Azure Service Bus and
Event Hubs, "Disable local authentication"; Azure Container Registry, "Authentication options" (a tag can be moved
unless its image is locked), "Anonymous pull"; Azure Monitor, "Activity log"; Terraform AzureRM provider 4 and 5
(checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.azure.common import reached, whole_subscription, within
from holdfast.collect.cloud.common import asset, encryption, literal_secret
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.activity_log import ActivityLog
from holdfast.kinds.encryption_key import EncryptionKey
from holdfast.kinds.managed_secret import ManagedSecret
from holdfast.kinds.queue import Queue
from holdfast.kinds.registry import Registry

DURATION = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?")
UNITS = (365, 30, 7, 1)


def key(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A key of a key vault, with what the vault says of all its keys."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    vault = stack.target(resource.attributes.get("key_vault_id"))
    seen = Block(vault, spots) if vault is not None and not vault.data else None
    if seen is not None:
        seen.here("vault_public")
        seen.here("purge_protected")
    automatic = own.block("rotation_policy").block("automatic")
    rotates: Fact[bool] = UNSET if own.unseen("rotation_policy") else bool(automatic.data)
    type = own.text("key_type", "hardware")
    facts = EncryptionKey(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        rotates=rotates,
        rotation_days=_days(automatic.text("time_after_creation", "rotation_days")),
        policy=None,
        public=False,
        shared_with=[],
        deletion_days=seen.number("soft_delete_retention_days", "deletion_days", 90) if seen else UNSET,
        hardware=type.endswith("-HSM") if isinstance(type, str) else UNSET,
        vault_public=reached(_renamed(seen)) if seen else UNSET,
        purge_protected=seen.flag("purge_protection_enabled", "purge_protected", default=False) if seen else UNSET,
    )
    yield asset(resource, facts, spots)


def _renamed(vault: Block) -> Block:
    """The vault, so that what is asked of its network leaves no place: the finding is about the key."""
    return Block(vault.resource, {}, vault.data, vault.path)


def _days(text: Fact[str]) -> Fact[int]:
    """`P90D` as days; a month has thirty, a year 365."""
    if not isinstance(text, str):
        return text
    found = DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return UNSET
    return sum(int(number or 0) * unit for number, unit in zip(found.groups(), UNITS, strict=True))


def secret(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A secret of a key vault."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    vault = stack.target(resource.attributes.get("key_vault_id"))
    facts = ManagedSecret(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        literal=literal_secret(own, "literal", "value", "value_wo"),
        plain_parameter=False,
        key=None,
        rotates=None,  # whoever listens to its events replaces it, which no setting of the secret says
        rotation_days=None,
        by_roles=UNSET if vault is None or vault.data else _by_roles(Block(vault, {})),
        policy=None,
        shared_with=[],
        expires="expiration_date" in own,
    )
    yield replace(asset(resource, facts, spots), within=within(resource, stack))


def bus(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A namespace of Service Bus or Event Hubs: always encrypted, opened by keys unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    hub = resource.type == "azurerm_eventhub_namespace"
    local = "local_authentication_enabled" if "local_authentication_enabled" in own else "local_auth_enabled"
    facts = Queue(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        service="event-hub" if hub else "service-bus",
        encryption=encryption(named(own.block("customer_managed_key").data.get("key_vault_key_id"))),
        policy=None,
        public=False,
        shared_with=[],
        tls_only=True,
        public_network=reached(own, "network_rulesets" if hub else "network_rule_set"),
        keys_allowed=own.flag(local, "keys_allowed", default=True),
    )
    yield asset(resource, facts, spots)


def registry(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A container registry. Whether Defender scans it, its subscription decides."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    facts = Registry(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        immutable_tags=None,  # tags are locked one by one
        scans=UNSET,
        policy=None,
        public=own.flag("anonymous_pull_enabled", "public", default=False),
        shared_with=[],
        admin_account=own.flag("admin_enabled", "admin_account", default=False),
        public_network=reached(own, "network_rule_set"),
        key=named(own.block("encryption").data.get("key_vault_key_id")),
    )
    yield replace(asset(resource, facts, spots), within=within(resource, stack))


def _by_roles(vault: Block) -> Fact[bool]:
    """Whether a vault goes by roles; what one means that does not say so depends on the provider's version."""
    for name in ("rbac_authorization_enabled", "enable_rbac_authorization"):
        if name in vault:
            return vault.flag(name, "", UNSET)
    return False if "access_policy" in vault else UNSET


def activity(resource: Resource, _: Stack) -> Iterator[Asset]:
    """What a subscription sends of its activity log; settings of single resources are theirs."""
    if not whole_subscription(resource.attributes.get("target_resource_id")):
        return
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    names = [name for name in ("enabled_log", "log") if name in own]
    facts = ActivityLog(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        enabled=UNSET if any(own.unseen(name) for name in names) else bool(names),
        every_region=True,
        validated=None,
        data_events=False,
        key=None,
        exempted=[],
        retention_days=UNSET,
    )
    yield asset(resource, facts, spots)
