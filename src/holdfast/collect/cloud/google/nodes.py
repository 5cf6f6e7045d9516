"""Node pools of Google Kubernetes Engine: templates for the machines of a cluster.

Source: GKE, "About Shielded GKE Nodes" (nodes measure their start unless the cluster switches it off; Secure Boot is
off), "Least privilege service account", "Access scopes", "Customise network isolation"; Terraform Google provider 7,
`google_container_node_pool`, `google_container_cluster` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.common import (
    asset,
    bought,
    opposite,
)
from holdfast.collect.cloud.google.common import SCOPES, gpus, is_default_account, switched
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.kinds.instance import Disk, Instance

DEFAULT_TYPE = "e2-medium"


def node_pool(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A pool that is a resource of its own."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    cluster = stack.target(resource.attributes.get("cluster"))
    whole = Block(cluster, spots) if cluster is not None and not cluster.data else None
    yield asset(resource, _machine(own, own, whole, stack), spots)


def pools_of(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """The pools that stand in a cluster itself: its default one, and those in `node_pool` blocks."""
    whole = Block(resource, {})
    own = [("node_config", whole)] if whole.flag("remove_default_node_pool", default=False) is not True else []
    own += [(f"node_pool.{number}", pool) for number, pool in enumerate(whole.blocks("node_pool"))]
    for part, pool in own:
        if "node_config" in pool:
            spots: dict[str, Spot] = {}
            block = Block(resource, spots, pool.data, pool.path)
            yield asset(resource, _machine(block, block, Block(resource, spots), stack), spots, part)


def _machine(own: Block, pool: Block, cluster: Block | None, stack: Stack) -> Instance:
    config = own.block("node_config")
    open_config = own.unseen("node_config")
    type: Fact[str] = UNSET if open_config else config.text("machine_type", "type", DEFAULT_TYPE)
    labels = config.table("resource_labels", "tags")
    shielded = config.block("shielded_instance_config")
    config.note("shielded_instance_config", "secure_boot")
    return replace(
        bought("google", UNSET, labels),
        name=pool.text("name", "name", None) or own.resource.name,
        template=True,
        type=type,
        gpus=UNSET if open_config else gpus(config, type),
        public_address=_public(pool, cluster),
        metadata_tokens=None,  # every request must bear a header of its own instead
        metadata_hops=_hops(config),
        metadata_off=False,
        role=named(config.data.get("service_account")),
        default_role=UNSET if open_config else is_default_account(config.data.get("service_account"), stack),
        scopes=UNSET if open_config else _scopes(config),
        disks=UNSET if open_config else [_disk(config)],
        user_data=False,
        secrets_in_user_data=[],
        password_logins=False,
        serial_console=switched(config.table("metadata", "serial_console"), "serial-port-enable"),
        secure_boot=UNSET
        if open_config or config.unseen("shielded_instance_config")
        else shielded.flag("enable_secure_boot", "secure_boot", default=False),
        measured_boot=UNSET
        if cluster is None
        else cluster.flag("enable_shielded_nodes", "measured_boot", default=True),
        confidential=UNSET
        if open_config or config.unseen("confidential_nodes")
        else config.block("confidential_nodes").flag("enabled", "confidential", default=False),
        image=UNSET if open_config else config.text("image_type", "image", "COS_CONTAINERD"),
        interruptible=UNSET
        if open_config
        else either(
            config.flag("spot", "interruptible", default=False),
            config.flag("preemptible", "interruptible", default=False),
        ),
        security_groups=config.texts("tags", "security_groups"),
    )


def _scopes(config: Block) -> Fact[list[str]]:
    """Access scopes, as gcloud abbreviates them; those for logs alone where none are named."""
    if "oauth_scopes" not in config:
        return []
    found = config.texts("oauth_scopes", "scopes")
    return [each.removeprefix(SCOPES) for each in found] if isinstance(found, list) else found


def _hops(config: Block) -> Fact[int]:
    """Whether pods reach what the node does: only where the server that stands between is switched off by name."""
    mode = config.block("workload_metadata_config").text("mode", "metadata_hops")
    return UNSET if mode is UNSET else 2 if mode == "GCE_METADATA" else None


def _disk(config: Block) -> Disk:
    config.note("boot_disk_kms_key", "disks[0]")
    return Disk(name="root", encrypted=True, key=named(config.data.get("boot_disk_kms_key")), ephemeral=False)


def _public(pool: Block, cluster: Block | None) -> Fact[bool]:
    """Whether nodes have public addresses: as the pool says, otherwise as its cluster does."""
    if pool.unseen("network_config"):
        return UNSET
    network = pool.block("network_config")
    if "enable_private_nodes" in network:
        return opposite(network.flag("enable_private_nodes", "public_address", default=UNSET))
    if cluster is None or cluster.unseen("private_cluster_config"):
        return UNSET
    private = cluster.block("private_cluster_config")
    return opposite(private.flag("enable_private_nodes", "public_address", default=False))
