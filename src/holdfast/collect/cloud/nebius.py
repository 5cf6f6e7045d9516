"""Resources of Nebius.

Source: Terraform provider `nebius` (its documentation of July 2026), `nebius_compute_v1_instance`,
`nebius_compute_v1_disk`, `nebius_mk8s_v1_cluster`, `nebius_mk8s_v1_node_group`, `nebius_storage_v1_bucket`,
`nebius_vpc_v1_security_rule`, `nebius_mysterybox_v1_secret`, `nebius_msp_postgresql_v1alpha1_cluster`; the comments in
Nebius' API definitions, `nebius/compute/v1/disk.proto` (no encryption unless asked for) and
`nebius/storage/v1/bucket.proto` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.common import (
    EVERY_PORT,
    anywhere,
    asset,
    bought,
    opened,
    purpose,
    script_secrets,
)
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import ANY_ADDRESS, Block, named, or_any_address
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.database import Database
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.instance import Disk
from holdfast.kinds.managed_cluster import ManagedCluster

GPUS = re.compile(r"(\d{1,2})gpu-.+")
ENCRYPTED_ALONE = frozenset(("NETWORK_SSD_NON_REPLICATED", "NETWORK_SSD_IO_M3"))
"""Types of disks that can be encrypted by a setting; what holds for others is not documented there."""


def instance(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A machine."""
    yield _machine(resource, Block(resource, {}), stack, template=False)


