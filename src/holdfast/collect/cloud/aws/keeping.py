"""What keeps keys, secrets, messages and images: KMS, Secrets Manager, Parameter Store, SQS, SNS, Kinesis, ECR.

Source: AWS KMS, Secrets Manager, Systems Manager, Amazon SQS, SNS and ECR documentation; Terraform AWS provider 6
(checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import UNSET

from holdfast.collect.cloud.common import asset, decided_by_policy, literal_secret
from holdfast.collect.cloud.hidden import CREDENTIAL
from holdfast.collect.cloud.policy import statements
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.core.statement import Statement
from holdfast.formats.iam.aws import resource_policy
from holdfast.kinds.encryption_key import EncryptionKey
from holdfast.kinds.managed_secret import ManagedSecret
from holdfast.kinds.queue import Queue
from holdfast.kinds.registry import Registry

NAMES = ("id", "name", "arn", "url")
STRINGS = ("secret_string", "secret_string_wo", "secret_binary")
VALUES = ("value", "value_wo", "insecure_value")
"""Where a value stands; `_wo` keeps it out of the state, not out of the configuration."""


def policy_of(resource: Resource, stack: Stack, type: str, link: str, spots: dict[str, Spot]) -> Fact[list[Statement]]:
    """The policy in a resource itself, or in a companion that names it."""
    holder = Block(resource, spots)
    if "policy" not in holder:
        joined = stack.joined(type, link, resource, NAMES)
        if not joined.resources:
            return None if joined.complete else UNSET
        holder = Block(joined.resources[0], spots)
    found = statements(holder.raw("policy", "policy"), resource_policy, holder.resource.address)
    decided_by_policy(spots, "public", "shared_with", "tls_only")
    return found


def key(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A key of KMS. Only symmetric keys with material of AWS's, outside of custom key stores, can be rotated.

    Source: AWS KMS API Reference, EnableKeyRotation (checked 2026-11-30).
    """
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    spec = own.text("customer_master_key_spec", "", "SYMMETRIC_DEFAULT")
    rotates = own.flag("enable_key_rotation", "rotates", default=False)
    symmetric = spec == "SYMMETRIC_DEFAULT" if isinstance(spec, str) else UNSET
    if "custom_key_store_id" in own or own.text("origin", "", "AWS_KMS") == "EXTERNAL":
        symmetric = False
    aliases = stack.joined("aws_kms_alias", "target_key_id", resource, ("key_id", "id", "arn"))
    alias = Block(aliases.resources[0], {}).text("name") if aliases.resources else None
    facts = EncryptionKey(
        name=alias or resource.name,
        provider="aws",
        rotates=None if symmetric is False else rotates if symmetric is True else UNSET,
        rotation_days=own.number("rotation_period_in_days", "rotation_days", 365) if rotates is True else None,
        policy=policy_of(resource, stack, "aws_kms_key_policy", "key_id", spots),
        deletion_days=own.number("deletion_window_in_days", "deletion_days", 30),
        hardware=True,
    )
    yield asset(resource, facts, spots)


