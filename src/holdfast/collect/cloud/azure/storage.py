"""Storage accounts with their containers.

Source: Azure Storage, "Remediate anonymous read access to blob data" (an account that forbids it overrules its
containers), "Configure network access", "Prevent Shared Key authorization", "Soft delete for blobs"; Terraform AzureRM
provider, `azurerm_storage_account`, whose `allow_nested_items_to_be_public` is true unless told otherwise up to version
4 and false from 5 on, `azurerm_storage_container`, `azurerm_storage_account_network_rules` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.azure.common import logged, within
from holdfast.collect.cloud.common import asset, encryption, is_word, opposite, purpose, region_of
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.kinds.bucket import Bucket

OPEN = ("blob", "container")
READS = ("StorageRead",)


class Containers(NamedTuple):
    """What the containers of an account say."""

    access: Fact[str]
    reads: Fact[bool]
    names: str
    addresses: Sequence[str]


def account(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A storage account."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    labels = own.table("tags", "tags")
    containers = _containers(resource, stack, spots)
    name, key = own.text("name", "name"), _key(own, stack)
    blobs = own.block("blob_properties")
    https = own.flag("https_traffic_only_enabled", "tls_only", default=True)
    if "enable_https_traffic_only" in own:  # its name up to version 3
        https = own.flag("enable_https_traffic_only", "tls_only", default=True)
    facts = Bucket(
        name=name,
        provider="azure",
        region=region_of(own, "location"),
        account=UNSET,
        holds=purpose(name, labels, f"{resource.name} {containers.names}"),
        tags=labels,
        public_block=_public_block(own, stack),
        lists_off=True,
        acl=containers.access,
        acl_reads=containers.reads,
        acl_writes=False,  # nothing is written without an identity
        policy=None,
        encryption=encryption(key),
        key=key,
        versioning=_versioning(own, blobs),
        locked=_locked(own, stack),
        lifecycle=_there(stack, "azurerm_storage_management_policy", resource),
        access_logs=logged(own, stack, READS, "access_logs"),
        force_destroy=UNSET,
        tls_only=https,
        keys_allowed=own.flag("shared_access_key_enabled", "keys_allowed", default=True),
    )
    yield replace(asset(resource, facts, spots), within=(*within(resource, stack), *containers.addresses))


def _public_block(own: Block, stack: Stack) -> Fact[bool]:
    """Whether nobody reads anonymously: the account forbids it, or refuses networks that it does not know."""
    name = "allow_blob_public_access" if "allow_blob_public_access" in own else "allow_nested_items_to_be_public"
    allowed = own.flag(name, "public_block", default=UNSET)
    public = own.flag("public_network_access_enabled", "public_block", default=True)
    denied = [is_word(own.block("network_rules").text("default_action", "public_block", "Allow"), "Deny")]
    if own.unseen("network_rules"):
        denied.append(UNSET)
    rules = stack.joined("azurerm_storage_account_network_rules", "storage_account_id", own.resource)
    for each in rules.resources:
        denied.append(is_word(Block(each, own.spots).text("default_action", "public_block", UNSET), "Deny"))
    if not rules.complete:
        denied.append(UNSET)
    return either(opposite(allowed), opposite(public), *denied)


def _containers(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Containers:
    """The widest access of its containers."""
    found, complete = [], True
    for link in ("storage_account_name", "storage_account_id"):
        joined = stack.joined("azurerm_storage_container", link, resource)
        found += joined.resources
        complete = complete and joined.complete
    levels: list[Fact[str]] = []
    for each in found:
        block = Block(each, spots)
        level = block.text("container_access_type", "", "private")
        levels.append(level)
        if level in OPEN:
            block.note("container_access_type", "acl_reads")
            block.note("container_access_type", "public_read")
    names = [Block(each, {}).text("name") for each in found]
    addresses = [each.address for each in found]
    text = " ".join(each for each in names if isinstance(each, str))
    widest = next((level for level in ("container", "blob") if level in levels), None)
    if widest:
        return Containers(widest, True, text, addresses)
    doubt = UNSET in levels or not complete
    return Containers(UNSET if doubt else "private", UNSET if doubt else False, text, addresses)


def _key(own: Block, stack: Stack) -> Fact[str]:
    """The customer's key, in the account or beside it."""
    if own.unseen("customer_managed_key"):
        return UNSET
    inline = own.block("customer_managed_key")
    for name in ("key_vault_key_id", "managed_hsm_key_id"):
        if name in inline:
            inline.note(name, "encryption")
            return named(inline.data.get(name))
    joined = stack.joined("azurerm_storage_account_customer_managed_key", "storage_account_id", own.resource)
    if joined.resources:
        found = joined.resources[0].attributes
        key = named(found.get("key_vault_key_id") or found.get("key_name"))
        return key if key is not None else UNSET
    return None if joined.complete else UNSET


def _versioning(own: Block, blobs: Block) -> Fact[bool]:
    """Whether what is overwritten is kept: as a version, or for the days of soft delete."""
    if own.unseen("blob_properties") or blobs.unseen("delete_retention_policy"):
        return UNSET
    versions = blobs.flag("versioning_enabled", "versioning", default=False)
    return either(versions, "delete_retention_policy" in blobs)


def _locked(own: Block, stack: Stack) -> Fact[bool]:
    if "immutability_policy" in own:
        return UNSET if own.unseen("immutability_policy") else True
    policies = list(stack.of("azurerm_storage_container_immutability_policy"))
    return UNSET if policies else False


def _there(stack: Stack, type: str, resource: Resource) -> Fact[bool]:
    joined = stack.joined(type, "storage_account_id", resource)
    return True if joined.resources else False if joined.complete else UNSET
