"""Resources of CoreWeave.

Source: Terraform provider `coreweave` (its documentation and schema of August 2026), `coreweave_cks_cluster` (private
unless told otherwise), `coreweave_object_storage_bucket` and its companions, `coreweave_networking_vpc`,
`coreweave_inference_gateway`; CoreWeave, "About bucket access policies" (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.common import asset, opposite, purpose, region_of
from holdfast.collect.cloud.policy import statements
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import ANY_ADDRESS, Block
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.statement import Statement
from holdfast.formats.iam.aws import resource_policy
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.managed_cluster import ManagedCluster
from holdfast.kinds.network import Network

BUCKET = "coreweave_object_storage_bucket"


def cluster(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A cluster: its interface is private unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    public = own.flag("public", "public_api", default=False)
    facts = ManagedCluster(
        name=own.text("name", "name", None) or resource.name,
        provider="coreweave",
        service="kubernetes",
        version=own.text("version", "version", UNSET),
        public_api=public,
        api_ranges=[] if public is False else [ANY_ADDRESS],
        private_nodes=UNSET,
        audit_logs=True if "audit_policy" in own else UNSET,
        secrets_key=UNSET,
        network_policy=UNSET,
        workload_identity=UNSET,
        local_accounts=UNSET,
        legacy_rights=False,
        default_role=False,
    )
    yield asset(resource, facts, spots)


def bucket(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A bucket with its companions. The organisation's policies, which come first, are not asked."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    name, labels = own.text("name", "name"), own.table("tags", "tags")
    lifecycle = stack.joined(f"{BUCKET}_lifecycle_configuration", "bucket", resource)
    facts = Bucket(
        name=name,
        provider="coreweave",
        region=region_of(own, "zone"),
        holds=purpose(name, labels, resource.name),
        tags=labels,
        public_block=None,
        lists_off=True,
        acl=None,
        acl_reads=False,
        acl_writes=False,
        policy=_policy(resource, stack, spots),
        encryption=UNSET,
        key=None,
        versioning=_versioning(resource, stack, spots),
        locked=UNSET,
        lifecycle=True if lifecycle.resources else False if lifecycle.complete else UNSET,
        access_logs=_logs(resource, stack, spots),
        force_destroy=UNSET,
        keys_allowed=UNSET,
    )
    yield asset(resource, facts, spots)


def _policy(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[list[Statement]]:
    joined = stack.joined(f"{BUCKET}_policy", "bucket", resource)
    if joined.resources:
        own = Block(joined.resources[0], spots)
        return statements(own.raw("policy", "policy"), resource_policy, own.resource.address)
    return None if joined.complete else UNSET


def _versioning(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    joined = stack.joined(f"{BUCKET}_versioning", "bucket", resource)
    if joined.resources:
        configuration = Block(joined.resources[0], spots).block("versioning_configuration")
        status = configuration.text("status", "versioning", "Disabled")
        return status == "Enabled" if isinstance(status, str) else UNSET
    return False if joined.complete else UNSET


def _logs(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    joined = stack.joined(f"{BUCKET}_settings", "bucket", resource)
    if joined.resources:
        return Block(joined.resources[0], spots).flag("audit_logging_enabled", "access_logs", default=False)
    return False if joined.complete else UNSET


def network(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A network."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    prefixes = [each.texts("prefixes", "ranges") for each in own.blocks("host_prefixes")]
    ranges = [text for each in prefixes if isinstance(each, list) for text in each]
    unpublished = own.block("ingress").flag("disable_public_services", "public_addresses", default=False)
    facts = Network(
        name=own.text("name", "name", None) or resource.name,
        provider="coreweave",
        subnet=False,
        ranges=UNSET if UNSET in prefixes else ranges,
        public_addresses=opposite(unpublished),
        flow_logs=UNSET,
        default=False,
        private_services=[],
    )
    yield asset(resource, facts, spots)


def gateway(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A gateway of managed inference, which always asks who calls."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    bias = own.block("auth").block("weights_and_biases")
    limited: Fact[bool] = UNSET
    if "enable_rate_limiting" in bias:
        limited = bias.flag("enable_rate_limiting", "rate_limited", UNSET)
    facts = Endpoint(
        name=own.text("name", "name", None) or resource.name,
        provider="coreweave",
        service="inference",
        public_network=UNSET,
        anonymous=False,
        keys_allowed=UNSET,
        rate_limited=limited,
    )
    yield asset(resource, facts, spots)
