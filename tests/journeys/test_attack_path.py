"""The reference case: a model server behind a weak shared token, a GPU machine with a broad role, internal documents.

It comes out as exactly one path, and each of its conditions is one: without it, there is none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run

ESTATE = (Path(__file__).parents[2] / "examples/estate/cloud/assistant.tf").read_text()
ROLE_LINE = "  iam_instance_profile        = aws_iam_instance_profile.assistant.name\n"
NEAR_MISSES = {
    "real authentication in front": ("--host 0.0.0.0 --port 8000 --api-key team-token", "--host 127.0.0.1 --port 8000"),
    "a long random token": ("team-token", "9f0c1b7d5e3a4820b6d7c8e9f0a1b2c3"),
    "a private network": ('cidr_blocks = ["0.0.0.0/0"]', 'cidr_blocks = ["10.20.0.0/16"]'),
    "no public address": ("associate_public_ip_address = true", "associate_public_ip_address = false"),
    "a narrow role": ('Resource = "*"', 'Resource = "arn:aws:s3:::acme-checkpoints/*"'),
    "public documents": ('data-classification = "internal"', 'data-classification = "public"'),
    "an instance without the role": (ROLE_LINE, ""),
}


BUCKET = 'resource "aws_s3_bucket" "documents" {\n'
ELSEWHERE = """
provider "aws" {
  alias = "other"
  assume_role {
    role_arn = "arn:aws:iam::999999999999:role/x"
  }
}
"""
REFUSAL = """
resource "aws_s3_bucket_policy" "refusal" {
  bucket = aws_s3_bucket.documents.id
  policy = jsonencode({ Statement = [{
    Effect = "Deny", Action = "s3:*", Principal = { AWS = aws_iam_role.assistant.arn }, Resource = "*"
  }] })
}
"""


@pytest.fixture
def paths(holdfast: Run, tmp_path: Path) -> Any:
    def found(text: str) -> Any:
        (tmp_path / "assistant.tf").write_text(text)
        return json.loads(holdfast("check", str(tmp_path), "--format", "json").out)["paths"]

    return found


def test_the_reference_case_is_exactly_one_path(paths: Any) -> None:
    (path,) = paths(ESTATE)
    assert [step["relation"] for step in path["steps"]] == ["reachable_from", "runs_on", "assumes", "reads"]
    assert [[each["rule"] for each in step["opened_by"]] for step in path["steps"]] == [
        ["server-behind-weak-token"],
        [],
        [],
        [],
    ]
    assert (path["data_class"], path["certain"], path["also_from"]) == ("internal", True, [])
    assert [each["rule"] for each in path["steps"][-1]["unseen"]] == ["bucket-without-access-logs"]
    assert [[each["rule"] for each in cut["findings"]] for cut in path["cut"]] == [["server-behind-weak-token"]]


@pytest.mark.parametrize("miss", NEAR_MISSES)
def test_a_near_miss_is_no_path(paths: Any, miss: str) -> None:
    before, after = NEAR_MISSES[miss]
    assert before in ESTATE
    assert paths(ESTATE.replace(before, after)) == []


def test_a_fact_that_is_not_seen_makes_the_path_possible(paths: Any) -> None:
    (path,) = paths(ESTATE.replace('cidr_blocks = ["0.0.0.0/0"]', "cidr_blocks = var.clients"))
    assert not path["certain"]
    assert not path["steps"][0]["certain"]


def test_a_role_that_only_another_service_gets_is_no_machines(paths: Any) -> None:
    assert "ec2.amazonaws.com" in ESTATE
    assert paths(ESTATE.replace("ec2.amazonaws.com", "lambda.amazonaws.com")) == []


def test_a_bucket_that_refuses_the_role_by_reference_is_not_certain(paths: Any) -> None:
    assert [path["certain"] for path in paths(ESTATE + REFUSAL)] in ([], [False])


def test_a_bucket_in_another_account_is_not_certain(paths: Any) -> None:
    assert BUCKET in ESTATE
    there = ESTATE.replace(BUCKET, f"{BUCKET}  provider = aws.other\n") + ELSEWHERE
    assert [path["certain"] for path in paths(there)] == [False]
    variable = there.replace('"arn:aws:iam::999999999999:role/x"', "var.role") + 'variable "role" {}\n'
    assert [path["certain"] for path in paths(variable)] == [False]
    alike = variable.replace('provider "aws" {\n  alias = "other"', 'provider "aws" {').replace("aws.other", "aws")
    assert [path["certain"] for path in paths(alike)] == [True]
    known = there + 'provider "aws" {\n  allowed_account_ids = ["123456789012"]\n}\n'
    assert paths(known) == []


def subnet(rule: str) -> str:
    """The reference case in a subnet whose access list has one rule."""
    machine = "  associate_public_ip_address = true\n"
    assert machine in ESTATE
    listed = f"""
