"""The three values: written truth tables for `has`, every operator and every macro."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from tests.core.things import Inner, Piece, Thing, ask

from holdfast.core.cel.closures import Compiler
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.fact import UNSET

T, F, U = True, False, UNKNOWN
STATES = {"value": True, "false": False, "absent": None, "unobserved": UNSET}


def test_an_unknown_is_neither_true_nor_false() -> None:
    assert repr(UNKNOWN) == "unknown"
    with pytest.raises(TypeError, match="compare with `is`"):
        bool(UNKNOWN)


# --- has and select ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "facts", "answer"),
    [
        ("has(s)", {"s": "x"}, T),
        ("has(s)", {"s": ""}, T),
        ("has(p)", {"p": False}, T),
        ("has(names)", {"names": []}, T),
        ("has(s)", {"s": None}, F),
        ("has(s)", {"s": UNSET}, U),
        ("has(inner.n)", {"inner": Inner(n=1)}, T),
        ("has(inner.n)", {"inner": Inner(n=None)}, F),
        ("has(inner.n)", {"inner": Inner()}, U),
        ("has(inner.n)", {"inner": None}, U),
        ("has(inner.n)", {"inner": UNSET}, U),
        ("has(tags.k)", {"tags": {"k": "v"}}, T),
        ("has(tags.k)", {"tags": {}}, F),
        ("has(tags.k)", {"tags": None}, U),
        ("has(tags.k)", {"tags": UNSET}, U),
        ("has(tags[s])", {"tags": {"k": "v"}, "s": "k"}, T),
        ("has(tags[s])", {"tags": {"k": "v"}, "s": "x"}, F),
        ("has(tags[s])", {"tags": {"k": "v"}, "s": None}, U),
        ("has(tags[s])", {"tags": {"k": "v"}, "s": UNSET}, U),
        ("has(names[0])", {"names": ["a"]}, T),
        ("has(names[1])", {"names": ["a"]}, U),
        ("has(names[a])", {"names": ["a"], "a": -1}, U),
        ("parts.exists(x, has(x))", {"parts": [Piece()]}, T),
        ("parts.exists(x, has(x.n))", {"parts": [Piece(n=None)]}, F),
    ],
)
def test_has_is_true_for_a_value_false_for_absent_unknown_for_unobserved(
    text: str, facts: dict[str, Any], answer: object
) -> None:
    assert ask(text, **facts) is answer


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("s", {}),
        ("inner.n", {"inner": Inner()}),
        ("tags.k", {"tags": {}}),
        ("names[0]", {"names": []}),
        ("names[-1]", {"names": ["a"]}),
        ("parts[0].inner.n", {"parts": [Piece(inner=None)]}),
    ],
)
@pytest.mark.parametrize("state", [None, UNSET])
def test_selecting_what_is_absent_or_unobserved_is_unknown(text: str, facts: dict[str, Any], state: Any) -> None:
    assert ask(text, **(facts or {"s": state})) is UNKNOWN


# --- && || ! ?: ----------------------------------------------------------------------------------

AND = {(T, T): T, (T, F): F, (T, U): U, (F, T): F, (F, F): F, (F, U): F, (U, T): U, (U, F): F, (U, U): U}
OR = {(T, T): T, (T, F): T, (T, U): T, (F, T): T, (F, F): F, (F, U): U, (U, T): T, (U, F): U, (U, U): U}


def fact(value: object, unseen: object) -> Any:
    return unseen if value is UNKNOWN else value


@pytest.mark.parametrize("unseen", [None, UNSET])
@pytest.mark.parametrize(("op", "table"), [("&&", AND), ("||", OR)])
def test_and_and_or_absorb_what_cannot_change_the_answer(op: str, table: dict[Any, Any], unseen: Any) -> None:
    for (left, right), answer in table.items():
        assert ask(f"p {op} q", p=fact(left, unseen), q=fact(right, unseen)) is answer, (left, right)


@pytest.mark.parametrize("unseen", [None, UNSET])
def test_not_and_minus_of_an_unknown_are_unknown(unseen: Any) -> None:
    assert ask("!p", p=True) is False
    assert ask("!p", p=False) is True
    assert ask("!p", p=unseen) is UNKNOWN
    assert ask("-a", a=3) == -3
    assert ask("-d", d=1.5) == -1.5
    assert ask("-a", a=unseen) is UNKNOWN


@pytest.mark.parametrize("unseen", [None, UNSET])
def test_a_conditional_asks_only_the_branch_that_is_taken(unseen: Any) -> None:
    assert ask("p ? a : b", p=True, a=1, b=unseen) == 1
    assert ask("p ? a : b", p=False, a=unseen, b=2) == 2
    assert ask("p ? a : b", p=True, a=unseen, b=2) is UNKNOWN
    assert ask("p ? a : b", p=unseen, a=1, b=1) is UNKNOWN


# --- strict operators ----------------------------------------------------------------------------

STRICT = ["a == b", "a != b", "a < b", "a <= b", "a > b", "a >= b", "a + b", "a - b", "a * b", "a / b", "a % b"]
STRICT += ["a in [b]", "[a, b]", "nums[a - a] == b"]


@pytest.mark.parametrize("text", STRICT)
@pytest.mark.parametrize("unseen", [None, UNSET])
def test_a_strict_operator_is_unknown_with_either_operand(text: str, unseen: Any) -> None:
    assert ask(text, a=7, b=2, nums=[1]) is not UNKNOWN
    assert ask(text, a=unseen, b=2, nums=[1]) is UNKNOWN
    assert ask(text, a=7, b=unseen, nums=[1]) is UNKNOWN
    assert ask(text, a=unseen, b=unseen, nums=unseen) is UNKNOWN


@pytest.mark.parametrize(
    "text", ["a == 7", "a > 1", "a + 1 == 8", 's.startsWith("x")', 's.matches("x")', "size(s) == 1"]
)
@pytest.mark.parametrize("unseen", [None, UNSET])
def test_a_literal_operand_does_not_hide_an_unknown(text: str, unseen: Any) -> None:
    assert ask(text, a=7, s="x") is True
    assert ask(text, a=unseen, s=unseen) is UNKNOWN


# --- macros --------------------------------------------------------------------------------------


def over(text: str, values: tuple[object, ...], unseen: Any) -> Any:
    return ask(text, parts=[Piece(ok=fact(value, unseen)) for value in values])


def expected(macro: str, values: tuple[object, ...]) -> object:
    """The definitions, written a second time."""
    match macro:
        case "exists":
            return T if T in values else U if any(v is U for v in values) else F
        case "all":
            return F if F in values else U if any(v is U for v in values) else T
        case _:
            return U if any(v is U for v in values) else values.count(T) == 1


@pytest.mark.parametrize("unseen", [None, UNSET])
@pytest.mark.parametrize("macro", ["exists", "all", "exists_one"])
def test_a_quantifier_absorbs_what_cannot_change_the_answer(macro: str, unseen: Any) -> None:
    for length in range(4):
        for values in product((T, F, U), repeat=length):
            answer = over(f"parts.{macro}(x, x.ok)", values, unseen)
            assert answer is expected(macro, values), values


@pytest.mark.parametrize("unseen", [None, UNSET])
def test_filter_and_map_are_unknown_as_soon_as_one_element_is(unseen: Any) -> None:
    for length in range(4):
        for values in product((T, F, U), repeat=length):
            dark = any(value is U for value in values)
            assert over("parts.map(x, x.ok)", values, unseen) == (U if dark else list(values))
            kept = over("size(parts.filter(x, x.ok))", values, unseen)
            assert kept == (U if dark else values.count(T))


@pytest.mark.parametrize("macro", ["exists", "all", "exists_one", "filter", "map"])
@pytest.mark.parametrize("unseen", [None, UNSET])
def test_a_macro_over_a_list_that_cannot_be_seen_is_unknown(macro: str, unseen: Any) -> None:
    assert ask(f"parts.{macro}(x, true)", parts=unseen) is UNKNOWN


@pytest.mark.parametrize(
    ("macro", "answer"), [("exists", F), ("all", T), ("exists_one", F), ("filter", []), ("map", [])]
)
def test_a_macro_over_nothing_has_its_neutral_answer(macro: str, answer: object) -> None:
    assert ask(f"parts.{macro}(x, x.ok)", parts=[]) == answer


def test_a_macro_over_a_map_walks_its_keys() -> None:
    assert ask('tags.exists(k, k == "b" && tags[k] == "2")', tags={"a": "1", "b": "2"}) is True
    assert ask("tags.map(k, tags[k])", tags={"a": "1", "b": "2"}) == ["1", "2"]


def test_nested_macros_keep_their_variables_apart() -> None:
    text = "parts.exists(x, x.inner.names.all(y, names.exists(z, z == y && x.n == 2)))"
    parts = [Piece(n=1, inner=Inner(names=["a"])), Piece(n=2, inner=Inner(names=["a", "b"]))]
    assert ask(text, parts=parts, names=["b", "a"]) is True
    assert ask(text, parts=parts[:1], names=["b", "a"]) is False


def test_a_variable_of_the_compiler_is_read_from_its_slot() -> None:
    compiler = Compiler(("x",))
    from holdfast.core.cel.ast import Has, Name, Select

    select = compiler.compile(Select(0, Name(0, "x"), "n"))
    there = compiler.compile(Has(0, Name(0, "x")))
    assert select([Thing(), Piece(n=4)]) == 4
    assert there([Thing(), Piece()]) is True
    assert compiler.size == 2


# --- predicates ----------------------------------------------------------------------------------


class Below:
    def __call__(self, *arguments: Any) -> Any:
        return {"old": True, "new": False}.get(arguments[1], UNKNOWN)

    def evidence(self, *arguments: Any) -> dict[str, object]:
        return dict.fromkeys(arguments, "2")


def test_a_pattern_is_asked_again_and_again() -> None:
    assert ask('names.map(x, x.matches("^a+$"))', names=["a", "b", "aa", "a"]) == [True, False, True, True]
    assert ask('s.matches("b")', s="a" * (1 << 20) + "b") is UNKNOWN


@pytest.mark.parametrize(("version", "answer"), [("old", T), ("new", F), ("odd", U), (None, U), (UNSET, U)])
def test_a_predicate_answers_in_three_values(version: Any, answer: object) -> None:
    assert ask('below_floor("x", s)', predicates={"below_floor": Below()}, s=version) is answer


def test_a_predicate_without_its_data_is_unknown() -> None:
    assert ask('below_floor("x", "old")') is UNKNOWN
    assert ask('has_floor("x")') is UNKNOWN
