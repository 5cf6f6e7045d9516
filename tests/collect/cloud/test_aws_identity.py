"""Roles, users and groups with everything that grants them rights."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, facts

ALL = 'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })'
EC2 = 'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })'
ROLE = f'resource "aws_iam_role" "r" {{\n  name = "gpu"\n  assume_role_policy = {EC2}\n}}\nvariable "x" {{}}\n'


def role(more: str, body: str = "") -> object:
    return facts(ROLE.replace('name = "gpu"', f'name = "gpu"\n  {body}') + more, kind="identity")


def test_a_bare_role():
    found = role("")
    assert (found.provider, found.sort, found.name, found.policies, found.statements) == ("aws", "role", "gpu", [], [])
    assert (found.statements_complete, found.boundary, found.static_keys) == (True, None, False)
    assert [principal.name for principal in found.trust_policy[0].principals] == ["ec2.amazonaws.com"]


@pytest.mark.parametrize(
    "more",
    [
        f'resource "aws_iam_role_policy" "p" {{\n role = aws_iam_role.r.id\n policy = {ALL}\n}}\n',
        f'resource "aws_iam_role_policy" "p" {{\n role = "gpu"\n policy = {ALL}\n}}\n',
        'resource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n',
        f'resource "aws_iam_policy" "p" {{\n policy = {ALL}\n}}\nresource "aws_iam_role_policy_attachment" "a" {{\n role = aws_iam_role.r.name\n policy_arn = aws_iam_policy.p.arn\n}}\n',
        'resource "aws_iam_policy_attachment" "a" {\n name = "x"\n roles = [aws_iam_role.r.name]\n policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n',
        'resource "aws_iam_policy_attachment" "a" {\n name = "x"\n roles = ["gpu"]\n policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n',
        'data "aws_iam_policy" "p" {\n arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\nresource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n policy_arn = data.aws_iam_policy.p.arn\n}\n',
    ],
)
def test_every_way_to_all_rights(more):
    found = role(more)
    assert [statement.actions for statement in found.statements] == [["*"]]
    assert found.statements_complete is True
    assert completed(ROLE + more, kind="identity").administrator is True


def test_rights_in_the_role_itself():
    assert role("", f'inline_policy {{\n name = "x"\n policy = {ALL}\n }}').statements[0].origin == "x"
    found = role("", 'managed_policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess"]')
    assert found.policies == ["arn:aws:iam::aws:policy/AdministratorAccess"]


@pytest.mark.parametrize(
    "more",
    [
        'resource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n policy_arn = var.x\n}\n',
        'resource "aws_iam_role_policy_attachment" "a" {\n role = aws_iam_role.r.name\n policy_arn = "arn:aws:iam::aws:policy/NobodyKnowsIt"\n}\n',
        'resource "aws_iam_role_policy_attachment" "a" {\n role = var.x\n policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n',
        'resource "aws_iam_role_policy" "p" {\n role = aws_iam_role.r.id\n policy = var.x\n}\n',
        'resource "aws_iam_role_policy" "p" {\n role = aws_iam_role.r.id\n policy = "no json"\n}\n',
        'resource "aws_iam_role_policy" "p" {\n role = aws_iam_role.r.id\n policy = jsonencode({ Statement = [{ Effect = "Perhaps" }] })\n}\n',
    ],
)
def test_what_was_not_seen_leaves_the_rest_open(more):
    found = role(more)
    assert found.statements_complete is UNSET
    assert completed(ROLE + more, kind="identity").administrator is not False


def test_an_open_list_of_policies():
    assert role("", "managed_policy_arns = var.x").statements_complete is UNSET


def test_a_boundary():
    found = role("", 'permissions_boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"')
    assert found.boundary is not None
    assert role("", "permissions_boundary = var.x").boundary is UNSET
    empty = 'resource "aws_iam_policy" "p" {}\n'
    assert role(empty, "permissions_boundary = aws_iam_policy.p.arn").boundary == []


@pytest.mark.parametrize(
    ("key", "held"),
    [
        ('"aws_iam_access_key" "k" {\n user = "ci"\n status = "Active"', True), ('"aws_iam_access_key" "k" {\n user = "ci"\n status = "Inactive"', UNSET),
        ('"aws_iam_service_specific_credential" "k" {\n user_name = "ci"\n service_name = "bedrock.amazonaws.com"', True),
        ('"aws_iam_service_specific_credential" "k" {\n user_name = "ci"\n service_name = "bedrock.amazonaws.com"\n credential_age_days = 30', UNSET),
    ],
)  # fmt: skip
def test_keys_that_work_until_somebody_deletes_them(key, held):
    (found,) = assets(f'resource "aws_iam_user" "u" {{\n name = "ci"\n}}\nresource {key}\n}}\n')
    assert found.facts.static_keys is held


def test_users_hold_what_their_groups_hold():
    source = f"""
    variable "x" {{}}
    resource "aws_iam_user" "u" {{
      name = "ci"
    }}
    resource "aws_iam_access_key" "k" {{
      user = aws_iam_user.u.name
    }}
    resource "aws_iam_group" "g" {{
      name = "admins"
    }}
    resource "aws_iam_group_policy" "p" {{
      group  = aws_iam_group.g.name
      policy = {ALL}
    }}
    resource "aws_iam_user_group_membership" "m" {{
      user   = aws_iam_user.u.name
      groups = [aws_iam_group.g.name]
    }}
    resource "aws_iam_user" "other" {{}}
    """
    found = {asset.facts.name: asset.facts for asset in assets(source)}
    assert found["ci"].statements[0].actions == ["*"]
    assert (found["ci"].static_keys, found["other"].static_keys) == (True, UNSET)
    assert found["ci"].trust_policy is None
    for groups in ("[var.x]", "var.x"):
        unsure = {asset.facts.name: asset.facts for asset in assets(source.replace("[aws_iam_group.g.name]", groups))}
        assert unsure["ci"].statements_complete is UNSET


@pytest.mark.parametrize(
    ("arns", "administrator"),
    [('["arn:aws:iam::aws:policy/AdministratorAccess"]', True), ("[]", False), ("var.x", UNSET)],
)
def test_an_exclusive_list_attaches_what_it_names(arns, administrator):
    source = f"""
        variable "x" {{}}
        resource "aws_iam_user" "u" {{
          name = "u"
        }}
        resource "aws_iam_user_policy_attachments_exclusive" "e" {{
          user_name   = aws_iam_user.u.name
          policy_arns = {arns}
        }}
    """
    assert completed(source).administrator is administrator


@pytest.mark.parametrize("subject", ["system:serviceaccount:*:*", "system:serviceaccount:ml:train"])
def test_a_subject_behind_an_issuer_that_is_open(subject):
    source = f"""
        variable "url" {{}}
        variable "arn" {{}}
        data "aws_iam_policy_document" "t" {{
          statement {{
            actions = ["sts:AssumeRoleWithWebIdentity"]
            principals {{
              type        = "Federated"
              identifiers = [var.arn]
            }}
            condition {{
              test     = "StringLike"
              variable = "${{var.url}}:sub"
              values   = ["{subject}"]
            }}
          }}
        }}
        resource "aws_iam_role" "r" {{
          name               = "r"
          assume_role_policy = data.aws_iam_policy_document.t.json
        }}
    """
    (trust,) = completed(source).trusts
    assert trust.subjects == [subject]
    assert completed(source).anyone_may_assume is UNSET


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("", UNSET),
        ('Condition = { StringLike = { "${var.url}:sub" = "system:serviceaccount:*:*" } }', False),
        ('Condition = { StringLike = { "${var.url}:sub" = "repo:acme/*" } }', UNSET),
    ],
)
def test_a_provider_whose_issuer_is_open(condition, answer):
    source = f"""
        variable "url" {{}}
        resource "aws_iam_role" "r" {{
          name               = "r"
          assume_role_policy = jsonencode({{
            Statement = [{{
              Effect    = "Allow"
              Action    = "sts:AssumeRoleWithWebIdentity"
              Principal = {{ Federated = "arn:aws:iam::123456789012:oidc-provider/${{var.url}}" }}
              {condition}
            }}]
          }})
        }}
    """
    assert completed(source).any_repository_may_assume is answer


def test_a_cluster_hands_a_role_to_pods_of_an_account():
    role = 'variable "x" {}\nresource "aws_iam_role" "r" {\n  assume_role_policy = "{}"\n}\n'
    handed = """
    resource "aws_eks_pod_identity_association" "a" {
      cluster_name    = "c"
      namespace       = NAMESPACE
      service_account = "trainer"
      role_arn        = ROLE
    }
    """.replace("ROLE", "aws_iam_role.r.arn")
    found = facts(role + handed.replace("NAMESPACE", '"ai"'), kind="identity")
    assert found.pods == ["ai:trainer"]
    assert facts(role + handed.replace("NAMESPACE", "var.x"), kind="identity").pods == []
    assert facts(role, kind="identity").pods == []
    assert facts('resource "aws_iam_user" "u" {}', kind="identity").pods == []
