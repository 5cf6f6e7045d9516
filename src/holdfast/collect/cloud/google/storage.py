"""Buckets of Cloud Storage, with the resources that open them.

Source: Cloud Storage, "Public access prevention", "Uniform bucket-level access", "Access control lists", "Soft delete"
(seven days unless told otherwise), "Bucket Lock"; Terraform Google provider 7, `google_storage_bucket` and its
companions (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET

from holdfast.collect.cloud.common import account_of, asset, encryption, is_word, purpose, region_of
from holdfast.collect.cloud.google import common, iam
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.formats.iam.google import EVERYONE
from holdfast.kinds.bucket import Bucket

PLACE = "//storage.googleapis.com/projects/_/buckets/"
READING = ("publicRead", "publicReadWrite", "authenticatedRead")
WEEK = 604_800
LISTS = ("google_storage_bucket_acl", "google_storage_default_object_acl")
ENTRIES = ("google_storage_bucket_access_control", "google_storage_default_object_access_control")
AUDITED = ("storage.googleapis.com", "allServices")
CONSTRAINT = "storage.publicAccessPrevention"
POLICIES = ("google_org_policy_policy", "google_project_organization_policy", "google_organization_policy")


class Lists(NamedTuple):
    """What access control lists grant everybody."""

    canned: Fact[str]
    reads: Fact[bool]
    writes: Fact[bool]


def bucket(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A bucket with its companions."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    name, labels = own.text("name", "name"), common.labels(own)
    key = named(own.block("encryption").data.get("default_kms_key_name"))
    lists = _lists(resource, stack, spots)
    own.block("encryption").note("default_kms_key_name", "encryption")
    facts = Bucket(
        name=name,
        provider="google",
        region=region_of(own, "location"),
        account=account_of(own, "project"),
        holds=purpose(name, labels, resource.name),
        tags=labels,
        public_block=_public_block(own, stack),
        lists_off=own.flag("uniform_bucket_level_access", "lists_off", default=False),
        acl=lists.canned,
        acl_reads=lists.reads,
        acl_writes=lists.writes,
        policy=iam.policy(
            resource,
            stack,
            ["google_storage_bucket"],
            "bucket",
            PLACE + (name if isinstance(name, str) else "${name}"),
            spots,
        ),
        encryption=UNSET if own.unseen("encryption") else encryption(key),
        key=key,
        versioning=_versioning(own),
        locked="retention_policy" in own if not own.unseen("retention_policy") else UNSET,
        lifecycle=UNSET if own.unseen("lifecycle_rule") else "lifecycle_rule" in own,
        access_logs=_logged(own, stack),
        force_destroy=own.flag("force_destroy", "force_destroy", default=False),
        keys_allowed=UNSET,  # HMAC keys are a setting of the organisation
    )
    yield asset(resource, facts, spots)


def _public_block(own: Block, stack: Stack) -> Fact[bool]:
    """Whether public access is prevented: for the bucket, or by an organisation's policy that is declared here."""
    answer = is_word(own.text("public_access_prevention", "public_block", "inherited"), "enforced")
    if answer is False and any(_prevents(Block(each, {})) for each in stack.of(*POLICIES)):
        return UNSET  # whether the bucket lies below it, nobody has seen
    return answer


def _prevents(policy: Block) -> bool:
    name = policy.text("constraint", default="") if "constraint" in policy else policy.text("name", default="")
    return isinstance(name, str) and name.endswith(CONSTRAINT)


def _versioning(own: Block) -> Fact[bool]:
    """Whether what is overwritten is kept: as a version, or for the days of soft delete."""
    if own.unseen("versioning") or own.unseen("soft_delete_policy"):
        return UNSET
    if own.block("versioning").flag("enabled", "versioning", default=False) is True:
        return True
    kept = own.block("soft_delete_policy").number("retention_duration_seconds", "versioning", WEEK)
    return kept > 0 if isinstance(kept, int) else UNSET


def _logged(own: Block, stack: Stack) -> Fact[bool]:
    """Whether requests are logged: by the bucket itself, or as data access of the project."""
    if "logging" in own and not own.unseen("logging"):
        own.note("logging", "access_logs")
        return True
    if own.unseen("logging"):
        return UNSET
    for each in stack.of("google_project_iam_audit_config", "google_organization_iam_audit_config"):
        audit = Block(each, {})
        types = {block.text("log_type") for block in audit.blocks("audit_log_config")}
        if audit.text("service") in AUDITED and "DATA_READ" in types:
            return True
    return False


def _lists(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Lists:
    """The lists of a bucket and the default ones of its objects."""
    rights: list[Fact[str]] = []
    canned: Fact[str] = None
    complete = True
    for type in LISTS:
        joined = stack.joined(type, "bucket", resource)
        complete = complete and joined.complete
        for each in joined.resources:
            block = Block(each, spots)
            block.here("acl")
            canned = block.text("predefined_acl", "acl", canned)
            entries = block.texts("role_entity", "acl")
            rights += _rights(entries)
            if isinstance(canned, str) and canned in READING:
                rights += ["READER", *(["WRITER"] if canned == "publicReadWrite" else [])]
    for type in ENTRIES:
        joined = stack.joined(type, "bucket", resource)
        complete = complete and joined.complete
        for each in joined.resources:
            block = Block(each, spots)
            entity = block.text("entity")
            if entity is UNSET or entity in EVERYONE:
                rights.append(block.text("role", "acl", "READER") if entity in EVERYONE else UNSET)
    reads: Fact[bool] = bool({"READER", "WRITER", "OWNER"}.intersection(each for each in rights if each is not UNSET))
    writes: Fact[bool] = bool({"WRITER", "OWNER"}.intersection(each for each in rights if each is not UNSET))
    doubt = not complete or UNSET in rights or canned is UNSET
    return Lists(canned, reads or (UNSET if doubt else False), writes or (UNSET if doubt else False))


def _rights(entries: Fact[list[str]]) -> list[Fact[str]]:
    """The roles of everybody in `ROLE:entity`."""
    if not isinstance(entries, list):
        return [UNSET]
    pairs = (each.partition(":") for each in entries)
    return [role for role, _, entity in pairs if entity in EVERYONE]
