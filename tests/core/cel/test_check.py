"""A condition against a kind: what has a type, and what is refused with its place and what to write instead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from tests.core.things import SCOPE, Thing, ask, refusal

from holdfast.core.cel.ast import Index, Select
from holdfast.core.cel.check import check, check_bool, signatures
from holdfast.core.cel.errors import CelError, near_miss
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import ANY, BOOL, DURATION, INT, STRING, Type, describe, fits, list_of
from holdfast.core.fact import UNSET, Fact, Kind


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("a", "int"),
        ("d", "double"),
        ("s", "string"),
        ("secret", "string"),
        ("at", "timestamp"),
        ("span", "duration"),
        ("p", "bool"),
        ("names", "list of string"),
        ("tags", "map of string to string"),
        ("inner", "struct"),
        ("parts", "list of struct"),
        ("inner.n", "int"),
        ("tags.team", "string"),
        ('tags["team"]', "string"),
        ("names[0]", "string"),
        ("parts[0].inner.names[1]", "string"),
        ("has(parts[0].name)", "bool"),
        ("-a", "int"),
        ("-d", "double"),
        ("a + b", "int"),
        ("d / e", "double"),
        ("s + t", "string"),
        ("at - at", "duration"),
        ("at + span", "timestamp"),
        ("span + at", "timestamp"),
        ("at - span", "timestamp"),
        ("span - span", "duration"),
        ("names + names", "list of string"),
        ("[] + names", "list of string"),
        ("names + []", "list of string"),
        ("a < d", "bool"),
        ("a == d", "bool"),
        ("s in names", "bool"),
        ("s in tags", "bool"),
        ("[] == names", "bool"),
        ("p ? a : b", "int"),
        ("p ? [] : names", "list of string"),
        ("p ? names : []", "list of string"),
        ("[]", "list of any"),
        ("[[]]", "list of list of any"),
        ('["x", s]', "list of string"),
        ("names.map(x, size(x))", "list of int"),
        ("tags.filter(k, k != s)", "list of string"),
        ("parts.filter(x, x.ok)", "list of struct"),
        ("parts.exists(x, x.ok)", "bool"),
        ("nums.max()", "int"),
        ('ip("::1")', "ip"),
        ('cidr("::/0")', "cidr"),
        ('below_floor(s, "1")', "bool"),
    ],
)
def test_every_expression_has_one_type(text: str, type_: str) -> None:
    assert str(check(parse(text), SCOPE)[1]) == type_


REFUSED = [
    ("nmaes", 0, "there is no `nmaes` here", "did you mean `names`?"),
    ("p && zzzzzz", 5, "there is no `zzzzzz` here", ""),
    ("parts[0].nmae", 0, "there is no field `nmae` here", "did you mean `name`?"),
    ("p || inner.zzzz == 1", 5, "there is no field `zzzz` here", ""),
    ("s.length", 0, "`.length` needs a struct, this is string", ""),
    ("a[0]", 0, "only lists and maps have elements, this is int", ""),
    ('names["x"]', 6, "a list is indexed by int, this is string", ""),
    ("tags[0]", 5, "a map is indexed by string, this is int", ""),
    ("!a", 1, "`!` negates a condition, this is int", ""),
    ("-s", 1, "`-` wants a number, this is string", ""),
    ("-span", 1, "`-` wants a number, this is duration", ""),
    ("a && p", 0, "`&&` joins conditions, this is int", ""),
    ("p || s", 5, "`||` joins conditions, this is string", ""),
    ("s in t", 5, "`in` wants a list or a map on the right, this is string", "use .contains(...) for text"),
    ("a in b", 5, "`in` wants a list or a map on the right, this is int", ""),
    ("a in names", 0, "`in` compares int with string", ""),
    ("1.0 in nums", 0, "`in` compares double with int", ""),
    ("inner in parts", 0, "`in` compares struct with struct", ""),
    ("a == s", 0, "`==` compares int with string", ""),
    ("names == nums", 0, "`==` compares list of string with list of int", ""),
    ("p < q", 0, "`<` needs an order, bool has none", ""),
    ("names <= names", 0, "`<=` needs an order, list of string has none", ""),
    ("inner == inner", 0, "structs are not compared as a whole", "compare their fields"),
    ("parts != []", 0, "structs are not compared as a whole", "compare their fields"),
    ("a + d", 0, "`+` does not fit int and double", "int(x) and double(x) convert"),
    ("s - t", 0, "`-` does not fit string and string", ""),
    ("at + at", 0, "`+` does not fit timestamp and timestamp", ""),
    ("d % e", 0, "`%` does not fit double and double", ""),
    ("names + nums", 0, "`+` does not fit list of string and list of int", ""),
    ("a ? b : b", 0, "the condition before `?` must be true or false, this is int", ""),
    ("p ? a : s", 8, "both answers need one type, these are int and string", ""),
    ('[1, "x"]', 4, "a list holds one type, this is string among int", ""),
    ("lenght(s)", 0, "there is no function `lenght`", ""),
    ("s.startWith(t)", 0, "there is no function `startWith`", "did you mean `startsWith`?"),
    ("startsWith(s, t)", 0, "`startsWith` does not take (string, string)", "it takes string.startsWith(string)"),
    ("s.startsWith(a)", 0, "`startsWith` does not take (string, int)", "it takes string.startsWith(string)"),
    ("int(p)", 0, "`int` does not take (bool)", "it takes int(string) or int(double) or int(int)"),
    ("names.sum()", 0, "`sum` does not take (list of string)", "it takes list of int.sum() or list of double.sum()"),
    ("s.matches(t)", 10, "`matches` wants a pattern written out", ""),
    (
        'p && s.matches("a(?=b)")',
        15,
        "look-around is not RE2's, at character 2 of the pattern",
        "write the condition as two patterns",
    ),
    ("s.exists(x, true)", 0, "`exists` walks a list or a map, this is string", ""),
    ("names.exists(s, true)", 0, "`s` already means something else", "choose another variable"),
    ("names.exists(x, names.all(x, true))", 16, "`x` already means something else", "choose another variable"),
    ("names.filter(x, size(x))", 16, "the body of `filter` must be true or false, this is int", ""),
    ("names.map(x, y)", 13, "there is no `y` here", ""),
]


@pytest.mark.parametrize(("text", "at", "what", "hint"), REFUSED)
def test_a_refusal_says_where_what_and_what_instead(text: str, at: int, what: str, hint: str) -> None:
    error = refusal(text)
    assert (error.at, error.what, error.hint) == (at, what, hint)


def test_a_condition_must_be_true_or_false() -> None:
    with pytest.raises(CelError) as caught:
        check_bool(parse(" a + b"), SCOPE, "`fails_when`")
    assert (caught.value.what, caught.value.at) == ("`fails_when` must be true or false, this is int", 1)


def test_a_select_on_a_map_becomes_an_index() -> None:
    assert isinstance(check(parse("tags.team"), SCOPE)[0], Index)
    assert isinstance(check(parse("inner.n"), SCOPE)[0], Select)


def test_a_signature_names_the_receiver_first() -> None:
    assert signatures("size") == (
        "size(string) or string.size() or size(list of any) or list of any.size()"
        " or size(map of string to any) or map of string to any.size()"
    )


def test_an_empty_list_takes_the_type_that_it_meets() -> None:
    assert ask('(p ? [] : names).exists(x, x < "b")', p=False, names=["a"]) is True


def test_the_near_miss_is_named_or_nothing_is() -> None:
    assert near_miss("privilged", ["privileged", "name"]) == "did you mean `privileged`?"
    assert near_miss("xyz", ["privileged", "name"]) == ""


# --- types of kinds ------------------------------------------------------------------------------


class Nested(msgspec.Struct, frozen=True):
    x: Fact[dt.datetime] = UNSET


class Every(Kind, frozen=True):
    kind = "every"
    one: Fact[tuple[int, ...]] = UNSET
    two: Fact[list[list[Nested]]] = UNSET
    three: Fact[dict[str, dict[str, bool]]] = UNSET


def test_a_kind_is_described_from_its_annotations() -> None:
    fields = describe(Every).fields or {}
    assert {name: str(type_) for name, type_ in fields.items()} == {
        "one": "list of int",
        "two": "list of list of struct",
        "three": "map of string to map of string to bool",
    }
    assert describe(Every) is describe(Every)


@pytest.mark.parametrize("hint", [bytes, object, dict[int, str], list, "int | str", set[str], dict])
def test_an_annotation_that_rules_cannot_read_is_a_programming_error(hint: Any) -> None:
    struct = msgspec.defstruct("Odd", [("x", int | str if hint == "int | str" else hint)])
    with pytest.raises(TypeError, match=r"Odd\.x: .* is no type of the rule language"):
        describe(struct)


@pytest.mark.parametrize(
    ("given", "wanted", "answer"),
    [
        (INT, INT, True),
        (INT, STRING, False),
        (ANY, INT, True),
        (INT, ANY, True),
        (list_of(ANY), list_of(DURATION), True),
        (list_of(INT), list_of(STRING), False),
        (list_of(BOOL), Type("map", BOOL), False),
        (list_of(list_of(ANY)), list_of(list_of(INT)), True),
    ],
)
def test_a_type_fits_itself_and_the_open_one(given: Type, wanted: Type, answer: bool) -> None:
    assert fits(given, wanted) is answer


def test_a_checked_tree_checks_again_to_itself() -> None:
    tree, type_ = check(parse('parts.exists(x, has(x.name) && tags.team in names && x.name.matches("a+"))'), SCOPE)
    assert check(tree, SCOPE) == (tree, type_)
    assert Thing.kind == "thing"
