"""Tree -> text: the inverse of `parse`, with as few parentheses as precedence allows."""

from __future__ import annotations

import json

from holdfast.core.cel.ast import (
    Binary,
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
)
from holdfast.core.cel.parse import PRECEDENCE

TIGHT = 9
"""Binds tighter than any operator."""


def show(node: Expr, level: int = 0) -> str:
    """The text of a tree; in parentheses where its operator binds looser than `level`."""
    text, binding = _show(node)
    return f"({text})" if binding < level else text


def _literal(value: bool | float | str) -> tuple[str, int]:
    if isinstance(value, bool):
        return ("true" if value else "false"), TIGHT
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False), TIGHT
    text = repr(value)
    return text, 7 if text.startswith("-") else TIGHT


def _show(node: Expr) -> tuple[str, int]:
    match node:
        case Literal(value=value):
            return _literal(value)
        case Name(name=name):
            return name, TIGHT
        case Select(base=base, field=field):
            return f"{show(base, 8)}.{field}", 8
        case Index(base=base, key=key):
            return f"{show(base, 8)}[{show(key)}]", 8
        case Has(path=path):
            return f"has({show(path)})", TIGHT
        case Unary(op=op, operand=operand):
            inner = show(operand, 7)
            return (f"{op}({inner})" if op == "-" and inner[0].isdigit() else f"{op}{inner}"), 7
        case Binary(op=op, left=left, right=right):
            binding = PRECEDENCE[op]
            return f"{show(left, binding)} {op} {show(right, binding + 1)}", binding
        case Conditional(test=test, then=then, otherwise=otherwise):
            return f"{show(test, 2)} ? {show(then, 2)} : {show(otherwise, 1)}", 1
        case ListOf(items=items):
            return f"[{', '.join(map(show, items))}]", TIGHT
        case Macro(macro=macro, range=range_, variable=variable, body=body):
            return f"{show(range_, 8)}.{macro}({variable}, {show(body)})", 8
        case _:
            written = [show(argument) for argument in node.arguments[node.method :]]
            receiver = f"{show(node.arguments[0], 8)}." if node.method else ""
            return f"{receiver}{node.function}({', '.join(written)})", 8 if node.method else TIGHT
