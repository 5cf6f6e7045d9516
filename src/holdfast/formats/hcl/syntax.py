"""What a file of HCL consists of: a body of attributes and blocks, and the nodes of expressions.

Source: the HCL native syntax specification (hashicorp/hcl, hclsyntax/spec.md, version 2).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from msgspec import Struct

__all__ = [
    "Attribute", "Binary", "Block", "Body", "Call", "Choice", "Expr", "For", "Index", "Literal", "ObjectOf", "Path",
    "Select", "Source", "Splat", "Template", "TextFor", "TupleOf", "Unary",
]  # fmt: skip


class Source:
    """A file's text; turns offsets into places."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []

    def place(self, at: int) -> tuple[int, int]:
        """The line and the column (characters) of an offset, from 1."""
        starts = self._starts
        if not starts:
            starts.append(0)
            for line in self.text.split("\n"):
                starts.append(starts[-1] + len(line) + 1)
        row = bisect_right(starts, at)
        return row, at - starts[row - 1] + 1


class Expr(Struct, frozen=True, gc=False):
    """A node of an expression."""


class Literal(Expr, frozen=True, gc=False):
    """A number, text without anything to fill in, true, false or null."""

    value: Any


class Path(Expr, frozen=True, gc=False):
    """`var.name.first`: a variable and the attributes that are selected from it."""

    names: tuple[str, ...]


class Select(Expr, frozen=True, gc=False):
    """`base.name` where the base is not a variable."""

    base: Expr
    name: str


class Index(Expr, frozen=True, gc=False):
    """`base[key]`, also `base.0`."""

    base: Expr
    key: Expr


class Splat(Expr, frozen=True, gc=False):
    """`base[*]` and `base.*`; `each` are the selections made from every element, from the nearest outwards."""

    base: Expr
    each: tuple[str | Expr, ...]


class Unary(Expr, frozen=True, gc=False):
    """`!a` and `-a`."""

    operator: str
    operand: Expr


class Binary(Expr, frozen=True, gc=False):
    """`a + b` and its kin."""

    operator: str
    left: Expr
    right: Expr


class Choice(Expr, frozen=True, gc=False):
    """`test ? then : otherwise`, and `%{ if }` of templates."""

    test: Expr
    then: Expr
    otherwise: Expr


class Call(Expr, frozen=True, gc=False):
    """`name(arguments...)`."""

    name: str
    arguments: tuple[Expr, ...]
    expand: bool
    """Whether the last argument is a list that stands for the rest (`...`)."""


class TupleOf(Expr, frozen=True, gc=False):
    """`[a, b]`."""

    items: tuple[Expr, ...]


class ObjectOf(Expr, frozen=True, gc=False):
    """`{a = b}`."""

    items: tuple[tuple[Expr, Expr], ...]


class For(Expr, frozen=True, gc=False):
    """`[for k, v in over : value if test]`, or `{for ... : key => value...}` when `key` is there."""

    names: tuple[str, ...]
    over: Expr
    key: Expr | None
    value: Expr
    grouped: bool
    test: Expr | None


class Template(Expr, frozen=True, gc=False):
    """Text with something to fill in."""

    parts: tuple[Expr, ...]


class TextFor(Expr, frozen=True, gc=False):
    """`%{ for }` of templates."""

    names: tuple[str, ...]
    over: Expr
    body: Expr


class Attribute(Struct, frozen=True, gc=False):
    """`name = value`; `at` is the offset of the name."""

    name: str
    value: Expr
    at: int


class Block(Struct, frozen=True):
    """`type "label" "label" { ... }`; `at` is the offset of the type."""

    type: str
    labels: tuple[str, ...]
    body: Body
    at: int


class Body(Struct, frozen=True):
    """What stands between braces, or in a file."""

    attributes: dict[str, Attribute]
    blocks: tuple[Block, ...]
    source: Source
