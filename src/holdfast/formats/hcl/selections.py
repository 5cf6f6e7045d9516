"""What is selected from a value in HCL: `.name`, `[key]`, and splats. Source: hclsyntax/spec.md "Index Operator"."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.formats.hcl.scan import FREE, MAX_CHAIN, Scanner
from holdfast.formats.hcl.syntax import Expr, Index, Literal, Select, Splat

__all__ = ["selected"]


def selected(scanner: Scanner, expression: Callable[[], Expr], base: Expr) -> Expr:
    """`.name`, `.0`, `[key]`, `.*` and `[*]` behind a value."""
    links = 0
    while True:
        links += 1
        if links > MAX_CHAIN:
            scanner.refuse(f"more than {MAX_CHAIN} selections in a row")
        if scanner.kind == "position":
            base = Index(base, Literal(_position(scanner)))
        elif scanner.text == "." and scanner.kind == "operator":
            scanner.advance()
            if scanner.text == "*":
                scanner.advance()
                base = Splat(base, _each(scanner, expression, indices=False))
            else:
                for name in _names(scanner):
                    base = Select(base, name)
        elif scanner.text == "[" and scanner.kind == "operator":
            key = _key(scanner, expression)
            base = Index(base, key) if key is not None else Splat(base, _each(scanner, expression, indices=True))
        else:
            return base


def _each(scanner: Scanner, expression: Callable[[], Expr], indices: bool) -> tuple[str | Expr, ...]:
    """What a splat selects from every element."""
    found: list[str | Expr] = []
    while True:
        if scanner.kind == "position":
            found.append(Literal(_position(scanner)))
        elif scanner.text == "." and scanner.kind == "operator":
            here = scanner.mark()
            scanner.advance()
            if scanner.text == "*":  # another splat, over the list that this one gives
                scanner.back(here)
                return tuple(found)
            found.extend(_names(scanner))
        elif indices and scanner.text == "[" and scanner.kind == "operator":
            here = scanner.mark()
            key = _key(scanner, expression)
            if key is None:
                scanner.back(here)
                return tuple(found)
            found.append(key)
        else:
            return tuple(found)
        if len(found) > MAX_CHAIN:
            scanner.refuse(f"more than {MAX_CHAIN} selections in a row")


def _key(scanner: Scanner, expression: Callable[[], Expr]) -> Expr | None:
    """The key between brackets; None for a star."""
    outside = scanner.open(FREE)
    star = scanner.text == "*" and scanner.kind == "operator"
    key = None if star else expression()
    if star:
        scanner.advance()
    scanner.close("]", outside)
    return key


def _names(scanner: Scanner) -> list[str]:
    """Skips the names of attributes behind a dot and returns them."""
    if scanner.kind != "path":
        scanner.expected("an attribute's name")
    names = scanner.text.split(".")
    scanner.advance()
    return names


def _position(scanner: Scanner) -> int:
    """Skips `.0` and returns the number."""
    digits = scanner.text[1:].strip()
    if len(digits) > 9:
        scanner.refuse("an index of more than 9 digits")
    scanner.advance()
    return int(digits)
