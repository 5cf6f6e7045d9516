from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.results import facts, finding, texts

from holdfast.report.wording import DEPTH, ITEMS, TEXT, data, saw, value, visible, whole


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 日本", "plain ü 日本"),
        ("a\x1b[31m\nb\t\x00\x85", r"a\x1b[31m\nb\t\x00\x85"),
        ("gnp.\u202eexe", r"gnp.\u202eexe"),
        ("tag \U000e0041", r"tag \U000e0041"),
        ("half \ud800", r"half \ud800"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(texts, st.integers(1, 50))
def test_visible_is_printable_bounded_and_done_once(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit
    assert visible(shown, limit) == shown


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (None, "absent"),
        (True, "true"),
        (False, "false"),
        (8, "8"),
        (2**70, str(2**70)),
        (0.5, "0.5"),
        ("a\n", r"a\n"),
        (["a", None], '["a",null]'),
        ({"a": 1}, '{"a":1}'),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_a_fact_in_one_line(fact: object, shown: str) -> None:
    assert value(fact) == shown


def test_facts_in_one_line() -> None:
    assert saw(finding(facts={"a": None, "b[0].c": True})) == "a = absent, b[0].c = true"
    assert saw(finding(status="unknown", facts={"a": None})) == "a = unseen"
    assert saw(finding(facts={})) == ""
    assert saw(finding(facts={"env": {"A": "1"}, 'env["A"]': "1", "environment": 2})) == 'env["A"] = 1, environment = 2'


def test_data_is_cut_in_length_number_and_depth() -> None:
    nested: object = 1
    for _ in range(5000):
        nested = [nested]
    shown = data({"deep": nested, "long": "x" * 9999, "many": list(range(999)), "big": 2**70, "other": object})
    assert str(shown["deep"]).count("[") == DEPTH - 1
    assert len(shown["long"]) == TEXT
    assert len(shown["many"]) == ITEMS
    assert shown["big"] == str(2**70)
    assert shown["other"] == "<class 'object'>"


@given(facts)
def test_data_is_json_that_utf8_can_hold(fact: dict[str, object]) -> None:
    decoded = json.loads(msgspec.json.encode(data(fact)))
    assert len(decoded) <= len(fact)


def test_surrogates_become_replacements_one_by_one() -> None:
    assert whole("a\udc80b\ud800") == "a\ufffdb\ufffd"
    assert whole("\ud83d\ude00") == "😀"
    assert math.isnan(data(math.nan))
