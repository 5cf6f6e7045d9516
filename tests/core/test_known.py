"""Values that are open: what of them is known, and what they may turn out to be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.known import (
    MAX_NODES,
    MAX_TEXT,
    Reference,
    Text,
    Unknown,
    could_be,
    document,
    is_open,
    known,
    size,
    text,
)

X = Unknown("not known")
ACCOUNT = Unknown("not known", shape="[0-9]{12}")


def test_a_reference_is_what_is_known_of_it():
    inner = Reference("r", address="a.b", attribute="name", value="logs")
    assert known(Reference("r", address="c.d", attribute="x", value=inner)) == "logs"
    open_one = Reference("r", address="a.b", attribute="id")
    assert known(open_one) is open_one
    assert known(None) is None


@pytest.mark.parametrize(
    ("pieces", "value"),
    [
        ([], ""), ([""], ""), (["a", "", "b"], "ab"), ([X], Text((X,))), (["a", X], Text(("a", X))),
        (["a", Text(("b", X, "c")), "d"], Text(("ab", X, "cd"))), ([Text((X,)), "", X], Text((X, X))),
    ],
)  # fmt: skip
def test_pieces_make_one_text(pieces, value):
    assert text(pieces) == value


@pytest.mark.parametrize("leaf", ["xx", X, ACCOUNT])
def test_what_doubles_without_end_becomes_unknown(leaf):
    for _ in range(60):
        leaf = text([leaf, leaf])
        assert size(leaf) <= 2 * MAX_TEXT
    half = "x" * (MAX_TEXT // 2)
    assert text([half, half]) == half + half
    assert text([half, half, "x"]) == Unknown(f"text of more than {MAX_TEXT} characters")


def test_text_says_how_it_begins_and_ends():
    assert (Text(("a", X)).prefix, Text(("a", X)).suffix) == ("a", "")
    assert (Text((X, "b")).prefix, Text((X, "b")).suffix) == ("", "b")


@pytest.mark.parametrize(
    ("value", "is_it"),
    [
        (1, False), (["a", {"b": None}], False), ([{"a": [X]}], True), (Text((X,)), True), (X, True),
        (Reference("r", value="known"), False), ({"a": Reference("r")}, True), ([0] * MAX_NODES, True),
    ],
)  # fmt: skip
def test_a_value_is_open_when_any_of_it_is(value, is_it):
    assert is_open(value) is is_it


@pytest.mark.parametrize(
    ("value", "wanted", "answer"),
    [
        ("a", "a", True), ("a", "b", False), (X, "anything", True), (ACCOUNT, "123456789012", True), (ACCOUNT, "*", False),
        (Reference("r", value="x"), "x", True), (None, "a", False), (1, "1", False),
        (Text(("arn:", X)), "arn:aws", True), (Text(("arn:", X)), "urn:", False), (Text(("arn:", X)), "x-arn:", False),
        (Text((X, "/*")), "a/*", True), (Text((X, "/*")), "a/b", False), (Text((X, "b", X)), "abc", True),
        (Text((X, "b", X)), "ac", False), (Text(("ab", X, "bc")), "abc", False), (Text(("ab", X, "bc")), "abbc", True),
    ],
)  # fmt: skip
def test_what_a_value_may_turn_out_to_be(value, wanted, answer):
    assert could_be(value, wanted) is answer


@given(st.lists(st.text("ab", max_size=3), min_size=1, max_size=5), st.text("ab", max_size=3))
def test_text_may_be_whatever_its_unknown_pieces_are_filled_with(parts, filling):
    pieces = [part for each in parts for part in (each, X)]
    assert could_be(text(pieces), "".join(filling if piece is X else piece for piece in pieces))


def test_json_text_is_a_document_with_its_unknown_parts():
    pieces = ['{"Resource": "arn:', X, ':b/*", "n": [', ACCOUNT, ', "', X, '", "\\"q"]}']
    assert document(Text(tuple(pieces))) == {"Resource": Text(("arn:", X, ":b/*")), "n": [ACCOUNT, X, '"q']}
    assert document(Text(('[{"', X, '": 1}, 2]'))) == [Unknown("an object with a key that is unknown"), 2]
    assert document('{"a": [1, null]}') == {"a": [1, None]}
    assert document(X) is X


@pytest.mark.parametrize(
    "value", ["{", 5, None, "[" * 100_000, "[" * 101 + "]" * 101, Text(("[" * 400, X, "]" * 400)), Text(("{", X))]
)
def test_what_is_no_json_text_is_unknown(value):
    assert isinstance(document(value), Unknown)


def test_a_character_that_stands_for_the_unknown_is_refused():
    assert isinstance(document(Text(('["\ue0000\ue001", "', X, '"]'))), Unknown)
    assert document('["\ue0000\ue001"]') == ["\ue0000\ue001"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_a_document_is_what_json_says(value):
    assert document(json.dumps(value)) == value
