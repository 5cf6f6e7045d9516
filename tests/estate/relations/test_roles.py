from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.estate.relations.sources import edges
from tests.estate.relations.things import asset, grant, role, told, trusting

from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.core.statement import NAMED, UNRESOLVED, Condition
from holdfast.estate.relations import roles as module
from holdfast.estate.relations.identity import identity
from holdfast.kinds.identity import Identity, Trust

ACCOUNT = "123456789012"
TRAINER, ADMIN = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("trainer", "admin"))
SURE, MAYBE = ["aws_iam_role.trainer assumes aws_iam_role.admin"], ["aws_iam_role.trainer assumes aws_iam_role.admin?"]
EXTERNAL = Condition(operator="StringEquals", key="sts:ExternalId", values=["x"], quantifier=None, if_exists=False)
MAY = grant("sts:AssumeRole", resources=[ADMIN])


def found(*assets: Asset) -> list[str]:
    """The edges between identities, without those by way of every role of an account."""
    return [each for each in told(identity, *assets) if "roles/" not in each]


def admin(*trusted, **facts) -> Asset:
    return role("admin", **{"trust_policy": list(trusted), **facts})


@pytest.mark.parametrize(
    ("held", "trusted", "answer"),
    [
        ([], [trusting(TRAINER)], SURE),  # in one account the trust policy alone is enough
        ([MAY], [trusting(TRAINER)], SURE),
        ([MAY], [trusting(f"arn:aws:iam::{ACCOUNT}:root")], SURE),
        ([MAY], [trusting(ACCOUNT)], SURE),
        ([MAY], [trusting(f"arn:aws:iam::{NAMED}:root")], SURE),
        ([grant("sts:*", resources=["arn:aws:iam::*:role/ad*"])], [trusting(ACCOUNT)], SURE),
        ([], [trusting(ACCOUNT)], []),
        ([MAY], [trusting("ec2.amazonaws.com")], []),
        ([MAY], [trusting("999999999999")], []),
        ([MAY], [trusting(f"{TRAINER}2")], []),
        ([grant("sts:AssumeRole", resources=[f"{ADMIN}2"])], [trusting(ACCOUNT)], []),
        ([grant("sts:GetCallerIdentity", resources=[ADMIN])], [trusting(ACCOUNT)], []),
        ([replace(MAY, effect="Deny")], [trusting(TRAINER)], []),
        ([MAY], [trusting(ACCOUNT), trusting(TRAINER, effect="Deny")], []),
        ([MAY], [trusting(ACCOUNT, action="sts:TagSession")], []),
        ([], [trusting(TRAINER, conditions=[EXTERNAL])], MAYBE),
        ([MAY], [trusting(ACCOUNT, conditions=[EXTERNAL])], MAYBE),
        ([replace(MAY, conditions=[EXTERNAL])], [trusting(ACCOUNT)], MAYBE),
        ([MAY], [trusting(f"arn:aws:iam::{UNRESOLVED}:root")], MAYBE),
    ],
)
def test_a_role_becomes_another_by_both_policies(held, trusted, answer):
    assert found(role("trainer", *held), admin(*trusted)) == answer


def test_a_trust_policy_that_was_not_read_leaves_it_open_for_whoever_names_the_role():
    unread = admin(trust_policy=UNSET)
    assert found(role("trainer", MAY), unread) == MAYBE
    assert found(role("trainer"), unread) == []
    assert found(role("trainer", grant("sts:AssumeRole")), unread) == []


def test_a_boundary_limits_what_a_role_becomes():
    bound = role("trainer", MAY, boundary=[grant("s3:*")])
    assert found(bound, admin(trusting(ACCOUNT))) == []
    assert found(bound, admin(trusting(TRAINER))) == []


def test_between_accounts_both_must_allow():
    other = {"identifier": "arn:aws:iam::999999999999:role/admin", "account": "999999999999"}
    there = grant("sts:AssumeRole", resources=[other["identifier"]])
    trainer = role("trainer", there, account=ACCOUNT)
    assert found(trainer, admin(trusting(TRAINER), **other)) == SURE
    assert found(role("trainer", account=ACCOUNT), admin(trusting(TRAINER), **other)) == []
    assert found(trainer, admin(trusting("999999999999"), **other)) == []


