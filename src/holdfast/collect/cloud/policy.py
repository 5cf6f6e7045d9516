"""Policy documents in resources -> statements; what is open in them becomes a hole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.resource import nested
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text, Unknown, document, known
from holdfast.core.statement import NAMED, UNRESOLVED, Statement, reference

Reader = Callable[..., list[Statement]]
NAMING = frozenset(
    ("arn", "id", "name", "bucket", "key_arn", "unique_id", "account_id", "principal_id", "email", "member")
)
"""Attributes that hold one existing thing's name, which has no wildcard."""


def statements(value: Any, read: Reader, origin: str) -> Fact[list[Statement]]:
    """The statements of a policy, absent for none, unobserved where it cannot be read or is open as a whole."""
    value = known(value)
    if value is None or value == "":
        return None
    decoded = value if isinstance(value, Mapping) else document(value)
    if not isinstance(decoded, Mapping):
        return UNSET
    try:
        found = read(holed(decoded), origin=origin)
    except FormatError:
        return UNSET
    items = nested(known(decoded.get("Statement")))
    return [_referring(*pair) for pair in zip(found, items, strict=True)] if len(found) == len(items) else found


def _referring(statement: Statement, item: Any) -> Statement:
    """A statement with those of its resources that refer to what is declared beside it."""
    item = known(item)
    elements = (item.get("Resource"), item.get("NotResource")) if isinstance(item, Mapping) else ()
    found = [name for element in elements for each in nested(known(element)) for name in _named(each)]
    return replace(statement, referring=found) if found else statement


def _named(pattern: Any) -> Iterator[str]:
    """A pattern with the addresses of those whose names are pieces of it; nothing where there is no such piece."""
    value = known(pattern)
    pieces = value.pieces if isinstance(value, Text) else (pattern,)
    if any(_declared(piece) for piece in pieces):
        yield "".join(reference(piece.address) if _declared(piece) else str(holed(piece)) for piece in pieces)


def _declared(piece: Any) -> TypeGuard[Reference]:
    """Whether a piece is the name of something with an address that can be written down."""
    if not isinstance(piece, Reference) or not isinstance(known(piece), Unknown):
        return False
    return piece.attribute.rpartition(".")[2].lower() in NAMING and not set(piece.address) & set("{}")


def holed(value: Any) -> Any:
    """A value with holes where it is open: in texts as text, elsewhere unobserved."""
    if isinstance(value, Reference) and isinstance(known(value), Unknown):
        return NAMED if value.attribute.rpartition(".")[2].lower() in NAMING else UNRESOLVED
    value = known(value)
    if isinstance(value, Text):
        return "".join(piece if isinstance(piece, str) else holed(piece) for piece in value.pieces)
    if isinstance(value, Unknown):
        return NAMED if value.shape and "*" not in value.shape else UNRESOLVED
    if isinstance(value, list):
        return [holed(item) for item in value]
    if isinstance(value, Mapping):
        return {key: holed(item) for key, item in value.items()}
    return value


__all__ = ["UNSET", "holed", "statements"]
