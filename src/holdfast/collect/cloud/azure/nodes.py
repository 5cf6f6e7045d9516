"""Node pools of Azure Kubernetes Service: templates for the machines of a cluster.

Source: AKS, "Use instance-level public IP", "Host-based encryption"; Terraform AzureRM provider 3 to 5,
`azurerm_kubernetes_cluster_node_pool` and `default_node_pool` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.azure.common import gpus_of
from holdfast.collect.cloud.common import (
    asset,
    bought,
    is_word,
)
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.instance import Disk, Instance


def node_pool(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A pool that is a resource of its own."""
    spots: dict[str, Spot] = {}
    yield asset(resource, _machine(Block(resource, spots)), spots)


def default_pool(resource: Resource) -> Iterator[Asset]:
    """The pool that stands in a cluster itself."""
    spots: dict[str, Spot] = {}
    pool = next(Block(resource, spots).blocks("default_node_pool"), None)
    if pool is not None:
        yield asset(resource, _machine(pool), spots, "default_node_pool")


def _machine(own: Block) -> Instance:
    labels = own.table("tags", "tags")
    size = own.text("vm_size", "type", UNSET)
    return replace(
        bought("azure", UNSET, labels),
        name=own.text("name", "name", None) or own.resource.name,
        template=True,
        type=size,
        gpus=gpus_of(size),
        public_address=_either_name(own, "node_public_ip_enabled", "enable_node_public_ip", "public_address"),
        metadata_tokens=None,  # every request must bear a header of its own instead
        metadata_hops=None,
        metadata_off=False,
        default_role=False,
        scopes=[],
        disks=[Disk(name="root", encrypted=True, key=UNSET, ephemeral=_ephemeral(own))],  # the cluster names the key
        user_data=False,
        secrets_in_user_data=[],
        password_logins=False,
        project_keys=None,
        serial_console=None,
        interruptible=is_word(own.text("priority", "interruptible", "Regular"), "Spot"),
    )


def _ephemeral(own: Block) -> Fact[bool]:
    return is_word(own.text("os_disk_type", "", "Managed"), "Ephemeral")


def _either_name(own: Block, name: str, older: str, fact: str) -> Fact[bool]:
    return own.flag(name if name in own else older, fact, default=False)
