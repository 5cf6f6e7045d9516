"""S3 buckets with their companions."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import completed, facts, one

from holdfast.core.asset import Spot

BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket = "acme-checkpoints"\n}\n'


def companion(type: str, body: str, bucket: str = "aws_s3_bucket.b.id") -> str:
    return f'{BUCKET}resource "aws_s3_bucket_{type}" "c" {{\n  bucket = {bucket}\n  {body}\n}}\n'


def test_a_bare_bucket_has_what_new_buckets_have():
    found = facts(BUCKET)
    assert (found.name, found.provider, found.holds, found.tags) == ("acme-checkpoints", "aws", "checkpoints", {})
    assert (found.public_block, found.lists_off, found.acl, found.acl_reads, found.policy) == (
        True,
        True,
        None,
        False,
        None,
    )
    assert (found.encryption, found.key, found.versioning, found.locked) == ("provider", None, False, False)
    assert (found.lifecycle, found.access_logs, found.force_destroy) == (False, False, False)
    whole = completed(BUCKET)
    assert (whole.public_read, whole.public_write, whole.shared_with, whole.tls_only) == (False, False, [], False)


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ('bucket = "llm-ckpt-eu"', "checkpoints"), ('bucket = "acme-weights"', "models"), ('bucket = "raw-datasets"', "datasets"),
        ('bucket = "access-logs"', "logs"), ('bucket = "acme-tfstate"', "state"), ('bucket = "website"', "other"),
        ('tags = { use = "training data" }', "other"), ('tags = { use = "dataset" }', "datasets"), ("bucket = var.x", UNSET),
    ],
)  # fmt: skip
def test_what_a_bucket_holds(words, holds):
    assert facts(f'variable "x" {{}}\nresource "aws_s3_bucket" "b" {{\n  {words}\n}}\n').holds == holds


@pytest.mark.parametrize(
    ("body", "block"),
    [
        (
            "block_public_acls = true\nblock_public_policy = true\nignore_public_acls = true\nrestrict_public_buckets = true",
            True,
        ),
        ("block_public_acls = true\nblock_public_policy = true\nignore_public_acls = true", False),
        (
            "block_public_acls = true\nblock_public_policy = var.x\nignore_public_acls = true\nrestrict_public_buckets = true",
            UNSET,
        ),
        ("block_public_acls = var.x", False),
    ],
)
def test_the_block_holds_only_whole(body, block):
    source = 'variable "x" {}\n' + companion("public_access_block", body)
    assert facts(source).public_block is block
    assert one(source).spots["public_block"] == Spot(5, 1)


def test_the_block_of_the_account():
    four = "\n".join(
        f"  {name} = true"
        for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    )
    account = f'resource "aws_s3_account_public_access_block" "a" {{\n{four}\n}}\n'
    assert facts(companion("public_access_block", "block_public_acls = true") + account).public_block is True


def test_a_companion_of_an_unknown_bucket_may_be_this_ones():
    source = 'variable "x" {}\n' + companion("public_access_block", "block_public_acls = true", "var.x")
    assert facts(source).public_block is UNSET
    for type, fact in (
        ("ownership_controls", "lists_off"), ("acl", "acl"), ("policy", "policy"), ("versioning", "versioning"),
        ("server_side_encryption_configuration", "encryption"), ("object_lock_configuration", "locked"),
        ("lifecycle_configuration", "lifecycle"), ("logging", "access_logs"),
    ):  # fmt: skip
        assert getattr(facts('variable "x" {}\n' + companion(type, "", "var.x")), fact) is UNSET, type
    assert facts(companion("public_access_block", "block_public_acls = true", '"other"')).public_block is True
    assert (
        facts(companion("public_access_block", "block_public_acls = true", '"acme-checkpoints"')).public_block is False
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('acl = "public-read"', ("public-read", True, False)),
        ('acl = "public-read-write"', ("public-read-write", True, True)),
        ('acl = "authenticated-read"', ("authenticated-read", True, False)),
        ('acl = "private"', ("private", False, False)),
        ("acl = var.x", (UNSET, UNSET, UNSET)),
        (
            'access_control_policy {\n grant {\n grantee {\n uri = "http://acs.amazonaws.com/groups/global/AllUsers"\n }\n permission = "READ"\n }\n }',
            (None, True, False),
        ),
        (
            'access_control_policy {\n grant {\n grantee {\n uri = "http://acs.amazonaws.com/groups/global/AllUsers"\n }\n permission = "FULL_CONTROL"\n }\n }',
            (None, True, True),
        ),
        (
            'access_control_policy {\n grant {\n grantee {\n id = "x"\n }\n permission = "FULL_CONTROL"\n }\n }',
            (None, False, False),
        ),
    ],
)
def test_lists(body, expected):
    found = facts('variable "x" {}\n' + companion("acl", body))
    assert (found.acl, found.acl_reads, found.acl_writes) == expected


def test_lists_in_the_bucket_itself():
    source = 'resource "aws_s3_bucket" "b" {\n grant {\n uri = "http://acs.amazonaws.com/groups/global/AllUsers"\n permissions = ["WRITE"]\n }\n}\n'
    found = facts(source)
    assert (found.acl, found.acl_reads, found.acl_writes) == (None, False, True)
    assert one(source).spots["acl"] == Spot(2, 2)


OPEN = """
resource "aws_s3_bucket_public_access_block" "b" {
  bucket = aws_s3_bucket.b.id
}
"""
WRITER = """
resource "aws_s3_bucket_ownership_controls" "o" {
  bucket = aws_s3_bucket.b.id
  rule {
    object_ownership = "ObjectWriter"
  }
}
"""


def test_a_list_counts_where_lists_are_on_and_nothing_blocks_it():
    public = companion("acl", 'acl = "public-read"')
    assert completed(public).public_read is False
    assert completed(public + OPEN).public_read is False
    assert completed(public + OPEN + WRITER).public_read is True
    assert completed(public + WRITER).public_read is False
    unsure = WRITER.replace('"ObjectWriter"', "var.x") + 'variable "x" {}\n'
    assert completed(public + OPEN + unsure).public_read is UNSET
    assert completed(BUCKET + OPEN + unsure).public_read is False


def policy(statement: str) -> str:
    return companion("policy", f'policy = jsonencode({{ Version = "2012-10-17", Statement = [{statement}] }})') + OPEN


def test_a_policy_is_evaluated():
    everybody = '{ Effect = "Allow", Principal = "*", Action = "s3:*", Resource = ["${aws_s3_bucket.b.arn}", "${aws_s3_bucket.b.arn}/*"] }'
    found = completed(policy(everybody))
    assert (found.public_read, found.public_write) == (True, True)
    named = '{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "s3:GetObject", Resource = "${aws_s3_bucket.b.arn}/*" }'
    found = completed(policy(named))
    assert (found.public_read, found.shared_with) == (False, ["123456789012"])
    tls = '{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = ["${aws_s3_bucket.b.arn}", "${aws_s3_bucket.b.arn}/*"], Condition = { Bool = { "aws:SecureTransport" = "false" } } }'
    assert completed(policy(tls)).tls_only is True
    assert completed(companion("policy", "policy = var.x") + 'variable "x" {}\n' + OPEN).public_read is UNSET
    assert completed(companion("policy", 'policy = "{}"')).public_read is False


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            'sse_algorithm = "aws:kms"\n kms_master_key_id = "arn:aws:kms:eu-west-1:1:key/x"',
            ("kms", "arn:aws:kms:eu-west-1:1:key/x"),
        ),
        ('sse_algorithm = "aws:kms:dsse"\n kms_master_key_id = aws_kms_key.k.arn', ("kms-dual", "aws_kms_key.k")),
        ('sse_algorithm = "aws:kms"', ("provider", None)),
        ('sse_algorithm = "aws:kms"\n kms_master_key_id = "alias/aws/s3"', ("provider", None)),
        ('sse_algorithm = "AES256"', ("provider", None)),
        ('sse_algorithm = "other"\n kms_master_key_id = "k"', (UNSET, "k")),
        ("sse_algorithm = var.x", (UNSET, None)),
    ],
)
def test_encryption(rule, expected):
    body = f"rule {{\n apply_server_side_encryption_by_default {{\n {rule}\n }}\n }}"
    extra = 'variable "x" {}\nresource "aws_kms_key" "k" {}\n'
    found = facts(extra + companion("server_side_encryption_configuration", body), kind="bucket")
    assert (found.encryption, found.key) == expected


def test_versions_locks_and_the_rest():
    assert facts(companion("versioning", 'versioning_configuration {\n status = "Enabled"\n }')).versioning is True
    assert facts(companion("versioning", 'versioning_configuration {\n status = "Suspended"\n }')).versioning is False
    assert (
        facts(
            'resource "aws_s3_bucket" "b" {\n versioning {\n enabled = true\n }\n object_lock_enabled = true\n}\n'
        ).versioning
        is True
    )
    found = facts('resource "aws_s3_bucket" "b" {\n object_lock_enabled = true\n region = "us-east-1"\n}\n')
    assert (found.locked, found.versioning, found.region) == (True, True, "us-east-1")
    assert facts(companion("object_lock_configuration", "")).locked is True
    assert facts(companion("lifecycle_configuration", "")).lifecycle is True
    assert facts('resource "aws_s3_bucket" "b" {\n logging {\n }\n}\n').access_logs is True


def test_what_is_only_looked_up_is_no_asset():
    source = 'data "aws_s3_bucket" "d" {\n bucket = "x"\n}\n' + BUCKET
    assert one(source).id == "bucket/main.tf/aws_s3_bucket.b" or one(source).facts.name == "acme-checkpoints"
