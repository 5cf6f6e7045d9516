"""Collections of OpenSearch Serverless."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import facts, one

COLLECTION = (
    'variable "x" {}\nresource "aws_opensearchserverless_collection" "c" {\n name = "docs"\n type = "VECTORSEARCH"\n}\n'
)


def network(resources='["collection/docs"]', public="true", type='"network"', kind="collection"):
    policy = f'jsonencode([{{ Rules = [{{ ResourceType = "{kind}", Resource = {resources} }}], AllowFromPublic = {public} }}])'
    return f'resource "aws_opensearchserverless_security_policy" "n" {{\n name = "n"\n type = {type}\n policy = {policy}\n}}\n'


@pytest.mark.parametrize(
    ("policy", "public"),
    [
        ("", UNSET),
        (network(), True),
        (network('["collection/d*"]'), True),
        (network('["collection/other"]'), False),
        (network(public="false"), False),
        (network(public="var.x"), UNSET),
        (network("[var.x]"), UNSET),
        (network("var.x"), UNSET),
        (network(kind="dashboard"), False),
        (network(type="var.x"), True),
        (network(type='"encryption"'), UNSET),
        ('resource "aws_opensearchserverless_security_policy" "n" {\n type = "network"\n policy = var.x\n}\n', UNSET),
        ('resource "aws_opensearchserverless_security_policy" "n" {\n type = "network"\n policy = jsonencode([{}])\n}\n', False),
    ],
)  # fmt: skip
def test_who_reaches_a_collection(policy, public):
    assert facts(COLLECTION + policy).public_network is public


def test_a_collection_whose_name_is_open_is_meant_by_all():
    unnamed = COLLECTION.replace('"docs"', "var.x")
    assert facts(unnamed + network()).public_network is UNSET
    assert facts(unnamed + network('["collection/*"]')).public_network is True


def test_the_policy_is_the_place():
    found = one(COLLECTION + network())
    assert found.spots["public_network"].line == 9


@pytest.mark.parametrize(
    ("key", "word"), [("AWSOwnedKey = true", "provider"), ('KmsARN = "arn:aws:kms:::key/1"', "kms")]
)
def test_keys(key, word):
    rules = '[{ ResourceType = "collection", Resource = ["collection/*"] }]'
    policy = f'resource "aws_opensearchserverless_security_policy" "e" {{\n type = "encryption"\n policy = jsonencode({{ Rules = {rules}, {key} }})\n}}\n'
    assert facts(COLLECTION + policy).encryption == word
    assert facts(COLLECTION + policy.replace("collection/*", "collection/x")).encryption is UNSET


def test_templates():
    rules = [{"Rules": [{"ResourceType": "collection", "Resource": ["collection/docs"]}], "AllowFromPublic": True}]
    resources = {
        "C": {"Type": "AWS::OpenSearchServerless::Collection", "Properties": {"Name": "docs", "Type": "VECTORSEARCH"}},
        "N": {"Type": "AWS::OpenSearchServerless::SecurityPolicy", "Properties": {"Name": "n", "Type": "network", "Policy": json.dumps(rules)}},
    }  # fmt: skip
    assert facts(json.dumps({"Resources": resources}), "t.json").public_network is True
