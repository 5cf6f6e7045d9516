"""The syntax tree of a condition: small frozen nodes that are their own JSON form.

Every node carries `at`, the offset of its first character in the source text. The compiled rulebook
stores the *checked* tree, in which a select on a map has become an `Index`.
"""

from __future__ import annotations

from typing import Literal as OneOf
from typing import Union

from msgspec import Struct


class Node(Struct, frozen=True, array_like=True):
    """What every node has."""

    at: int


class Literal(Node, frozen=True, tag="lit", array_like=True):
    """`true`, `7`, `1.5` or `"text"`."""

    value: Union[bool, int, float, str]


class Name(Node, frozen=True, tag="name", array_like=True):
    """A variable: a field of the kind, the `each` element or a macro's variable."""

    name: str


class Select(Node, frozen=True, tag="sel", array_like=True):
    """`base.field` on a struct."""

    base: Expr
    field: str


class Index(Node, frozen=True, tag="idx", array_like=True):
    """`base[key]` on a list or a map."""

    base: Expr
    key: Expr


class Has(Node, frozen=True, tag="has", array_like=True):
    """`has(path)`: whether a fact is there."""

    path: Union[Name, Select, Index]


class Unary(Node, frozen=True, tag="un", array_like=True):
    """`!x` or `-x`."""

    op: OneOf["!", "-"]
    operand: Expr


BinaryOp = OneOf["&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"]


class Binary(Node, frozen=True, tag="bin", array_like=True):
    """`left op right`."""

    op: BinaryOp
    left: Expr
    right: Expr


class Conditional(Node, frozen=True, tag="if", array_like=True):
    """`test ? then : otherwise`."""

    test: Expr
    then: Expr
    otherwise: Expr


class ListOf(Node, frozen=True, tag="list", array_like=True):
    """`[a, b]`."""

    items: tuple[Expr, ...]


class Call(Node, frozen=True, tag="call", array_like=True):
    """`f(a, b)` or `a.f(b)`; a method's receiver is the first argument."""

    function: str
    arguments: tuple[Expr, ...]
    method: bool


MacroName = OneOf["exists", "all", "exists_one", "filter", "map"]


class Macro(Node, frozen=True, tag="macro", array_like=True):
    """`range.exists(variable, body)` and its kin."""

    macro: MacroName
    range: Expr
    variable: str
    body: Expr


Expr = Union[Literal, Name, Select, Index, Has, Unary, Binary, Conditional, ListOf, Call, Macro]


def children(node: Expr) -> tuple[Expr, ...]:
    """The direct operands of a node, in source order."""
    match node:
        case Literal() | Name():
            return ()
        case Select(base=base):
            return (base,)
        case Index(base=base, key=key):
            return (base, key)
        case Has(path=path):
            return (path,)
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Conditional(test=test, then=then, otherwise=otherwise):
            return (test, then, otherwise)
        case ListOf(items=items):
            return items
        case Call(arguments=arguments):
            return arguments
        case _:
            return (node.range, node.body)
