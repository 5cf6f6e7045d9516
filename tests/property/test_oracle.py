"""The closures against the reference implementation of CEL, on generated conditions and documents."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from holdfast.core.cel.check import check
from holdfast.core.cel.closures import Compiler
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import describe
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.fact import UNSET, Fact, Kind, Part

reference = pytest.importorskip("cel_expr_python.cel", reason="the reference has wheels for x86-64 only")


class Piece(Part, frozen=True):
    """An element."""

    n: Fact[int] = UNSET
    s: Fact[str] = UNSET
    ok: Fact[bool] = UNSET


class Thing(Kind, frozen=True):
    """Every type once."""

    kind: ClassVar[str] = "thing"
    a: Fact[int] = UNSET
    b: Fact[int] = UNSET
    d: Fact[float] = UNSET
    s: Fact[str] = UNSET
    t: Fact[str] = UNSET
    flag: Fact[bool] = UNSET
    tags: Fact[dict[str, str]] = UNSET
    names: Fact[list[str]] = UNSET
    nums: Fact[list[int]] = UNSET
    parts: Fact[list[Piece]] = UNSET


FIELDS = describe(Thing).fields or {}
SMALL = st.sampled_from(["", "a", "ab", "Ab", "b", "é", "𝄞x", "a.b"])
INTS = st.sampled_from([0, 1, 2, -1, -3, 7, 2**31, 2**63 - 1, -(2**63)])
DOUBLES = st.sampled_from([0.0, 1.0, 1.5, -2.25, 1e300])

COMPARE = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
BODIES = [
    "p.ok",
    "p.n > 0",
    'p.s == "a"',
    "has(p.s)",
    "p.ok && p.n == a",
    "!p.ok || flag",
    'p.s.startsWith("a")',
    "p.n / a > 0",
]
BODY = st.sampled_from(BODIES)
LEAVES = {
    "int": ["a", "b", "0", "1", "-3", "9223372036854775807", "(-a)", "nums[1]", 'int("12")', 'int("x")', "int(d)"]
    + [f"size({field})" for field in ("s", "t", "names", "nums", "tags", "parts")],
    "string": ["s", "t", 'tags["k"]', "tags.k", "names[0]", '"a"', '"Ab"', '"é𝄞"', '""'],
    "bool": ["flag", "true", "false", "has(a)", "has(s)", "has(parts)", "has(tags.k)"],
}
SHAPES = {
    "int": [
        "({int} + {int})",
        "({int} - {int})",
        "({int} * {int})",
        "({int} / {int})",
        "({int} % {int})",
        "({bool} ? {int} : {int})",
    ],
    "string": ["({string} + {string})", "({bool} ? {string} : {string})", "string({int})"],
    "bool": ["({int} {compare} {int})", "({string} {compare} {string})", "(d {compare} {double})"]
    + ["({bool} && {bool})", "({bool} || {bool})", "(!{bool})", "({bool} ? {bool} : {bool})"]
    + ["({string} in names)", "({string} in tags)", '({string} in ["a", "b"])', "({int} in nums)"]
    + ["s.startsWith({string})", "s.endsWith({string})", "s.contains({string})"]
    + ['s.matches("^a")', 's.matches("b$")', 's.matches(r"\\w+")', 's.matches("[a-z]{{2}}")', 's.matches("(?i)ab")']
    + ["parts.exists(p, {body})", "parts.all(p, {body})", "parts.exists_one(p, {body})"]
    + ["(size(parts.filter(p, {body})) > 1)", "({int} in nums.map(n, n * 2))", 'tags.exists(k, k == "k")'],
}


@st.composite
def expressions(draw: st.DrawFn, type_: str = "bool", depth: int = 4) -> str:
    """The text of a well-typed condition."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(LEAVES[type_]))
    shape = draw(st.sampled_from(SHAPES[type_]))
    for hole in ("int", "string", "bool"):
        while f"{{{hole}}}" in shape:
            shape = shape.replace(f"{{{hole}}}", draw(expressions(hole, depth - 1)), 1)
    shape = (
        shape.replace("{compare}", draw(COMPARE)).replace("{body}", draw(BODY)).replace("{double}", str(draw(DOUBLES)))
    )
    return shape.replace("{{", "{").replace("}}", "}")


def absent_or(value: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), value, value)


PIECE = st.fixed_dictionaries({"n": absent_or(INTS), "s": absent_or(SMALL), "ok": absent_or(st.booleans())})
DOCUMENT = st.fixed_dictionaries(
    {
        "a": absent_or(INTS),
        "b": absent_or(INTS),
        "d": absent_or(DOUBLES),
        "s": absent_or(SMALL),
        "t": absent_or(SMALL),
        "flag": absent_or(st.booleans()),
        "tags": st.dictionaries(st.sampled_from(["k", "l"]), SMALL),
        "names": st.lists(SMALL, max_size=3),
        "nums": st.lists(INTS, max_size=3),
        "parts": absent_or(st.lists(PIECE, max_size=3)),
    }
)


def thing(document: dict[str, object]) -> Thing:
    parts = document["parts"]
    pieces = [Piece(**piece) for piece in parts] if isinstance(parts, list) else parts  # type: ignore[arg-type]
    return Thing(**{**document, "parts": pieces})  # type: ignore[arg-type]


def bare(value: object) -> object:
    """The document as the reference sees it: an absent field is a missing key."""
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items() if item is not None}
    return [bare(item) for item in value] if isinstance(value, list) else value


ENVIRONMENT = reference.NewEnv(variables={"self": reference.Type.DYN})
WORDS = sorted(FIELDS, key=len, reverse=True)


def qualified(text: str) -> str:
    """The condition with `self.` before every field of the kind, as the reference needs it."""
    import re

    return re.sub(rf'"[^"]*"|(?<![\w."])({"|".join(WORDS)})(?![\w(])', lambda m: f"self.{m[1]}" if m[1] else m[0], text)


def ours(text: str, facts: Thing) -> object:
    tree, _ = check(parse(text), FIELDS)
    compiler = Compiler()
    closure = compiler.compile(tree)
    return closure([facts, *[None] * (compiler.size - 1)])


@settings(max_examples=300, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
@given(text=expressions(), document=DOCUMENT)
def test_closures_answer_as_the_reference_does(text: str, document: dict[str, object]) -> None:
    value = ENVIRONMENT.compile(qualified(text), disable_check=True).eval(data={"self": bare(document)})
    expected = UNKNOWN if value.type() == reference.Type.ERROR else value.value()
    assert ours(text, thing(document)) is expected


def unobserved(document: dict[str, object], hidden: set[str]) -> dict[str, object]:
    parts = document["parts"]
    if isinstance(parts, list):
        parts = [{key: UNSET if f"parts.{key}" in hidden else item for key, item in piece.items()} for piece in parts]
    return {key: UNSET if key in hidden else parts if key == "parts" else item for key, item in document.items()}


@settings(max_examples=300, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
@given(
    text=expressions(),
    document=DOCUMENT,
    hidden=st.sets(st.sampled_from([*FIELDS, "parts.n", "parts.s", "parts.ok"]), max_size=5),
)
def test_what_is_unobserved_never_changes_a_decided_answer(
    text: str, document: dict[str, object], hidden: set[str]
) -> None:
    before = ours(text, thing(unobserved(document, hidden)))
    if before is not UNKNOWN:
        assert ours(text, thing(document)) is before