def secret(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A secret of Secrets Manager, with its versions and its rotation."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    versions = stack.joined("aws_secretsmanager_secret_version", "secret_id", resource, NAMES)
    rotations = stack.joined("aws_secretsmanager_secret_rotation", "secret_id", resource, NAMES)
    literals = [literal_secret(Block(each, spots), "literal", *STRINGS) for each in versions.resources]
    rotation = Block(rotations.resources[0], spots).block("rotation_rules") if rotations.resources else None
    facts = ManagedSecret(
        name=own.text("name", "name", None) or resource.name,
        provider="aws",
        literal=True if True in literals else False if versions.complete else UNSET,
        plain_parameter=False,
        key=named(own.data.get("kms_key_id")),
        rotates=True if rotations.resources else False if rotations.complete else UNSET,
        rotation_days=rotation.number("automatically_after_days", "rotation_days") if rotation else None,
        policy=policy_of(resource, stack, "aws_secretsmanager_secret_policy", "secret_arn", spots),
        expires=False,
    )
    yield asset(resource, facts, spots)


def parameter(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A parameter that is a credential: encrypted ones, and others whose name says so."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    name, type = own.text("name", "name"), own.text("type", "plain_parameter")
    called = isinstance(name, str) and CREDENTIAL.search(name) is not None
    if type != "SecureString" and not called:
        return
    facts = ManagedSecret(
        name=name,
        provider="aws",
        literal=literal_secret(own, "literal", *VALUES),
        plain_parameter=type != "SecureString" if isinstance(type, str) else UNSET,
        key=named(own.data.get("key_id")),
        rotates=None,  # a parameter store has no rotation
        rotation_days=None,
        policy=None,
        expires=False,
    )
    yield asset(resource, facts, spots)


def queue(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A queue of SQS, encrypted unless told otherwise, or a topic of SNS, encrypted where a key is named."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    topic = resource.type == "aws_sns_topic"
    own_key = named(own.data.get("kms_master_key_id"))
    managed = own.flag("sqs_managed_sse_enabled", "encryption", default=not topic)
    default: Fact[str] = UNSET if managed is UNSET else "provider" if managed else "none"
    companion = ("aws_sns_topic_policy", "arn") if topic else ("aws_sqs_queue_policy", "queue_url")
    facts = Queue(
        name=own.text("name", "name", None) or resource.name,
        provider="aws",
        service="sns" if topic else "sqs",
        encryption=UNSET if own_key is UNSET else "kms" if own_key else default,
        policy=policy_of(resource, stack, *companion, spots),
        keys_allowed=False,
        public_network=UNSET,
    )
    yield asset(resource, facts, spots)


def stream(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A stream of Kinesis: encrypted where it says so.

    Source: Amazon Kinesis Data Streams Developer Guide, "Data protection", "Sharing your data stream with another
    account"; Terraform AWS provider 6, `aws_kinesis_stream`, `aws_kinesis_resource_policy` (checked 2026-11-30).
    """
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    sort = own.text("encryption_type", "encryption", "NONE")
    owned = named(own.data.get("kms_key_id"))
    customer = isinstance(owned, str) and owned != "alias/aws/kinesis"
    facts = Queue(
        name=own.text("name", "name", None) or resource.name,
        provider="aws",
        service="kinesis",
        encryption=UNSET if sort is UNSET else "none" if sort == "NONE" else "kms" if customer else "provider",
        policy=policy_of(resource, stack, "aws_kinesis_resource_policy", "resource_arn", spots),
        keys_allowed=False,
        public_network=UNSET,
    )
    yield asset(resource, facts, spots)


def registry(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A repository of ECR: tags may be moved and nothing is scanned unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    tags = own.text("image_tag_mutability", "immutable_tags", "MUTABLE")
    name = own.text("name", "name", None)
    facts = Registry(
        name=name or resource.name,
        provider="aws",
        immutable_tags=tags.startswith("IMMUTABLE") if isinstance(tags, str) else UNSET,
        scans=_scans(own, name, stack),
        policy=policy_of(resource, stack, "aws_ecr_repository_policy", "repository", spots),
        admin_account=False,
        public_network=UNSET,
        key=named(own.block("encryption_configuration").data.get("kms_key")),
    )
    yield asset(resource, facts, spots)


def _scans(own: Block, name: Fact[str], stack: Stack) -> Fact[bool]:
    """Whether images are scanned when they come: as the repository says, or a rule of the registry that means it."""
    answers: list[Fact[bool]] = [own.block("image_scanning_configuration").flag("scan_on_push", "scans", default=False)]
    for each in stack.of("aws_ecr_registry_scanning_configuration"):
        whole = Block(each, {})
        answers += [UNSET] if whole.unseen("rule") else []
        for rule in whole.blocks("rule"):
            frequency = rule.text("scan_frequency", default=UNSET)
            if frequency == "MANUAL":
                continue
            filters = [block.text("filter", default=UNSET) for block in rule.blocks("repository_filter")]
            meant = [_means(text, name) for text in filters] + [UNSET] * rule.unseen("repository_filter")
            answers.append(UNSET if frequency is UNSET and True in meant else either(*meant))
    return either(*answers)


def _means(filter: Fact[str], name: Fact[str]) -> Fact[bool]:
    """Whether a filter means a repository: without a wildcard, whatever has it in its name.

    Source: Amazon ECR User Guide, "Filters to choose which repositories are scanned" (checked 2026-11-30).
    """
    if filter == "*":
        return True
    if not isinstance(filter, str) or not isinstance(name, str):
        return UNSET
    return fnmatchcase(name, filter) if "*" in filter else filter in name