def node_group(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A group of nodes, which is a template for machines."""
    yield _machine(resource, Block(resource, {}).block("template"), stack, template=True)


def _machine(resource: Resource, written: Block, stack: Stack, *, template: bool) -> Asset:
    spots: dict[str, Spot] = {}
    own = Block(resource, spots, written.data, written.path)
    whole = Block(resource, spots)
    size, labels = own.block("resources"), whole.table("labels", "tags")
    platform, preset = size.text("platform"), size.text("preset", "type")
    facts = replace(
        bought("nebius", UNSET, labels),
        name=whole.text("name", "name", None) or resource.name,
        template=template,
        type=f"{platform}/{preset}" if isinstance(platform, str) and isinstance(preset, str) else platform,
        gpus=_gpus(platform, preset),
        public_address=_public(own),
        metadata_tokens=UNSET,
        role=named(own.data.get("service_account_id")),
        default_role=False,
        scopes=[],
        disks=list(_disks(own, stack, template=template)),
        user_data="cloud_init_user_data" in own,
        secrets_in_user_data=script_secrets(own.raw("cloud_init_user_data", "secrets_in_user_data")),
        interruptible="preemptible" in own,
        image=UNSET,
        security_groups=UNSET,
    )
    return asset(resource, facts, spots)


def _gpus(platform: Fact[str], preset: Fact[str]) -> Fact[int]:
    """The number before `gpu` in a preset; a platform of processors has none."""
    if isinstance(preset, str) and (found := GPUS.fullmatch(preset)):
        return int(found[1])
    return 0 if isinstance(platform, str) and platform.startswith("cpu") else UNSET


def _public(own: Block) -> Fact[bool]:
    """Whether an interface is given a public address."""
    if own.unseen("network_interfaces"):
        return UNSET
    for interface in own.blocks("network_interfaces"):
        if interface.unseen("public_ip_address"):
            return UNSET
        if "public_ip_address" in interface:
            interface.note("public_ip_address", "public_address")
            return True
    return False


def _disks(own: Block, stack: Stack, *, template: bool) -> Iterator[Disk]:
    """The disk that a machine starts from, and the further ones; a group of nodes has no say in their encryption."""
    found = [("root", own.block("boot_disk"))] if "boot_disk" in own else []
    found += [(f"secondary_disks[{number}]", each) for number, each in enumerate(own.blocks("secondary_disks"))]
    for number, (name, block) in enumerate(found):
        spec = block.block("managed_disk").block("spec") if "managed_disk" in block else block
        existing = stack.target(block.block("existing_disk").data.get("id"))
        if existing is not None and not existing.data:
            spec = Block(existing, own.spots)
        elif "existing_disk" in block:
            yield Disk(name=name, encrypted=UNSET, key=None, ephemeral=False)
            continue
        spec.here(f"disks[{number}]")
        yield Disk(name=name, encrypted=UNSET if template else _encrypted(spec), key=None, ephemeral=False)


def _encrypted(spec: Block) -> Fact[bool]:
    setting = spec.block("disk_encryption").text("type", default="DISK_ENCRYPTION_UNSPECIFIED")
    if setting == "DISK_ENCRYPTION_MANAGED":
        return True
    type = spec.text("type")
    return False if isinstance(setting, str) and isinstance(type, str) and type in ENCRYPTED_ALONE else UNSET


def bucket(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A bucket: private unless a rule of its policy is for everybody, who may only read."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    name, labels = own.text("name", "name"), own.table("labels", "tags")
    policy = own.block("bucket_policy")
    anonymous = next((each for each in policy.blocks("rules") if "anonymous" in each), None)
    if anonymous is not None:
        anonymous.note("anonymous", "public_read")
    doubt = own.unseen("bucket_policy") or policy.unseen("rules")
    versions = own.text("versioning_policy", "versioning", "DISABLED")
    logs = own.text("object_audit_logging", "access_logs", UNSET)
    facts = Bucket(
        name=name,
        provider="nebius",
        holds=purpose(name, labels, resource.name),
        tags=labels,
        public_block=None,
        lists_off=True,
        acl_reads=True if anonymous is not None else UNSET if doubt else False,
        acl_writes=False,
        acl=None,
        policy=None,
        encryption=UNSET,
        key=None,
        versioning=versions == "ENABLED" if isinstance(versions, str) else UNSET,
        locked=UNSET,
        lifecycle="lifecycle_configuration" in own,
        access_logs=logs == "ALL" if isinstance(logs, str) else UNSET,
        force_destroy=UNSET,
        keys_allowed=UNSET,
    )
    yield asset(resource, facts, spots)


def cluster(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A cluster: reached from outside where it is given a public endpoint."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    plane = own.block("control_plane")
    endpoints = plane.block("endpoints")
    unseen = own.unseen("control_plane") or plane.unseen("endpoints") or endpoints.unseen("public_endpoint")
    public: Fact[bool] = UNSET if unseen else "public_endpoint" in endpoints
    ranges = endpoints.block("public_endpoint").ranges("allowed_cidrs", "api_ranges")
    groups = stack.joined("nebius_mk8s_v1_node_group", "parent_id", resource)
    exposed = [_public(Block(each, {}).block("template")) for each in groups.resources]
    inside = groups.complete and bool(exposed) and all(each is False for each in exposed)
    if "public_endpoint" in endpoints:
        endpoints.note("public_endpoint", "public_api")
    facts = ManagedCluster(
        name=own.text("name", "name", None) or resource.name,
        provider="nebius",
        service="kubernetes",
        version=plane.text("version", "version", UNSET),
        public_api=public,
        api_ranges=[] if public is False else or_any_address(ranges),
        private_nodes=False if True in exposed else True if inside else UNSET,
        audit_logs=UNSET if plane.unseen("audit_logs") else "audit_logs" in plane,
        secrets_key=UNSET,
        network_policy=UNSET,
        workload_identity=UNSET,
        local_accounts=UNSET,
        legacy_rights=False,
        default_role=False,
    )
    yield asset(resource, facts, spots)


def rule(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A rule of a security group: an asset for each port."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    inward = "ingress" in own
    match = own.block("ingress" if inward else "egress")
    ranges = match.texts("source_cidrs" if inward else "destination_cidrs", "from_anywhere")
    other = ("source" if inward else "destination") + "_security_group_id"
    if ranges == [] and other not in match:
        ranges = [ANY_ADDRESS]
    protocol, access = own.text("protocol", "protocol", "ANY"), own.text("access", "allows")
    for number, (first, last) in enumerate(_ports(match, protocol)):
        facts = FirewallRule(
            name=own.text("name", "name", None) or resource.name,
            group=named(resource.attributes.get("parent_id")),
            provider="nebius",
            direction="in" if inward else "out" if "egress" in own else UNSET,
            allows=access == "ALLOW" if isinstance(access, str) else UNSET,
            protocol=protocol.lower() if isinstance(protocol, str) else UNSET,
            first_port=first,
            last_port=last,
            ranges=ranges,
            from_anywhere=anywhere(ranges),
            opens=opened(first, last, protocol),
            disabled=False,
        )
        yield asset(resource, facts, spots, str(number) if number else "")


def _ports(match: Block, protocol: Fact[str]) -> Iterator[tuple[Fact[int], Fact[int]]]:
    """The ports of a rule; all of them where none is listed."""
    if protocol == "ICMP":
        yield None, None
        return
    ports = match.texts("destination_ports", "first_port")
    if not isinstance(ports, list):
        yield UNSET, UNSET
    elif not ports:
        yield EVERY_PORT
    else:
        yield from ((int(port), int(port)) if port.isdecimal() else (UNSET, UNSET) for port in ports)


def postgresql(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A cluster of PostgreSQL."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    password = own.block("bootstrap").raw("user_password", "literal_password")
    facts = Database(
        name=own.text("name", "name", None) or resource.name,
        provider="nebius",
        service="postgresql",
        public_network=own.block("config").flag("public_access", "public_network", default=False),
        open_ranges=None,
        policy=None,
        anonymous=False,
        tls=UNSET,
        encryption=UNSET,
        keys_allowed=True,
        fine_grained=True,
        audit_logs=UNSET,
        backups=UNSET,
        literal_password=bool(password) if password is None or isinstance(password, str) else UNSET,
        deletion_protection=UNSET,
    )
    yield asset(resource, facts, spots)
