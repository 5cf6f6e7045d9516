"""Previews and exported stacks: inputs with Terraform's names, unknowns and secrets."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from holdfast.collect.cloud import documents
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.pulumi import stack
from holdfast.collect.pulumi.stack import SECRET, SIGNATURE, is_stack, read
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret
from holdfast.core.known import Reference, Unknown

LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
BUCKET = "urn:pulumi:dev::p::aws:s3/bucket:Bucket::logs"
PROVIDER = "urn:pulumi:dev::p::pulumi:providers:aws::default"


def state(urn=BUCKET, inputs=None, type="aws:s3/bucket:Bucket", **more):
    return {"urn": urn, "type": type, "custom": True, "inputs": inputs or {}, **more}


def everything(document):
    return list(read(json.dumps(document).encode(), "stack.json"))


def exported(*states):
    return {"version": 3, "deployment": {"manifest": {}, "resources": list(states)}}


def test_an_exported_stack_gives_its_resources():
    found = everything(
        exported(
            state("urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", type="pulumi:pulumi:Stack", custom=False),
            state(PROVIDER, {"region": "eu-west-1"}, type="pulumi:providers:aws"),
            state(
                inputs={"__defaults": [], "forceDestroy": True, "tags": {"aB": 1}, "a/b": 1},
                provider=f"{PROVIDER}::id-1",
            ),
            state("urn:x::own", {"region": "own"}, external=True),
            state("urn:x::gone", delete=True),
        )
    )
    bucket, own = found
    assert (bucket.dialect, bucket.type, bucket.address, bucket.name, bucket.root) == (
        "pulumi",
        "aws:s3/bucket:Bucket",
        BUCKET,
        "logs",
        "stack.json",
    )
    assert bucket.attributes == {"force_destroy": True, "tags": {"aB": 1}, "a/b": 1}
    assert (bucket.region, own.region, own.data) == ("eu-west-1", "own", True)
    assert bucket.spots[""] == Spot(1, 1, "/deployment/resources/2")
    assert bucket.spots["force_destroy"] == Spot(1, 1, "/deployment/resources/2/inputs/forceDestroy")
    assert bucket.spots["a/b"].pointer.endswith("/a~1b")


def test_a_preview_gives_what_will_be():
    steps = [
        {"op": "create", "newState": state("urn::a")},
        {"op": "delete", "oldState": state("urn::b")},
        {"op": "discard-replaced", "newState": state("urn::c")},
        {"op": "same", "newState": state("urn::d")},
    ]
    assert [(each.address, each.region) for each in everything({"steps": steps})] == [
        ("urn::a", UNSET),
        ("urn::d", UNSET),
    ]


def test_unknowns_secrets_and_references():
    def sealed(**inner):
        return {SIGNATURE: SECRET, **inner}

    inputs = {
        "one": LATER, "two": LATER, "three": LATER, "list": [LATER, 1], "hidden": "[secret]", "plain": sealed(plaintext='"hunter2"'), "number": sealed(plaintext="5"), "cipher": sealed(ciphertext="x"), "broken": sealed(plaintext="{"), "asset": {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "x"},
    }  # fmt: skip
    (found,) = everything(
        exported(
            state(
                inputs=inputs,
                propertyDependencies={
                    "one": ["urn::a"],
                    "two": ["urn::a", "urn::b"],
                    "plain": ["urn::a"],
                    "three": None,
                },
            )
        )
    )
    values = found.attributes
    assert values["one"] == Reference("urn::a decides it", "", "urn::a")
    assert values["two"] == values["three"] == values["list"][0] == Unknown("known after it runs")
    assert (values["hidden"], values["cipher"], values["broken"]) == (
        Unknown("a secret"),
        Unknown("an encrypted secret"),
        Unknown("a secret that is no JSON"),
    )
    assert (values["plain"], type(values["plain"]), values["number"]) == ("hunter2", Secret, 5)
    assert values["asset"]["text"] == "x"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"steps": 5}',
        b'{"deployment": {}}',
        b'{"steps": ' + b"[" * 100_000,
        b'{"steps": [{"op": "\xff"}]}',
    ],
)
def test_what_is_no_stack_is_told(data):
    (found,) = read(data, "s")
    assert (type(found), found.kind) == (Gap, "unreadable")


def test_an_empty_stack_has_no_resources():
    assert everything(exported()) == []
    assert everything({"steps": []}) == []


def test_a_resource_that_cannot_be_decoded_is_told_alone():
    text = json.dumps(exported(state(inputs={"v": "HERE"}), state("urn::b"))).encode().replace(b"HERE", b"\xff")
    assert [type(each) for each in read(text, "s")] == [Gap, Resource]
    odd = exported(state())
    odd["deployment"]["resources"][0]["inputs"] = [1]
    assert everything(odd)[0].attributes == {}


def test_bounds_are_told(monkeypatch):
    monkeypatch.setattr(stack, "MAX_RESOURCES", 1)
    assert [type(each) for each in everything(exported(state(), state()))] == [Gap, Resource]
    monkeypatch.setattr(documents, "MAX_BYTES", 5)
    assert "at most 5 are read" in everything(exported())[0].reason


def test_stacks_are_recognised():
    assert is_stack(json.dumps(exported(state())).encode())
    assert not is_stack(b'{"steps": []}')
    assert not is_stack(b"urn:pulumi:")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", LATER, "[secret]", SECRET, '"']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "bC", SIGNATURE, "plaintext", "region"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(JSON, JSON)
def test_nothing_escapes(inputs, provider):
    document = exported(
        {**state(provider=f"{PROVIDER}::x"), "inputs": inputs},
        {**state(PROVIDER, type="pulumi:providers:aws"), "inputs": provider},
    )
    for each in everything(document):
        assert isinstance(each, Resource | Gap)
