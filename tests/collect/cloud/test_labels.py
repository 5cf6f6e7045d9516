"""Labels reach the asset, wherever a configuration writes them: in a companion, in a block, in the provider."""

from __future__ import annotations

import pytest
from tests.collect.cloud.declaring import assets, one

SERVED = """
resource "aws_sagemaker_model" "it" {
  name = "chat"
  tags = { owner = "models", purpose = "chat" }
}
resource "aws_sagemaker_endpoint_configuration" "it" {
  name = "chat"
  production_variants {
    model_name = aws_sagemaker_model.it.name
  }
}
"""
PROVIDERS = """
provider "aws" {
  default_tags {
    tags = { owner = "platform", environment = "production" }
  }
}
provider "google" {
  default_labels = { owner = "platform", environment = "production" }
}
"""
DEFAULT = {"owner": "platform", "environment": "production"}


def endpoint(name: str, tags: str) -> str:
    return f'resource "aws_sagemaker_endpoint" "{name}" {{\n endpoint_config_name = aws_sagemaker_endpoint_configuration.it.name\n tags = {tags}\n}}\n'


def test_an_endpoint_has_the_tags_of_its_resource() -> None:
    assert one(SERVED).labels == {"owner": "models", "purpose": "chat"}
    found = one(SERVED + endpoint("a", '{ owner = "ml", environment = "production" }'))
    assert found.labels == {"owner": "ml", "environment": "production", "purpose": "chat"}


def test_of_several_endpoints_count_the_tags_on_which_they_agree() -> None:
    first, second = '{ owner = "ml", environment = "production" }', '{ owner = "ml", environment = "staging" }'
    found = one(SERVED + endpoint("a", first) + endpoint("b", second))
    assert found.labels == {"owner": "ml", "purpose": "chat"}


def test_an_endpoint_of_another_model_says_nothing() -> None:
    other = 'resource "aws_sagemaker_endpoint" "x" {\n endpoint_config_name = "other"\n tags = { owner = "x" }\n}\n'
    assert one(SERVED + other).labels == {"owner": "models", "purpose": "chat"}


def test_the_tags_of_an_endpoint_in_a_template() -> None:
    found = one(
        """\
        Resources:
          Model: {Type: "AWS::SageMaker::Model", Properties: {ModelName: chat}}
          Config:
            Type: AWS::SageMaker::EndpointConfig
            Properties:
              ProductionVariants: [{ModelName: !GetAtt Model.ModelName, VariantName: a}]
          Endpoint:
            Type: AWS::SageMaker::Endpoint
            Properties:
              EndpointConfigName: !GetAtt Config.EndpointConfigName
              Tags: [{Key: owner, Value: ml}]
        """,
        "stack.yaml",
        "endpoint",
    )
    assert found.labels == {"owner": "ml"}


@pytest.mark.parametrize(
    ("resource", "labels"),
    [
        ('resource "aws_sagemaker_model" "it" {\n name = "a"\n}\n', DEFAULT),
        ('resource "aws_sqs_queue" "it" {\n name = "a"\n tags = { owner = "ml" }\n}\n', {**DEFAULT, "owner": "ml"}),
        ('resource "google_pubsub_topic" "it" {\n name = "a"\n labels = { owner = "ml" }\n}\n', {**DEFAULT, "owner": "ml"}),
        ('resource "google_cloud_run_service" "it" {\n name = "vllm"\n metadata {\n labels = { owner = "ml" }\n }\n}\n', {**DEFAULT, "owner": "ml"}),
        ('resource "google_sql_database_instance" "it" {\n settings {\n user_labels = { owner = "ml" }\n }\n}\n', {"owner": "ml"}),
        ('resource "google_service_account" "it" {\n account_id = "a"\n}\n', {}),
    ],
)  # fmt: skip
def test_labels_of_the_provider_and_of_blocks(resource: str, labels: dict[str, str]) -> None:
    assert one(PROVIDERS + resource).labels == labels


@pytest.mark.parametrize("type", ["google_storage_bucket", "google_compute_instance"])
def test_facts_hold_the_labels_of_the_provider(type: str) -> None:
    found = one(f'{PROVIDERS}resource "{type}" "it" {{\n name = "a"\n labels = {{ owner = "ml" }}\n}}\n')
    assert found.facts.tags == {**DEFAULT, "owner": "ml"}  # type: ignore[attr-defined]


TEMPLATE = """
resource "aws_launch_template" "it" {
  tags = { owner = "platform", team = "a" }
  tag_specifications {
    resource_type = "instance"
    tags = { owner = "ml", purpose = "train" }
  }
  tag_specifications {
    resource_type = "volume"
    tags = { purpose = "disk" }
  }
}
resource "aws_instance" "it" {
  launch_template {
    id = aws_launch_template.it.id
  }
  tags = { owner = "me" }
}
"""


def test_machines_have_the_tags_that_their_template_gives_them() -> None:
    template, machine = (each.facts.tags for each in assets(TEMPLATE))  # type: ignore[attr-defined]
    assert template == {"owner": "ml", "team": "a", "purpose": "train"}
    assert machine == {"owner": "me", "purpose": "train"}
