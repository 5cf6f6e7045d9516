"""GitHub's expressions: where they stand, their trees, and what they come to."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.github_expressions import (
    DEPTH,
    SIZE,
    UNKNOWN,
    Binary,
    Call,
    Found,
    Literal,
    Not,
    Path,
    evaluate,
    find,
    parse,
    paths,
    truthy,
)


def test_expressions_are_found_in_order_and_strings_may_hold_their_end():
    text = "a ${{ x }} b ${{ '}}' }}${{y}}"
    assert list(find(text)) == [Found(2, 10, "x"), Found(13, 24, "'}}'"), Found(24, 30, "y")]
    assert [text[each.start : each.end] for each in find(text)] == ["${{ x }}", "${{ '}}' }}", "${{y}}"]
    assert list(find("$x ${y} {{ z }}")) == []


@pytest.mark.parametrize("text", ["${{ x", "a\n${{ 'x }}", "${{ x }"])
def test_an_expression_that_does_not_end_is_refused_where_it_starts(text: str):
    with pytest.raises(FormatError, match="does not end") as error:
        list(find(text))
    assert error.value.line == text.count("\n") + 1


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("'it''s'", Literal("it's")),
        ("TRUE", Literal(True)),
        ("null", Literal(None)),
        ("-1.5e2", Literal(-150.0)),
        ("0xff", Literal(255.0)),
        ("-0o17", Literal(-15.0)),
        ("github.Event['PULL_request'].title", Path(("github", "event", "pull_request", "title"))),
        ("a.*.b", Path(("a", "*", "b"))),
        ("a[*]", Path(("a", "*"))),
        ("a[0]", Path(("a", "*"))),
        ("a[b.c]", Path(("a", "*"))),
        ("f()", Call("f", ())),
        ("Contains(a, 'x')", Call("contains", (Path(("a",)), Literal("x")))),
        ("fromJSON(a).b", Call("[]", (Call("fromjson", (Path(("a",)),)), Literal("b")))),
        ("(a).b", Path(("a", "b"))),
        ("'x'[0]", Call("[]", (Literal("x"), Literal(0.0)))),
        ("!a", Not(Path(("a",)))),
        ("!!!a", Not(Not(Not(Path(("a",)))))),
        ("!!!!!a", Not(Not(Not(Path(("a",)))))),
        ("a || b && c", Binary("||", Path(("a",)), Binary("&&", Path(("b",)), Path(("c",))))),
        ("a == b == c", Binary("==", Binary("==", Path(("a",)), Path(("b",))), Path(("c",)))),
        ("a < 1 && b", Binary("&&", Binary("<", Path(("a",)), Literal(1.0)), Path(("b",)))),
    ],
)
def test_trees(source: str, tree: object):
    assert parse(source) == tree


@pytest.mark.parametrize(
    "source",
    ["", "a b", "a ||", "(a", "f(a", "f(a,)", "a.", "a.'b'", "a[b", "'x", "#", "a)", "]", "1x", "(" * 60, "!(" * 60],
)
def test_what_is_no_expression_is_refused(source: str):
    with pytest.raises(FormatError):
        parse(source)


def test_long_and_deep_expressions_are_refused_and_long_chains_are_not():
    with pytest.raises(FormatError, match="characters"):
        parse("a" * (SIZE + 1))
    with pytest.raises(FormatError, match="deep"):
        parse("(" * (DEPTH + 1) + "a" + ")" * (DEPTH + 1))
    with pytest.raises(FormatError, match="steps"):
        parse("f()" + "[0]" * (DEPTH + 1))
    chain = parse(" && ".join(["x"] * 4000))
    assert evaluate(chain, lambda _: True) is True
    assert len(list(paths(chain))) == 4000


def test_every_path_of_a_tree_is_given():
    assert list(paths(parse("!a.b && f(c, d['e']) || 'x'"))) == [("a", "b"), ("c",), ("d", "e")]


KNOWN = {("t",): True, ("f",): False, ("text",): "Main", ("none",): None, ("zero",): 0.0, ("nan",): float("nan")}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("t", True),
        ("u", UNKNOWN),
        ("!f", True),
        ("!u", UNKNOWN),
        ("f && u", False),
        ("t || u", True),
        ("f || 'x'", "x"),
        ("t && 'x'", "x"),
        ("text == 'main'", True),
        ("text != 'main'", False),
        ("none == ''", True),
        ("none == 0", True),
        ("none == none", True),
        ("t == '1'", True),
        ("text == 0", False),
        ("u == 1", UNKNOWN),
        ("t < 1", UNKNOWN),
        ("contains(text, 'AI')", True),
        ("startsWith(text, 'x')", False),
        ("endsWith(text, 'n')", True),
        ("contains(u, 'x')", UNKNOWN),
        ("fromJSON(text)", UNKNOWN),
        ("success() && always() && failure() && !cancelled()", True),
    ],
)
def test_values(source: str, value: object):
    found = evaluate(parse(source), lambda path: KNOWN.get(path, UNKNOWN))
    assert found == value if value is not UNKNOWN else found is UNKNOWN


def test_unknown_is_absorbed_where_it_cannot_matter():
    def truth(source: str) -> object:
        return truthy(evaluate(parse(source), lambda path: KNOWN.get(path, UNKNOWN)))

    assert truth("u && f && u") is False
    assert repr(truth("u")) == "UNKNOWN"
    assert truth("nan") is False
    assert truth("zero") is False


class Other:
    """A value of a caller's own."""

    def __eq__(self, other: object) -> object:
        return UNKNOWN if other == "?" else NotImplemented if other == "!" else other == "x"

    __hash__ = None


