"""Machines of a cloud behind load balancers and in groups, and what they lead to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run

GROUP = """
resource "aws_iam_role" "serving" {
  name               = "serving"
  assume_role_policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" }
  }] })
}
resource "aws_iam_role_policy" "serving" {
  role   = aws_iam_role.serving.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::corpus/*" }] })
}
resource "aws_iam_instance_profile" "serving" { role = aws_iam_role.serving.name }
resource "aws_s3_bucket" "corpus" { bucket = "corpus" }
resource "aws_launch_template" "gpu" {
  instance_type = "g5.xlarge"
  iam_instance_profile { name = aws_iam_instance_profile.serving.name }
  network_interfaces {
    security_groups             = [aws_security_group.serving.id]
    associate_public_ip_address = false
  }
  metadata_options { http_tokens = "required" }
  user_data = base64encode(<<-EOT
    #!/bin/bash
    vllm serve m --host 0.0.0.0 --port 8000 --api-key team-token
  EOT
  )
}
resource "aws_security_group" "serving" {
  ingress {
    from_port   = 8000
    to_port     = 8000
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_autoscaling_group" "serving" {
  max_size            = 4
  vpc_zone_identifier = [aws_subnet.near.id]
  target_group_arns   = [aws_lb_target_group.serving.arn]
  launch_template { id = aws_launch_template.gpu.id }
}
resource "aws_subnet" "near" {}
resource "aws_lb" "front" {}
resource "aws_lb_listener" "front" {
  load_balancer_arn = aws_lb.front.arn
  port              = 443
  default_action { type = "fixed-response" }
}
resource "aws_lb_listener_rule" "front" {
  listener_arn = aws_lb_listener.front.arn
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.serving.arn
  }
}
resource "aws_lb_target_group" "serving" { port = 8000 }
"""
NEAR_MISSES = {
    "an internal balancer": ('resource "aws_lb" "front" {}', 'resource "aws_lb" "front" { internal = true }'),
    "another port": ('"serving" { port = 8000 }', '"serving" { port = 9000 }'),
    "a template that nobody starts": ("launch_template { id = aws_launch_template.gpu.id }", ""),
    "a group behind no balancer": ("target_group_arns   = [aws_lb_target_group.serving.arn]", ""),
    "no machine at all": ("max_size            = 4", "max_size = 0"),
    "a login in front": (
        '  action {\n    type             = "forward"',
        '  action { type = "authenticate-oidc" }\n  action {\n    type             = "forward"',
    ),
    "a role for functions": ("ec2.amazonaws.com", "lambda.amazonaws.com"),
}


@pytest.fixture
def paths(holdfast: Run, tmp_path: Path) -> Any:
    def found(text: str) -> list[tuple[bool, list[tuple[str, str]]]]:
        (tmp_path / "main.tf").write_text(text)
        told = json.loads(holdfast("check", str(tmp_path), "--format", "json").out)["paths"]
        return [
            (path["certain"], [(step["relation"], step["to"].rpartition("/")[2]) for step in path["steps"]])
            for path in told
        ]

    return found


def test_a_group_behind_a_rule_of_a_load_balancer_is_exactly_one_path(paths: Any) -> None:
    # What stands between balancer and machine was not judged, so the path is possible.
    assert paths(GROUP) == [
        (
            False,
            [
                ("reachable_from", "script.vllm"),
                ("runs_on", "aws_launch_template.gpu"),
                ("assumes", "aws_iam_role.serving"),
                ("reads", "aws_s3_bucket.corpus"),
            ],
        )
    ]


@pytest.mark.parametrize("miss", NEAR_MISSES)
def test_without_one_of_its_conditions_there_is_none(paths: Any, miss: str) -> None:
    old, new = NEAR_MISSES[miss]
    assert old in GROUP
    assert paths(GROUP.replace(old, new)) == []


INSIDE = """
resource "aws_vpc" "main" { cidr_block = "10.20.0.0/16" }
resource "aws_subnet" "near" {
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true
}
resource "aws_security_group" "front" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 8000
    to_port     = 8000
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "cache" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 6379
    to_port         = 6379
    protocol        = "tcp"
    security_groups = [aws_security_group.front.id]
  }
}
resource "aws_instance" "serving" {
  instance_type          = "g5.xlarge"
  subnet_id              = aws_subnet.near.id
  vpc_security_group_ids = [aws_security_group.front.id]
  user_data              = <<-EOT
    #!/bin/bash
    vllm serve m --host 0.0.0.0 --port 8000 --api-key team-token
  EOT
}
resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id = "sessions"
  security_group_ids   = [aws_security_group.cache.id]
}
"""
INTO = [("reachable_from", "script.vllm"), ("runs_on", "aws_instance.serving")]
BY_GROUP = [
    *INTO,
    ("in_zone", "aws_security_group.front"),
    ("reachable_from", "aws_elasticache_replication_group.sessions"),
]
BY_NETWORK = [*INTO, ("in_zone", "aws_vpc.main"), BY_GROUP[-1]]
FROM_GROUP = "security_groups = [aws_security_group.front.id]"


def test_a_machine_reaches_the_cache_whose_group_lets_its_own_in(paths: Any) -> None:
    assert paths(INSIDE) == [(True, BY_GROUP)]
    assert FROM_GROUP in INSIDE
    near_misses = (
        INSIDE.replace(FROM_GROUP, "security_groups = [aws_security_group.other.id]")
        + 'resource "aws_security_group" "other" {}\n',
        INSIDE.replace("from_port       = 6379", "from_port = 7000").replace(
            "to_port         = 6379", "to_port = 7000"
        ),
        INSIDE.replace("replication_group_id", "auth_token = var.token\n  replication_group_id")
        + 'variable "token" {}\n',
        INSIDE.replace(FROM_GROUP, 'cidr_blocks = ["10.20.9.9/32"]'),
        INSIDE.replace(FROM_GROUP, 'cidr_blocks = ["10.99.0.0/16"]'),
        INSIDE.replace('cidr_blocks = ["0.0.0.0/0"]\n  }\n  egress', 'cidr_blocks = ["10.0.0.0/8"]\n  }\n  egress'),
    )
    for each in near_misses:
        assert each != INSIDE
        assert paths(each) == []


def test_a_rule_for_the_whole_network_lets_all_of_its_machines_in(paths: Any) -> None:
    assert paths(INSIDE.replace(FROM_GROUP, 'cidr_blocks = ["10.0.0.0/8"]')) == [(True, BY_NETWORK)]
    assert paths(INSIDE.replace(FROM_GROUP, 'cidr_blocks = ["10.20.0.0/20"]')) == [(False, BY_NETWORK)]
    elsewhere = INSIDE.replace('"cache" {\n  vpc_id = aws_vpc.main.id', '"cache" {\n  vpc_id = aws_vpc.other.id')
    elsewhere += 'resource "aws_vpc" "other" { cidr_block = "10.30.0.0/16" }\n'
    assert paths(elsewhere.replace(FROM_GROUP, 'cidr_blocks = ["10.0.0.0/8"]')) == []


def test_what_a_group_lets_out_was_not_seen_everywhere(paths: Any) -> None:
    start = INSIDE.index("  egress {")
    silent = INSIDE[:start] + INSIDE[INSIDE.index("}\n}\n", start) + 2 :]
    assert paths(silent) == [(False, BY_GROUP)]