resource "aws_subnet" "near" {{
  map_public_ip_on_launch = true
}}
resource "aws_network_acl" "near" {{
  subnet_ids = [aws_subnet.near.id]
  ingress {{
    rule_no    = 1
    from_port  = 0
    to_port    = 0
    {rule}
  }}
}}
"""
    return ESTATE.replace(machine, f"{machine}  subnet_id = aws_subnet.near.id\n") + listed


@pytest.mark.parametrize(
    ("rule", "certain"),
    [
        ('action = "deny"\n    protocol = "-1"\n    cidr_block = "0.0.0.0/0"', []),
        ('action = "allow"\n    protocol = "-1"\n    cidr_block = "0.0.0.0/0"', [True]),
        ('action = "allow"\n    protocol = "tcp"\n    cidr_block = "0.0.0.0/0"', [False]),
    ],
)
def test_the_access_list_of_the_subnet_decides_too(paths: Any, rule: str, certain: list[bool]) -> None:
    assert [path["certain"] for path in paths(subnet(rule))] == certain


BALANCED = """
resource "aws_lb" "front" {
  internal = false
}
resource "aws_lb_target_group" "front" {
  port = 8000
}
resource "aws_lb_target_group_attachment" "front" {
  target_group_arn = aws_lb_target_group.front.arn
  target_id        = aws_instance.assistant.id
}
resource "aws_lb_listener" "front" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.front.arn
  }
}
"""


def test_a_load_balancer_in_front_of_a_private_machine_is_a_way_in(paths: Any) -> None:
    inner = ESTATE.replace("associate_public_ip_address = true", "associate_public_ip_address = false")
    assert [path["certain"] for path in paths(inner + BALANCED)] == [False]
    assert paths(inner + BALANCED.replace("internal = false", "internal = true")) == []


def test_a_token_that_everybody_tries_is_the_weakest(paths: Any) -> None:
    (path,) = paths(ESTATE.replace("team-token", "changeme"))
    assert path["certain"]
    assert paths(ESTATE.replace("team-token", "'<token>'")) == []


def test_everybody_by_ipv6_alone_is_possible(paths: Any) -> None:
    (path,) = paths(ESTATE.replace('cidr_blocks = ["0.0.0.0/0"]', 'ipv6_cidr_blocks = ["::/0"]'))
    assert not path["steps"][0]["certain"]


def test_logs_are_what_makes_it_seen(paths: Any) -> None:
    logged = 'resource "aws_s3_bucket_logging" "d" {\n  bucket = aws_s3_bucket.documents.id\n  target_bucket = "l"\n}\n'
    (path,) = paths(ESTATE + logged)
    assert path["steps"][-1]["unseen"] == []


def test_a_container_gets_the_role_only_where_the_metadata_service_answers_it(paths: Any) -> None:
    served = "/opt/venv/bin/vllm serve ourorg/assistant-8b --host 0.0.0.0 --port 8000 --api-key team-token"
    docker = "docker run -d -p 8000:8000 vllm/vllm-openai:v1.0.0 --model ourorg/assistant-8b --api-key team-token"
    contained = ESTATE.replace(served, docker)
    assert paths(contained) == []
    (path,) = paths(contained.replace("hop_limit = 1", "hop_limit = 2"))
    assert [step["relation"] for step in path["steps"]] == ["reachable_from", "runs_on", "assumes", "reads"]
    (path,) = paths(contained.replace("docker run -d", "docker run -d --privileged"))
    assert [each["rule"] for each in path["steps"][2]["opened_by"]] == ["privileged-container"]


def test_text_ends_with_the_path(holdfast: Run, tmp_path: Path) -> None:
    (tmp_path / "assistant.tf").write_text(ESTATE)
    said = holdfast("check", str(tmp_path)).out
    lines = said[said.index("attack path") :].splitlines()
    assert lines[0] == "attack path from the internet to bucket aws_s3_bucket.documents (internal data)"
    assert lines[1].startswith("   1  gets into server script.vllm: server-behind-weak-token, id ")
    assert lines[2:6] == [
        "   2  acts on instance aws_instance.assistant",
        "   3  acts as identity aws_iam_role.assistant",
        "   4  reads bucket aws_s3_bucket.documents",
        "      unseen, because of bucket-without-access-logs",
    ]
    assert lines[6].startswith("  cut: repair server-behind-weak-token (id ")
