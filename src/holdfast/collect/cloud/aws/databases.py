"""OpenSearch, RDS, Aurora and ElastiCache.

Source: Amazon OpenSearch Service Developer Guide, "Security"; Amazon RDS User Guide, "Security"; Amazon ElastiCache
documentation, "In-transit encryption"; Terraform AWS provider 6 (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.aws import placing
from holdfast.collect.cloud.aws.keeping import policy_of
from holdfast.collect.cloud.common import asset, decided_by_policy, literal_secret
from holdfast.collect.cloud.policy import statements
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.statement import Statement
from holdfast.formats.iam.aws import resource_policy
from holdfast.kinds.database import Database

SUBNETS = {
    "aws_db_instance": "aws_db_subnet_group",
    "aws_rds_cluster": "aws_db_subnet_group",
    "aws_elasticache_replication_group": "aws_elasticache_subnet_group",
    "aws_memorydb_cluster": "aws_memorydb_subnet_group",
}
PASSWORDS = ("password", "password_wo", "master_password", "master_password_wo")


def encryption(encrypted: Fact[bool], key: Fact[str]) -> Fact[str]:
    """The word for encryption at rest."""
    if encrypted is UNSET or key is UNSET:
        return UNSET
    return "kms" if encrypted and key else "provider" if encrypted else "none"


def _literal(own: Block, *names: str) -> Fact[bool]:
    return literal_secret(own, "literal_password", *names, any_text=True)


def search(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A domain of OpenSearch or Elasticsearch."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    rest, security = own.block("encrypt_at_rest"), own.block("advanced_security_options")
    inside = own.block("vpc_options")
    logs = [block.text("log_type") for block in own.blocks("log_publishing_options")]
    facts = Database(
        name=own.text("domain_name", "name", None) or resource.name,
        provider="aws",
        service="opensearch",
        public_network="vpc_options" not in own if not own.unseen("vpc_options") else UNSET,
        open_ranges=None,
        security_groups=placing.groups(inside, stack),
        network=placing.network(inside, placing.listed(inside.data.get("subnet_ids")), stack),
        port=placing.HTTPS,
        tls=own.block("domain_endpoint_options").flag("enforce_https", "tls", default=False),
        encryption=encryption(rest.flag("enabled", "encryption", default=False), named(rest.data.get("kms_key_id"))),
        keys_allowed=False,
        fine_grained=security.flag("enabled", "fine_grained", default=False),
        audit_logs="AUDIT_LOGS" in logs,
        backups=True,
        literal_password=_literal(security.block("master_user_options"), "master_user_password"),
        policy=_access(resource, stack, spots),
        deletion_protection=False,
    )
    yield asset(resource, facts, spots)


def _access(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[list[Statement]]:
    """The policy in a domain itself, or of its companion."""
    own = Block(resource, spots)
    if "access_policies" in own:
        found = statements(own.raw("access_policies", "policy"), resource_policy, resource.address)
        decided_by_policy(spots, "anonymous")
        return found
    return policy_of(resource, stack, "aws_opensearch_domain_policy", "domain_name", spots)


def _subnets(own: Block, name: str, stack: Stack) -> list[Any]:
    return placing.in_group(own, name, SUBNETS[own.resource.type], stack)


def relational(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """An instance or cluster of RDS: neither public nor encrypted unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    managed = own.flag("manage_master_user_password", default=False)
    retention = own.number("backup_retention_period", "backups", 1 if resource.type == "aws_rds_cluster" else 0)
    facts = Database(
        name=own.text("identifier", "name", None) or own.text("cluster_identifier", "name", None) or resource.name,
        provider="aws",
        service="rds",
        public_network=own.flag("publicly_accessible", "public_network", default=False),
        open_ranges=None,
        security_groups=placing.groups(own, stack),
        network=placing.network(own, _subnets(own, "db_subnet_group_name", stack), stack),
        port=placing.relational_port(own),
        anonymous=False,
        tls=UNSET,  # the parameter group decides it
        encryption=encryption(
            own.flag("storage_encrypted", "encryption", default=False), named(own.data.get("kms_key_id"))
        ),
        keys_allowed=True,
        fine_grained=True,
        audit_logs=bool(own.raw("enabled_cloudwatch_logs_exports", "audit_logs")),
        backups=retention > 0 if isinstance(retention, int) else UNSET,
        literal_password=False if managed is True else _literal(own, *PASSWORDS),
        policy=None,
        deletion_protection=own.flag("deletion_protection", "deletion_protection", default=False),
    )
    yield asset(resource, facts, spots)


def cache(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A replication group of ElastiCache, or a cluster of MemoryDB."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    memory = resource.type == "aws_memorydb_cluster"  # which always encrypts at rest
    rest = True if memory else own.flag("at_rest_encryption_enabled", "encryption", default=False)
    facts = Database(
        name=own.text("replication_group_id", "name", None) or own.text("name", "name", None) or resource.name,
        provider="aws",
        service="redis",
        public_network=False,
        open_ranges=None,
        security_groups=placing.groups(own, stack),
        network=placing.network(own, _subnets(own, "subnet_group_name", stack), stack),
        port=own.number("port", "port", default=placing.REDIS),
        anonymous=_anonymous(own),
        tls=own.flag("tls_enabled" if memory else "transit_encryption_enabled", "tls", default=memory),
        encryption=encryption(rest, named(own.data.get("kms_key_arn" if memory else "kms_key_id"))),
        keys_allowed=True,
        fine_grained="user_group_ids" in own,
        audit_logs=False,
        backups=bool(own.raw("snapshot_retention_limit", "backups")),
        literal_password=_literal(own, "auth_token"),
        policy=None,
        deletion_protection=False,
    )
    yield asset(resource, facts, spots)


def _anonymous(own: Block) -> Fact[bool]:
    """Whether nobody is asked for a password.

    Source: Amazon MemoryDB Developer Guide, "Authenticating users with Access Control Lists (ACLs)" (`open-access`
    is AWS's own, with the user `default`, who has no password); ElastiCache User Guide, "Authentication with AUTH".
    """
    acl: Fact[str] = own.text("acl_name", "anonymous", None)
    if acl is not None:
        return acl == "open-access" if isinstance(acl, str) else UNSET
    return not any(name in own for name in ("auth_token", "user_group_ids"))
