"""Who outside reaches queues, keys, secrets, registries and search domains."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET

from holdfast.estate.iam import outsiders as module
from holdfast.estate.iam.outsiders import Outsiders, outsiders, refuses_plain
from holdfast.formats.iam.aws import resource_policy

OWN = "111122223333"
ALL, NONE = ["*"], []


def policy(*statements):
    whole = [{"Effect": "Allow", **statement} for statement in statements]
    whole = [each if "NotResource" in each else {"Resource": "*", **each} for each in whole]
    return resource_policy(json.dumps({"Version": "2012-10-17", "Statement": whole}))


def to(principal, action, **condition):
    return {"Principal": principal, "Action": action} | ({"Condition": condition} if condition else {})


ROOT = {"AWS": f"arn:aws:iam::{OWN}:root"}


@pytest.mark.parametrize(
    ("service", "statement", "anybody", "anonymous", "accounts"),
    [
        ("sqs", to("*", "sqs:SendMessage"), True, True, ALL),
        ("sqs", to({"AWS": "*"}, "sqs:*"), True, True, ALL),
        ("sqs", to(ROOT, "sqs:*"), False, False, UNSET),
        ("sqs", to({"Service": "s3.amazonaws.com"}, "sqs:SendMessage"), False, False, NONE),
        ("sqs", to("*", "sqs:SendMessage", ArnLike={"aws:SourceArn": "arn:aws:s3:::x"}), False, False, NONE),
        ("sqs", to("*", "sqs:SendMessage", IpAddress={"aws:SourceIp": "198.51.100.0/24"}), False, False, NONE),
        ("sqs", to("*", "sqs:SendMessage", IpAddress={"aws:SourceIp": "0.0.0.0/0"}), True, True, ALL),
        ("sns", to({"AWS": "*"}, "SNS:Publish", StringEquals={"AWS:SourceOwner": OWN}), False, False, NONE),
        ("sns", to({"AWS": "*"}, "sns:Publish"), True, True, ALL),
        ("kms", to(ROOT, "kms:*"), False, False, UNSET),
        ("kms", to({"AWS": "*"}, "kms:Decrypt"), True, True, ALL),
        ("kms", to({"AWS": "*"}, "kms:*", StringEquals={"kms:CallerAccount": OWN}), False, False, NONE),
        ("kms", to({"AWS": "*"}, "kms:Decrypt", StringEquals={"kms:ViaService": "s3.eu-west-1.amazonaws.com"}), True, True, ALL),
        ("kms", to({"AWS": "*"}, "kms:DescribeKey"), False, False, NONE),
        ("secretsmanager", to("*", "secretsmanager:GetSecretValue"), True, True, ALL),
        ("secretsmanager", to("*", "secretsmanager:*", StringEquals={"aws:PrincipalOrgID": "o-x"}), False, False, NONE),
        ("ecr", to("*", ["ecr:BatchGetImage"]), True, True, ALL),
        ("ecr", to("*", ["ecr:BatchGetImage"], Bool={"aws:PrincipalIsAWSService": "true"}), False, False, NONE),
        ("es", to({"AWS": "*"}, "es:ESHttp*"), True, True, ALL),
        ("es", to({"AWS": [OWN]}, "es:*"), False, False, UNSET),
        ("es", to("*", "es:*", StringEquals={"some:thing": "x"}), UNSET, UNSET, UNSET),
    ],
)  # fmt: skip
def test_who_is_let_in(service, statement, anybody, anonymous, accounts):
    assert outsiders(policy(statement), service) == Outsiders(anybody, anonymous, accounts)


def test_denials_count():
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*"}
    opened = to("*", "sqs:SendMessage")
    assert outsiders(policy(opened, deny), "sqs") == Outsiders(False, False, NONE)
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": "o-x"}}
    assert outsiders(policy(opened, {**deny, "Condition": outside}), "sqs").anybody is False
    spared = {"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "arn:aws:sqs:*:*:x"}
    assert outsiders(policy(opened, spared), "sqs").anybody is UNSET


def test_requests_without_tls():
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert refuses_plain(policy(deny), "sqs") is True
    assert refuses_plain(policy(to("*", "sqs:*")), "sqs") is False
    assert refuses_plain(policy({**deny, "Action": "sqs:SendMessage"}), "sqs") is False
    assert refuses_plain(policy({**deny, "Principal": ROOT}), "sqs") is False


def test_a_policy_beyond_measure_is_not_judged(monkeypatch):
    monkeypatch.setattr(module, "MAX_WEIGHT", 2)
    assert outsiders(policy(to("*", "sqs:*")), "sqs") == Outsiders(UNSET, UNSET, UNSET)
    assert refuses_plain(policy(to("*", "sqs:*")), "sqs") is UNSET
