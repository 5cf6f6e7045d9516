"""Security groups, networks and ports of machines and databases."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, facts

NETWORK = """
variable "x" {}
resource "aws_vpc" "v" {}
resource "aws_subnet" "s" { vpc_id = aws_vpc.v.id }
resource "aws_security_group" "g" { vpc_id = aws_vpc.v.id }
resource "aws_security_group" "d" {}
data "aws_security_group" "looked_up" { name = "x" }
resource "aws_db_subnet_group" "s" { subnet_ids = [aws_subnet.s.id] }
resource "aws_elasticache_subnet_group" "s" { subnet_ids = [aws_subnet.s.id] }
"""


@pytest.mark.parametrize(
    ("body", "network"),
    [
        ("subnet_id = aws_subnet.s.id", "aws_vpc.v"),
        ("vpc_security_group_ids = [aws_security_group.g.id]", "aws_vpc.v"),
        ("vpc_security_group_ids = [aws_security_group.d.id]", None),
        ("", None),
        ("subnet_id = var.x", UNSET),
        ("vpc_security_group_ids = [data.aws_security_group.looked_up.id]", UNSET),
        ("vpc_security_group_ids = var.x", UNSET),
        ("vpc_security_group_ids = [aws_security_group.g.id, aws_security_group.d.id]", UNSET),
    ],
)
def test_a_machine_lies_in_the_network_of_its_subnet_or_groups(body, network):
    assert facts(f'{NETWORK}resource "aws_instance" "i" {{\n{body}\n}}', kind="instance").network == network


def test_a_template_lies_where_a_group_starts_machines():
    template = NETWORK + 'resource "aws_launch_template" "t" {}\n'
    assert facts(template, kind="instance").network is UNSET
    group = (
        'resource "aws_autoscaling_group" "g" {\n vpc_zone_identifier = [aws_subnet.s.id]\n'
        " launch_template { id = aws_launch_template.t.id }\n}"
    )
    assert facts(template + group, kind="instance").network == "aws_vpc.v"


@pytest.mark.parametrize(
    ("type", "body", "network", "port"),
    [
        (
            "aws_db_instance",
            'engine = "postgres"\n db_subnet_group_name = aws_db_subnet_group.s.name',
            "aws_vpc.v",
            5432,
        ),
        ("aws_db_instance", 'engine = "mariadb"', None, 3306),
        ("aws_db_instance", 'engine = "sqlserver-se"\n port = 5000', None, 5000),
        ("aws_db_instance", "engine = var.x", None, UNSET),
        ("aws_db_instance", 'engine = "mysql"\n db_subnet_group_name = "elsewhere"', UNSET, 3306),
        ("aws_rds_cluster", 'engine = "aurora-postgresql"', None, 5432),
        ("aws_rds_cluster", "", None, 3306),
        (
            "aws_elasticache_replication_group",
            "subnet_group_name = aws_elasticache_subnet_group.s.name",
            "aws_vpc.v",
            6379,
        ),
        ("aws_elasticache_replication_group", "port = 7000", None, 7000),
        ("aws_opensearch_domain", "vpc_options {\n subnet_ids = [aws_subnet.s.id]\n }", "aws_vpc.v", 443),
        ("aws_opensearch_domain", "vpc_options {\n subnet_ids = var.x\n }", UNSET, 443),
    ],
)
def test_a_database_has_a_network_and_a_port(type, body, network, port):
    found = facts(f'{NETWORK}resource "{type}" "d" {{\n{body}\n}}', kind="database")
    assert (found.network, found.port) == (network, port)


def test_a_database_has_security_groups():
    source = 'resource "aws_db_instance" "d" {\n vpc_security_group_ids = [aws_security_group.g.id]\n}'
    assert facts(NETWORK + source, kind="database").security_groups == ["aws_security_group.g"]
    unseen = 'resource "aws_db_instance" "d" {\n vpc_security_group_ids = var.x\n}'
    assert facts(NETWORK + unseen, kind="database").security_groups is UNSET
    stack = """
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x}}
  Data: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, VPCSecurityGroups: [!Ref Group]}}
