"""What brackets hold in HCL: arguments, lists, objects and loops.

Source: hclsyntax/spec.md "Functions and Function Calls", "Collection Values" and "For Expressions".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from holdfast.formats.hcl.scan import FREE, SIGNIFICANT, Scanner
from holdfast.formats.hcl.syntax import Call, Expr, For, Literal, ObjectOf, Path, TupleOf
from holdfast.formats.hcl.templates import names_of_loop

__all__ = ["call", "object_of", "tuple_of"]

_ASSIGNED = re.compile(r"[ \t]*(?:=(?!=)|:)")
"""What stands behind a key, even if the key is `for`."""


def call(scanner: Scanner, expression: Callable[[], Expr], name: str) -> Expr:
    """The call of a function, behind its name."""
    while scanner.accept("::"):
        name = f"{name}::{scanner.name()}"
    if scanner.text != "(":
        scanner.expected("`(`")
    outside = scanner.open(FREE)
    arguments: list[Expr] = []
    expand = False
    while scanner.text != ")" and not expand:
        arguments.append(expression())
        expand = scanner.accept("...")
        if not scanner.accept(",") and scanner.text != ")":
            scanner.expected("`,` or `)`")
    scanner.close(")", outside)
    return Call(name, tuple(arguments), expand)


def tuple_of(scanner: Scanner, expression: Callable[[], Expr]) -> Expr:
    """`[...]`, a loop included."""
    outside = scanner.open(FREE)
    if scanner.text == "for" and scanner.kind == "path":
        return _loop(scanner, expression, "]", outside)
    items: list[Expr] = []
    while scanner.text != "]":
        items.append(expression())
        if not scanner.accept(",") and scanner.text != "]":
            scanner.expected("`,` or `]`")
    scanner.close("]", outside)
    return TupleOf(tuple(items))


def object_of(scanner: Scanner, expression: Callable[[], Expr]) -> Expr:
    """`{...}`, a loop included."""
    outside = scanner.open(SIGNIFICANT)
    _newlines(scanner)
    if scanner.text == "for" and scanner.kind == "path" and not _ASSIGNED.match(scanner.source.text, scanner.end):
        scanner.tokens = FREE
        return _loop(scanner, expression, "}", outside)
    items: list[tuple[Expr, Expr]] = []
    while scanner.text != "}":
        key: Expr | None = Literal(scanner.text) if scanner.kind == "path" and "." not in scanner.text else None
        found = expression()
        # A bare name is a key; only brackets around it make it a variable.
        if key is None or not isinstance(found, Path | Literal):
            key = found
        if not scanner.accept("=") and not scanner.accept(":"):
            scanner.expected("`=` or `:`")
        _newlines(scanner)
        items.append((key, expression()))
        if not scanner.accept(",") and scanner.kind != "newline" and scanner.text != "}":
            scanner.expected("`,`, `}` or the end of the line")
        _newlines(scanner)
    scanner.close("}", outside)
    return ObjectOf(tuple(items))


def _newlines(scanner: Scanner) -> None:
    """Skips ends of lines."""
    while scanner.kind == "newline":
        scanner.advance()


def _loop(scanner: Scanner, expression: Callable[[], Expr], bracket: str, outside: re.Pattern[str]) -> Expr:
    """`for k, v in over : key => value... if test`."""
    scanner.advance()
    names = names_of_loop(scanner)
    over = expression()
    scanner.expect(":")
    value, key, grouped = expression(), None, False
    if bracket == "}":
        scanner.expect("=>")
        key, value = value, expression()
        grouped = scanner.accept("...")
    test = None
    if scanner.text == "if" and scanner.kind == "path":
        scanner.advance()
        test = expression()
    scanner.close(bracket, outside)
    return For(names, over, key, value, grouped, test)
