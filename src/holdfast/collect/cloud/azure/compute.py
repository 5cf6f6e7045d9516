"""Virtual machines and scale sets of Azure.

Source: Azure, "Sizes for virtual machines", "Server-side encryption of Azure Disk Storage" (always on), "Encryption at
host" (caches and temporary disks), "Trusted launch", "Confidential VMs"; Terraform AzureRM provider 4 and 5,
`azurerm_linux_virtual_machine`, `azurerm_linux_virtual_machine_scale_set`, `azurerm_virtual_machine`,
`azurerm_orchestrated_virtual_machine_scale_set` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.azure.common import gpus_of, identity_of
from holdfast.collect.cloud.common import (
    asset,
    bought,
    decoded,
    is_word,
    opposite,
    region_of,
    script_secrets,
)
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.instance import Disk

LINUX = "os_profile_linux_config"
FORMER: Mapping[str, Mapping[str, str]] = {
    "azurerm_virtual_machine": {
        "vm_size": "size",
        "storage_os_disk": "os_disk",
        "storage_data_disk": "data_disk",
        "storage_image_reference": "source_image_reference",
    },
    "azurerm_orchestrated_virtual_machine_scale_set": {"sku_name": "sku", "user_data_base64": "user_data"},
}
"""Resources of the same purpose -> their names for the attributes of the newer ones."""
TEMPORARY = re.compile(r"standard_[a-z]+\d+(?:-\d+)?[a-z]*d[a-z]*(?:_[a-z0-9]+)?_v[45]")
"""Sizes with a temporary disk that is encrypted only by the host. Source: Azure, "VM naming conventions": `d`."""


def machine(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A machine, or a scale set of them."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots, _current(resource))
    scale = resource.type.endswith("_scale_set")
    size, labels = own.text("sku" if scale else "size", "type"), own.table("tags", "tags")
    region = region_of(own, "location")
    linux = "_linux_" in resource.type or LINUX in own
    keys_only = own.flag("disable_password_authentication", "password_logins", default=True)
    facts = replace(
        bought("azure", region, labels),
        name=own.text("name", "name", None) or resource.name,
        template=scale,
        type=size,
        gpus=gpus_of(size),
        public_address=_interfaces(own) if scale else _public(own, stack),
        metadata_tokens=None,  # every request must bear a header of its own instead
        metadata_hops=None,
        metadata_off=False,
        role=identity_of(own),
        default_role=False,
        scopes=[],
        disks=list(_disks(own, size)),
        user_data="custom_data" in own or "user_data" in own,
        secrets_in_user_data=_secrets(own),
        password_logins=opposite(keys_only) if linux else None,
        project_keys=None,
        serial_console=None,
        secure_boot=own.flag("secure_boot_enabled", "secure_boot", default=False),
        measured_boot=own.flag("vtpm_enabled", "measured_boot", default=False),
        confidential="security_encryption_type" in own.block("os_disk"),
        interruptible=is_word(own.text("priority", "interruptible", "Regular"), "Spot"),
        image=_image(own),
        security_groups=UNSET,
    )
    yield asset(resource, facts, spots)


def _current(resource: Resource) -> Mapping[str, Any]:
    """The attributes as the newer resources call them, of the older machine and of scale sets of any machines."""
    if resource.type not in FORMER:
        return resource.attributes
    own = Block(resource, {})
    system = own.block("os_profile")
    linux = system.block("linux_configuration") if "linux_configuration" in system else own.block(LINUX)
    found = {FORMER[resource.type].get(name, name): value for name, value in own.data.items()}
    for name, block in (("custom_data", system), ("disable_password_authentication", linux)):
        if name in block:
            found[name] = block.data[name]
    return {**found, LINUX: linux.data or None}


def _image(own: Block) -> Fact[str]:
    if "source_image_id" in own:
        return named(own.data.get("source_image_id"))
    image = own.block("source_image_reference")
    parts = [image.text(name) for name in ("publisher", "offer", "sku", "version")]
    return ":".join(str(part) for part in parts) if all(isinstance(part, str) for part in parts) else UNSET


def _public(own: Block, stack: Stack) -> Fact[bool]:
    """Whether one of its interfaces has a public address."""
    ids = own.raw("network_interface_ids", "public_address")
    if not isinstance(ids, list):
        return UNSET
    answers = [_interface(stack.target(each), own.spots) for each in ids]
    return True if True in answers else UNSET if UNSET in answers or not answers else False


def _interface(resource: Resource | None, spots: dict[str, Spot]) -> Fact[bool]:
    if resource is None or resource.data:
        return UNSET
    block = Block(resource, spots)
    if block.unseen("ip_configuration"):
        return UNSET
    found = next((each for each in block.blocks("ip_configuration") if "public_ip_address_id" in each), None)
    if found is not None:
        found.note("public_ip_address_id", "public_address")
    return found is not None


def _interfaces(own: Block) -> Fact[bool]:
    """Whether the machines of a scale set get public addresses."""
    answers: list[Fact[bool]] = [UNSET] if own.unseen("network_interface") else []
    for interface in own.blocks("network_interface"):
        for each in interface.blocks("ip_configuration"):
            answers.append(UNSET if each.unseen("public_ip_address") else "public_ip_address" in each)
    return True if True in answers else UNSET if UNSET in answers or not answers else False


def _disks(own: Block, size: Fact[str]) -> Iterator[Disk]:
    """Its disks, which Azure encrypts, and the temporary one, which only the host does."""
    host = own.flag("encryption_at_host_enabled", "disks", default=False)
    for index, name in enumerate(("os_disk", "data_disk")):
        for block in own.blocks(name):
            key = block.data.get("disk_encryption_set_id") or block.data.get("secure_vm_disk_encryption_set_id")
            yield Disk(
                name="root" if index == 0 else "data",
                encrypted=True,
                key=named(key),
                ephemeral="diff_disk_settings" in block,
            )
    if isinstance(size, str) and TEMPORARY.fullmatch(size.lower()):
        yield Disk(name="temporary", encrypted=host, key=None, ephemeral=True)


def _secrets(own: Block) -> Fact[list[str]]:
    """Credentials in what the machine is handed at its start."""
    found: list[str] = []
    for name in ("custom_data", "user_data"):
        value: Any = decoded(own.raw(name, "secrets_in_user_data"))
        names = script_secrets(value)
        if not isinstance(names, list):
            return UNSET
        found += names
    return list(dict.fromkeys(found))
