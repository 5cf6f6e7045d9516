"""What keeps keys, secrets, messages, images and records: Cloud KMS, Secret Manager, Pub/Sub, Artifact Registry, audit.

Source: Cloud KMS, "Key rotation", "Key purposes and algorithms"; Secret Manager, "Create rotation schedules"; Pub/Sub,
"Configure message encryption"; Artifact Registry, "Prevent tag modification", "Artifact Analysis" (scanning starts with
its API); Cloud Audit Logs, "Configure Data Access audit logs"; Terraform Google provider 7 (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.common import asset, decided_by_policy, encryption, is_word, literal_secret
from holdfast.collect.cloud.google import iam
from holdfast.collect.cloud.google.common import days
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.activity_log import ActivityLog
from holdfast.kinds.encryption_key import EncryptionKey
from holdfast.kinds.managed_secret import ManagedSecret
from holdfast.kinds.queue import Queue
from holdfast.kinds.registry import Registry

SCANNING = "containerscanning.googleapis.com"
DATA = frozenset(("DATA_READ", "DATA_WRITE"))


def key(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A key of Cloud KMS: only symmetric keys with material of its own are rotated, and only when told."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    symmetric = is_word(own.text("purpose", "", "ENCRYPT_DECRYPT"), "ENCRYPT_DECRYPT")
    if own.flag("import_only", default=False) is True:
        symmetric = False
    period = days(own.text("rotation_period", "rotates"))
    level = own.block("version_template").text("protection_level", "hardware", "SOFTWARE")
    policy = iam.policy(resource, stack, ["google_kms_crypto_key"], "crypto_key_id", "key", spots)
    decided_by_policy(spots, "public", "shared_with")
    facts = EncryptionKey(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        rotates=None if symmetric is False else UNSET if symmetric is UNSET else "rotation_period" in own,
        rotation_days=period,
        policy=policy,
        public=iam.everybody(policy),
        shared_with=iam.shared(policy),
        deletion_days=days(own.text("destroy_scheduled_duration", "deletion_days", "2592000s")),
        hardware=is_word(level, "HSM"),
        vault_public=None,
        purge_protected=None,
    )
    yield asset(resource, facts, spots)


def secret(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A secret of Secret Manager, global or of a region, with its versions."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    versions = stack.joined(f"{resource.type}_version", "secret", resource, iam.NAMES)
    literals = [_literal(each, spots) for each in versions.resources]
    rotation = own.block("rotation")
    replication = own.block("replication")
    managed = replication.block("auto").block("customer_managed_encryption")
    if "customer_managed_encryption" in own:
        managed = own.block("customer_managed_encryption")
    if "user_managed" in replication:
        managed = replication.block("user_managed").block("replicas").block("customer_managed_encryption")
    policy = iam.policy(resource, stack, [resource.type], "secret_id", "secret", spots)
    decided_by_policy(spots, "shared_with")
    facts = ManagedSecret(
        name=own.text("secret_id", "name", None) or resource.name,
        provider="google",
        literal=True if True in literals else False if versions.complete else UNSET,
        plain_parameter=False,
        key=named(managed.data.get("kms_key_name")),
        rotates=UNSET if own.unseen("rotation") else "rotation" in own,
        rotation_days=days(rotation.text("rotation_period", "rotation_days")),
        policy=policy,
        shared_with=iam.shared(policy),
        expires=any(name in own for name in ("ttl", "expire_time")),
    )
    yield asset(resource, facts, spots)


def _literal(version: Resource, spots: dict[str, Spot]) -> Fact[bool]:
    return literal_secret(Block(version, spots), "literal", "secret_data", "secret_data_wo")


def topic(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A topic of Pub/Sub, which is always encrypted."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    policy = iam.policy(resource, stack, ["google_pubsub_topic"], "topic", "topic", spots)
    decided_by_policy(spots, "public")
    facts = Queue(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        service="pubsub",
        encryption=encryption(named(own.data.get("kms_key_name"))),
        policy=policy,
        public=iam.everybody(policy),
        shared_with=iam.shared(policy),
        tls_only=True,
        public_network=UNSET,
        keys_allowed=False,
    )
    yield asset(resource, facts, spots)


def registry(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A repository of container images."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    if own.text("format") != "DOCKER":
        return
    policy = iam.policy(resource, stack, ["google_artifact_registry_repository"], "repository", "repository", spots)
    decided_by_policy(spots, "public")
    docker, blind = own.block("docker_config"), own.unseen("docker_config")
    pushed = is_word(own.text("mode", "", "STANDARD_REPOSITORY"), "STANDARD_REPOSITORY")
    tags = docker.flag("immutable_tags", "immutable_tags", default=UNSET if blind else False)
    facts = Registry(
        name=own.text("repository_id", "name", None) or resource.name,
        provider="google",
        immutable_tags=None if pushed is False else tags if pushed is True else UNSET,  # nobody pushes into the others
        scans=_scans(own, stack),
        policy=policy,
        public=iam.everybody(policy),
        shared_with=iam.shared(policy),
        admin_account=False,
        public_network=UNSET,
        key=named(own.data.get("kms_key_name")),
    )
    yield asset(resource, facts, spots)


def _scans(own: Block, stack: Stack) -> Fact[bool]:
    """Whether images are scanned: where the API of the project is on and the repository does not opt out."""
    setting = own.block("vulnerability_scanning_config").text("enablement_config", "scans", "INHERITED")
    if setting == "DISABLED":
        return False
    enabled = any(Block(each, {}).text("service") == SCANNING for each in stack.of("google_project_service"))
    return True if enabled and setting == "INHERITED" else UNSET


def audit(resource: Resource, _: Stack) -> Iterator[Asset]:
    """What is recorded of the data access to a project's, folder's or organisation's services."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    logs = list(own.blocks("audit_log_config"))
    types = {block.text("log_type", "data_events") for block in logs}
    exempted: list[str] = []
    seen = not own.unseen("audit_log_config")
    for block in logs:
        members = block.texts("exempted_members", "exempted")
        if isinstance(members, list):
            exempted += members
        else:
            seen = False
    facts = ActivityLog(
        name=own.text("service", "name", None) or resource.name,
        provider="google",
        enabled=True,  # what administrators do cannot be left out
        every_region=True,
        validated=None,
        data_events=True if types & DATA else UNSET if UNSET in types or own.unseen("audit_log_config") else False,
        key=None,
        exempted=exempted if seen or exempted else UNSET,
        retention_days=UNSET,
    )
    yield asset(resource, facts, spots)
