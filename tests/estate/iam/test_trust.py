"""Who may become a role."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.estate.iam.test_powers import ACCOUNT_OF_GOOGLE, ROLE, completed

from holdfast.core.fact import UNSET
from holdfast.core.statement import UNRESOLVED, Principal, Statement
from holdfast.estate.iam import trust as module
from holdfast.formats.iam import aws
from holdfast.kinds.identity import Identity, Trust

GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
EKS = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"
ISSUER = "token.actions.githubusercontent.com"


def trusting(principal, condition=None, action="sts:AssumeRole", **more) -> Identity:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Condition": {} if condition is None else condition,
        **more,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return completed(replace(ROLE, trust_policy=aws.trust_policy(document)))


def web(condition, principal=GITHUB) -> Identity:
    return trusting({"Federated": principal}, condition, "sts:AssumeRoleWithWebIdentity")


@pytest.mark.parametrize(
    ("principal", "type", "name", "subjects"),
    [
        ("*", "anyone", "*", None), ({"AWS": "444455556666"}, "account", "444455556666", None), ({"AWS": "arn:aws:iam::444455556666:root"}, "account", "444455556666", None),
        ({"AWS": "arn:aws:iam::444455556666:role/x"}, "principal", "arn:aws:iam::444455556666:role/x", None), ({"Service": "ec2.amazonaws.com"}, "service", "ec2.amazonaws.com", None),
        ({"Federated": GITHUB}, "federated", ISSUER, []), ({"Federated": "accounts.google.com"}, "federated", "accounts.google.com", []),
    ],
)  # fmt: skip
def test_trusts(principal, type, name, subjects) -> None:
    assert trusting(principal).trusts == [Trust(type=type, name=name, subjects=subjects, conditions=[])]


def test_subjects_of_identity_providers() -> None:
    (found,) = web(
        {"StringLike": {f"{ISSUER}:sub": ["repo:acme/*", "repo:lab/*"]}, "StringEquals": {f"{ISSUER}:aud": "x"}}
    ).trusts
    assert found.subjects == ["repo:acme/*", "repo:lab/*"]
    assert len(found.conditions) == 2
    assert web(UNSET).trusts[0].subjects is UNSET
    assert web({"StringLike": {f"{ISSUER}:sub": UNSET}}).trusts[0].subjects is UNSET


@pytest.mark.parametrize(
    ("principal", "workload", "on_instances"),
    [
        ({"Service": "ec2.amazonaws.com"}, True, True), ({"Service": "ec2.amazonaws.com.cn"}, True, True), ({"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}, True, False), ({"Service": "config.amazonaws.com"}, False, False),
        ({"Federated": EKS}, True, False), ({"Federated": GITHUB}, False, False), ({"AWS": "444455556666"}, False, False), ({"Service": UNRESOLVED}, UNSET, UNSET), ({"Service": [UNSET, "ec2.amazonaws.com"]}, True, True),
    ],
)  # fmt: skip
def test_what_programs_hold(principal, workload, on_instances) -> None:
    found = trusting(principal)
    assert (found.workload, found.on_instances) == (workload, on_instances)


def test_sorts_that_say_it_themselves() -> None:
    assert completed(replace(ACCOUNT_OF_GOOGLE, statements=[])).workload is True
    assert completed(replace(ACCOUNT_OF_GOOGLE, statements=[])).on_instances is UNSET
    user = completed(replace(ROLE, sort="user", trust_policy=None))
    assert (user.workload, user.on_instances, user.trusts) == (False, False, [])
    assert (user.anyone_may_assume, user.any_repository_may_assume) == (False, False)
    assert completed(replace(ROLE, trust_policy=UNSET)).trusts is UNSET


@pytest.mark.parametrize(
    ("principal", "condition", "anyone"),
    [
        ("*", {}, True), ({"AWS": "*"}, {}, True), ({"AWS": "444455556666"}, {}, False), ({"Service": "*"}, {}, False), ("*", {"StringEquals": {"sts:ExternalId": "s3cret"}}, False), ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}, False), ("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}, True), ("*", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False), ("*", {"StringEquals": {"aws:PrincipalAccount": ["111122223333"]}}, False),
        ("*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, UNSET), ("*", {"StringEquals": {"aws:PrincipalOrgID": UNRESOLVED}}, UNSET), ({"AWS": UNRESOLVED}, {}, UNSET), (UNSET, {}, UNSET), ("*", {"StringLike": {"sts:ExternalId": "*"}}, True),
    ],
)  # fmt: skip
def test_whether_anyone_may(principal, condition, anyone) -> None:
    assert trusting(principal, condition).anyone_may_assume is anyone


@pytest.mark.parametrize(
    ("principal", "condition", "anyone"),
    [
        ("cognito-identity.amazonaws.com", {}, True), ("cognito-identity.amazonaws.com", {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:1"}}, False), ("accounts.google.com", {"StringEquals": {"accounts.google.com:sub": "1"}}, False),
        ("accounts.google.com", {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}, UNSET), ("arn:aws:iam::111122223333:saml-provider/corp", {}, False),
    ],
)  # fmt: skip
def test_identity_providers_for_everybody(principal, condition, anyone) -> None:
    assert trusting({"Federated": principal}, condition, "sts:AssumeRoleWithWebIdentity").anyone_may_assume is anyone


def test_a_denial_of_strangers_counts() -> None:
    rows = [
        {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sts:*",
            "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
        },
    ]
    found = completed(replace(ROLE, trust_policy=aws.trust_policy({"Version": "2012-10-17", "Statement": rows})))
    assert found.anyone_may_assume is False
    assert [each.type for each in found.trusts] == ["anyone"]


SUB = f"{ISSUER}:sub"
AUD = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}


@pytest.mark.parametrize(
    ("condition", "anyone"),
    [
        ({}, True), (AUD, True), ({"StringEquals": {f"{ISSUER}:aud": "https://github.com/acme"}}, True), ({**AUD, "StringLike": {SUB: "repo:acme/*"}}, False), ({**AUD, "StringLike": {SUB: "repo:*"}}, True), ({**AUD, "StringLike": {SUB: "*"}}, True),
        ({**AUD, "StringLike": {SUB: "repo:*:ref:refs/heads/main"}}, True), ({**AUD, "StringLike": {SUB: "repo:*/app:ref:refs/heads/main"}}, True), ({**AUD, "StringLike": {SUB: "repo:acme*"}}, True), ({**AUD, "StringLike": {SUB: "repo:acme-*/app:*"}}, True), ({**AUD, "StringLike": {SUB: "repo:acme/*:ref:refs/heads/main"}}, False), ({"StringEquals": {SUB: "repo:acme/app:ref:refs/heads/main"}}, False), ({"StringEquals": {f"{ISSUER}:repository_owner": "acme"}}, False),
        ({"StringLike": {SUB: UNRESOLVED}}, UNSET), ({"StringEquals": {f"{ISSUER}:runner_environment": "github-hosted"}}, UNSET), ({"StringLike": {SUB: f"repo:{UNRESOLVED}/*"}}, UNSET), ({"StringEquals": {SUB: "repo:*"}}, False),
    ],
)  # fmt: skip
def test_whether_any_repository_may(condition, anyone) -> None:
    assert web(condition).any_repository_may_assume is anyone


def test_other_issuers() -> None:
    gitlab = "arn:aws:iam::111122223333:oidc-provider/gitlab.com"
    assert web({"StringLike": {"gitlab.com:sub": "project_path:*"}}, gitlab).any_repository_may_assume is True
    assert web({"StringLike": {"gitlab.com:sub": "project_path:acme/*"}}, gitlab).any_repository_may_assume is False
    assert web({}, EKS).any_repository_may_assume is False  # the cluster's own tokens
    assert web({}, UNRESOLVED).any_repository_may_assume is UNSET
    assert trusting(UNSET).any_repository_may_assume is UNSET
    assert trusting({"Service": "ec2.amazonaws.com"}).any_repository_may_assume is False


def test_what_is_too_much_to_judge_stays_open(monkeypatch) -> None:
    providers = [f"arn:aws:iam::111122223333:oidc-provider/issuer{at}" for at in range(module.MAX_PROVIDERS + 1)]
    assert web({}, providers).any_repository_may_assume is UNSET
    assert web({}, providers[1:]).any_repository_may_assume is False
    assert web({}, [*providers, UNSET]).any_repository_may_assume is UNSET
    monkeypatch.setattr(module, "MAX_WEIGHT", 2)
    found = trusting("*")
    assert (found.anyone_may_assume, len(found.trusts)) == (UNSET, 1)


def test_an_identity_provider_without_a_name_stays_open() -> None:
    statement = replace(aws.trust_policy({"Statement": {"Effect": "Allow", "Principal": {"Federated": "x"}, "Action": "*"}})[0], principals=[Principal(type="Federated")])  # fmt: skip
    assert completed(replace(ROLE, trust_policy=[statement])).any_repository_may_assume is UNSET


def test_a_trust_policy_that_was_not_resolved() -> None:
    found = completed(replace(ROLE, trust_policy=[Statement()]))
    assert (found.trusts, found.workload, found.anyone_may_assume) == (UNSET, UNSET, UNSET)
