"""Pulumi programs in YAML: resources with Terraform's names, and what stays open."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.pulumi.names import properties, snake, token
from holdfast.collect.pulumi.program import is_program, read
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret
from holdfast.core.known import Reference, Text, Unknown

HEAD = """
name: project
runtime: yaml
configuration:
  old: {type: String, default: was}
config:
  plain: 5
  named: {type: string, default: logs}
  given: {value: v}
  open: {type: string}
  password: {type: string, default: hunter2, secret: true}
  aws:region: eu-west-1
variables:
  one: ${named}-x
  two: {a: ["${one}", {b: 1}]}
  loop: ${pool}
  pool: ${loop}
resources:
  key: {type: "aws:kms:Key"}
  it:
    type: aws:s3:Bucket
"""


def everything(text, line=1):
    return list(read(text.encode(), "Pulumi.yaml", line))


def value(text):
    found = everything(f"{HEAD}    properties:\n      v: {text}\n")
    return found[-1].attributes["v"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", "a"), ("5", 5), ("${named}", "logs"), ("${old}", "was"), ("${plain}", 5), ("${given}", "v"), ("${open}", Unknown("the configuration open has no default")), ('"a-${one}"', "a-logs-x"), ("$${x}", "${x}"), ("a$${x}", "a${x}"), ("${two.a[0]}", "logs-x"), ("${two.a[1].b}", 1), ('${two["a"][0]}', "logs-x"), ("${two.c}", Unknown("two.c is known when the program runs")),
        ("${key.arn}", Reference("key decides it", "", "key", "arn")), ("${key.keyId[0].fooBar}", Reference("key decides it", "", "key", "key_id[0].foo_bar")), ("${key}", Reference("key decides it", "", "key", "")), ('"${key.arn}/*"', Text((Reference("key decides it", "", "key", "arn"), "/*"))), ("${pulumi.stack}", Unknown("pulumi.stack is known when the program runs")), ("${none}", Unknown("none is not declared")), ("${}", Unknown(" is known when the program runs")), ("${[0]}", Unknown("[0] is known when the program runs")), ("${loop}", Unknown("the variable loop needs itself")),
        ('"x${two}"', Unknown("a piece of text that is none")), ("[1, {a: b}]", [1, {"a": "b"}]), ("{fn::join: ['-', [a, '${plain}']]}", "a-5"), ("{fn::join: 5}", Unknown("fn::join of what is unknown")), ("{fn::split: ['-', a-b]}", ["a", "b"]), ("{fn::split: ['-', '${open}']}", Unknown("fn::split of what is unknown")), ("{fn::select: [1, [a, b]]}", "b"), ("{fn::select: [5, [a, b]]}", Unknown("fn::select of what is unknown")),
        ("{fn::toJSON: {b: 1, a: [x]}}", '{"a":["x"],"b":1}'), ("{fn::fromJSON: '[1]'}", [1]), ("{fn::toBase64: abc}", "YWJj"), ("{fn::toBase64: [1]}", Unknown("fn::toBase64 of what is unknown")), ("{fn::fromBase64: YWJj}", "abc"), ("{fn::fromBase64: '*'}", Unknown("fn::fromBase64 of what is unknown")), ("{fn::fromBase64: []}", Unknown("fn::fromBase64 of what is unknown")), ("{fn::secret: [1]}", [1]), ("{Fn::invoke: {function: x}}", Unknown("fn::invoke is not evaluated")),
        ("${two.a.b}", Unknown("two.a.b is known when the program runs")), ("${open.x}", Unknown("the configuration open has no default")),
    ],
)  # fmt: skip
def test_values(text, found):
    assert value(text) == found


def test_secrets_print_as_fingerprints():
    assert isinstance(value("${password}"), Secret)
    assert isinstance(value("{fn::secret: x}"), Secret)


def test_resources_have_places_regions_and_names():
    text = """
resources:
  us: {type: "pulumi:providers:aws", properties: {region: us-east-1}}
  bare: {type: "pulumi:providers:aws"}
  data:
    type: aws:s3:BucketV2
    options: {provider: "${us}"}
    properties:
      forceDestroy: true
      tags: {myTag: a}
      lifecycleRules:
        - enabledX: true
  other: {type: "aws:s3/bucket:Bucket", options: {provider: "${bare}"}}
  found: {type: "aws:ec2:Vpc", get: {id: x}}
  odd: {type: "aws:ec2:Vpc", properties: "${us}"}
  none: 5
