"""Pieces of text that a template or program puts together."""

from __future__ import annotations

from typing import Any

from holdfast.core.known import MAX_TEXT, Text, Unknown, known, text
from holdfast.formats.hcl.values import Budget, Exhausted, Failure, string


def joined(budget: Budget, pieces: list[Any]) -> Any:
    """Pieces as one text; what cannot be a piece makes all of it Unknown. Raises Exhausted past `MAX_TEXT`."""
    found: list[Any] = []
    for piece in map(known, pieces):
        try:
            found.append(piece if isinstance(piece, Unknown | Text) else string(piece))
        except Failure:
            return Unknown("a piece of text that is none")
    length = sum(len(piece) for piece in found if isinstance(piece, str))
    budget.charge(len(found) + (length >> 5))
    if length > MAX_TEXT:
        raise Exhausted(f"text of more than {MAX_TEXT} characters")
    return text(found)
