"""Plans and states: exact values, what is known after apply, and bounds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from holdfast.collect.cloud import documents
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.terraform import plan
from holdfast.collect.terraform.plan import is_plan, read
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret
from holdfast.core.known import Reference, Unknown

AFTER = Unknown("known after apply")


def thing(
    address, values=None, secret=None, mode="managed", index=None, provider="registry.terraform.io/hashicorp/aws"
):
    type, name = address.split("[")[0].split(".")[-2:]
    found = {
        "address": address,
        "mode": mode,
        "type": type,
        "name": name,
        "provider_name": provider,
        "values": values or {},
        "sensitive_values": secret or {},
    }
    return found if index is None else {**found, "index": index}


def changed(address, unknown):
    return {
        "address": address,
        "change": {"actions": ["create"], "before": None, "after": {}, "after_unknown": unknown},
    }


def planned(*things, children=(), **more):
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": list(things), "child_modules": list(children)}},
        **more,
    }


def everything(document):
    return list(read(json.dumps(document).encode(), "plan.json"))


def test_a_plan_gives_its_resources_with_their_modules():
    child = {
        "address": "module.m",
        "resources": [thing("module.m.aws_s3_bucket.b[0]", {"bucket": "x"}, index=0)],
        "child_modules": [{"address": "module.m.module.n", "resources": [thing("module.m.module.n.aws_s3_bucket.c")]}],
    }
    first, second, third = everything(
        planned(thing("aws_s3_bucket.a", {"bucket": "a", "tags": None}), children=[child])
    )
    assert first == Resource(
        "terraform",
        "aws_s3_bucket",
        "aws_s3_bucket.a",
        "a",
        {"bucket": "a", "tags": None},
        "plan.json",
        first.spots,
        "plan.json",
    )
    assert first.spots == {
        "": Spot(1, 1, "/planned_values/root_module/resources/0"),
        "bucket": Spot(1, 1, "/planned_values/root_module/resources/0/values/bucket"),
        "tags": Spot(1, 1, "/planned_values/root_module/resources/0/values/tags"),
    }
    assert (second.address, second.name, second.spots[""].pointer) == (
        "module.m.aws_s3_bucket.b[0]",
        "b",
        "/planned_values/root_module/child_modules/0/resources/0",
    )
    assert third.spots[""].pointer == "/planned_values/root_module/child_modules/0/child_modules/0/resources/0"


def test_a_state_gives_what_is():
    state = {
        "format_version": "1.0",
        "terraform_version": "1.9.0",
        "values": {"root_module": {"resources": [thing("data.aws_ami.a", {"id": "ami-1"}, mode="data")]}},
    }
    (found,) = everything(state)
    assert (found.data, found.attributes, found.region) == (True, {"id": "ami-1"}, UNSET)


def test_what_is_known_after_apply_is_unknown():
    values = {"a": 1, "list": [{"b": 1}, {"c": 2}], "map": {"x": 1}, "extra": [1, 2]}
    unknown = {
        "id": True,
        "list": [{"b": True}, {}],
        "map": {"y": True, "z": {}},
        "made": {"deep": [True]},
        "extra": [False],
        "a": False,
        "none": {},
        "odd": [[True]],
        "scalar": [True],
    }
    (found,) = everything(
        planned(thing("aws_x.a", {**values, "scalar": 5}), resource_changes=[changed("aws_x.a", unknown)])
    )
    assert found.attributes == {
        "a": 1,
        "id": AFTER,
        "list": [{"b": AFTER}, {"c": 2}],
        "map": {"x": 1, "y": AFTER},
        "made": {"deep": [AFTER]},
        "extra": [1, 2],
        "odd": [[AFTER]],
        "scalar": 5,
    }


def test_what_is_sensitive_prints_as_a_fingerprint():
    (found,) = everything(
        planned(
            thing(
                "aws_x.a",
                {"p": "hunter2", "l": ["a", "b"], "m": {"k": "v", "n": 1}, "o": {"q": "r"}, "plain": "p"},
                {"p": True, "l": [False, True], "m": True, "o": {"q": True}, "gone": True},
            )
        )
    )
    p, ls, m, o = (found.attributes[name] for name in "plmo")
    assert (p, ls, m, o) == ("hunter2", ["a", "b"], {"k": "v", "n": 1}, {"q": "r"})
    assert [isinstance(each, Secret) for each in (p, ls[0], ls[1], m["k"], o["q"], found.attributes["plain"])] == [
        True,
        False,
        True,
        True,
        True,
        False,
    ]
    assert "hunter2" not in str(p)
    (found,) = everything(planned(thing("aws_x.a", {"l": [["s"]]}, {"l": [True]})))
    assert isinstance(found.attributes["l"][0][0], Secret)


def configuration(resources, **more):
    return {"configuration": {"root_module": {"resources": resources, **more.pop("module", {})}, **more}}


def test_unknown_attributes_that_name_a_resource_are_references():
    said = {
        "bucket": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}, "both": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b", "var.x"]}, "computed": {"references": ["aws_s3_bucket.b.region", "aws_s3_bucket.b"]},
        "each": {"references": ["aws_s3_bucket.n.arn", "aws_s3_bucket.n", "each.key"]}, "gone": {"references": ["aws_s3_bucket.gone.id", "aws_s3_bucket.gone"]}, "var": {"references": ["var.x"]}, "constant": {"constant_value": 1}, "known": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}, "block": [{}],
    }  # fmt: skip
    unknown = dict.fromkeys([*said, "id"], True)
    del unknown["known"]
    document = planned(
        thing("aws_s3_bucket.b"), thing('aws_s3_bucket.n["k"]', index="k"), thing('aws_p.p["k"]', {"known": 1}, index="k"),
        resource_changes=[changed('aws_p.p["k"]', unknown)],
        **configuration([{"address": "aws_p.p", "provider_config_key": "aws", "expressions": said}]),
    )  # fmt: skip
    found = everything(document)[2].attributes
    where = {name: (value.address, value.attribute) for name, value in found.items() if isinstance(value, Reference)}
    assert where == {
        "bucket": ("aws_s3_bucket.b", "id"),
        "both": ("aws_s3_bucket.b", "id"),
        "each": ('aws_s3_bucket.n["k"]', "arn"),
    }
    assert found["known"] == 1


def test_references_stay_inside_their_module():
    child = {"address": "module.m", "resources": [thing("module.m.aws_b.b"), thing("module.m.aws_p.p")]}
    call = {
        "module": {
            "module_calls": {
                "m": {
                    "module": {
                        "resources": [
                            {"address": "aws_p.p", "expressions": {"b": {"references": ["aws_b.b.id", "aws_b.b"]}}}
                        ]
                    }
                }
            }
        }
    }
    document = planned(
        children=[child], resource_changes=[changed("module.m.aws_p.p", {"b": True})], **configuration([], **call)
    )
    assert everything(document)[1].attributes["b"].address == "module.m.aws_b.b"


@pytest.mark.parametrize(
    ("expressions", "values", "region", "account"),
    [
        ({"region": {"constant_value": "eu-west-1"}}, {}, "eu-west-1", UNSET), ({"region": {"references": ["var.r"]}}, {}, "us-east-1", UNSET), ({"region": {"references": ["local.r"]}}, {}, Unknown("local.r decides it"), UNSET), ({"region": {}}, {}, Unknown(" decides it"), UNSET),
        ({"region": {"constant_value": "eu-west-1"}}, {"region": "own"}, "own", UNSET), ({"project": {"constant_value": "p"}}, {}, UNSET, "p"), ({"region": 5}, {}, UNSET, UNSET),
        ({"assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::123456789012:role/x"}}]}, {}, UNSET, "123456789012"),
        ({"assume_role": [{"role_arn": {"references": ["local.r"]}}]}, {}, UNSET, Unknown("role_arn (local.r decides it)")),
        ({"assume_role": [{}], "profile": {"constant_value": "prod"}}, {}, UNSET, Unknown("profile prod")),
    ],
)  # fmt: skip
def test_regions_come_from_providers(expressions, values, region, account):
    document = planned(
        thing("aws_x.a", values),
        variables={"r": {"value": "us-east-1"}},
        **configuration(
            [{"address": "aws_x.a", "provider_config_key": "aws.x"}],
            provider_config={"aws.x": {"expressions": expressions}},
        ),
    )
    (found,) = everything(document)
    assert (found.region, found.account) == (region, account)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not the JSON of a plan or state"), (b"{}", "not the JSON of a plan or state"), (b'{"format_version": 1}', "not the JSON of a plan or state"), (b'{"format_version": "1", "values": ' + b"[" * 100_000, "not the JSON of a plan or state"), (b'{"format_version": "\xff"}', "not the JSON of a plan or state"),
        (b'{"format_version": "1.0", "errored": true}', "a plan without planned values, or a state without values"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_told(data, reason):
    (found,) = read(data, "p")
    assert isinstance(found, Gap)
    assert found.reason.startswith(reason)
    assert found.kind == "unreadable"


def test_a_resource_that_cannot_be_decoded_is_told_alone():
    text = json.dumps(planned(thing("aws_x.a", {"v": "HERE"}), thing("aws_x.b"))).encode().replace(b"HERE", b"\xff")
    assert [type(each) for each in read(text, "p")] == [Gap, Resource]
    odd = planned(thing("aws_x.a"), thing("aws_x.b"))
    odd["planned_values"]["root_module"]["resources"][0]["values"] = None
    assert [each.attributes for each in everything(odd)] == [{}, {}]


def test_bounds_are_told(monkeypatch):
    monkeypatch.setattr(plan, "MAX_RESOURCES", 2)
    found = everything(planned(*(thing(f"aws_x.a{at}") for at in range(3))))
    assert [type(each) for each in found] == [Resource, Resource, Gap]
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    assert "at most 10 are read" in everything(planned())[0].reason


def test_plans_are_recognised():
    assert is_plan(json.dumps(planned()).encode())
    assert is_plan(json.dumps(planned(), indent=2).encode())
    assert not is_plan(b'{"version": 4, "terraform_version": "1.9.0"}')
    assert not is_plan(b'{"format_version": "1.0"}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "references", "id"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(JSON, JSON, JSON, JSON)
def test_nothing_escapes(values, unknown, secret, expressions):
    document = planned(
        {**thing("aws_x.a"), "values": values, "sensitive_values": secret},
        resource_changes=[changed("aws_x.a", unknown)],
        **configuration(
            [{"address": "aws_x.a", "expressions": expressions}],
            provider_config={"aws": {"expressions": {"region": values}}},
        ),
    )
    for each in everything(document):
        assert isinstance(each, Resource | Gap)
