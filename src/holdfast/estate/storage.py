"""Who reaches what a provider keeps: the policy of a bucket with its list and block, of a queue, key or secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact, Kind, either
from holdfast.core.statement import EVERYBODY
from holdfast.kinds.bucket import Bucket

SERVICES = {
    "queue": "",
    "encryption_key": "kms",
    "managed_secret": "secretsmanager",
    "registry": "ecr",
    "database": "",
}
"""Kinds with a policy of their own -> their service at AWS; empty where the asset says which."""
POLICIES = {
    "sqs": "sqs",
    "sns": "sns",
    "kinesis": "kinesis",
    "kms": "kms",
    "secretsmanager": "secretsmanager",
    "ecr": "ecr",
    "opensearch": "es",
}
"""Service -> the first part of its actions."""


def storage(assets: Sequence[Asset], _: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """What the policies of buckets mean; loads the evaluation of policies only where there are some."""
    for position, asset in enumerate(assets):
        if asset.kind == "bucket":
            bucket = cast("Bucket", asset.facts)
            judge = BY_PROVIDER.get(bucket.provider) if isinstance(bucket.provider, str) else None
            if judge is not None:
                yield position, judge(bucket)
        elif asset.kind in SERVICES:
            service = SERVICES[asset.kind] or str(getattr(asset.facts, "service", ""))
            if getattr(asset.facts, "provider", "") == "aws" and service in POLICIES:
                yield position, _admitted(asset.facts, POLICIES[service])


def _amazon(bucket: Bucket) -> dict[str, object]:
    """Source: Amazon S3 User Guide, "Blocking public access": the block overrules policy and list."""
    from holdfast.estate.iam.public import public, tls_only

    policy = bucket.policy
    if policy is UNSET:
        reads: Fact[bool] = UNSET
        writes: Fact[bool] = UNSET
        shared: Fact[list[str]] = UNSET
        tls: Fact[bool] = UNSET
    elif not isinstance(policy, list):
        reads, writes, shared, tls = False, False, [], False
    else:
        found = public(policy, account=bucket.account)
        reads, writes = either(found.reads, found.lists), found.writes
        tls = tls_only(policy)
        shared = found.accounts
        if isinstance(shared, list) and True in (reads, writes) and found.anonymously is not True:
            shared = [EVERYBODY, *shared]
    listed = bucket.lists_off
    acl_reads = False if listed is True else bucket.acl_reads if listed is False else _both(bucket.acl_reads, UNSET)
    acl_writes = False if listed is True else bucket.acl_writes if listed is False else _both(bucket.acl_writes, UNSET)
    block = bucket.public_block
    return {
        "public_read": _unless(block, either(reads, acl_reads)),
        "public_write": _unless(block, either(writes, acl_writes)),
        "shared_with": shared,
        "tls_only": tls,
    }


def _admitted(facts: Kind, service: str) -> dict[str, object]:
    """Who outside is admitted by the policy of something else than a bucket; each kind has some of these facts."""
    policy = getattr(facts, "policy")  # noqa: B009  # kinds share no type that has one
    found: dict[str, object]
    if policy is None:
        found = {"public": False, "shared_with": [], "anonymous": False, "tls_only": False}
    elif isinstance(policy, list):
        from holdfast.estate.iam.outsiders import outsiders, refuses_plain

        outside = outsiders(policy, service)
        found = {"public": outside.anybody, "shared_with": outside.accounts, "anonymous": outside.anonymous}
        if hasattr(facts, "tls_only"):
            found["tls_only"] = refuses_plain(policy, service)
    else:
        found = {}
    return {name: value for name, value in found.items() if hasattr(facts, name)}


def _both(left: Fact[bool], right: Fact[bool]) -> Fact[bool]:
    """Kleene's and; an absent answer is no."""
    if left is False or right is False or left is None or right is None:
        return False
    return UNSET if UNSET in (left, right) else True


def _unless(block: Fact[bool], answer: Fact[bool]) -> Fact[bool]:
    """An answer that a block makes no."""
    return False if block is True else answer if block is False else _both(answer, UNSET)


def _google(bucket: Bucket) -> dict[str, object]:
    """Source: Cloud Storage, "Public access prevention": it overrules bindings and lists."""
    from holdfast.estate.iam.google_public import public

    policy = bucket.policy
    found = public(policy) if isinstance(policy, list) else None
    shared: Fact[list[str]] = UNSET if policy is UNSET else [EVERYBODY] if found and found.for_a_login else []
    nobody: Fact[bool] = UNSET if policy is UNSET else False
    reads, writes = (found.reads, found.writes) if found else (nobody, nobody)
    lists = bucket.lists_off
    acl_reads = False if lists is True else bucket.acl_reads if lists is False else _both(bucket.acl_reads, UNSET)
    acl_writes = False if lists is True else bucket.acl_writes if lists is False else _both(bucket.acl_writes, UNSET)
    block = bucket.public_block
    return {
        "public_read": _unless(block, either(reads, acl_reads)),
        "public_write": _unless(block, either(writes, acl_writes)),
        "shared_with": shared,
    }


def _by_list(bucket: Bucket) -> dict[str, object]:
    """Source: Azure Storage, "Overview: Remediating anonymous read access to blob data"; Nebius, bucket policies:
    a container or rule lets everybody read, the account may forbid it, and nobody writes without an identity.
    """
    block = False if bucket.public_block is None else bucket.public_block
    return {"public_read": _unless(block, bucket.acl_reads), "public_write": False, "shared_with": []}


def _coreweave(bucket: Bucket) -> dict[str, object]:
    """Without a policy a bucket is its organisation's own; whom a policy lets in, the organisation's limit."""
    alone = bucket.policy is None
    return {"public_read": False, "public_write": False, "shared_with": []} if alone else {}


def _alone(bucket: Bucket) -> dict[str, object]:
    """By its policy alone: S3-compatible storage has no block, and a policy file says nothing of one."""
    return _amazon(replace(bucket, public_block=False, lists_off=True))


BY_PROVIDER = {
    "s3": _alone,
    "aws": _amazon,
    "google": _google,
    "azure": _by_list,
    "nebius": _by_list,
    "coreweave": _coreweave,
}
"""How a provider decides who reaches a bucket."""
