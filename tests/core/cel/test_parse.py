"""Text to tree and back: what a condition may say, where it is refused, and that printing loses nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from holdfast.core.cel.ast import (
    Binary,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListOf,
    Literal,
    Macro,
    Name,
    Select,
    Unary,
    children,
)
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.parse import MAX_DEPTH, MAX_TREE, parse
from holdfast.core.cel.printing import show
from holdfast.core.cel.tokens import MAX_LENGTH, RESERVED

PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]


def bare(node: Any) -> Any:
    """A tree without offsets, so that trees from different texts compare."""
    if isinstance(node, msgspec.Struct):
        names = [name for name in node.__struct_fields__ if name != "at"]
        return (type(node).__name__, *(bare(getattr(node, name)) for name in names))
    if isinstance(node, tuple):
        return tuple(map(bare, node))
    return (type(node).__name__, repr(node))


# --- what is read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("0x1F", 31),
        ("-5", -5),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("00000000000000000000000000000001", 1),
        ("1.5", 1.5),
        (".5", 0.5),
        ("-2.5e-3", -0.0025),
        ("1e3", 1000.0),
        ("true", True),
        ("false", False),
        ('"a"', "a"),
        ("'a'", "a"),
        (r'"\"\\\n\t\r\a\b\f\v\?\`"', '"\\\n\t\r\a\b\f\v?`'),
        (r"'\''", "'"),
        (r'"\x41é\U0001D11E\101"', "Aé𝄞A"),
        (r'r"\d\n"', r"\d\n"),
        (r"R'\'", "\\"),
        ('"é𝄞"', "é𝄞"),
    ],
)
def test_a_literal_means_its_value(text: str, value: object) -> None:
    tree = parse(text)
    assert isinstance(tree, Literal)
    assert tree.value == value
    assert type(tree.value) is type(value)


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("p || q && p", "p || (q && p)"),
        ("p && q || p && q", "(p && q) || (p && q)"),
        ("!p && q", "(!p) && q"),
        ("a + b * a", "a + (b * a)"),
        ("a - b - a", "(a - b) - a"),
        ("a / b % a", "(a / b) % a"),
        ("a < b == p", "(a < b) == p"),
        ("a + b < a * b", "(a + b) < (a * b)"),
        ("s in names && p", "(s in names) && p"),
        ("p ? a : q ? b : a", "p ? a : (q ? b : a)"),
        ("p || q ? a : b", "(p || q) ? a : b"),
        ("-a * b", "(-a) * b"),
        ("!p.q[0].r()", "!(p.q[0].r())"),
        ("a - -b", "a - (-b)"),
        ("a // a comment\n + b", "a + b"),
        ("[a, b,]", "[a, b]"),
    ],
)
def test_operators_bind_as_in_cel(text: str, grouped: str) -> None:
    assert bare(parse(text)) == bare(parse(grouped))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a.b", Select(0, Name(0, "a"), "b")),
        ("a.package", Select(0, Name(0, "a"), "package")),
        ("namespace", Name(0, "namespace")),
        ("has", Name(0, "has")),
        ("a[0]", Index(0, Name(0, "a"), Literal(2, 0))),
        ("has(a.b)", Has(0, Select(4, Name(4, "a"), "b"))),
        ("f()", Call(0, "f", (), False)),
        ("a.f(1)", Call(0, "f", (Name(0, "a"), Literal(4, 1)), True)),
        ("a.exists(x, x)", Macro(0, "exists", Name(0, "a"), "x", Name(12, "x"))),
        ("-(1)", Unary(0, "-", Literal(2, 1))),
        ("-1.f()", Call(0, "f", (Literal(0, -1),), True)),
        ("[]", ListOf(0, ())),
        ("a ? b : c", Conditional(0, Name(0, "a"), Name(4, "b"), Name(8, "c"))),
    ],
)
def test_every_node_knows_where_it_begins(text: str, tree: Expr) -> None:
    assert parse(text) == tree


def test_children_come_in_source_order() -> None:
    tree = parse("p ? has(a.b) : -x[1] == [f(2), y.map(v, v)][0]")
    seen, waiting = [], [tree]
    while waiting:
        node = waiting.pop(0)
        seen.append(type(node).__name__)
        waiting[:0] = children(node)
    assert (
        seen
        == (
            "Conditional Name Has Select Name Binary Unary Index Name Literal Index ListOf Call Literal Macro Name Name Literal"
        ).split()
    )


# --- what is refused -----------------------------------------------------------------------------

REFUSED = [
    ("", 0, "expected a value, got `the end`", ""),
    ("p &&", 4, "expected a value, got `the end`", ""),
    ("p q", 2, "expected the end, got `q`", "join conditions with && or ||"),
    ("(p", 2, "expected `)`, got `the end`", ""),
    ("[a b]", 3, "expected `,`, got `b`", ""),
    ("f(a b)", 4, "expected `,`, got `b`", ""),
    ("f(a,)", 4, "expected a value, got `)`", ""),
    ("a[1", 3, "expected `]`, got `the end`", ""),
    ("p ? a", 5, "expected `:`, got `the end`", ""),
    ("a.", 2, "expected a field or function after `.`, got `the end`", ""),
    ("a.1", 1, "expected the end, got `.1`", "join conditions with && or ||"),
    ("a.in", 2, "expected a field or function after `.`, got `in`", ""),
    ("a == null", 5, "there is no null", "write has(x) or !has(x)"),
    ("in", 0, "expected a value, got `in`", ""),
    ("p && package", 5, "`package` is a reserved word", "choose another name"),
    ("a.exists(for, true)", 9, "`exists` wants a variable first, got `for`", ""),
    ("a.exists(true, true)", 9, "`exists` wants a variable first, got `true`", ""),
    ("a.exists(1, true)", 9, "`exists` wants a variable first, got `1`", ""),
    ("a.map(x, x > 1, x)", 14, "`map` takes two arguments", "chain .filter(...).map(...)"),
    ("has(a == b)", 4, "has() wants a field", "write has(c.image) or has(labels.team)"),
    ("7u", 1, "there are no unsigned integers", "drop the u: integers have 64 bits and a sign"),
    ("0x10U", 4, "there are no unsigned integers", "drop the u: integers have 64 bits and a sign"),
    ("1_000", 1, "a number may not run into '_'", ""),
    ("1.5x", 3, "a number may not run into 'x'", ""),
    ("9223372036854775808", 0, "9223372036854775808 does not fit into 64 bits", ""),
    ("-9223372036854775809", 1, "9223372036854775809 does not fit into 64 bits", ""),
    ("0xFFFFFFFFFFFFFFFF", 0, "0xFFFFFFFFFFFFFFFF does not fit into 64 bits", ""),
    ("9" * 5000, 0, f"{'9' * 20} does not fit into 64 bits", ""),
    ("1e999", 0, "1e999 does not fit into a double", ""),
    ('p && "abc', 5, "this string is not closed", 'end it with " on the same line'),
    ("'a\nb'", 0, "this string is not closed", "end it with ' on the same line"),
    ('r"abc', 1, "this string is not closed", 'end it with " on the same line'),
    ('b"abc"', 0, "there are no bytes", "leave out the b: facts are text"),
    ("rb'abc'", 0, "there are no bytes", "leave out the b: facts are text"),
    (r'"ab\d"', 3, r"unknown escape \d", 'write a raw string: r"..." keeps backslashes'),
    (r'"\uD800"', 1, r"\uD800 is no Unicode character", ""),
    (r'"\U00110000"', 1, r"\U00110000 is no Unicode character", ""),
    (
        "{'a': 1}",
        0,
        "unexpected character '{'",
        "maps and messages cannot be built in a condition; compare fields one by one",
    ),
    ("p & q", 2, "unexpected character '&'", "write && for and"),
    ("p | q", 2, "unexpected character '|'", "write || for or"),
    ("a = b", 2, "unexpected character '='", "write == to compare"),
    ("`a`", 0, "unexpected character '`'", "fields are written without quotes"),
    ("a § b", 2, "unexpected character '§'", ""),
    ("é", 0, "unexpected character 'é'", ""),
]


@pytest.mark.parametrize(("text", "at", "what", "hint"), REFUSED)
def test_a_refusal_says_where_what_and_what_instead(text: str, at: int, what: str, hint: str) -> None:
    with pytest.raises(CelError) as caught:
        parse(text)
    assert (caught.value.at, caught.value.what, caught.value.hint) == (at, what, hint)


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_is_a_field_but_no_variable(word: str) -> None:
    assert parse(f"a.{word}") == Select(0, Name(0, "a"), word)
    with pytest.raises(CelError, match="reserved word"):
        parse(word)


def test_a_condition_has_a_longest_length() -> None:
    assert parse('"' + "a" * (MAX_LENGTH - 2) + '"')
    with pytest.raises(CelError, match=f"may have {MAX_LENGTH} characters, this one has {MAX_LENGTH + 1}"):
        parse("a" * (MAX_LENGTH + 1))


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("[", "]"), ("!", ""), ("-", ""), ("f(", ")"), ("a[", "]")]
)
def test_nesting_has_a_deepest_level(opening: str, closing: str) -> None:
    def nested(depth: int) -> str:
        return opening * depth + "a" + closing * depth

    assert parse(nested(MAX_DEPTH - 1))
    with pytest.raises(CelError) as caught:
        parse(nested(MAX_DEPTH + 1))
    assert caught.value.what == f"nested more than {MAX_DEPTH} deep"
    signs = not closing  # the expression around the signs is a level of its own
    assert caught.value.at == len(opening) * (MAX_DEPTH - signs)


@pytest.mark.parametrize("link", [" || a", ".a", "[0]", " + a", ".f()", ".map(x, x)"])
def test_a_chain_has_a_most_of_links(link: str) -> None:
    assert parse("a" + link * (MAX_TREE - 1))
    with pytest.raises(CelError, match="a chain of more than"):
        parse("a" + link * MAX_TREE)


# --- laws ----------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c1", "_x", "has_it", "size", "inner", "namespace", "e5"])
FIELDS = st.one_of(NAMES, st.sampled_from(["package", "for", "has", "exists"]))
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1e300]),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LITERALS = st.builds(Literal, st.just(0), st.one_of(st.booleans(), NUMBERS, TEXTS))
BINARY = ["&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"]


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> Expr:
    """Any tree that a text can have, sense or not."""
    shape = draw(st.integers(0, 11)) if depth else draw(st.integers(0, 1))

    def inner() -> Expr:
        return draw(trees(depth - 1))

    match shape:
        case 0:
            return draw(LITERALS)
        case 1:
            return Name(0, draw(NAMES))
        case 2:
            return Select(0, inner(), draw(FIELDS))
        case 3:
            return Index(0, inner(), inner())
        case 4:
            return Has(0, draw(st.sampled_from([Name(0, "a"), Select(0, inner(), "b"), Index(0, inner(), inner())])))
        case 5 | 6:
            return Unary(0, "!", inner()) if shape == 5 else Unary(0, "-", inner())
        case 7 | 8:
            return Binary(0, draw(st.sampled_from(BINARY)), inner(), inner())
        case 9:
            return Conditional(0, inner(), inner(), inner())
        case 10:
            return ListOf(0, tuple(inner() for _ in range(draw(st.integers(0, 3)))))
        case _:
            if draw(st.booleans()):
                macro = draw(st.sampled_from(["exists", "all", "exists_one", "filter", "map"]))
                return Macro(0, macro, inner(), draw(NAMES), inner())
            method = draw(st.booleans())
            arguments = tuple(inner() for _ in range(draw(st.integers(int(method), 2))))
            return Call(0, draw(st.sampled_from(["f", "size", "startsWith"])), arguments, method)


@settings(max_examples=80, deadline=None, phases=PHASES)
@given(tree=trees())
@example(tree=Unary(0, "-", Literal(0, 1)))
@example(tree=Unary(0, "-", Index(0, Literal(0, 1), Literal(0, 0))))
@example(tree=Select(0, Literal(0, -0.0), "b"))
@example(tree=Binary(0, "-", Literal(0, -1), Unary(0, "-", Literal(0, -1))))
def test_parsing_what_was_printed_gives_the_same_tree(tree: Expr) -> None:
    assert bare(parse(show(tree))) == bare(tree)


@settings(max_examples=50, deadline=None, phases=PHASES)
@given(tree=trees())
def test_a_tree_is_its_own_json(tree: Expr) -> None:
    decoded = msgspec.json.decode(msgspec.json.encode(tree), type=Expr)
    assert bare(decoded) == bare(tree)


PIECES = st.sampled_from(
    ["a", "1", "1.5", '"x"', "'", '"', "\\", "(", ")", "[", "]", ",", ".", "?", ":", "!", "-", "&&", "||", "==", "in"]
    + ["exists(", "has(", "null", "for", "0x", "1e", "u", "//", "\n", " ", "{", "}", "é", "\x00", "r'", "b'", "\ud800"]
)


@settings(max_examples=200, deadline=None, phases=PHASES)
@given(text=st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_is_a_tree_or_a_celerror(text: str) -> None:
    try:
        tree = parse(text)
    except CelError as error:
        assert 0 <= error.at <= len(text)
    else:
        assert bare(parse(show(tree))) == bare(tree)


@pytest.mark.parametrize(
    "piece", ["(", "[", "!", "-", "a.", "a[", "1,", "a||", '"', "'", "\\", "0x", "9", "a?", "// ", " ", "f(a,"]
)
def test_the_longest_hostile_text_is_read_at_once(piece: str) -> None:
    text = (piece * MAX_LENGTH)[:MAX_LENGTH]
    with pytest.raises(CelError):
        parse(text)