"""
    found = {each.address: each for each in everything(text, line=10) if isinstance(each, Resource)}
    assert list(found) == ["data", "other", "found", "odd"]
    assert [each for each in everything(text, line=10) if isinstance(each, Gap)] == [
        Gap("Pulumi.yaml", "the resource none has no type", "unreadable", 25)
    ]
    data = found["data"]
    assert (data.dialect, data.type, data.region) == ("pulumi", "aws:s3/bucketV2:BucketV2", "us-east-1")
    assert data.attributes == {"force_destroy": True, "tags": {"myTag": "a"}, "lifecycle_rules": [{"enabled_x": True}]}
    assert data.spots[""] == Spot(14, 3)
    assert data.spots["tags.myTag"] == Spot(19, 14)
    assert data.spots["force_destroy"] == Spot(18, 7)
    assert data.spots["lifecycle_rules[0].enabled_x"] == Spot(21, 11)
    assert (found["other"].region, found["found"].data, found["odd"].attributes) == (UNSET, True, {})
    assert everything(HEAD)[0].region == "eu-west-1"


@pytest.mark.parametrize(
    ("text", "gaps"), [("a: [", 1), ("- 1", 0), ("resources: 5", 0), ("runtime: python", 0), ("resources: {}", 0)]
)
def test_what_is_no_program(text, gaps):
    assert [type(each) for each in everything(text)] == [Gap] * gaps


def test_programs_are_recognised():
    assert is_program(HEAD.encode())
    assert not is_program(b"name: a\nruntime: python")


@pytest.mark.parametrize(
    ("type", "found"),
    [("aws:s3:Bucket", "aws:s3/bucket:Bucket"), ("aws:s3/bucket:Bucket", "aws:s3/bucket:Bucket"), ("random:RandomPet", "random:index/randomPet:RandomPet"), ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:Deployment"), ("aws-native:s3:Bucket", "aws-native:s3:Bucket"), ("x", "x"), ("pulumi:providers:aws", "pulumi:providers:aws")],
)  # fmt: skip
def test_types_are_written_in_full(type, found):
    assert token(type) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("kmsKeyId", "kms_key_id"),
        ("arn", "arn"),
        ("aB", "a_b"),
        ("enableHTTPSOnly", "enable_https_only"),
        ("Sid", "Sid"),
        ("a-b", "a-b"),
        ("ipv6CidrBlocks", "ipv6_cidr_blocks"),
    ],
)
def test_names_are_those_of_terraform(name, found):
    assert snake(name) == found


def test_native_providers_keep_their_names():
    assert properties("kubernetes:core/v1:Pod", {"apiVersion": 1}) == {"apiVersion": 1}
    assert properties("aws:a/b:B", {"apiVersion": 1}) == {"api_version": 1}


def test_hostile_programs_end():
    chain = (
        "variables:\n"
        + "".join(f"  a{at}: ${{a{at + 1}}}\n" for at in range(3000))
        + "  a3000: 1\nresources: {r: {type: a:b:C, properties: {v: '${a0}'}}}"
    )
    assert isinstance(everything(chain)[0].attributes["v"], Unknown)
    double = (
        "variables:\n  a0: [1, 1]\n"
        + "".join(f"  a{at}: ['${{a{at - 1}}}', '${{a{at - 1}}}']\n" for at in range(1, 40))
        + "resources: {r: {type: a:b:C, properties: {v: {fn::toJSON: '${a39}'}}}}"
    )
    start = time.process_time()
    everything(double)
    assert time.process_time() - start < 20
    text = f"config: {{p: {'x' * 200_000}}}\nresources: {{r: {{type: a:b:C, properties: {{v: '{'${p}' * 9}'}}}}}}"
    assert isinstance(everything(text)[-1], Gap)
    assert "nested more than 36 deep" in str(value("[" * 80 + "]" * 80))


PIECES = st.recursive(
    st.sampled_from(["a", "${key.arn}", "${one}", "${loop}", "${open}", "1", "null", "'x${two.a[0]}'", "${"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]") | st.tuples(st.sampled_from(["a", "fn::join", "fn::select", "fn::split", "fn::toJSON", "fn::toBase64", "fn::secret", "fn::fromJSON"]), inner).map("{{{0[0]}: {0[1]}}}".format),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_nothing_escapes(text):
    for each in everything(f"{HEAD}    properties: {{v: {text}}}\n"):
        assert isinstance(each, Resource | Gap)