"""
    found = facts(stack, "stack.yaml", "database")
    assert (found.security_groups, found.port) == (["Group"], 5432)


@pytest.mark.parametrize(
    ("body", "groups"),
    [
        ("security_groups = [aws_security_group.d.id]", ["aws_security_group.d"]),
        ("self = true", ["aws_security_group.r"]),
        ('cidr_blocks = ["10.0.0.0/8"]', []),
        ("security_groups = [var.x]", UNSET),
    ],
)
def test_rules_name_groups_on_their_other_side(body, groups):
    source = f'resource "aws_security_group" "r" {{\n ingress {{\n from_port = 1\n to_port = 1\n {body}\n }}\n}}'
    (found,) = (each.facts for each in assets(NETWORK + source) if each.kind == "firewall_rule")
    assert found.from_groups == groups


@pytest.mark.parametrize(
    ("type", "link"),
    [
        ("aws_security_group_rule", "source_security_group_id"),
        ("aws_vpc_security_group_ingress_rule", "referenced_security_group_id"),
    ],
)
def test_rules_of_their_own_do_too(type, link):
    source = (
        f'resource "{type}" "r" {{\n type = "ingress"\n security_group_id = aws_security_group.g.id\n'
        f" {link} = aws_security_group.d.id\n}}"
    )
    (found,) = (each.facts for each in assets(NETWORK + source) if each.kind == "firewall_rule")
    assert (found.group, found.from_groups) == ("aws_security_group.g", ["aws_security_group.d"])


def test_a_rule_of_cloudformation_does():
    stack = """
Resources:
  One: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x}}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref One, IpProtocol: tcp, FromPort: 1, ToPort: 1, SourceSecurityGroupId: !Ref One}
"""
    assert facts(stack, "stack.yaml", "firewall_rule").from_groups == ["One"]


@pytest.mark.parametrize(
    ("body", "groups"),
    [
        ("network_interfaces {\nsecurity_groups = [aws_security_group.g.id]\n}", ["aws_security_group.g"]),
        (
            "".join(f"network_interfaces {{\nsecurity_groups = [aws_security_group.{each}.id]\n}}\n" for each in "gd"),
            ["aws_security_group.g", "aws_security_group.d"],
        ),
        ("network_interfaces {\nsecurity_groups = var.x\n}", UNSET),
        ("network_interfaces {\nassociate_public_ip_address = true\n}", []),
        ("vpc_security_group_ids = [aws_security_group.d.id]", ["aws_security_group.d"]),
        ('dynamic "network_interfaces" {\nfor_each = var.x\ncontent {}\n}', UNSET),
    ],
)
def test_a_template_names_groups_in_its_interfaces(body, groups):
    template = f'{NETWORK}resource "aws_launch_template" "t" {{\n{body}\n}}\n'
    assert facts(template, kind="instance").security_groups == groups


@pytest.mark.parametrize(
    ("interface", "groups"),
    [
        ("security_groups = [aws_security_group.g.id]", ["aws_security_group.g"]),
        ("", UNSET),
        ("security_groups = var.x", UNSET),
    ],
)
def test_a_machine_has_the_groups_of_the_interface_that_it_is_started_with(interface, groups):
    body = f"""
resource "aws_network_interface" "n" {{
  subnet_id = aws_subnet.s.id
  {interface}
}}
resource "aws_instance" "i" {{
  network_interface {{
    network_interface_id = aws_network_interface.n.id
    device_index         = 0
  }}
}}
"""
    assert facts(NETWORK + body, kind="instance").security_groups == groups
    elsewhere = body.replace("aws_network_interface.n.id", '"eni-1"')
    assert facts(NETWORK + elsewhere, kind="instance").security_groups is UNSET
