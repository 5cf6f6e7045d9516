"""What cannot be seen of resources stays open, and what names nothing that is declared is told."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, facts, gaps

DYNAMIC = 'dynamic "{0}" {{\n for_each = var.x\n content {{\n }}\n}}\n'


def declared(type: str, body: str) -> str:
    return f'variable "x" {{\n}}\nresource "{type}" "r" {{\n{body}\n}}\n'


@pytest.mark.parametrize(
    ("type", "body", "directions"),
    [
        ("aws_security_group", DYNAMIC.format("ingress"), ["in"]),
        ("aws_security_group", "ingress = var.x\negress = var.x", ["in", "out"]),
        ("azurerm_network_security_group", "security_rule = var.x", [UNSET]),
        ("google_compute_firewall", DYNAMIC.format("allow"), [UNSET]),
    ],
)
def test_rules_that_cannot_be_seen_are_open(type, body, directions):
    found = [asset.facts for asset in assets(declared(type, body)) if asset.kind == "firewall_rule"]
    assert [(each.direction, each.from_anywhere, each.opens) for each in found] == [
        (direction, UNSET, UNSET) for direction in directions
    ]


def test_rights_that_cannot_be_seen_are_open():
    assert completed(declared("aws_iam_role", DYNAMIC.format("inline_policy"))).administrator is UNSET


@pytest.mark.parametrize(
    ("body", "disks"),
    [
        ("", [("root", UNSET)]),
        (DYNAMIC.format("root_block_device"), [("root_block_device", UNSET)]),
        ("root_block_device {\n encrypted = true\n}", [("root", True)]),
    ],
)
def test_disks_that_cannot_be_seen_are_open(body, disks):
    found = facts(declared("aws_instance", body)).disks
    assert [(disk.name, disk.encrypted) for disk in found] == disks


def template(type: str, properties: object, **others: object) -> str:
    conditions = {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}}
    parameters = {"P": {"Type": "String"}}
    resources = {"It": {"Type": type, "Properties": properties}, **others}
    return json.dumps({"Parameters": parameters, "Conditions": conditions, "Resources": resources})


NO_VALUE = {"Ref": "AWS::NoValue"}
OPEN = {"IpProtocol": "tcp", "FromPort": 8888, "ToPort": 8888, "CidrIp": "0.0.0.0/0"}


@pytest.mark.parametrize(
    "ingress", [[{"Fn::If": ["C", OPEN, NO_VALUE]}], {"Fn::If": ["C", [OPEN], NO_VALUE]}, {"Ref": "P"}]
)
def test_conditions_of_templates_leave_rules_open(ingress):
    (found,) = assets(template("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": ingress}), "a.json")
    assert found.facts.from_anywhere is UNSET


def test_properties_that_are_no_mapping_are_told():
    (gap,) = gaps(template("AWS::EC2::SecurityGroup", [1, 2]), "a.json")
    assert (gap.kind, gap.reason) == ("unreadable", "the properties of It are no mapping")


def plan(version: str = "1.2", **unknown: object) -> str:
    address = "aws_security_group.g"
    resource = {"address": address, "mode": "managed", "type": "aws_security_group", "name": "g", "values": {}}
    change = {"address": address, "change": {"after_unknown": unknown}}
    head = {"format_version": version, "terraform_version": "1.9.0"}
    return json.dumps(
        {**head, "planned_values": {"root_module": {"resources": [resource]}}, "resource_changes": [change]}
    )


def test_plans_tell_what_is_known_later():
    (found,) = assets(plan(ingress=True), "plan.json")
    assert (found.facts.direction, found.facts.from_anywhere) == ("in", UNSET)


def test_plans_of_a_later_format_are_told():
    assert [gap.kind for gap in gaps(plan("99.0"), "plan.json")] == ["unreadable"]
    assert gaps(plan("1.9"), "plan.json") == []


STRAY = """
resource "aws_s3_bucket" "a" {
  bucket = "x"
}
resource "aws_s3_bucket_policy" "p" {
  bucket = "elsewhere"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:*", Resource = "*" }] })
}
resource "aws_s3_bucket_versioning" "v" {
  bucket = aws_s3_bucket_policy.q.id
}
resource "aws_s3_bucket_policy" "q" {
  bucket = aws_s3_bucket.a.id
}
"""


def test_what_sets_up_something_elsewhere_is_told():
    (gap,) = gaps(STRAY)
    assert (gap.kind, gap.line) == ("left_out", 5)
    assert gap.reason == "what this `aws_s3_bucket_policy` is about is declared elsewhere: only what it says is judged"


def test_references_that_go_round_end():
    loop = 'resource "aws_s3_bucket_policy" "{0}" {{\n bucket = aws_s3_bucket_policy.{1}.id\n}}\n'
    source = 'resource "aws_s3_bucket" "a" {\n bucket = "x"\n}\n' + loop.format("p", "q") + loop.format("q", "p")
    assert [asset.kind for asset in assets(source)] == ["bucket"]


def test_a_public_policy_puts_the_default_block_in_doubt():
    policy = (
        'jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*" }] })'
    )
    bucket = 'resource "aws_s3_bucket" "a" {\n bucket = "x"\n}\n'
    public = f'resource "aws_s3_bucket_policy" "p" {{\n bucket = aws_s3_bucket.a.id\n policy = {policy}\n}}\n'
    assert completed(bucket).public_block is True
    found = completed(bucket + public)
    assert (found.public_block, found.public_read) == (UNSET, UNSET)


SERVICE = "ec2.${data.aws_partition.p.dns_suffix}"
PARTITIONS = """
data "aws_partition" "p" {{
}}
resource "aws_iam_role" "r" {{
  name               = "r"
  assume_role_policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole",
    Principal = {{ Service = "{0}" }} }}] }})
}}
{1}
"""
ATTACHED = 'resource "aws_iam_role_policy_attachment" "a" {{\n role = aws_iam_role.r.name\n policy_arn = {0}\n}}\n'


@pytest.mark.parametrize(
    "arn",
    [
        '"arn:${data.aws_partition.p.partition}:iam::aws:policy/AdministratorAccess"',
        "data.aws_iam_policy.d.arn",
    ],
)
def test_partitions_and_policies_by_name(arn):
    more = ATTACHED.format(arn) + 'data "aws_iam_policy" "d" {\n name = "AdministratorAccess"\n}\n'
    found = completed(PARTITIONS.format(SERVICE, more), kind="identity")
    assert (found.workload, found.on_instances, found.administrator) == (True, True, True)


def test_one_open_attachment_does_not_hide_what_another_grants():
    more = ATTACHED.format('"arn:aws:iam::aws:policy/AdministratorAccess"') + ATTACHED.format("var.x").replace(
        '"a"', '"b"'
    )
    found = completed('variable "x" {\n}\n' + PARTITIONS.format("ec2.amazonaws.com", more), kind="identity")
    assert (found.administrator, found.statements_complete) == (True, UNSET)


def own_policy(resource: str) -> str:
    policy = (
        f'jsonencode({{ Statement = [{{ Effect = "Allow", Action = "iam:PutRolePolicy", Resource = {resource} }}] }})'
    )
    return f'resource "aws_iam_role_policy" "p" {{\n role = aws_iam_role.r.name\n policy = {policy}\n}}\n'


@pytest.mark.parametrize(
    ("resource", "stronger"),
    [
        ("aws_iam_role.r.arn", True),
        ('"arn:aws:iam::123456789012:role/r"', True),
        ('"arn:aws:iam::123456789012:role/other"', False),
    ],
)
def test_rights_on_oneself(resource, stronger):
    found = completed(PARTITIONS.format("ec2.amazonaws.com", own_policy(resource)), kind="identity")
    assert found.changes_own_rights is stronger


def test_everybody_and_default_accounts_on_projects_of_google():
    source = """
    resource "google_project_iam_binding" "b" {
      project = "p"
      role    = "roles/editor"
      members = ["serviceAccount:1-compute@developer.gserviceaccount.com", "user:a@example.com", "allUsers"]
    }
    resource "google_folder_iam_member" "m" {
      folder = "f"
      role   = "roles/viewer"
      member = "allUsers"
    }
    """
    found = {asset.facts.name: asset.facts for asset in assets(source)}
    assert {name: (each.sort, each.policies) for name, each in found.items()} == {
        "1-compute@developer.gserviceaccount.com": ("service_account", ["roles/editor"]),
        "allUsers": ("everybody", ["roles/editor", "roles/viewer"]),
    }


def test_udp_opens_none_of_the_services():
    rule = 'resource "aws_security_group_rule" "r" {{\n type = "ingress"\n protocol = "{0}"\n from_port = 8000\n to_port = 9000\n}}'
    assert facts(rule.format("udp")).opens == []
    assert "inference" in facts(rule.format("tcp")).opens


@pytest.mark.parametrize(
    ("roles", "administrator"),
    [
        ("[aws_iam_role.r.name]", True),
        ('["r"]', True),
        ('["other"]', False),
        ("var.x", UNSET),
        ("[var.x]", UNSET),
        ("[aws_iam_role.r.name, var.x]", True),
    ],
)
def test_attachments_to_several(roles, administrator):
    attached = (
        'variable "x" {\n}\nresource "aws_iam_policy_attachment" "a" {\n name = "a"\n'
        f' roles = {roles}\n policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}}\n'
    )
    found = completed(PARTITIONS.format("ec2.amazonaws.com", attached), kind="identity")
    assert found.administrator is administrator
