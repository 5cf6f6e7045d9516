"""Policies as people write them for Terraform: references to what is declared beside them, and objects of buckets."""

from __future__ import annotations

import pytest
from tests.estate.relations.sources import edges

from holdfast.core.statement import UNRESOLVED
from holdfast.estate.iam.guarding import _holds
from holdfast.estate.iam.wanted import paths

ROLE = """
resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = jsonencode({Statement = [{Effect = "Allow", Principal = {Service = "ec2.amazonaws.com"}, Action = "sts:AssumeRole"}]})
}
"""
READS = {"app reads store"}
SECRET = 'resource "aws_secretsmanager_secret" "store" {\n  name = "prod/db"\n}\n'
PARAMETER = 'resource "aws_ssm_parameter" "store" {\n  name = "/prod/db"\n  type = "SecureString"\n}\n'
NAMELESS = 'resource "aws_s3_bucket" "store" {\n  bucket_prefix = "docs-"\n}\n'
VARIABLE = 'variable "p" {}\nresource "aws_s3_bucket" "store" {\n  bucket = "${var.p}-docs"\n}\n'


def granted(actions: str, resource: str, stores: str, effect: str = "Resource") -> set[str]:
    policy = f"""
resource "aws_iam_role_policy" "app" {{
  role   = aws_iam_role.app.id
  policy = jsonencode({{Statement = [{{Effect = "Allow", Action = "{actions}", {effect} = {resource}}}]}})
}}
"""
    return edges("reads", "writes", main_tf=ROLE + stores + policy)


@pytest.mark.parametrize(
    ("action", "resource", "stores"),
    [
        ("secretsmanager:GetSecretValue", "aws_secretsmanager_secret.store.arn", SECRET),
        ("secretsmanager:GetSecretValue", "aws_secretsmanager_secret.store.id", SECRET),
        ("secretsmanager:GetSecretValue", '["${aws_secretsmanager_secret.store.arn}"]', SECRET),
        (
            "secretsmanager:GetSecretValue",
            "aws_secretsmanager_secret.store.arn",
            SECRET.replace("name ", "name_prefix "),
        ),
        (
            "secretsmanager:GetSecretValue",
            '"arn:aws:secretsmanager:*:*:secret:/prod/*"',
            SECRET.replace("prod", "/prod"),
        ),
        ("ssm:GetParameter", "aws_ssm_parameter.store.arn", PARAMETER),
        ("ssm:GetParameter", '"arn:aws:ssm:*:*:parameter${aws_ssm_parameter.store.name}"', PARAMETER),
        ("ssm:GetParameter", '"arn:aws:ssm:*:*:parameter/prod/*"', PARAMETER),
        ("ssm:GetParameters", '"arn:aws:ssm:*:*:parameter/prod/db"', PARAMETER),
        ("ssm:GetParametersByPath", '"arn:aws:ssm:*:*:parameter/prod"', PARAMETER),
        ("ssm:GetParametersByPath", '"arn:aws:ssm:*:*:parameter/prod/*"', PARAMETER),
        ("sqs:ReceiveMessage", "aws_sqs_queue.store.arn", 'resource "aws_sqs_queue" "store" {\n  name = "q"\n}\n'),
        (
            "ecr:BatchGetImage",
            "aws_ecr_repository.store.arn",
            'resource "aws_ecr_repository" "store" {\n  name = "q"\n}\n',
        ),
        ("s3:GetObject", '"${aws_s3_bucket.store.arn}/*"', NAMELESS),
        ("s3:GetObject", '"arn:aws:s3:::${aws_s3_bucket.store.id}/*"', NAMELESS),
        ("s3:GetObject", '"${aws_s3_bucket.store.arn}/public/*"', NAMELESS),
        ("s3:GetObject", '"${aws_s3_bucket.store.arn}/*"', VARIABLE),
        ("s3:GetObjectVersion", '"${aws_s3_bucket.store.arn}/*"', VARIABLE),
    ],
)
def test_a_reference_to_a_store_is_that_store(action, resource, stores):
    assert granted(action, resource, stores) == READS


