"""S3 buckets, with the resources that set them up.

Source: Amazon S3 User Guide, "Blocking public access", "Controlling ownership of objects", "Default encryption"
(defaults of buckets made since April 2023), "Locking objects with Object Lock" (which switches versioning on);
Terraform AWS provider 6, `aws_s3_bucket` and its companions (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET

from holdfast.collect.cloud.aws.common import tags
from holdfast.collect.cloud.common import asset, decided_by_policy, purpose, region_of
from holdfast.collect.cloud.policy import statements
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Joined, Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, Statement
from holdfast.formats.iam.aws import resource_policy
from holdfast.kinds.bucket import Bucket

NAMES = ("bucket", "id")
BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
READING = frozenset(("public-read", "public-read-write", "authenticated-read"))
GROUPS = ("/AllUsers", "/AuthenticatedUsers")
"""How the groups end that are everybody. Source: Amazon S3 User Guide, "Access control list (ACL) overview"."""


class Acl(NamedTuple):
    """What an access control list grants."""

    canned: Fact[str]
    reads: Fact[bool]
    writes: Fact[bool]


class Encryption(NamedTuple):
    """How objects are encrypted at rest."""

    sort: Fact[str]
    key: Fact[str]


def bucket(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A bucket with its companions."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    name = own.text("bucket", "name")
    labels = tags(own)
    acl, encryption = _acl(resource, stack, spots), _encryption(resource, stack, spots)
    policy = _policy(resource, stack, spots)
    block = _public_block(resource, stack, spots)
    if block is True and "public_block" not in spots and _names_everybody(policy):
        block = UNSET  # whoever wrote such a policy may have switched the default off
    facts = Bucket(
        name=name,
        provider="aws",
        region=region_of(own, "region"),
        account=resource.account if isinstance(resource.account, str) else UNSET,
        holds=purpose(name, labels, resource.name),
        tags=labels,
        public_block=block,
        lists_off=_lists_off(resource, stack, spots),
        acl=acl.canned,
        acl_reads=acl.reads,
        acl_writes=acl.writes,
        policy=policy,
        encryption=encryption.sort,
        key=encryption.key,
        versioning=_versioning(resource, stack, spots),
        locked=_locked(resource, stack, spots),
        lifecycle=_there(resource, stack, "aws_s3_bucket_lifecycle_configuration", "lifecycle_rule"),
        access_logs=_there(resource, stack, "aws_s3_bucket_logging", "logging"),
        force_destroy=own.flag("force_destroy", "force_destroy", default=False),
    )
    if facts.acl_reads is False and facts.acl_writes is False:
        decided_by_policy(spots, "public_read", "public_write")
    decided_by_policy(spots, "shared_with", "tls_only")
    yield asset(resource, facts, spots)


def _names_everybody(policy: Fact[list[Statement]]) -> bool:
    """Whether a statement allows something to everybody, whatever its conditions."""
    return isinstance(policy, list) and any(
        statement.effect == "Allow" and any(each.name == EVERYBODY for each in statement.principals or ())
        for statement in policy
        if isinstance(statement.principals, list)
    )


def _companions(resource: Resource, stack: Stack, type: str) -> Joined:
    return stack.joined(type, "bucket", resource, NAMES)


def _first(joined: Joined, spots: dict[str, Spot]) -> Block | None:
    return Block(joined.resources[0], spots) if joined.resources else None


def _public_block(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    """Whether all four settings hold, of the bucket or of the whole account."""
    joined = _companions(resource, stack, "aws_s3_bucket_public_access_block")
    for account in stack.of("aws_s3_account_public_access_block"):
        if _all_four(Block(account, {})) is True:
            return True
    own = _first(joined, spots)
    if own is None:
        return True if joined.complete else UNSET
    own.here("public_block")
    return _all_four(own)


def _all_four(block: Block) -> Fact[bool]:
    answers = [block.flag(name, default=False) for name in BLOCKS]
    return False if False in answers else UNSET if UNSET in answers else True


def _lists_off(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    joined = _companions(resource, stack, "aws_s3_bucket_ownership_controls")
    own = _first(joined, spots)
    if own is None:
        return True if joined.complete else UNSET
    rule = own.block("rule")
    ownership = rule.text("object_ownership", "lists_off")
    return UNSET if not isinstance(ownership, str) else ownership == "BucketOwnerEnforced"


def _acl(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Acl:
    """The access control list: a canned one, or grants to groups."""
    joined = _companions(resource, stack, "aws_s3_bucket_acl")
    own = _first(joined, spots) or Block(resource, spots)
    canned = own.text("acl", "acl")
    grants = [grant for policy in own.blocks("access_control_policy") for grant in policy.blocks("grant")]
    grants += list(Block(resource, spots).blocks("grant"))
    uris = [(grant.block("grantee") if "grantee" in grant else grant) for grant in grants]
    public = [
        (grant, grant.raw("permission") or grant.raw("permissions"))
        for grant, grantee in zip(grants, uris, strict=True)
        if str(grantee.raw("uri") or "").endswith(GROUPS)
    ]
    for grant, _ in public[:1]:
        grant.here("acl")
    wide = {str(right) for _, rights in public for right in (rights if isinstance(rights, list) else [rights])}
    complete = joined.complete or (resource.elsewhere and bool(joined.resources))  # a bucket has one list
    if canned is UNSET or not complete:
        return Acl(canned if complete else UNSET, UNSET, UNSET)
    return Acl(
        canned,
        canned in READING or bool(wide & {"READ", "FULL_CONTROL"}),
        canned == "public-read-write" or bool(wide & {"WRITE", "WRITE_ACP", "FULL_CONTROL"}),
    )


def _policy(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[list[Statement]]:
    joined = _companions(resource, stack, "aws_s3_bucket_policy")
    own = _first(joined, spots) or Block(resource, spots)
    if not joined.resources and not joined.complete:
        return UNSET
    return statements(own.raw("policy", "policy"), resource_policy, own.resource.address)


def _encryption(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Encryption:
    """The default encryption: S3's own keys unless a rule says otherwise."""
    joined = _companions(resource, stack, "aws_s3_bucket_server_side_encryption_configuration")
    own = _first(joined, spots) or Block(resource, spots).block("server_side_encryption_configuration")
    if not joined.resources and not joined.complete:
        return Encryption(UNSET, UNSET)
    rule = own.block("rule").block("apply_server_side_encryption_by_default")
    algorithm = rule.text("sse_algorithm", "encryption", "AES256")
    kinds = {"AES256": "provider", "aws:kms": "kms", "aws:kms:dsse": "kms-dual"}
    key = named(rule.data.get("kms_master_key_id"))
    if isinstance(algorithm, str) and algorithm != "AES256" and (key is None or key == "alias/aws/s3"):
        return Encryption("provider", None)  # the key that AWS manages for everybody in the account
    return Encryption(kinds.get(algorithm, UNSET) if isinstance(algorithm, str) else UNSET, key)


def _versioning(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    joined = _companions(resource, stack, "aws_s3_bucket_versioning")
    if Block(resource, spots).flag("object_lock_enabled", "versioning", default=False) is True:
        return True  # which it switches on, and nobody can suspend
    own = _first(joined, spots)
    if own is not None:
        status = own.block("versioning_configuration").text("status", "versioning")
        return status == "Enabled" if isinstance(status, str) else UNSET
    inline = Block(resource, spots).block("versioning").flag("enabled", "versioning", default=False)
    return inline if joined.complete else UNSET


def _locked(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    joined = _companions(resource, stack, "aws_s3_bucket_object_lock_configuration")
    own = Block(resource, spots)
    if own.flag("object_lock_enabled", "locked") is True or joined.resources or "object_lock_configuration" in own:
        return True
    return False if joined.complete else UNSET


def _there(resource: Resource, stack: Stack, type: str, inline: str) -> Fact[bool]:
    """Whether a companion exists, or the block in the bucket that was its older form."""
    joined = _companions(resource, stack, type)
    if joined.resources or inline in Block(resource, {}):
        return True
    return False if joined.complete else UNSET
