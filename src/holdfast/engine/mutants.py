"""Mutants of a condition: what an example must notice, or the rule is not pinned down by its examples.

Each atom negated, each operand dropped, each comparison and literal shifted, each list element left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, cast

from msgspec.structs import replace

from holdfast.core.cel.ast import (
    Binary,
    BinaryOp,
    Call,
    Conditional,
    Expr,
    Index,
    ListOf,
    Literal,
    Macro,
    Select,
    Unary,
)
from holdfast.core.cel.printing import show
from holdfast.core.rule import Condition

NEIGHBOUR: dict[str, BinaryOp] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
CONNECTIVES = ("&&", "||")


class Mutant(NamedTuple):
    """A changed condition and what was changed, in words."""

    what: str
    condition: Condition


def mutants(condition: Condition) -> Iterator[Mutant]:
    """Every mutant of a rule's condition."""
    for tree in _variants(condition.fails_when, boolean=True):
        yield Mutant(f"fails_when: {show(tree)}", replace(condition, fails_when=tree))
    if condition.applies_when is not None:
        for tree in _variants(condition.applies_when, boolean=True):
            yield Mutant(f"applies_when: {show(tree)}", replace(condition, applies_when=tree))


def _variants(node: Expr, *, boolean: bool) -> Iterator[Expr]:
    """The trees that differ from `node` in one place; `boolean` says whether it stands where a condition does."""
    if isinstance(node, Binary) and node.op in CONNECTIVES:
        yield node.left
        yield node.right
    elif boolean and not (isinstance(node, Unary) and node.op == "!") and not isinstance(node, Literal):
        # A literal is no atom: `complete ? bad : false` only says that the last case cannot come up.
        yield Unary(node.at, "!", node)
    match node:
        case Literal(value=bool()):
            return
        case Literal(value=int() | float() as value):
            yield replace(node, value=value + 1)
            yield replace(node, value=value - 1)
        case Literal(value=value):
            yield replace(node, value=f"{value}\N{CROSS MARK}")
        case Binary(op=op) if op in NEIGHBOUR:
            yield replace(node, op=NEIGHBOUR[op])
        case ListOf(items=items) if len(items) > 1:
            for index in range(len(items)):
                yield replace(node, items=items[:index] + items[index + 1 :])
        case Macro(macro="exists"):
            yield replace(node, macro="all")
        case Macro(macro="all"):
            yield replace(node, macro="exists")
    yield from _inside(node, boolean=boolean)


def _inside(node: Expr, *, boolean: bool) -> Iterator[Expr]:
    """The mutants of the operands of `node`, each put back into it."""
    for child, condition, put in _holes(node, boolean=boolean):
        for variant in _variants(child, boolean=condition):
            yield put(variant)


def _holes(node: Expr, *, boolean: bool) -> Iterator[tuple[Expr, bool, Callable[[Expr], Expr]]]:
    """Each operand, whether it stands where a condition does, and how to put another in its place.

    What `has` asks for is left alone: `has(labels.team)` negated says it all.
    """
    match node:
        case Select(base=base):
            yield base, False, lambda new: replace(node, base=new)
        case Index(base=base, key=key):
            yield base, False, lambda new: replace(node, base=new)
            yield key, False, lambda new: replace(node, key=new)
        case Unary(op=op, operand=operand):
            yield operand, op == "!", lambda new: replace(node, operand=new)
        case Binary(op=op, left=left, right=right):
            yield left, op in CONNECTIVES, lambda new: replace(node, left=new)
            yield right, op in CONNECTIVES, lambda new: replace(node, right=new)
        case Conditional(test=test, then=then, otherwise=otherwise):
            yield test, True, lambda new: replace(node, test=new)
            yield then, boolean, lambda new: replace(node, then=new)
            yield otherwise, boolean, lambda new: replace(node, otherwise=new)
        case Macro(macro=macro, range=range_, body=body):
            yield range_, False, lambda new: replace(node, range=new)
            yield body, macro != "map", lambda new: replace(node, body=new)
        case Call(arguments=arguments):
            for index, argument in enumerate(arguments):
                yield argument, False, _argument(node, index)
        case ListOf(items=items) if len(items) == 1:
            yield items[0], False, lambda new: replace(node, items=(new,))


def _argument(node: Call, index: int) -> Callable[[Expr], Expr]:
    before, after = node.arguments[:index], node.arguments[index + 1 :]
    return lambda new: cast("Expr", replace(node, arguments=(*before, new, *after)))