@pytest.mark.parametrize(
    ("action", "resource", "stores"),
    [
        ("secretsmanager:GetSecretValue", "aws_secretsmanager_secret.other.arn", SECRET),
        ("secretsmanager:BatchGetSecretValue", "aws_secretsmanager_secret.store.arn", SECRET),  # needs the other, too
        ("ssm:GetParameter", "aws_secretsmanager_secret.store.arn", SECRET),
        ("secretsmanager:GetSecretValue", "aws_ssm_parameter.store.arn", PARAMETER),
        ("ssm:GetParameter", '"arn:aws:ssm:*:*:parameter/test/*"', PARAMETER),
        ("ssm:GetParametersByPath", '"arn:aws:ssm:*:*:parameter/test"', PARAMETER),
        ("s3:GetObject", "aws_s3_bucket.store.arn", NAMELESS),
        ("s3:GetObject", '"${aws_s3_bucket.other.arn}/*"', NAMELESS),
        ("s3:GetObject", '"arn:aws:s3:::docs/*"', NAMELESS),
        ("s3:ListBucket", '"${aws_s3_bucket.store.arn}/*"', NAMELESS),
    ],
)
def test_a_reference_to_another_thing_is_not(action, resource, stores):
    others = 'resource "aws_s3_bucket" "other" {}\nresource "aws_secretsmanager_secret" "other" {}\n'
    assert "app reads store" not in granted(action, resource, stores + others)


def test_all_but_a_store_is_not_the_store():
    others = 'resource "aws_s3_bucket" "other" {}\n'
    assert granted("s3:GetObject", '"${aws_s3_bucket.store.arn}/*"', NAMELESS + others, "NotResource") == {
        "app reads other"
    }


def guarded(*statements: str, own: str = "s3:GetObject") -> set[str]:
    """What a role of one right reads and writes where the bucket has a policy."""
    policy = f"""
resource "aws_s3_bucket" "store" {{
  bucket = "docs"
}}
resource "aws_s3_bucket_policy" "store" {{
  bucket = aws_s3_bucket.store.id
  policy = jsonencode({{Statement = [{", ".join(f"{{{each}}}" for each in statements)}]}})
}}
"""
    return granted(own, '"*"', policy)


OWN = 'Effect = "Allow", Principal = {AWS = aws_iam_role.app.arn}'
DENY = 'Effect = "Deny", Principal = "*"'
ALLOWED = f'{OWN}, Action = ["s3:GetObject", "s3:ListBucket"]'


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        (f'{ALLOWED}, Resource = "arn:aws:s3:::docs"', set()),
        (f"{ALLOWED}, Resource = aws_s3_bucket.store.arn", set()),
        (f'{ALLOWED}, Resource = ["arn:aws:s3:::docs", "arn:aws:s3:::docs/*"]', READS),
        (f'{ALLOWED}, Resource = "${{aws_s3_bucket.store.arn}}/*"', READS),
        (f'{ALLOWED}, Resource = "arn:aws:s3:::docs*"', READS),
        (f'{ALLOWED}, Resource = "arn:aws:s3:::docs/public/*"', READS),
        (f'{ALLOWED}, NotResource = "arn:aws:s3:::docs/private/*"', READS),
        (f'{ALLOWED}, NotResource = "arn:aws:s3:::docs/*"', set()),
    ],
)
def test_a_bucket_admits_to_objects(statement, answer):
    assert guarded(statement, own="logs:PutLogEvents") == answer


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        (f'{DENY}, Action = "s3:*", Resource = "arn:aws:s3:::docs/private/*"', READS),
        (f'{DENY}, Action = "s3:*", Resource = "arn:aws:s3:::docs"', READS),
        (f'{DENY}, Action = "s3:*", Resource = "arn:aws:s3:::docs/*"', set()),
        (f'{DENY}, Action = "s3:*", Resource = "${{aws_s3_bucket.store.arn}}/*"', set()),
        (f'{DENY}, Action = "s3:*", NotResource = "arn:aws:s3:::docs/public/*"', READS),
    ],
)
def test_a_denial_of_a_part_leaves_the_rest(statement, answer):
    assert guarded(statement) == answer


def test_what_a_resource_of_a_bucket_holds():
    assert _holds("${unresolved}", "docs/x", True).value is None
    assert _holds("${name}/*", "docs/x", True).value is True
    assert _holds(f"arn:aws:s3:::docs/{UNRESOLVED}/x", "docs/a/x", True).value is None
    assert _holds("*", "docs/x", True).value is True


def test_denying_to_read_is_denying_to_read_by_version():
    assert guarded(f'{DENY}, Action = "s3:GetObject", Resource = "arn:aws:s3:::docs/*"', own="s3:*") == {
        "app writes store"
    }


def test_the_paths_of_a_parameter():
    assert [*paths("prod/db/key")] == ["prod/db", "prod/db/", "prod", "prod/", ""]
