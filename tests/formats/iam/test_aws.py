"""Policies of AWS: what is read, what is refused, what stays open."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET
from holdfast.core.statement import UNRESOLVED, Condition, Principal, Statement
from holdfast.formats.iam import aws
from holdfast.formats.iam.aws import identity_policy, managed_policy, resource_policy, trust_policy

GRANT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}


def policy(*statements, version="2012-10-17"):
    return {"Version": version, "Statement": list(statements)}


def test_reads_a_policy_from_text_bytes_and_values() -> None:
    wanted = Statement(
        effect="Allow",
        actions=["s3:GetObject"],
        not_actions=None,
        resources=["arn:aws:s3:::data/*"],
        not_resources=None,
        principals=None,
        not_principals=None,
        conditions=[],
        variables=True,
        plane=None,
        sid="Read",
        origin="p",
    )
    document = policy({"Sid": "Read", **GRANT})
    for given_ in (document, json.dumps(document), json.dumps(document).encode()):
        assert identity_policy(given_, origin="p") == [wanted]


def test_one_statement_needs_no_list_and_lists_may_hold_several() -> None:
    document = {"Statement": {**GRANT, "Action": ["s3:Get*", "s3:List*"], "Resource": ["a", "b"]}}
    (found,) = identity_policy(document)
    assert (found.actions, found.resources, found.sid, found.origin) == (
        ["s3:Get*", "s3:List*"],
        ["a", "b"],
        None,
        None,
    )
    assert identity_policy({"Statement": []}) == []


@pytest.mark.parametrize(("version", "variables"), [("2012-10-17", True), ("2008-10-17", False)])
def test_the_version_says_whether_there_are_variables(version, variables) -> None:
    assert identity_policy(policy(GRANT, version=version))[0].variables is variables
    assert identity_policy({"Statement": GRANT})[0].variables is False


def test_everything_but_lists() -> None:
    (found,) = identity_policy(policy({"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x"}))
    assert (found.effect, found.actions, found.not_actions) == ("Deny", None, ["iam:*"])
    assert (found.resources, found.not_resources) == (None, ["arn:aws:s3:::x"])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("*", [("AWS", "*")]), ({"AWS": "*"}, [("AWS", "*")]), ({"AWS": ["1", "2"], "Service": "ec2.amazonaws.com"}, [("AWS", "1"), ("AWS", "2"), ("Service", "ec2.amazonaws.com")]),
        ({"Federated": "accounts.google.com"}, [("Federated", "accounts.google.com")]), ({"CanonicalUser": "79a5"}, [("CanonicalUser", "79a5")]),
    ],
)  # fmt: skip
def test_principals(written, read) -> None:
    wanted = [Principal(type=type, name=name) for type, name in read]
    assert resource_policy(policy({**OPEN, "Principal": written}))[0].principals == wanted
    (found,) = resource_policy(policy({"Effect": "Deny", "NotPrincipal": written, "Action": "*", "Resource": "*"}))
    assert (found.principals, found.not_principals) == (None, wanted)


def test_conditions() -> None:
    block = {
        "StringLike": {"aws:x": ["a", "b"]},
        "ForAllValues:StringNotEqualsIfExists": {"aws:TagKeys": "k"},
        "Bool": {"aws:SecureTransport": False},
        "NumericLessThan": {"s3:max-keys": 10},
    }
    (found,) = identity_policy(policy({**GRANT, "Condition": block}))
    assert found.conditions == [
        Condition(operator="StringLike", key="aws:x", values=["a", "b"], quantifier=None, if_exists=False),
        Condition(
            operator="StringNotEquals", key="aws:TagKeys", values=["k"], quantifier="ForAllValues", if_exists=True
        ),
        Condition(operator="Bool", key="aws:SecureTransport", values=["false"], quantifier=None, if_exists=False),
        Condition(operator="NumericLessThan", key="s3:max-keys", values=["10"], quantifier=None, if_exists=False),
    ]


def test_what_a_template_leaves_open_is_unobserved_and_items_of_lists_are_holes() -> None:
    document = policy(
        {"Effect": UNSET, "Action": ["s3:Get*", UNSET], "Resource": UNSET, "Sid": UNSET, "Condition": UNSET}
    )
    (found,) = identity_policy({**document, "Version": UNSET})
    assert (found.effect, found.actions, found.resources) == (UNSET, ["s3:Get*", UNRESOLVED], UNSET)
    assert (found.conditions, found.variables, found.sid) == (UNSET, UNSET, UNSET)
    assert identity_policy({"Statement": UNSET}, origin="p") == [Statement(origin="p")]
    assert identity_policy({"Statement": [UNSET]}, origin="p") == [Statement(origin="p")]
    (found,) = resource_policy(policy({**OPEN, "Effect": UNRESOLVED, "Principal": UNRESOLVED}))
    assert (found.effect, found.principals) == (UNSET, UNSET)
    assert resource_policy(policy({**OPEN, "Principal": UNSET}))[0].principals is UNSET
    block = {"StringLike": UNSET, f"{UNRESOLVED}": {UNRESOLVED: UNSET}}
    (found,) = identity_policy(policy({**GRANT, "Condition": block}))
    assert [(each.operator, each.key, each.values) for each in found.conditions] == [
        ("StringLike", UNSET, UNSET),
        (UNSET, UNSET, UNSET),
    ]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "no JSON"), ("[]", "not an object"), (b"\xff\xfe{", "no JSON"), ("NaN", "NaN"), ('{"a": ' + "9" * 5000 + "}", "no JSON"), ("[" * 100_000, "nested too deep"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "stands twice"), ({}, "without Statement"), ({"Statement": "x"}, "neither an object nor a list"),
        ({"Statement": ["x"]}, "not an object"), ({"Version": "2013", "Statement": []}, "neither 2008-10-17"), ({"Version": [], "Statement": []}, "neither 2008-10-17"), ({"Statement": [], "Staement": []}, "no element `Staement`"),
        (policy({**GRANT, "Acton": "x"}), "no element `Acton`"), (policy({**GRANT, "Effect": "allow"}), "neither Allow nor Deny"), (policy({"Action": "*", "Resource": "*"}), "neither Allow nor Deny"), (policy({**GRANT, "Effect": []}), "neither Allow"),
        (policy({**GRANT, "NotAction": "x"}), "exclude one another"), (policy({"Effect": "Allow", "Resource": "*"}), "neither Action nor NotAction"), (policy({"Effect": "Allow", "Action": "*"}), "neither Resource nor NotResource"),
        (policy({**GRANT, "Principal": "*"}), "no place"), (policy({**GRANT, "Action": []}), "empty"), (policy({**GRANT, "Action": {}}), "dict where a text"), (policy({**GRANT, "Action": None}), "NoneType where a text"),
        (policy({**GRANT, "Condition": []}), "not an object"), (policy({**GRANT, "Condition": {"Bool": "x"}}), "not an object"), (policy({**GRANT, "Condition": {"ForSome:Bool": {"a": "b"}}}), "ForSome is neither"), ({1: 2}, "not an object"),
    ],
)  # fmt: skip
def test_what_is_refused(document, reason) -> None:
    with pytest.raises(FormatError, match=reason):
        identity_policy(document)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ({**OPEN, "Principal": "arn:aws:iam::1:root"}, "neither `\\*` nor principals"), ({**OPEN, "Principal": {}}, "empty"), ({**OPEN, "Principal": {"AWS": []}}, "empty"),
        ({**OPEN, "Principal": {"Aws": "*"}}, "no element `Aws`"), ({"Effect": "Allow", "Action": "*"}, "neither Principal nor NotPrincipal"), ({**OPEN, "NotPrincipal": "*"}, "exclude"),
    ],
)  # fmt: skip
def test_what_a_resource_policy_is_refused_for(statement, reason) -> None:
    with pytest.raises(FormatError, match=reason):
        resource_policy(policy(statement))


def test_a_trust_policy_has_no_resource() -> None:
    assert trust_policy(policy(OPEN))[0].resources is None
    with pytest.raises(FormatError, match="no place"):
        trust_policy(policy({**OPEN, "Resource": "*"}))


def test_documents_are_bounded(monkeypatch) -> None:
    with pytest.raises(FormatError, match="more than"):
        identity_policy(" " * (aws.SIZE + 1))
    monkeypatch.setattr(aws, "TEXTS", 3)
    assert identity_policy(policy({**GRANT, "Action": ["a", "b"]}))
    with pytest.raises(FormatError, match="more than 3 texts"):
        identity_policy(policy({**GRANT, "Action": ["a", "b", "c"]}))


def test_errors_say_where_in_the_text() -> None:
    with pytest.raises(FormatError) as caught:
        identity_policy('{\n "Statement": x}')
    assert (caught.value.line, caught.value.column) == (2, 15)


def test_managed_policies_by_arn_in_any_partition() -> None:
    (found,) = managed_policy("arn:aws:iam::aws:policy/AdministratorAccess") or []
    assert (found.effect, found.actions, found.resources) == ("Allow", ["*"], ["*"])
    assert found.origin == "arn:aws:iam::aws:policy/AdministratorAccess"
    assert managed_policy("arn:aws-cn:iam::aws:policy/AdministratorAccess")
    assert managed_policy("arn:aws:iam::aws:policy/NobodyHasSeenThis") is None
    assert managed_policy("arn:aws:iam::111122223333:policy/AdministratorAccess") is None
    assert managed_policy("AdministratorAccess") is None


WORDS = st.sampled_from(
    [
        *aws.DOCUMENT,
        *aws.ELEMENTS,
        *aws.PRINCIPALS,
        "Allow",
        "Deny",
        "*",
        "2012-10-17",
        "StringLike",
        "s3:*",
        UNRESOLVED,
    ]
)
VALUES = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(UNSET)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=25,
)


@given(VALUES, st.sampled_from([identity_policy, resource_policy, trust_policy]))
def test_only_the_typed_error_escapes(value, read) -> None:
    with suppress(FormatError):
        read({"Statement": value})
    with suppress(FormatError):
        read(value if isinstance(value, dict) else json.dumps(value, default=str))


@given(st.one_of(st.text(), st.binary()))
def test_any_text_is_read_or_refused(data) -> None:
    with suppress(FormatError):
        identity_policy(data)
