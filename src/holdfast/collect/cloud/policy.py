"""Policy documents in resources -> statements; what is open in them becomes a hole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET

from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text, Unknown, document, known
from holdfast.core.statement import NAMED, UNRESOLVED, Statement

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
        return read(holed(decoded), origin=origin)
    except FormatError:
        return UNSET


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
