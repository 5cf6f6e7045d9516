"""Compute Engine: machines and their templates, firewall rules, networks.

Source: Compute Engine, "GPU machine types", "Access control overview" (service accounts and scopes; a request without
an account gets none), "Manage access to VM instances" (project-wide keys), "Troubleshoot using the serial console",
"Shielded VM", "About disk encryption" (always on); VPC, "VPC firewall rules"; Terraform Google provider 7,
`google_compute_instance`, `google_compute_firewall`, `google_compute_subnetwork` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.common import (
    asset,
    bought,
    opposite,
    region_of,
    script_secrets,
)
from holdfast.collect.cloud.google import common
from holdfast.collect.cloud.google.common import gpus, is_default_account, network_of, scopes, switched
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.core.known import Unknown, known
from holdfast.kinds.instance import Disk

TEMPLATES = ("google_compute_instance_template", "google_compute_region_instance_template")
SCRIPTS = ("startup-script", "user-data", "shutdown-script", "windows-startup-script-ps1")


def instance(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A machine, or a template for machines."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    type, labels = own.text("machine_type", "type"), common.labels(own)
    region = region_of(own, "zone", "region")
    metadata, account = _metadata(own, stack), own.block("service_account")
    shielded, confidential = own.block("shielded_instance_config"), own.block("confidential_instance_config")
    has_account = "service_account" in own
    facts = replace(
        bought("google", region, labels),
        name=own.text("name", "name", None) or resource.name,
        template=resource.type in TEMPLATES,
        type=type,
        gpus=gpus(own, type),
        public_address=_public(own),
        metadata_tokens=None,  # every request must bear a header of its own instead
        metadata_hops=None,
        metadata_off=False,
        role=named(account.data.get("email")) if has_account else None,
        default_role=_default(own, account, stack) if has_account else False,
        scopes=scopes(account) if has_account else [],
        disks=list(_disks(own)),
        user_data=any(name in own.data for name in ("metadata_startup_script",)) or _scripted(own),
        secrets_in_user_data=_secrets(own),
        project_keys=_project_keys(metadata),
        serial_console=switched(metadata, "serial-port-enable"),
        secure_boot=shielded.flag("enable_secure_boot", "secure_boot", default=False),
        measured_boot=shielded.flag("enable_vtpm", "measured_boot", default=True),
        confidential=either(
            confidential.flag("enable_confidential_compute", "confidential", default=False),
            "confidential_instance_type" in confidential,
        ),
        password_logins=UNSET,
        interruptible=_interruptible(own.block("scheduling")),
        image=_image(own),
        security_groups=own.texts("tags", "security_groups"),
        network=UNSET if own.unseen("network_interface") else network_of(own.block("network_interface"), stack),
    )
    yield asset(resource, facts, spots)


def _image(own: Block) -> Fact[str]:
    boot = own.block("boot_disk").block("initialize_params")
    return named(boot.data.get("image") or own.block("disk").data.get("source_image"))


def _public(own: Block) -> Fact[bool]:
    """Whether an interface has an access configuration, which is a public address."""
    if own.unseen("network_interface"):
        return UNSET
    found = list(own.blocks("network_interface"))
    for interface in found:
        for name in ("access_config", "ipv6_access_config"):
            if interface.unseen(name):
                return UNSET
            if any(True for _ in interface.blocks(name)):
                interface.note(name, "public_address")
                return True
    return False if found else UNSET


def _default(own: Block, account: Block, stack: Stack) -> Fact[bool]:
    if own.unseen("service_account"):
        return UNSET
    account.here("default_role")
    return is_default_account(account.data.get("email"), stack)


def _metadata(own: Block, stack: Stack) -> Fact[dict[str, str]]:
    """The metadata of a machine over that of its project; entries whose value is open leave all of it open."""
    written: dict[str, str] = {}
    for each in stack.of("google_compute_project_metadata_item"):
        block = Block(each, {})
        name, value = block.text("key"), block.text("value")
        if isinstance(name, str) and isinstance(value, str):
            written[name.lower()] = value
    for each in stack.of("google_compute_project_metadata"):
        written.update(_lower(Block(each, {}).raw("metadata")) or {})
    value = own.raw("metadata", "project_keys")
    if value is not None:
        own.note("metadata", "serial_console")
    found = _lower(value)
    return UNSET if found is None else {**written, **found}


def _lower(value: Any) -> dict[str, str] | None:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return None
    pairs = ((key.lower(), known(item)) for key, item in value.items())
    return {key: str(item).lower() if isinstance(item, bool) else str(item) for key, item in pairs}


def _project_keys(metadata: Fact[dict[str, str]]) -> Fact[bool]:
    """Whether keys of the project open a machine: unless they are blocked, or OS Login takes their place."""
    return opposite(either(switched(metadata, "block-project-ssh-keys"), switched(metadata, "enable-oslogin")))


def _scripted(own: Block) -> bool:
    value = own.raw("metadata")
    return isinstance(value, Mapping) and any(name in value for name in SCRIPTS)


def _secrets(own: Block) -> Fact[list[str]]:
    """Credentials in the scripts that a machine is handed; the metadata as a whole may not be seen."""
    value = own.raw("metadata")
    if isinstance(value, Unknown):
        return UNSET
    entries = value if isinstance(value, Mapping) else {}
    scripts = [known(entries[name]) for name in SCRIPTS if name in entries]
    found: list[str] = []
    if scripts:
        own.note("metadata", "secrets_in_user_data")
    for script in [*scripts, own.raw("metadata_startup_script", "secrets_in_user_data")]:
        names = script_secrets(script)
        if not isinstance(names, list):
            return UNSET
        found += names
    return list(dict.fromkeys(found))


def _disks(own: Block) -> Iterator[Disk]:
    """The disks that are spelt out; Google encrypts all of them."""
    position = 0
    for name in ("boot_disk", "attached_disk", "scratch_disk", "disk"):
        for index, block in enumerate(own.blocks(name)):
            inner = block.block("disk_encryption_key")
            key = block.data.get("kms_key_self_link") or inner.data.get("kms_key_self_link")
            root = name == "boot_disk" or block.flag("boot", default=False) is True
            block.here(f"disks[{position}]")
            position += 1
            yield Disk(
                name="root" if root else block.text("device_name") or f"{name}[{index}]",
                encrypted=True,
                key=named(key),
                ephemeral=name == "scratch_disk" or block.text("type") == "SCRATCH",
            )


def _interruptible(scheduling: Block) -> Fact[bool]:
    model = scheduling.text("provisioning_model", "interruptible", "STANDARD")
    return either(
        scheduling.flag("preemptible", "interruptible", default=False),
        model == "SPOT" if isinstance(model, str) else UNSET,
    )
