"""Load balancers that face the internet, and groups that start machines behind them."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets

FRONT = """
variable "x" {}
resource "aws_instance" "i" {}
resource "aws_lb" "b" {}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.b.arn
  default_action {
    type = "fixed-response"
  }
}
resource "aws_lb_target_group" "g" { port = 8000 }
"""
ATTACHED = """
resource "aws_lb_target_group_attachment" "a" {
  target_group_arn = aws_lb_target_group.g.arn
  target_id        = aws_instance.i.id
}
"""
FORWARD = 'action {\n type = "forward"\n target_group_arn = aws_lb_target_group.g.arn\n }'


def instances(source: str, path: str = "main.tf") -> dict[str, object]:
    found = assets(source, path)
    return {asset.id.rpartition("/")[2]: asset.facts for asset in found if asset.kind == "instance"}


def rule(body: str) -> str:
    return f'resource "aws_lb_listener_rule" "r" {{\n listener_arn = aws_lb_listener.l.arn\n {body}\n}}\n'


@pytest.mark.parametrize(
    ("body", "ports"),
    [
        (FORWARD, [8000]),
        ("action {\n forward {\n target_group {\n arn = aws_lb_target_group.g.arn\n }\n }\n }", [8000]),
        (FORWARD + '\n condition {\n path_pattern { values = ["/v1/*"] }\n }', [8000]),
        (FORWARD + '\n condition {\n source_ip { values = ["0.0.0.0/0"] }\n }', [8000]),
        (FORWARD + '\n condition {\n source_ip { values = ["198.51.100.0/24"] }\n }', []),
        ('action {\n type = "authenticate-oidc"\n }\n' + FORWARD, []),
        (FORWARD.replace("aws_lb_target_group.g", "aws_lb_target_group.other"), []),
        ('action {\n type = "redirect"\n }', []),
    ],
)
def test_a_rule_of_a_listener_leads_to_machines(body, ports):
    other = '\nresource "aws_lb_target_group" "other" { port = 9000 }\n'
    assert instances(FRONT + ATTACHED + other + rule(body))["aws_instance.i"].balanced_ports == ports


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('resource "aws_lb" "b" {}', 'resource "aws_lb" "b" { internal = true }'),
        ("listener_arn = aws_lb_listener.l.arn", "listener_arn = var.x"),
        ("target_id        = aws_instance.i.id", "target_id = var.x"),
    ],
)
def test_what_faces_inwards_or_leads_elsewhere_does_not_count(old, new):
    source = FRONT + ATTACHED + rule(FORWARD)
    assert old in source
    assert instances(source.replace(old, new))["aws_instance.i"].balanced_ports == []


def test_a_login_before_the_default_target_lets_no_stranger_through():
    default = 'default_action {\n    type = "forward"\n    target_group_arn = aws_lb_target_group.g.arn\n  }'
    direct = FRONT.replace('default_action {\n    type = "fixed-response"\n  }', default)
    assert instances(direct + ATTACHED)["aws_instance.i"].balanced_ports == [8000]
    asking = direct.replace(
        "default_action {", 'default_action {\n type = "authenticate-cognito"\n }\n default_action {'
    )
    assert instances(asking + ATTACHED)["aws_instance.i"].balanced_ports == []


CLASSIC = """
resource "aws_instance" "i" {}
resource "aws_elb" "e" {
  name      = "front"
  MORE
  listener {
    lb_port       = 443
    instance_port = 8000
  }
}
"""


def test_a_classic_load_balancer_names_its_machines_or_they_are_attached():
    named = CLASSIC.replace("MORE", "instances = [aws_instance.i.id]")
    assert instances(named)["aws_instance.i"].balanced_ports == [8000]
    attached = CLASSIC.replace("MORE", "") + (
        'resource "aws_elb_attachment" "a" {\n elb = aws_elb.e.id\n instance = aws_instance.i.id\n}'
    )
    assert instances(attached)["aws_instance.i"].balanced_ports == [8000]
    assert instances(CLASSIC.replace("MORE", ""))["aws_instance.i"].balanced_ports == []
    inside = named.replace('name      = "front"', "internal = true")
    assert instances(inside)["aws_instance.i"].balanced_ports == []


TEMPLATE = """
resource "aws_subnet" "s" { map_public_ip_on_launch = true }
resource "aws_subnet" "p" {}
resource "aws_launch_template" "t" {
  name = "gpu"
}
resource "aws_launch_configuration" "c" {}
"""


def group(body: str) -> str:
    return f'resource "aws_autoscaling_group" "g" {{\n vpc_zone_identifier = [aws_subnet.s.id]\n {body}\n}}\n'


BY_TEMPLATE = "launch_template {\n id = aws_launch_template.t.id\n }"
MIXED = (
    "mixed_instances_policy {\n launch_template {\n launch_template_specification {\n"
    " launch_template_id = aws_launch_template.t.id\n }\n }\n }"
)


@pytest.mark.parametrize(
    ("body", "template", "configuration"),
    [
        (BY_TEMPLATE, True, False),
        ('launch_template {\n name = "gpu"\n }', True, False),
        (MIXED, True, False),
        ("launch_configuration = aws_launch_configuration.c.name", False, True),
        (f"{BY_TEMPLATE}\n max_size = 0", False, False),
        ("launch_template {\n id = var.x\n }", False, False),
    ],
)
def test_a_group_starts_machines_from_a_template(body, template, configuration):
    found = instances('variable "x" {}\n' + TEMPLATE + group(body))
    assert found["aws_launch_template.t"].started is template
    assert found["aws_launch_configuration.c"].started is configuration
    assert found["aws_launch_template.t"].public_address is (True if template else UNSET)


def test_the_subnets_of_a_group_say_whether_its_machines_have_public_addresses():
    private = group(BY_TEMPLATE).replace("[aws_subnet.s.id]", "[aws_subnet.p.id]")
    assert instances(TEMPLATE + private)["aws_launch_template.t"].public_address is False
    either = group(BY_TEMPLATE).replace("[aws_subnet.s.id]", "[aws_subnet.p.id, aws_subnet.s.id]")
    assert instances(TEMPLATE + either)["aws_launch_template.t"].public_address is True
    unsaid = group(BY_TEMPLATE).replace("vpc_zone_identifier = [aws_subnet.s.id]", "")
    assert instances(TEMPLATE + unsaid)["aws_launch_template.t"].public_address is UNSET
    assert instances('resource "aws_instance" "i" {}')["aws_instance.i"].started is None


ATTACHMENT = """
resource "aws_autoscaling_attachment" "a" {
  autoscaling_group_name = aws_autoscaling_group.g.name
  lb_target_group_arn    = aws_lb_target_group.g.arn
}
"""
SOURCE = """
resource "aws_autoscaling_traffic_source_attachment" "a" {
  autoscaling_group_name = aws_autoscaling_group.g.id
  traffic_source {
    identifier = aws_lb_target_group.g.arn
  }
}
"""


@pytest.mark.parametrize(
    ("inside", "beside", "ports"),
    [
        ("target_group_arns = [aws_lb_target_group.g.arn]", "", [8000]),
        ("traffic_source {\n identifier = aws_lb_target_group.g.arn\n }", "", [8000]),
        ('load_balancers = ["front"]', "", [7000]),
        ("load_balancers = [aws_elb.e.name]", "", [7000]),
        (
            "",
            ATTACHMENT,
            [8000],
        ),
        (
            "",
            SOURCE,
            [8000],
        ),
        ("", "", []),
        ("target_group_arns = [aws_lb_target_group.other.arn]", "", []),
        ('load_balancers = ["other"]', "", []),
    ],
)
def test_a_group_registers_its_machines_with_load_balancers(inside, beside, ports):
    source = FRONT + rule(FORWARD) + TEMPLATE + group(f"{BY_TEMPLATE}\n{inside}") + beside
    source += '\nresource "aws_lb_target_group" "other" { port = 9000 }\n'
    source += CLASSIC.replace('resource "aws_instance" "i" {}', "").replace("MORE", "").replace("8000", "7000")
    assert instances(source)["aws_launch_template.t"].balanced_ports == ports


STACK = """
Resources:
  Subnet: {Type: AWS::EC2::Subnet, Properties: {MapPublicIpOnLaunch: true}}
  Machine: {Type: AWS::EC2::Instance, Properties: {InstanceType: g5.xlarge}}
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties: {LaunchTemplateData: {InstanceType: g5.xlarge}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internet-facing}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      DefaultActions: [{Type: fixed-response}]
  Rule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Actions: [{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref Targets}]}}]
      Conditions: [{Field: path-pattern, Values: ["/v1/*"]}]
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Port: 8000, Targets: [{Id: !Ref Machine, Port: 8001}]}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MaxSize: "2"
      VPCZoneIdentifier: [!Ref Subnet]
      TargetGroupARNs: [!Ref Targets]
      LaunchTemplate: {LaunchTemplateId: !Ref Template, Version: "1"}
"""


def test_cloudformation_says_the_same():
    found = instances(STACK, "stack.yaml")
    template, machine = found["Template"], found["Machine"]
    assert (template.started, template.public_address, template.balanced_ports) == (True, True, [8000])
    assert machine.balanced_ports == [8001]
    inside = instances(STACK.replace("internet-facing", "internal"), "stack.yaml")
    assert inside["Machine"].balanced_ports == inside["Template"].balanced_ports == []
    narrow = STACK.replace(
        'Conditions: [{Field: path-pattern, Values: ["/v1/*"]}]',
        "Conditions: [{Field: source-ip, SourceIpConfig: {Values: [198.51.100.0/24]}}]",
    )
    assert instances(narrow, "stack.yaml")["Machine"].balanced_ports == []
    classic = """
Resources:
  Machine: {Type: AWS::EC2::Instance, Properties: {InstanceType: g5.xlarge}}
  Front:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties: {Instances: [!Ref Machine], Listeners: [{LoadBalancerPort: "443", InstancePort: "8000"}]}
"""
    assert instances(classic, "stack.yaml")["Machine"].balanced_ports == [8000]
