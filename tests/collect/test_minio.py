"""Buckets that commands of MinIO's client let everybody into, and policies in files of their own."""

from __future__ import annotations

import json

import pytest
from tests.collect.configs.on_disk import findings, gaps, items

from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.kinds.bucket import Bucket


def buckets(root, files):
    return [item for item in items(root, files) if isinstance(item, Asset) and isinstance(item.facts, Bucket)]


@pytest.mark.parametrize(
    ("command", "name", "reads", "writes"),
    [
        ("mc anonymous set public store/models", "models", True, True),
        ("mc --insecure -C /tmp anonymous set download store/models/v1/", "models", True, False),
        ("/usr/bin/mcli policy set upload store/in", "in", False, True),
        ("mc policy public store/models", "models", True, True),
        ("sudo mc anonymous set private store/models", "models", False, False),
        ("mc anonymous set none store/models", "models", False, False),
        ("mc anonymous set public store/$BUCKET", UNSET, True, True),
        ("mc anonymous set public s3/models", "models", UNSET, UNSET),
        ("docker run --rm minio/mc anonymous set public store/models", "models", True, True),
    ],
)
def test_commands(tmp_path, command, name, reads, writes):
    (found,) = buckets(tmp_path, {"a.sh": f"#!/bin/sh\n{command}\n"})
    assert (found.facts.name, found.facts.public_read, found.facts.public_write) == (name, reads, writes)
    assert found.partial
    assert found.spots[""].line == 2


@pytest.mark.parametrize(
    "command",
    [
        "mc anonymous set public store", "mc anonymous set custom store/a", "mc anonymous get store/a", "mc ls store/a",
        "mc anonymous set-json p.json store/a", "mc policy", "echo anonymous set public store/a mc",
        "mc anonymous set public", "docker run --rm busybox anonymous set public store/a",
    ],
)  # fmt: skip
def test_other_commands_open_nothing(tmp_path, command):
    assert buckets(tmp_path, {"a.sh": f"{command}\n"}) == []


def test_the_same_bucket_twice_and_in_a_job(tmp_path):
    job = (
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, namespace: b}\nspec:\n  template:\n    spec:\n      containers:\n"
        "        - {name: c, image: 'minio/mc:1', command: [sh, -c, 'mc anonymous set public s/a; mc anonymous set download s/a']}\n"
        "        - {name: d, image: 'minio/mc:1', args: [anonymous, set, public, s/a]}\n"
    )
    found = [item.id.rpartition("/")[2] for item in buckets(tmp_path, {"job.yaml": job})]
    assert found == ["Job.b.a.c.a", "Job.b.a.c.a~2", "Job.b.a.d.a"]


def policy(principal, resource="arn:aws:s3:::models/*", action="s3:GetObject"):
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}


@pytest.mark.parametrize(
    ("statements", "rules"),
    [
        ([policy("*")], {"bucket-publicly-readable"}),
        ([policy({"AWS": ["*"]}, action=["s3:GetObject", "s3:PutObject"])], {"bucket-publicly-readable", "bucket-publicly-writable"}),
        (policy({"AWS": "arn:aws:iam::123456789012:role/reader"}), set()),
    ],
)  # fmt: skip
def test_policies_in_files_of_their_own(tmp_path, statements, rules):
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    found = {rule for rule, status, _ in findings(tmp_path, {"p.json": text}, "ai-default") if status == "fail"}
    assert found == rules


def test_what_is_no_policy_of_a_bucket(tmp_path):
    texts = [
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::a"}]},
        {"Version": "2012-10-17", "Statement": [policy("*", "arn:aws:sqs:eu-west-1:1:a")], "Id": "arn:aws:s3:::a"},
        {"Statement": [policy("*")], "More": 1},
        {"Version": "arn:aws:s3:::a"},
    ]
    assert buckets(tmp_path, {f"{at}.json": json.dumps(text) for at, text in enumerate(texts)}) == []


def test_a_policy_that_no_service_stores_is_told(tmp_path):
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**policy("*"), "Effect": "Maybe"}]})
    assert gaps(tmp_path, {"p.json": text}) == [("p.json", "unreadable", 1)]


def test_several_buckets_have_no_name(tmp_path):
    text = json.dumps({"Statement": [policy("*"), policy("*", ["arn:aws:s3:::other/*"])], "Version": "2012-10-17"})
    (found,) = buckets(tmp_path, {"p.json": text})
    assert found.facts.name is UNSET
