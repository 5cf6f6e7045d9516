"""EC2 instances, templates and security groups."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, facts, one

from holdfast.collect.cloud.aws.common import gpus_of
from holdfast.core.asset import Spot

HEAD = 'variable "x" {}\n'


def instance(body: str, type: str = "aws_instance", more: str = "") -> object:
    source = f'{HEAD}resource "{type}" "i" {{\n{body}\n}}\n{more}'
    return facts(source, kind="instance")


def test_a_bare_instance():
    found = instance('instance_type = "p5.48xlarge"')
    assert (found.name, found.provider, found.template, found.gpus, found.trust) == ("i", "aws", False, 8, "datacenter")
    assert (found.metadata_tokens, found.metadata_hops, found.metadata_off) == (False, 1, False)
    assert (found.role, found.user_data, found.secrets_in_user_data) == (None, False, [])
    assert [(disk.name, disk.encrypted) for disk in found.disks] == [("root", UNSET)]
    assert (found.public_address, found.interruptible, found.confidential, found.ports) == (True, False, False, [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            'metadata_options {\n http_tokens = "required"\n http_put_response_hop_limit = "2"\n }',
            {"metadata_tokens": True, "metadata_hops": 2},
        ),
        ('metadata_options {\n http_endpoint = "disabled"\n }', {"metadata_off": True, "metadata_tokens": False}),
        (
            "metadata_options {\n http_tokens = var.x\n http_endpoint = var.x\n }",
            {"metadata_off": UNSET, "metadata_tokens": UNSET},
        ),
        (
            'dynamic "metadata_options" {\n for_each = var.x\n content {\n }\n }',
            {"metadata_tokens": UNSET, "metadata_hops": UNSET, "metadata_off": UNSET},
        ),
        ("associate_public_ip_address = false", {"public_address": False}),
        ("associate_public_ip_address = var.x", {"public_address": UNSET}),
        ("network_interfaces {\n associate_public_ip_address = true\n }", {"public_address": True}),
        ("network_interface {\n }", {"public_address": UNSET}),
        ('primary_network_interface {\n network_interface_id = "eni-1"\n }', {"public_address": UNSET}),
        ('region = "eu-central-1"', {"region": "eu-central-1", "region_in": "eu"}),
        (
            "launch_template {\n id = var.x\n }",
            {"metadata_tokens": UNSET, "metadata_hops": UNSET, "public_address": UNSET, "role": UNSET, "gpus": UNSET},
        ),
        (
            'launch_template {\n id = "lt-1"\n }\n metadata_options {\n http_tokens = "required"\n }',
            {"metadata_tokens": True, "secrets_in_user_data": UNSET, "security_groups": UNSET},
        ),
        ("subnet_id = var.x", {"public_address": UNSET}),
        ('cpu_options {\n amd_sev_snp = "enabled"\n }', {"confidential": True}),
        ("cpu_options {\n amd_sev_snp = var.x\n }", {"confidential": UNSET}),
        ('instance_market_options {\n market_type = "spot"\n }', {"interruptible": True}),
        ('ami = "ami-1"', {"image": "ami-1"}),
        ("ami = var.x", {"image": UNSET}),
        ('iam_instance_profile = "p"', {"role": "p"}),
        ('iam_instance_profile {\n name = "p"\n }', {"role": "p"}),
        ('iam_instance_profile {\n arn = "a"\n }', {"role": "a"}),
        ('security_groups = ["a"]', {"security_groups": ["a"]}),
        ("security_groups = var.x", {"security_groups": UNSET}),
        ("security_groups = [var.x]", {"security_groups": UNSET}),
        ('tags = { data-class = "PHI", residency = "EU" }', {"data_class": "phi", "jurisdiction": "eu"}),
        ("tags = var.x", {"data_class": UNSET, "tags": UNSET}),
        ("user_data_base64 = var.x", {"user_data": True, "secrets_in_user_data": UNSET}),
        ('user_data_base64 = "not base64"', {"secrets_in_user_data": UNSET}),
        (
            'user_data_base64 = base64encode("export HF_TOKEN=hf_abcdefghijklmnop")',
            {"secrets_in_user_data": ["HF_TOKEN"]},
        ),
        ("user_data = var.x", {"user_data": True, "secrets_in_user_data": UNSET}),
        ('user_data = "export HF_TOKEN=hf_abcdefghijklmnop\\nA=b TOKEN=$(x)"', {"secrets_in_user_data": ["HF_TOKEN"]}),
        (
            'user_data = "docker run -e WANDB_API_KEY=0123456789 -e X=${var.x}"',
            {"secrets_in_user_data": ["WANDB_API_KEY"]},
        ),
        ('user_data = "export HF_TOKEN=${var.x}"', {"secrets_in_user_data": ["HF_TOKEN"]}),
    ],
)
def test_fields_of_an_instance(body, expected):
    found = instance(body)
    assert {name: getattr(found, name) for name in expected} == expected


def test_what_other_resources_say():
    more = 'resource "aws_subnet" "s" {\n map_public_ip_on_launch = true\n}\nresource "aws_iam_instance_profile" "p" {\n role = aws_iam_role.r.name\n}\nresource "aws_iam_role" "r" {}\n'
    found = instance("subnet_id = aws_subnet.s.id\niam_instance_profile = aws_iam_instance_profile.p.name", more=more)
    assert (found.public_address, found.role) == (True, "aws_iam_role.r")
    assert instance("subnet_id = aws_subnet.t.id", more='resource "aws_subnet" "t" {}\n').public_address is False
    assert instance("subnet_id = data.aws_subnet.t.id", more='data "aws_subnet" "t" {}\n').public_address is UNSET


def test_an_instance_is_what_its_template_makes_it():
    template = (
        'resource "aws_launch_template" "t" {\n name = "t"\n instance_type = "g6.xlarge"\n'
        ' user_data = base64encode("export HF_TOKEN=hf_abcdefghijklmnop")\n'
        ' metadata_options {\n http_tokens = "required"\n }\n'
        " network_interfaces {\n associate_public_ip_address = false\n }\n}\n"
    )
    source = 'resource "aws_instance" "i" {\n launch_template {\n name = aws_launch_template.t.name\n }\n%s}\n'
    _, found = [asset.facts for asset in assets(template + source % "", "main.tf")]
    assert (found.name, found.template, found.gpus, found.metadata_tokens) == ("i", False, 1, True)
    assert (found.public_address, found.secrets_in_user_data, found.role) == (False, ["HF_TOKEN"], None)
    own = 'metadata_options {\n http_tokens = "optional"\n }\n'
    _, found = [asset.facts for asset in assets(template + source % own, "main.tf")]
    assert found.metadata_tokens is False


def test_a_template():
    found = instance(
        'image_id = "ami-1"\nblock_device_mappings {\n device_name = "/dev/sda1"\n ebs {\n encrypted = true\n }\n }',
        "aws_launch_template",
    )
    assert (found.template, found.public_address, found.image) == (True, UNSET, "ami-1")
    assert [(disk.name, disk.encrypted) for disk in found.disks] == [("/dev/sda1", True)]
    assert instance("", "aws_spot_instance_request").interruptible is True


def test_disks():
    source = (
        HEAD
        + 'resource "aws_instance" "i" {\n root_block_device {\n encrypted = false\n }\n ebs_block_device {\n kms_key_id = "k"\n }\n}\n'
    )
    asset = one(source)
    assert [(disk.name, disk.encrypted, disk.key) for disk in asset.facts.disks] == [
        ("root", False, None),
        ("ebs_block_device[0]", UNSET, "k"),
    ]
    assert (asset.spots["disks[0]"], asset.spots["disks[1]"]) == (Spot(3, 2), Spot(6, 2))


@pytest.mark.parametrize(
    ("type", "count"),
    [
        ("p5.48xlarge", 8),
        ("p4d.24xlarge", 8),
        ("g5.xlarge", 1),
        ("g5.48xlarge", 8),
        ("g5.12xlarge", 4),
        ("trn1.32xlarge", 1),
        ("m5.large", 0),
        ("p3.8xlarge", 4),
        ("p5.4xlarge", 1),
        ("p6e-gb200.36xlarge", 4),
        ("p6-b300.48xlarge", 8),
        ("gr6.4xlarge", 1),
        ("g7e.12xlarge", 1),
        ("g7e.24xlarge", 4),
        (UNSET, UNSET),
    ],
)
def test_gpus_of_machine_types(type, count):
    assert gpus_of(type) == count or count is UNSET


def rules(body: str, type: str = "aws_security_group") -> list[object]:
    return [asset.facts for asset in assets(f'{HEAD}resource "{type}" "s" {{\n{body}\n}}\n')]


def test_rules_of_a_group():
    first, second = rules(
        'ingress {\n description = "d"\n from_port = 8265\n to_port = 8265\n protocol = "tcp"\n cidr_blocks = ["0.0.0.0/0"]\n }\n'
        'egress {\n from_port = 0\n to_port = 0\n protocol = "-1"\n ipv6_cidr_blocks = ["::/0"]\n }'
    )
    assert (first.name, first.group, first.direction, first.opens, first.from_anywhere) == (
        "s.ingress.0",
        "aws_security_group.s",
        "in",
        ["ray"],
        True,
    )
    assert (second.direction, second.protocol, second.first_port, second.last_port, second.from_anywhere) == (
        "out",
        "any",
        0,
        65535,
        True,
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            'type = "ingress"\nfrom_port = 22\nto_port = 22\nprotocol = "tcp"\ncidr_blocks = ["10.0.0.0/8"]',
            {"direction": "in", "from_anywhere": False, "ranges": ["10.0.0.0/8"]},
        ),
        (
            'type = "egress"\nprotocol = "icmp"\nfrom_port = -1\nto_port = -1\ncidr_blocks = ["0.0.0.0/1", "128.0.0.0/1"]',
            {"direction": "out", "first_port": None, "opens": [], "from_anywhere": True},
        ),
        (
            'type = var.x\nprotocol = "tcp"\nfrom_port = var.x\nto_port = 1\ncidr_blocks = [var.x]',
            {"direction": UNSET, "opens": UNSET, "from_anywhere": UNSET},
        ),
        (
            'type = "ingress"\nprotocol = "tcp"\nfrom_port = 0\nto_port = 0\ncidr_blocks = [var.x, "0.0.0.0/0"]',
            {"last_port": 0, "from_anywhere": True, "opens": []},
        ),
        (
            'type = "ingress"\nprotocol = "6"\nfrom_port = -1\nto_port = -1\ncidr_blocks = ["0.0.0.0/0"]',
            {"protocol": "tcp", "last_port": 65535},
        ),
        (
            'type = "ingress"\nprotocol = "58"\nfrom_port = -1\nto_port = -1\ncidr_blocks = ["0.0.0.0/0"]',
            {"protocol": "icmpv6", "last_port": None},
        ),
        (
            'type = "ingress"\nprotocol = "tcp"\nfrom_port = 1\nto_port = 2\nsource_security_group_id = "sg"',
            {"ranges": [], "from_anywhere": False},
        ),
        ('type = "ingress"\nprotocol = "tcp"\nfrom_port = 1\nto_port = 2\ncidr_blocks = var.x', {"ranges": UNSET}),
    ],
)
def test_a_rule_of_its_own(body, expected):
    (found,) = rules(body, "aws_security_group_rule")
    assert {name: getattr(found, name) for name in expected} == expected


def test_the_newer_form():
    (found,) = rules(
        'security_group_id = "sg-1"\nip_protocol = "tcp"\nfrom_port = 6379\nto_port = 6379\ncidr_ipv4 = "0.0.0.0/0"',
        "aws_vpc_security_group_ingress_rule",
    )
    assert (found.group, found.direction, found.opens, found.from_anywhere) == ("sg-1", "in", ["redis"], True)
    (found,) = rules(
        'security_group_id = "sg-1"\nip_protocol = "-1"\ncidr_ipv6 = "::/0"', "aws_vpc_security_group_egress_rule"
    )
    assert (found.direction, found.protocol) == ("out", "any")


PREFIXES = """
resource "aws_ec2_managed_prefix_list" "all" {
  name = "all"
  entry {
    cidr = "0.0.0.0/0"
  }
}
resource "aws_ec2_managed_prefix_list" "office" {
  name = "office"
}
resource "aws_ec2_managed_prefix_list_entry" "office" {
  prefix_list_id = aws_ec2_managed_prefix_list.office.id
  cidr           = "203.0.113.0/24"
}
data "aws_ec2_managed_prefix_list" "edge" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}
data "aws_ec2_managed_prefix_list" "filtered" {
  filter {
    name   = "prefix-list-name"
    values = ["com.amazonaws.eu-west-1.s3"]
  }
}
data "aws_ec2_managed_prefix_list" "other" {
  name = "partners"
}
"""


@pytest.mark.parametrize(
    ("lists", "anywhere"),
    [
        ("aws_ec2_managed_prefix_list.all.id", True),
        ("aws_ec2_managed_prefix_list.office.id", False),
        ("data.aws_ec2_managed_prefix_list.edge.id", False),
        ("data.aws_ec2_managed_prefix_list.filtered.id", False),
        ("data.aws_ec2_managed_prefix_list.other.id", UNSET),
        ("var.x", UNSET),
        ('"pl-0123"', UNSET),
    ],
)
def test_lists_of_prefixes(lists, anywhere):
    rule = f'resource "aws_security_group_rule" "r" {{\n type = "ingress"\n protocol = "tcp"\n from_port = 22\n to_port = 22\n prefix_list_ids = [{lists}]\n}}\n'
    assert facts(PREFIXES + rule, kind="firewall_rule").from_anywhere is anywhere
    newer = f'resource "aws_vpc_security_group_ingress_rule" "r" {{\n ip_protocol = "tcp"\n from_port = 22\n to_port = 22\n prefix_list_id = {lists}\n}}\n'
    assert facts(PREFIXES + newer, kind="firewall_rule").from_anywhere is anywhere
    wide = rule.replace("type =", 'cidr_blocks = ["0.0.0.0/0"]\n type =')
    assert facts(PREFIXES + wide, kind="firewall_rule").from_anywhere is True


@pytest.mark.parametrize(
    "range", ["0:0:0:0:0:0:0:0/0", "::/0", "10.0.0.0/0", "2000::/3"]
)  # fmt: skip
def test_everybody_however_spelt(range):
    name = "ipv6_cidr_blocks" if ":" in range else "cidr_blocks"
    rule = f'resource "aws_security_group_rule" "r" {{\n type = "ingress"\n protocol = "tcp"\n from_port = 22\n to_port = 22\n {name} = ["{range}"]\n}}\n'
    assert facts(rule, kind="firewall_rule").from_anywhere is True


@pytest.mark.parametrize(
    ("more", "body", "demanded", "hops"),
    [
        ("", "", False, 1),
        ('http_tokens = "required"\n http_put_response_hop_limit = 2', "", True, 2),
        ('http_tokens = "required"', 'metadata_options {\n  http_tokens = "optional"\n }', False, 1),
        ('http_tokens = "no-preference"\n http_put_response_hop_limit = -1', "", False, 1),
        ("http_tokens = var.x", "", UNSET, 1),
        ("", "ami = data.aws_ami.new.id", True, 2),
        ('http_tokens = "optional"', "ami = data.aws_ami.new.id", False, 2),
        ("", "ami = data.aws_ssm_parameter.new.value", True, 2),
        ("", 'ami = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-${var.x}"', True, 2),
        ("", "ami = data.aws_ami.old.id", False, 1),
    ],
)
def test_the_account_and_the_image_may_demand_a_token(more, body, demanded, hops):
    source = f"""
        variable "x" {{}}
        data "aws_ami" "new" {{
          filter {{
            name   = "name"
            values = ["al2023-ami-2023*-x86_64"]
          }}
        }}
        data "aws_ami" "old" {{
          name_regex = "^amzn2-ami"
        }}
        data "aws_ssm_parameter" "new" {{
          name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        }}
        resource "aws_instance" "gpu" {{
          instance_type = "p5.48xlarge"
          {body}
        }}
    """
    if more:
        source += f'resource "aws_ec2_instance_metadata_defaults" "d" {{\n {more}\n}}\n'
    found = facts(source, kind="instance")
    assert (found.metadata_tokens, found.metadata_hops) == (demanded, hops)


def test_metadata_options_that_are_not_seen_leave_it_open():
    body = 'dynamic "metadata_options" {\n for_each = var.x\n content {\n }\n }'
    found = facts(f'variable "x" {{}}\nresource "aws_instance" "i" {{\n {body}\n}}\n', kind="instance")
    assert (found.metadata_tokens, found.metadata_hops, found.metadata_off) == (UNSET, UNSET, UNSET)


@pytest.mark.parametrize(
    ("more", "demanded", "off"),
    [
        ('http_tokens = "required"\n http_endpoint = "disabled"', True, True),
        ('count = var.x ? 1 : 0\n http_tokens = "required"\n http_endpoint = "disabled"', UNSET, UNSET),
        ('provider = aws.west\n http_tokens = "required"', False, False),
    ],
)
def test_defaults_hold_for_their_own_region_where_they_surely_exist(more, demanded, off):
    source = f"""
        variable "x" {{}}
        provider "aws" {{
          region = "us-east-1"
        }}
        provider "aws" {{
          alias  = "west"
          region = "us-west-2"
        }}
        resource "aws_ec2_instance_metadata_defaults" "d" {{
          {more}
        }}
        resource "aws_instance" "gpu" {{
          instance_type = "p5.48xlarge"
        }}
    """
    found = facts(source, kind="instance")
    assert (found.metadata_tokens, found.metadata_off) == (demanded, off)
