"""What a `Fields` answers for values of every type, beyond what the collectors' own tests show."""

from __future__ import annotations

import pytest

from holdfast.collect.fields import Fields, escape, written
from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET
from holdfast.formats.yaml import load


def fields(text: str, fact: str = "") -> Fields:
    return Fields(load(text.encode()), "/a", fact, {}, 10)


@pytest.mark.parametrize(
    ("value", "switch", "number", "text", "texts", "table"),
    [
        ("~", None, None, None, [], {}),
        ("true", True, UNSET, UNSET, UNSET, UNSET),
        ("5", UNSET, 5, UNSET, UNSET, UNSET),
        ("'5'", UNSET, 5, "5", UNSET, UNSET),
        ("'1234567890123456789'", UNSET, UNSET, "1234567890123456789", UNSET, UNSET),
        ("5.0", UNSET, UNSET, UNSET, UNSET, UNSET),
        ("text", UNSET, UNSET, "text", UNSET, UNSET),
        ("'{{ x }}'", UNSET, UNSET, UNSET, UNSET, UNSET),
        ("[a, 1, true, ~]", UNSET, UNSET, UNSET, ["a", "1", "true", ""], UNSET),
        ("[a, [b]]", UNSET, UNSET, UNSET, UNSET, UNSET),
        ("{a: 1, b: }", UNSET, UNSET, UNSET, UNSET, {"a": "1", "b": ""}),
        ("{a: {}}", UNSET, UNSET, UNSET, UNSET, UNSET),
    ],
)
def test_a_value_of_the_wrong_type_is_unseen(value, switch, number, text, texts, table):
    found = fields(f"k: {value}\n")
    assert found.switch("k", "f", None) == switch
    assert found.number("k", "f", None) == number
    assert found.text("k", "f", None) == text
    assert found.texts("k", "f") == texts
    assert found.table("k", "f") == table


def test_names_are_seen_all_or_none():
    assert fields("k: [a, b]\n").names("k", "f") == ["a", "b"]
    assert fields("k: [a, $(b)]\n").names("k", "f") is UNSET
    assert fields("k: a\n").names("k", "f") is UNSET


def test_places_belong_to_the_element_that_is_filled():
    found = fields("a/b: [x]\nc: {d~e: 1}\n", "item[2]")
    found.texts("a/b", "f")
    found.table("c", "g")
    found.here()
    assert found.spots == {
        "item[2].f": Spot(10, 1, "/a/a~1b"),
        'item[2].g["d~e"]': Spot(11, 5, "/a/c/d~0e"),
        "item[2].g": Spot(11, 1, "/a/c"),
        "item[2]": Spot(10, 1, "/a"),
    }


def test_what_is_missing_leaves_no_place():
    found = fields("k: 1\n").child("none")
    found.here()
    found.note("x", "f")
    found.share("f", "g")
    assert (found.spots, "x" in found, list(found.items("x", "f"))) == ({}, False, [])


def test_items_are_numbered_without_what_is_no_mapping():
    found = fields("k: [{a: 1}, text, {a: 2}]\n")
    assert [(item.fact, item.pointer) for item in found.items("k", "f", start=3)] == [
        ("f[3]", "/a/k/0"),
        ("f[4]", "/a/k/2"),
    ]
    assert (found.unreadable("k"), found.unreadable("x"), fields("k: [{}]\n").unreadable("k")) == (True, False, False)


def test_scalars_are_written_as_manifests_write_them():
    assert [written(value) for value in (True, False, None, 1, 1.5, "x")] == ["true", "false", "", "1", "1.5", "x"]
    assert escape("a/b~c") == "a~1b~0c"
