"""Clusters of Google Kubernetes Engine.

Source: GKE, "Harden your cluster's security", "About network isolation", "Kubernetes audit logging" (admin activity is
always recorded), "About GKE Dataplane V2", "Autopilot security capabilities", "Encrypt Secrets at the application
layer"; Terraform Google provider 7, `google_container_cluster`, `google_container_node_pool` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.common import asset, is_word
from holdfast.collect.cloud.google.common import is_default_account
from holdfast.collect.cloud.google.nodes import pools_of
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import ANY_ADDRESS, Block, canonical, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.kinds.managed_cluster import ManagedCluster


def cluster(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A cluster with its node pools."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    auto = own.flag("enable_autopilot", default=False)
    private = own.block("private_cluster_config")
    public = _public(own, private)
    certificate = own.block("master_auth").block("client_certificate_config")
    basic = own.block("master_auth").raw("username", "local_accounts")
    facts = ManagedCluster(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        service="kubernetes",
        version=own.text("min_master_version", "version", UNSET),
        public_api=public,
        api_ranges=[] if public is False else _ranges(own),
        private_nodes=UNSET
        if own.unseen("private_cluster_config")
        else private.flag("enable_private_nodes", "private_nodes", default=False),
        audit_logs=True,
        secrets_key=_secrets_key(own),
        network_policy=_network_policy(own, auto),
        workload_identity=_workload_identity(own, auto),
        local_accounts=either(
            certificate.flag("issue_client_certificate", "local_accounts", default=False), basic not in (None, "")
        ),
        shielded_nodes=own.flag("enable_shielded_nodes", "shielded_nodes", default=True),
        legacy_rights=own.flag("enable_legacy_abac", "legacy_rights", default=False),
        default_role=_default_role(own, stack, auto),
    )
    yield asset(resource, facts, spots)
    yield from pools_of(resource, stack)


def _public(own: Block, private: Block) -> Fact[bool]:
    """Whether the control plane has an address that is public."""
    if own.unseen("private_cluster_config") or own.unseen("control_plane_endpoints_config"):
        return UNSET
    addresses = own.block("control_plane_endpoints_config").block("ip_endpoints_config")
    if addresses.flag("enabled", "public_api", default=True) is False:
        return False
    closed = private.flag("enable_private_endpoint", "public_api", default=False)
    return not closed if isinstance(closed, bool) else UNSET


def _ranges(own: Block) -> Fact[list[str]]:
    """Who reaches it: everybody unless networks are listed, none where the list is empty."""
    if own.unseen("master_authorized_networks_config"):
        return UNSET
    if "master_authorized_networks_config" not in own:
        return [ANY_ADDRESS]
    networks = own.block("master_authorized_networks_config")
    if networks.unseen("cidr_blocks"):
        return UNSET
    found = [block.text("cidr_block", "api_ranges") for block in networks.blocks("cidr_blocks")]
    known_ranges = [canonical(each) for each in found if isinstance(each, str)]
    return known_ranges if len(known_ranges) == len(found) or ANY_ADDRESS in known_ranges else UNSET


def _secrets_key(own: Block) -> Fact[str]:
    if own.unseen("database_encryption"):
        return UNSET
    block = own.block("database_encryption")
    state = is_word(block.text("state", "secrets_key", "DECRYPTED"), "ENCRYPTED")
    return UNSET if state is UNSET else named(block.data.get("key_name")) if state else None


def _network_policy(own: Block, auto: Fact[bool]) -> Fact[bool]:
    """Whether policies are enforced: by Dataplane V2, which Autopilot always has, or by Calico."""
    if own.unseen("network_policy"):
        return UNSET
    return either(
        auto,
        is_word(own.text("datapath_provider", "network_policy", "LEGACY_DATAPATH"), "ADVANCED_DATAPATH"),
        own.block("network_policy").flag("enabled", "network_policy", default=False),
    )


def _workload_identity(own: Block, auto: Fact[bool]) -> Fact[bool]:
    if own.unseen("workload_identity_config"):
        return UNSET
    own.note("workload_identity_config", "workload_identity")
    return either(auto, own.block("workload_identity_config").raw("workload_pool") is not None)


def _default_role(own: Block, stack: Stack, auto: Fact[bool]) -> Fact[bool]:
    """Whether some of its nodes run as the account that Google makes for everybody."""
    configurations: list[Block] = []
    doubt = own.unseen("node_config") or own.unseen("node_pool")
    if auto is not False:
        scaling = own.block("cluster_autoscaling")
        unseen = own.unseen("cluster_autoscaling") or scaling.unseen("auto_provisioning_defaults")
        if unseen or auto is UNSET:
            return UNSET
        configurations.append(scaling.block("auto_provisioning_defaults"))
    else:
        if own.flag("remove_default_node_pool", default=False) is not True and "node_pool" not in own:
            configurations.append(own.block("node_config"))
        scaling = own.block("cluster_autoscaling")
        made = scaling.flag("enabled", default=False)  # pools that the cluster makes by itself
        blind = own.unseen("cluster_autoscaling") or scaling.unseen("auto_provisioning_defaults")
        doubt = doubt or made is UNSET or blind
        if made is True and not blind:
            configurations.append(scaling.block("auto_provisioning_defaults"))
    configurations += [pool.block("node_config") for pool in own.blocks("node_pool")]
    joined = stack.joined("google_container_node_pool", "cluster", own.resource, ("id", "name"))
    for each in joined.resources:
        pool = Block(each, own.spots)
        doubt = doubt or pool.unseen("node_config")
        configurations.append(pool.block("node_config"))
    answers = [is_default_account(each.data.get("service_account"), stack) for each in configurations]
    for configuration, answer in zip(configurations, answers, strict=True):
        if answer is True:
            configuration.note("service_account", "default_role")
    if True in answers and not own.unseen("node_config"):
        return True
    return UNSET if doubt or not joined.complete or UNSET in answers else False