def test_a_user_becomes_a_role_and_no_role_a_user():
    user = role("trainer", MAY, sort="user", identifier=f"arn:aws:iam::{ACCOUNT}:user/trainer", trust_policy=None)
    assert found(user, admin(trusting(ACCOUNT))) == SURE
    assert found(role("admin", grant("sts:AssumeRole", resources=[TRAINER])), user) == []


def test_nobody_becomes_itself():
    assert found(role("trainer", grant("sts:*", resources=[TRAINER]), trust_policy=[trusting(TRAINER)])) == []


def test_names_without_an_account_mean_what_is_applied_together():
    open_name = {"identifier": f"arn:{NAMED}:iam::{NAMED}:role/trainer"}
    trusted = trusting(open_name["identifier"])
    opened = admin(trusted, identifier=f"arn:{NAMED}:iam::{NAMED}:role/admin")
    assert found(role("trainer", **open_name), opened) == SURE
    assert found(role("trainer", path="other/main.tf", **open_name), opened) == []
    assert found(role("trainer", path="other/main.tf"), admin(trusting(TRAINER))) == SURE


@pytest.mark.parametrize(
    ("trusted", "mark"),
    [
        (trusting(ACCOUNT), ""),
        (trusting(f"arn:aws:iam::{NAMED}:root"), ""),
        (trusting(ACCOUNT, conditions=[EXTERNAL]), "?"),
        (trusting("999999999999"), None),
        (trusting(TRAINER), None),
    ],
)
def test_whoever_may_become_any_role_becomes_those_that_leave_it_to_their_account(trusted, mark):
    said = told(identity, role(assumes_any_role=True), admin(trusted))
    every = [] if mark is None else [f"roles/ assumes aws_iam_role.admin{mark}"]
    assert [each for each in said if "roles/" in each] == sorted([*every, "aws_iam_role.trainer assumes roles/"])


def test_an_account_may_be_ones_own_where_that_is_not_said():
    nobodys = admin(trusting("999999999999"), identifier=f"arn:{NAMED}:iam::{NAMED}:role/admin")
    assert told(identity, nobodys) == ["roles/ assumes aws_iam_role.admin?"]


def test_only_so_many_pairs_are_looked_at(monkeypatch):
    monkeypatch.setattr(module, "MAX_PAIRS", 0)
    pattern = grant("sts:AssumeRole", resources=[f"{ADMIN}*"])
    assert found(role("trainer", pattern), admin(trusting(ACCOUNT))) == []
    assert found(role("trainer", MAY), admin(trusting(ACCOUNT))) == SURE


def test_others_than_aws_name_who_may_act_as_them():
    one = Identity(provider="google", sort="service_account", name="a", identifier="serviceAccount:a@p")
    two = Identity(provider="google", name="b", trusts=[Trust("principal", "serviceAccount:a@p", None, [])])
    assert told(identity, asset(one, "a"), asset(two, "b")) == ["a assumes b"]


CHAIN = """
data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}
resource "aws_iam_role" "trainer" {
  name               = "trainer"
  assume_role_policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole",
    Principal = { Service = "ec2.${data.aws_partition.here.dns_suffix}" }
  }] })
}
resource "aws_iam_role_policy" "trainer" {
  role   = aws_iam_role.trainer.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = TARGET }] })
}
resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = TRUSTED }
  }] })
}
"""
ROOT = '"arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"'


@pytest.mark.parametrize(
    ("target", "trusted", "answer"),
    [
        ("aws_iam_role.admin.arn", ROOT, "trainer assumes admin"),
        ('"arn:aws:iam::x:policy/y"', "aws_iam_role.trainer.arn", "trainer assumes admin"),
        ("aws_iam_role.admin.arn", "var.trusted", "trainer assumes admin?"),
        ('"arn:aws:iam::x:role/other"', ROOT, ""),
        ("aws_iam_role.admin.arn", '"arn:aws:iam::999999999999:role/x"', ""),
    ],
)
def test_roles_of_one_module(target, trusted, answer):
    source = 'variable "trusted" {}\n' + CHAIN.replace("TARGET", target).replace("TRUSTED", trusted)
    said = {each for each in edges("assumes", main_tf=source) if not each.startswith("roles/")}
    assert said == ({answer} if answer else set())


