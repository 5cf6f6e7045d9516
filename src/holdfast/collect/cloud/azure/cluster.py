"""Clusters of Azure Kubernetes Service.

Source: AKS, "Secure access to the API server using authorized IP address ranges", "Use managed identities", "Disable
local accounts", "Secure traffic between pods by using network policies", "Monitor AKS" (resource logs), "Add KMS etcd
encryption"; Terraform AzureRM provider 4 and 5, `azurerm_kubernetes_cluster` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.azure.common import logged
from holdfast.collect.cloud.azure.nodes import default_pool
from holdfast.collect.cloud.common import asset, opposite
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named, or_any_address
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.managed_cluster import ManagedCluster

AUDIT = ("kube-audit", "kube-audit-admin")


def cluster(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A cluster: its interface is public, and local accounts open it, unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    private = own.flag("private_cluster_enabled", "public_api", default=False)
    nodes = own.block("default_node_pool")
    name = "node_public_ip_enabled" if "node_public_ip_enabled" in nodes else "enable_node_public_ip"
    facts = ManagedCluster(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        service="kubernetes",
        version=own.text("kubernetes_version", "version", UNSET),
        public_api=opposite(private),
        api_ranges=[] if private is True else _ranges(own),
        private_nodes=opposite(nodes.flag(name, "private_nodes", default=False)),
        audit_logs=logged(own, stack, AUDIT, "audit_logs"),
        secrets_key=UNSET
        if own.unseen("key_management_service")
        else named(own.block("key_management_service").data.get("key_vault_key_id")),
        network_policy=_network_policy(own),
        workload_identity=own.flag("workload_identity_enabled", "workload_identity", default=False),
        local_accounts=opposite(own.flag("local_account_disabled", "local_accounts", default=False)),
        shielded_nodes=UNSET,
        legacy_rights=opposite(own.flag("role_based_access_control_enabled", "legacy_rights", default=True)),
        default_role=False,
    )
    yield asset(resource, facts, spots)
    yield from default_pool(resource)


def _ranges(own: Block) -> Fact[list[str]]:
    """Who reaches it: everybody unless ranges are listed."""
    if own.unseen("api_server_access_profile"):
        return UNSET
    profile = own.block("api_server_access_profile")
    holder = profile if "authorized_ip_ranges" in profile else own  # up to version 3 in the cluster itself
    name = "authorized_ip_ranges" if holder is profile else "api_server_authorized_ip_ranges"
    ranges = holder.ranges(name, "api_ranges")
    return or_any_address(ranges)


def _network_policy(own: Block) -> Fact[bool]:
    """Whether policies are enforced: by an engine that is named, or by Cilium."""
    if own.unseen("network_profile"):
        return UNSET
    profile = own.block("network_profile")
    found = (profile.text("network_policy", "network_policy"), profile.text("network_data_plane", "network_policy"))
    if isinstance(found[0], str) or found[1] == "cilium":
        return True
    return UNSET if UNSET in found else False
