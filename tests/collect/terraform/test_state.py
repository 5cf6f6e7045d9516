"""The files in which Terraform keeps its states."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.collect.cloud.declaring import assets, gaps

from holdfast.collect.cloud import documents
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.terraform.state import is_state, read
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret


def state(*resources, **more):
    whole = {"version": 4, "terraform_version": "1.13.0", "serial": 3, "lineage": "x", "outputs": {}, **more}
    return json.dumps({**whole, "resources": [{"mode": "managed", "provider": "p", **each} for each in resources]})


def instance(attributes, **more):
    return {"schema_version": 1, "attributes": attributes, **more}


DATABASE = {
    "type": "aws_db_instance", "name": "db", "module": 'module.data["eu"]',
    "instances": [
        instance({"identifier": "a", "password": "Sup3rS3cret!", "publicly_accessible": True}, index_key="one",
                 sensitive_attributes=[[{"type": "get_attr", "value": "password"}]]),
        instance({"identifier": "b"}, index_key=1, sensitive_attributes=None),
        instance({"identifier": "c"}, deposed="00ff"),
    ],
}  # fmt: skip


def test_instances_are_resources_with_what_they_are():
    first, second = read(state(DATABASE).encode(), "terraform.tfstate")
    assert [each.address for each in (first, second)] == [
        'module.data["eu"].aws_db_instance.db["one"]', 'module.data["eu"].aws_db_instance.db[1]',
    ]  # fmt: skip
    assert isinstance(first.attributes["password"], Secret)
    assert first.spots["password"].pointer == "/resources/0/instances/0/attributes/password"
    assert second.spots[""].pointer == "/resources/0/instances/1"


def test_what_is_looked_up_is_no_resource():
    looked_up = {"mode": "data", "type": "aws_s3_bucket", "name": "b", "instances": [instance({"bucket": "b"})]}
    (found,) = read(state(looked_up).encode(), "a.tfstate")
    assert isinstance(found, Resource)
    assert (found.address, found.data) == ("data.aws_s3_bucket.b", True)


@pytest.mark.parametrize("path", ["terraform.tfstate", "backup.json"])
def test_a_state_becomes_assets(path):
    bucket = {"type": "aws_s3_bucket", "name": "b", "instances": [instance({"bucket": "x", "id": "x"})]}
    block = {
        "type": "aws_s3_bucket_public_access_block",
        "name": "b",
        "instances": [instance({"bucket": "x", "block_public_acls": False})],
    }
    (found,) = assets(state(bucket, block), path)
    assert (found.facts.name, found.facts.public_block) == ("x", False)


def test_states_of_other_formats_and_what_is_none():
    (gap,) = gaps(state(version=3), "terraform.tfstate")
    assert (gap.kind, gap.reason) == ("unreadable", "a state of format 3, of which 4 alone is known")
    (gap,) = gaps(state().replace('"resources": []', '"resources": 1'), "terraform.tfstate")
    assert gap.reason.startswith("not the JSON of a state: ")
    assert not is_state(b'{"version": 4, "serial": 1}')
    assert assets("{}", "terraform.tfstate") == []


def test_a_state_beyond_all_bounds_is_not_read(monkeypatch):
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    (gap,) = read(state().encode(), "a.tfstate")
    assert isinstance(gap, Gap)
    assert gap.reason.endswith("at most 10 are read")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "name", "mode", "instances", "attributes", "index_key", "sensitive_attributes", "value", "deposed"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(JSON, max_size=4))
def test_nothing_escapes(resources):
    text = json.dumps({"version": 4, "serial": 1, "lineage": "x", "resources": resources}).encode()
    assert is_state(text)
    assert all(isinstance(each, Resource | Gap) for each in read(text, "a.tfstate"))


def test_nesting_beyond_all_bounds_is_told_in_plain_words():
    deep = state().replace('"outputs": {}', '"outputs": ' + "[" * 5_000 + "]" * 5_000)
    (gap,) = gaps(deep, "terraform.tfstate")
    assert gap.reason == "not the JSON of a state: nested too deep"


def test_a_state_is_known_whatever_the_order_of_its_keys():
    bucket = {"type": "aws_s3_bucket", "name": "b", "instances": [instance({"bucket": "x", "id": "x"})]}
    whole = json.loads(state(bucket))
    (found,) = assets(json.dumps(whole, sort_keys=True), "terraform.tfstate")
    assert found.facts.name == "x"


def test_an_encrypted_state_is_told():
    (gap,) = gaps(json.dumps({"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "AAAA"}), "terraform.tfstate")
    assert gap.reason.startswith("an encrypted state")