ACCOUNTS = """
resource "google_service_account" "a" {
  account_id = "serving"
  project    = "p"
}
resource "google_service_account" "b" {
  account_id = "data"
  project    = "p"
}
resource "google_service_account" "c" {
  account_id = "other"
  project    = "q"
}
"""
MEMBER = "serviceAccount:${google_service_account.a.email}"
CONDITION = "condition {\ntitle = \"t\"\nexpression = \"resource.matchTag('p/env', 'dev')\"\n}"
ON_B = "service_account_id = google_service_account.b.name"


@pytest.mark.parametrize(
    ("grant", "answer"),
    [
        (f'_account_iam_member" "x" {{\n{ON_B}\nrole = "R"\nmember = "{MEMBER}"\n}}', {"a assumes b"}),
        (f'_account_iam_member" "x" {{\n{ON_B}\nrole = "R"\nmember = "M"\n}}', {"a assumes b"}),
        (f'_account_iam_binding" "x" {{\n{ON_B}\nrole = "R"\nmembers = ["{MEMBER}"]\n}}', {"a assumes b"}),
        (f'_account_iam_member" "x" {{\n{ON_B}\nrole = "K"\nmember = "{MEMBER}"\n}}', {"a assumes b"}),
        (f'_account_iam_member" "x" {{\n{ON_B}\nrole = "R"\nmember = "user:a@x.org"\n}}', set()),
        (f'_account_iam_member" "x" {{\n{ON_B}\nrole = "roles/viewer"\nmember = "{MEMBER}"\n}}', set()),
        (f'_account_iam_member" "x" {{\n{ON_B.replace("b", "a")}\nrole = "R"\nmember = "{MEMBER}"\n}}', set()),
        (
            (
                f'_account_iam_member" "x" {{\n{ON_B}\nrole = "R"\nmember = "{MEMBER}"\n'
                "condition {\ntitle = \"t\"\nexpression = \"resource.matchTag('p/env', 'dev')\"\n}\n}"
            ),
            {"a assumes b?"},
        ),
        (f'_PROJECT" "x" {{\nproject = "p"\nrole = "R"\nmember = "{MEMBER}"\n}}', {"a assumes b"}),
        (f'_PROJECT" "x" {{\nproject = "q"\nrole = "R"\nmember = "{MEMBER}"\n}}', {"a assumes c"}),
        (f'_PROJECT" "x" {{\nproject = var.p\nrole = "R"\nmember = "{MEMBER}"\n}}', {"a assumes b?", "a assumes c?"}),
        (f'_PROJECT" "x" {{\nproject = "p"\nrole = "roles/storage.admin"\nmember = "{MEMBER}"\n}}', set()),
    ],
)
def test_an_account_of_google_has_tokens_made_for_others(grant, answer):
    text = f'variable "p" {{}}\nresource "google_service{grant}'.replace(
        "google_service_PROJECT", "google_project_iam_member"
    )
    for short, whole in {
        '"R"': '"roles/iam.serviceAccountTokenCreator"',
        '"K"': '"roles/iam.serviceAccountKeyAdmin"',
        '"M"': '"serviceAccount:serving@p.iam.gserviceaccount.com"',
    }.items():
        text = text.replace(short, whole)
    assert {each for each in edges("assumes", main_tf=ACCOUNTS + text) if "roles/" not in each} == answer


def test_only_so_many_accounts_of_google_are_looked_at(monkeypatch):
    monkeypatch.setattr(module, "MAX_PAIRS", 1)
    text = (
        f'resource "google_service_account_iam_member" "x" {{\n{ON_B}\nrole = "roles/iam.serviceAccountTokenCreator"\n'
    )
    assert edges("assumes", main_tf=f'{ACCOUNTS}{text}member = "{MEMBER}"\n}}') == set()
