"""Who reaches a bucket by its policy."""

from __future__ import annotations

import pytest

from holdfast.core.fact import UNSET
from holdfast.core.statement import NAMED, UNRESOLVED, Principal, Statement
from holdfast.estate.iam import public as module
from holdfast.estate.iam.public import Public, public, tls_only
from holdfast.formats.iam import aws

BOTH = ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]


def policy(*rows):
    names = ("Effect", "Principal", "Action", "Resource", "Condition")
    items = [dict(zip(names, row, strict=False)) for row in rows]
    return aws.resource_policy({"Version": "2012-10-17", "Statement": items})


def answer(*rows) -> tuple:
    found = public(policy(*rows))
    return (found.reads, found.writes, found.lists, found.anonymously)


READ = ("Allow", "*", "s3:GetObject", "arn:aws:s3:::data/*")


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([], (False, False, False, False)), ([READ], (True, False, False, True)), ([("Allow", {"AWS": "*"}, "s3:*", BOTH)], (True, True, True, True)), ([("Allow", "*", "s3:ListBucket", BOTH)], (False, False, True, True)),
        ([("Allow", "*", "s3:GetObject", "arn:aws:s3:::data")], (False, False, False, False)), ([("Allow", "*", "s3:GetObject", "arn:aws:s3:::data/public/*")], (False, False, False, False)), ([("Allow", "*", "s3:PutObject", BOTH)], (False, True, False, True)),
        ([("Allow", "*", "s3:GetObject", f"{NAMED}/*")], (True, False, False, True)), ([("Allow", "*", "s3:GetObject", f"arn:aws:s3:::{UNRESOLVED}/*")], (True, False, False, True)), ([("Allow", "*", "s3:GetObject", "*")], (True, False, False, True)),
        ([("Allow", {"AWS": "444455556666"}, "s3:*", BOTH)], (False, False, False, False)), ([("Allow", {"Service": "cloudtrail.amazonaws.com"}, "s3:PutObject", BOTH)], (False, False, False, False)), ([READ, ("Deny", "*", "s3:*", BOTH)], (False, False, False, False)),
        ([(*READ, {"StringEquals": {"aws:SourceVpce": "vpce-1"}})], (False, False, False, False)), ([(*READ, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}})], (False, False, False, False)), ([(*READ, {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})], (True, False, False, True)),
        ([("Allow", {"AWS": "arn:aws:iam::111122223333:role/x"}, "s3:*", BOTH, {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}})], (False, False, False, False)),
        ([(*READ, {"IpAddress": {"aws:SourceIp": [UNRESOLVED, "0.0.0.0/0"]}})], (True, False, False, True)), ([(*READ, {"IpAddress": {"aws:SourceIp": UNRESOLVED}})], (UNSET, False, False, UNSET)),
        ([(*READ, {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})], (False, False, False, False)), ([(*READ, {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})], (True, False, False, True)), ([(*READ, {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}})], (True, False, False, True)), ([(*READ, {"IpAddress": {"aws:SourceIp": "::/0"}})], (True, False, False, True)),
        ([(*READ, {"StringLike": {"aws:Referer": "https://example.com/*"}})], (True, False, False, True)), ([(*READ, {"StringEquals": {"s3:x-amz-acl": "x"}})], (True, False, False, True)), ([(*READ, {"StringEquals": {"aws:PrincipalType": "User"}})], (True, False, False, False)),
        ([(*READ, {"StringEquals": {"s3:ExistingObjectTag/public": "yes"}})], (False, False, False, False)), ([READ, ("Deny", "*", "s3:*", BOTH, {"Bool": {"aws:SecureTransport": "false"}})], (True, False, False, True)), ([READ, ("Deny", "*", "s3:*", BOTH, {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}})], (False, False, False, False)),
        ([(*READ, {"StringEquals": {"aws:PrincipalOrgID": UNRESOLVED}})], (UNSET, False, False, False)), ([("Allow", {"AWS": UNRESOLVED}, "s3:GetObject", BOTH)], (UNSET, False, False, UNSET)), ([(*READ, {"StringEquals": {"aws:PrincipalTag/a": "b"}})], (UNSET, False, False, UNSET)),
        ([("Allow", UNRESOLVED, "s3:GetObject", BOTH)], (UNSET, False, False, UNSET)), ([("Allow", "*", "s3:GetObject", UNSET)], (UNSET, False, False, UNSET)),
    ],
)  # fmt: skip
def test_what_anybody_may(rows, wanted) -> None:
    assert answer(*rows) == wanted


@pytest.mark.parametrize(
    ("principal", "accounts"),
    [
        ({"AWS": ["444455556666", "arn:aws:iam::777788889999:role/x", "arn:aws:iam::111122223333:root"]}, ["444455556666", "777788889999"]), ("*", []), ({"Service": "x.amazonaws.com"}, []), ({"AWS": UNRESOLVED}, UNSET), ({"AWS": f"arn:aws:iam::{UNRESOLVED}:root"}, UNSET), (UNRESOLVED, UNSET),
        ({"AWS": UNSET}, UNSET), ({"AWS": "AROAEXAMPLE"}, UNSET), ({"CanonicalUser": "79a5"}, []),
    ],
)  # fmt: skip
def test_other_accounts_that_are_named(principal, accounts) -> None:
    assert public(policy(("Allow", principal, "s3:GetObject", BOTH)), account="111122223333").accounts == accounts


def test_a_denial_names_nobody() -> None:
    assert public(policy(("Deny", {"AWS": "444455556666"}, "s3:*", BOTH))) == Public(False, False, False, False, [])
    assert public([Statement(effect="Allow", actions=["s3:*"], principals=None)]).accounts is UNSET
    assert public([Statement(effect="Allow", principals=[Principal(name="444455556666")])]).accounts is UNSET


def test_what_is_too_much_to_judge_stays_open(monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_WEIGHT", 5)
    assert public(policy(READ)) == Public(True, False, False, True, [])
    assert public(policy(READ, READ)) == Public(UNSET, UNSET, UNSET, UNSET, UNSET)
    assert tls_only(policy(READ, READ)) is UNSET


PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([], False), ([("Deny", "*", "s3:*", BOTH, PLAIN)], True), ([("Deny", "*", "*", "*", PLAIN)], True), ([("Deny", "*", "s3:*", [NAMED, f"{NAMED}/*"], PLAIN)], True), ([("Deny", "*", "s3:*", BOTH[1], PLAIN)], False), ([("Deny", "*", "s3:GetObject", BOTH, PLAIN)], False),
        ([("Deny", {"AWS": "444455556666"}, "s3:*", BOTH, PLAIN)], False), ([("Deny", "*", "s3:*", BOTH, {"Bool": {"aws:SecureTransport": "true"}})], False), ([("Allow", "*", "s3:*", BOTH, {"Bool": {"aws:SecureTransport": "true"}})], False), ([("Deny", "*", "s3:*", BOTH, {"Bool": {"aws:SecureTransport": UNRESOLVED}})], UNSET),
        ([("Deny", "*", "s3:*", BOTH, {**PLAIN, "StringNotEquals": {"aws:PrincipalOrgID": "o-1"}})], True), ([("Deny", "*", f"s3:{UNRESOLVED}", BOTH, PLAIN)], UNSET), ([("Deny", "*", "s3:*", "arn:aws:s3:::data*", PLAIN)], True),
    ],
)  # fmt: skip
def test_whether_a_policy_insists_on_tls(rows, wanted) -> None:
    assert tls_only(policy(*rows)) is wanted