@pytest.mark.parametrize(("source", "value"), [("o == 'x'", True), ("'y' == o", False), ("o != 'x'", False)])
def test_a_callers_own_values_decide_what_they_equal(source: str, value: bool):
    assert evaluate(parse(source), lambda _: Other()) is value
    assert evaluate(parse("o == '?'"), lambda _: Other()) is UNKNOWN


PIECES = st.sampled_from(
    ["a", ".b", "['c']", "[0]", ".*", "(", ")", "f(", ",", " && ", " || ", "==", "!", "<", "'x'", "'", "1", "true", " "]
)


@given(st.lists(PIECES | st.text(max_size=2), max_size=30).map("".join))
def test_any_text_is_a_tree_or_a_format_error(source: str):
    with suppress(FormatError):
        evaluate(parse(source), lambda _: UNKNOWN)


def test_reading_is_linear():
    start = time.perf_counter()
    list(find("${{ x }}" * 20_000))
    with suppress(FormatError):
        list(find("${{ '" * 20_000))
    for source in ("!" * SIZE, "a." * (SIZE // 2), "'" * SIZE, " " * SIZE, "a||" * (SIZE // 3)):
        with suppress(FormatError):
            parse(source)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("source", "truth"),
    [("u || t", True), ("u && f", False), ("u || 'a'", True), ("u || f", UNKNOWN), ("!(u || 'a')", False)],
)
def test_what_is_not_known_may_be_known_to_count_as_true(source: str, truth: object):
    assert truthy(evaluate(parse(source), lambda path: KNOWN.get(path, UNKNOWN))) is truth


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("""fromJSON('["self-hosted","gpu"]')""", ["self-hosted", "gpu"]),
        ("""contains(fromJSON('["A","b"]'), 'a')""", True),
        ("""contains(fromJSON('["A","b"]'), 'c')""", False),
    ],
)
def test_values_from_json(source: str, value: object):
    assert evaluate(parse(source), lambda _: UNKNOWN) == value


def test_what_is_no_json_or_not_known_decides_nothing():
    deep = "[" * 5000
    for source in (f"fromJSON('{deep}')", "fromJSON('{')", "(u || 'a') == 'b'", "fromJSON(u)"):
        assert evaluate(parse(source), lambda _: UNKNOWN) is UNKNOWN
    assert repr(evaluate(parse("u || 'a'"), lambda _: UNKNOWN)) == "UNKNOWN(True)"
