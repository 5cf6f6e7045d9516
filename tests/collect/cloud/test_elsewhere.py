"""Policies, grants and values of things that no file declares."""

from __future__ import annotations

import json
from datetime import date

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, elsewhere, gaps, one

from holdfast.app.predicates import predicates
from holdfast.app.rules import assets_of
from holdfast.collect.cloud.assets import READERS
from holdfast.collect.cloud.elsewhere import PARTS_OF
from holdfast.engine.evaluate import evaluate
from holdfast.engine.rulebook import load_shipped

ADMINISTRATOR = 'policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"'
EVERYBODY = 'jsonencode({Statement = [{Effect = "Allow", Principal = "*", Action = "*", Resource = "*"}]})'
VALUES = {
    "policy": EVERYBODY, "policy_arn": '"arn:aws:iam::aws:policy/ReadOnlyAccess"', "acl": '"public-read"', "role": '"roles/viewer"',
    "member": '"allUsers"', "members": '["allUsers"]', "secret_string": '"hunter2hunter2XX"', "secret_data": '"hunter2hunter2XX"',
    "predefined_acl": '"publicRead"', "entity": '"allUsers"', "container_access_type": '"blob"', "block_public_acls": "false",
    "policy_data": "data.google_iam_policy.p.policy_data", "role_definition_name": '"Owner"', "scope": '"/subscriptions/s"',
}  # fmt: skip
NESTED = """
  rule {
    object_ownership = "ObjectWriter"
  }
  versioning_configuration {
    status = "Suspended"
  }
"""
POLICY = """
data "google_iam_policy" "p" {
  binding {
    role    = "roles/viewer"
    members = ["allUsers"]
  }
}
"""


def asked(source: str, path: str = "main.tf"):
    """Rules that fail, and rules that stay open."""
    answers = evaluate(load_shipped(), assets_of(path, source.encode()), predicates(date(2026, 11, 30)))
    return {each.rule for each in answers.findings}, {each.rule for each in answers.unknown}


@pytest.mark.parametrize("type", sorted(set(PARTS_OF) - {"azurerm_role_assignment"}))
def test_every_part_shows_what_it_is_said_to(type):
    part = PARTS_OF[type]
    lines = "".join(f"  {name} = {value}\n" for name, value in VALUES.items() if name != part.link)
    source = f'{POLICY}resource "{type}" "it" {{\n  {part.link} = "that"\n{lines}{NESTED}}}\n'
    (found,) = [each for each in elsewhere(source) if not each.id.startswith("identity/main.tf/google_project")]
    assert part.of in READERS
    shown = {name for name in found.facts.__struct_fields__ if getattr(found.facts, name) is not UNSET}
    assert shown.intersection(part.shows), shown
    assert (found.path, found.spots[""].line) == ("main.tf", source[: source.index("resource")].count("\n") + 1)


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("data.aws_iam_role.node.name", "gpu-node"),
        ('module.eks.groups["gpu"].iam_role_name', "a"),
        ("var.role", "a"),
        ('"other"', "other"),
    ],
)
def test_what_is_attached_to_a_role_that_is_declared_elsewhere(role, name):
    source = f"""
        variable "role" {{}}
        data "aws_iam_role" "node" {{
          name = "gpu-node"
        }}
        resource "aws_iam_role_policy_attachment" "a" {{
          role = {role}
          {ADMINISTRATOR}
        }}
    """
    (found,) = elsewhere(source)
    assert (found.facts.name, found.facts.administrator, found.facts.workload) == (name, True, UNSET)
    (gap,) = gaps(source)
    assert gap.reason.startswith("what this `aws_iam_role_policy_attachment` is about is declared elsewhere")
    findings, unknown = asked(source)
    assert (findings, unknown) == (set(), {"workload-identity-is-administrator"})
    harmless = source.replace("AdministratorAccess", "AmazonSSMManagedInstanceCore")
    assert asked(harmless) == (set(), set())


def test_a_role_that_may_be_one_of_those_here_is_not_made_twice():
    source = f"""
        variable "role" {{}}
        resource "aws_iam_role" "r" {{
          name = "r"
          assume_role_policy = "{{}}"
        }}
        resource "aws_iam_role_policy_attachment" "a" {{
          role = var.role
          {ADMINISTRATOR}
        }}
    """
    assert elsewhere(source) == []
    assert one(source, kind="identity").facts.statements_complete is UNSET
    assert [each.facts.name for each in elsewhere(source.replace("= var.role", '= "s"'))] == ["s"]


def test_a_policy_for_everybody_of_a_bucket_whose_block_is_not_seen_leaves_it_open():
    source = f'resource "aws_s3_bucket_policy" "p" {{\n bucket = var.b\n policy = {EVERYBODY}\n}}\n'
    _, unknown = asked(source)
    assert {"bucket-publicly-readable", "bucket-publicly-writable"} <= unknown
    named = source.replace('Principal = "*"', 'Principal = {AWS = "arn:aws:iam::123456789012:root"}')
    assert not asked(named)[1]
    unblocked = source.replace("var.b", '"b"') + (
        'resource "aws_s3_bucket_public_access_block" "b" {\n bucket = "b"\n block_public_policy = false\n}\n'
    )
    assert "bucket-publicly-readable" in asked(unblocked)[0]


