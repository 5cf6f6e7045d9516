"""EKS clusters.

Source: Amazon EKS User Guide, "Cluster API server endpoint", "Encrypt Kubernetes secrets with KMS", "Send control plane
logs to CloudWatch Logs", "Grant IAM users and roles access to Kubernetes APIs"; Terraform AWS provider 6,
`aws_eks_cluster` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.common import asset
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named, or_any_address
from holdfast.core.asset import Asset, Spot
from holdfast.kinds.managed_cluster import ManagedCluster


def cluster(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A cluster: its interface is public to all addresses unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    network = own.block("vpc_config")
    public = network.flag("endpoint_public_access", "public_api", default=True)
    ranges = network.ranges("public_access_cidrs", "api_ranges")
    logs = own.texts("enabled_cluster_log_types", "audit_logs")
    pods = stack.joined("aws_eks_pod_identity_association", "cluster_name", resource)
    providers = list(stack.of("aws_iam_openid_connect_provider"))
    facts = ManagedCluster(
        name=own.text("name", "name", None) or resource.name,
        provider="aws",
        service="kubernetes",
        version=own.text("version", "version"),
        public_api=public,
        api_ranges=[] if public is False else or_any_address(ranges),
        private_nodes=UNSET,
        audit_logs="audit" in logs if isinstance(logs, list) else UNSET,
        secrets_key=named(own.block("encryption_config").block("provider").data.get("key_arn")),
        network_policy=UNSET,
        workload_identity=True if pods.resources or providers else UNSET,
        local_accounts=False,  # its config map and its access entries name principals of IAM alone
        legacy_rights=False,
    )
    yield asset(resource, facts, spots)
