"""What a workload may write to, by what the buckets beside it are for."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets

from holdfast.estate.complete import complete

BUCKETS = """
variable "more" {
}
resource "aws_s3_bucket" "c" {
  bucket = "acme-checkpoints"
}
resource "aws_s3_bucket" "m" {
  bucket = "acme-models"
}
resource "aws_s3_bucket" "l" {
  bucket = "acme-logs"
}
resource "aws_s3_bucket" "open" {
  bucket = var.name
}
resource "aws_s3_bucket" "other" {
  bucket = "acme"
}
"""
ROLE = """
resource "aws_iam_role" "r" {{
  name = "r"
}}
resource "aws_iam_role_policy" "p" {{
  role   = aws_iam_role.r.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{0}] }})
}}
"""


def statement(resources: str, effect: str = "Allow", action: str = "s3:PutObject") -> str:
    return f'{{ Effect = "{effect}", Action = "{action}", Resource = {resources} }}'


def written(policy: str, buckets: str = BUCKETS):
    found = complete(assets(buckets + ROLE.format(policy)), [])
    return next(asset.facts.writes for asset in found if asset.kind == "identity")


@pytest.mark.parametrize(
    ("policy", "purposes"),
    [
        (statement('["arn:aws:s3:::acme-checkpoints/*"]'), ["checkpoints"]),
        (statement('["${aws_s3_bucket.c.arn}/*", "${aws_s3_bucket.m.arn}/*"]'), ["checkpoints", "models"]),
        (statement('["arn:aws-us-gov:s3:::acme-checkpoints/*"]'), ["checkpoints"]),
        (statement('"arn:aws:s3:::acme-*"'), ["checkpoints", "logs", "models"]),
        (statement('"arn:aws:s3:::acme-*"', action="s3:GetObject"), []),
        (
            statement('"arn:aws:s3:::acme-*"') + "," + statement('"${aws_s3_bucket.l.arn}/*"', "Deny"),
            ["checkpoints", "models"],
        ),
        (statement('["${aws_s3_bucket.c.arn}/*", "${var.more}/*"]'), UNSET),
        (
            statement('["${aws_s3_bucket.c.arn}/*", "${aws_s3_bucket.m.arn}/*", "${var.more}/*"]'),
            ["checkpoints", "models"],
        ),
    ],
)
def test_purposes(policy, purposes):
    assert written(policy) == purposes


def test_without_buckets_nobody_asks():
    assert written(statement('"*"'), "") == []


def test_templates_name_their_buckets():
    policy = {"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": {"Fn::Sub": "${B.Arn}/*"}}]}
    source = json.dumps(
        {
            "Resources": {
                "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "acme-checkpoints"}},
                "M": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "acme-models"}},
                "N": {"Type": "AWS::S3::Bucket"},
                "R": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {"Policies": [{"PolicyName": "p", "PolicyDocument": policy}]},
                },
            }
        }
    )
    found = complete(assets(source, "a.json"), [])
    assert [asset.facts.writes for asset in found if asset.kind == "identity"] == [["checkpoints"]]