def test_parts_of_one_thing_come_together():
    source = """
        resource "aws_s3_bucket_acl" "a" {
          bucket = "acme-models"
          acl    = "public-read-write"
        }
        resource "aws_s3_bucket_versioning" "v" {
          bucket = "acme-models"
          versioning_configuration {
            status = "Suspended"
          }
        }
    """
    (found,) = elsewhere(source)
    assert (found.facts.holds, found.facts.acl_writes, found.facts.versioning) == ("models", True, False)
    assert found.facts.encryption is UNSET


def test_templates_whose_policies_are_of_what_is_imported():
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    resources = {
        "M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Fn::ImportValue": "role"}], "PolicyDocument": everything}},
        "R": {"Type": "AWS::IAM::RolePolicy", "Properties": {"RoleName": "node", "PolicyName": "p", "PolicyDocument": everything}},
    }  # fmt: skip
    found = elsewhere(json.dumps({"Resources": resources}), "t.json")
    assert [each.facts.administrator for each in found] == [True, True]


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ('"serviceAccount:train@p.iam.gserviceaccount.com"', "train@p.iam.gserviceaccount.com"),
        ('"serviceAccount:p.svc.id.goog[ml/train]"', "p.svc.id.goog[ml/train]"),
        ('"serviceAccount:${data.google_compute_default_service_account.d.email}"', "data.google_compute_default_service_account.d"),
        ("data.google_service_account.d.member", "data.google_service_account.d"),
    ],
)  # fmt: skip
def test_projects_that_grant_a_role_to_an_account_that_is_declared_elsewhere(member, name):
    source = f"""
        data "google_compute_default_service_account" "d" {{}}
        data "google_service_account" "d" {{
          account_id = "d"
        }}
        resource "google_project_iam_member" "m" {{
          project = "p"
          role    = "roles/owner"
          member  = {member}
        }}
    """
    (found,) = elsewhere(source)
    assert (found.facts.name, found.facts.administrator, found.facts.trusts) == (name, True, UNSET)
    assert "service-account-holds-basic-role" in asked(source)[0]


@pytest.mark.parametrize(
    "member", ["user:a@acme.com", "serviceAccount:service-1@compute-system.iam.gserviceaccount.com"]
)
def test_people_and_the_clouds_own_services_are_no_workloads(member):
    source = f'resource "google_project_iam_member" "m" {{\n project = "p"\n role = "roles/owner"\n member = "{member}"\n}}\n'
    assert assets(source) == []


def test_an_identity_of_azure_that_is_looked_up():
    source = """
        data "azurerm_user_assigned_identity" "i" {
          name = "train"
        }
        resource "azurerm_role_assignment" "a" {
          scope                = "/subscriptions/s"
          role_definition_name = "Owner"
          principal_id         = data.azurerm_user_assigned_identity.i.principal_id
        }
    """
    (found,) = elsewhere(source)
    assert (found.facts.name, found.facts.administrator) == ("train", True)
    assert elsewhere(source.replace("data.azurerm_user_assigned_identity.i.principal_id", '"0-0"')) == []


def test_more_grants_that_may_be_to_anybody_than_are_looked_at_leave_the_rest_open():
    account = 'resource "google_service_account" "it" {\n account_id = "train"\n}\n'
    grant = (
        'resource "google_project_iam_member" "m{0}" {{\n project = "p"\n role = "roles/{1}"\n member = var.m{0}\n}}\n'
    )
    alike = one(account + "".join(grant.format(at, "viewer") for at in range(60)), kind="identity").facts
    assert (alike.statements_complete, len(alike.statements)) == (True, 1)
    different = one(account + "".join(grant.format(at, f"r{at}") for at in range(60)), kind="identity").facts
    assert different.statements_complete is UNSET
    bucket = 'resource "google_storage_bucket" "it" {\n name = "b"\n location = "EU"\n}\n'
    part = 'resource "google_storage_bucket_iam_member" "m{0}" {{\n bucket = var.m{0}\n role = "roles/viewer"\n member = "user:a@b.c"\n}}\n'
    found = one(bucket + "".join(part.format(at) for at in range(60)), kind="bucket").facts.policy
    assert (len(found), found[-1].effect) == (51, UNSET)
    identity = 'resource "azurerm_user_assigned_identity" "it" {\n name = "i"\n}\n'
    role = 'resource "azurerm_role_assignment" "m{0}" {{\n principal_id = var.m{0}\n role_definition_name = "Reader"\n scope = "/subscriptions/s"\n}}\n'
    found = one(identity + "".join(role.format(at) for at in range(60)), kind="identity").facts
    assert found.statements_complete is UNSET


def test_one_resource_may_attach_a_policy_to_several():
    source = f"""
        resource "aws_iam_role" "r" {{
          name               = "here"
          assume_role_policy = "{{}}"
        }}
        resource "aws_iam_policy_attachment" "a" {{
          name  = "a"
          roles = [aws_iam_role.r.name, "other"]
          users = ["somebody"]
          {ADMINISTRATOR}
        }}
    """
    assert [(each.facts.sort, each.facts.name, each.facts.administrator) for each in elsewhere(source)] == [
        ("role", "other", True), ("user", "somebody", True),
    ]  # fmt: skip
    assert one(source, kind="identity").facts.policies == ["arn:aws:iam::aws:policy/AdministratorAccess"]
