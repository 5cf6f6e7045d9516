"""Values that configuration languages leave open: unknown, decided elsewhere, or text with unknown pieces.

A value is None, a bool, an int, a float, a str, a list, a dict with text keys, or one of the three here.
Lists, mappings and text stay known in part: only the element or piece that is open is replaced.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

import msgspec
from msgspec import UNSET, Struct

__all__ = [
    "MAX_TEXT", "Reference", "Text", "Unknown", "could_be", "document", "is_open", "known", "nodes", "plain", "size",
    "text",
]  # fmt: skip

MAX_NODES = 100_000
"""Most values that a look into a value visits; what is larger counts as open."""

MAX_TEXT = 1 << 20
"""Longest text that is put together; what is longer is unknown."""
PIECE = 64
"""As many characters as an unknown piece counts for, besides its shape."""


class Unknown(Struct, frozen=True):
    """A value that cannot be said before the configuration is applied, or that could not be read."""

    reason: str
    shape: str = ""
    """A pattern that the whole value will match when it is text (`[0-9]{12}` for an account); empty for anything."""


class Reference(Unknown, frozen=True):
    """An attribute of another object: `aws_s3_bucket.data`, `arn`; `value` is what the configuration says of it."""

    address: str = ""
    attribute: str = ""
    """A path such as `website[0].domain`; empty for the object itself."""
    value: Any = UNSET


class Supplied(Unknown, frozen=True):
    """A value that stands in no configuration: whoever applies it gives it, or it is made then and forgotten."""


class Text(Struct, frozen=True):
    """Text of which some pieces are unknown; neighbours are never both known, and one piece is not."""

    pieces: tuple[str | Unknown, ...]

    @property
    def prefix(self) -> str:
        """What it begins with, as far as that is known."""
        first = self.pieces[0]
        return first if isinstance(first, str) else ""

    @property
    def suffix(self) -> str:
        """What it ends with, as far as that is known."""
        last = self.pieces[-1]
        return last if isinstance(last, str) else ""


def known(value: Any) -> Any:
    """The value itself, or what is known of the attribute that it refers to."""
    while isinstance(value, Reference) and value.value is not UNSET:
        value = value.value
    return value


def size(value: str | Text | Unknown) -> int:
    """How long a text counts as; an unknown piece takes memory and time as well."""
    if isinstance(value, str):
        return len(value)
    return sum(map(size, value.pieces)) if isinstance(value, Text) else PIECE + len(value.shape)


def text(pieces: list[str | Text | Unknown]) -> str | Text | Unknown:
    """Pieces in one: a str when all are known, an Unknown when they are longer than `MAX_TEXT`."""
    total = 0
    for piece in pieces:  # counted before anything is joined: what doubles with every name grows past all memory
        total += size(piece)
        if total > MAX_TEXT:
            return Unknown(f"text of more than {MAX_TEXT} characters")
    flat = [
        piece for outer in pieces for piece in (outer.pieces if isinstance(outer, Text) else (outer,)) if piece != ""
    ]
    joined: list[Any] = []
    for together, group in itertools.groupby(flat, lambda piece: isinstance(piece, str)):
        run: list[Any] = list(group)
        joined += ["".join(run)] if together else run
    if not joined:
        return ""
    return joined[0] if len(joined) == 1 and isinstance(joined[0], str) else Text(tuple(joined))


def nodes(value: Any) -> int:
    """How many values there are in a value, at most `MAX_NODES`."""
    waiting, seen = [value], 0
    while waiting and seen < MAX_NODES:
        item = known(waiting.pop())
        seen += 1
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
    return seen


def plain(value: Any) -> Any:
    """A value with what is known of each Reference in its place; its depth is bounded by whoever made it."""
    value = known(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def is_open(value: Any) -> bool:
    """Whether any of a value is unknown, however deep."""
    waiting, seen = [value], 0
    while waiting:
        item = known(waiting.pop())
        seen += 1
        if isinstance(item, Unknown | Text) or seen > MAX_NODES:
            return True
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
    return False


def could_be(value: Any, wanted: str) -> bool:
    """Whether a value may turn out to be this text."""
    value = known(value)
    if isinstance(value, Text):
        at = 0
        *inner, last = value.pieces
        for place, piece in enumerate(inner):
            if isinstance(piece, str):
                found = wanted.find(piece, at)
                if found < 0 or (place == 0 and found):
                    return False
                at = found + len(piece)
        return not isinstance(last, str) or (wanted.endswith(last) and len(wanted) - len(last) >= at)
    if isinstance(value, Unknown):
        return not value.shape or re.fullmatch(value.shape, wanted) is not None
    return bool(value == wanted)


MAX_DEPTH = 100
"""Deepest document that is read."""
_STRING = re.compile(r'[^"\\]++|\\.|"', re.DOTALL)
_HELD = re.compile("\ue000([0-9]+)\ue001")


def document(value: Any) -> Any:
    """The value of JSON text, with what is unknown in it; Unknown where the text is not JSON.

    An unknown piece inside a JSON string becomes a piece of that Text; one between strings becomes a value.
    """
    value = known(value)
    if not isinstance(value, str | Text):
        return value if isinstance(value, Unknown) else Unknown("not JSON text")
    pieces = value.pieces if isinstance(value, Text) else (value,)
    if isinstance(value, Text) and any(isinstance(piece, str) and "\ue000" in piece for piece in pieces):
        return Unknown("text with the private character that stands for what is unknown")
    parts: list[str] = []
    quoted = False
    for at, piece in enumerate(pieces):
        if isinstance(piece, str):
            parts.append(piece)
            quoted ^= sum(match[0] == '"' for match in _STRING.finditer(piece)) % 2 == 1
        else:
            parts.append(f"\ue000{at}\ue001" if quoted else f'"\ue000{at}\ue001"')
    try:
        found = msgspec.json.decode("".join(parts))
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return Unknown("not JSON text")
    if _too_deep(found):
        return Unknown(f"JSON that is nested more than {MAX_DEPTH} deep")
    return _restored(found, pieces) if isinstance(value, Text) else found


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            each
            for item in level
            if type(item) in (list, dict)
            for each in (item.values() if type(item) is dict else item)
        ]
        if not level:
            return False
    return True


def _restored(value: Any, pieces: tuple[str | Unknown, ...]) -> Any:
    """Puts the unknown pieces back into a value of bounded depth."""
    if isinstance(value, list):
        return [_restored(item, pieces) for item in value]
    if isinstance(value, dict):
        if any("\ue000" in key for key in value):
            return Unknown("an object with a key that is unknown")
        return {key: _restored(item, pieces) for key, item in value.items()}
    if not isinstance(value, str) or "\ue000" not in value:
        return value
    found = _HELD.split(value)
    parts: list[Any] = [pieces[int(item)] if at % 2 else item for at, item in enumerate(found)]
    return parts[1] if len(parts) == 3 and not parts[0] and not parts[2] else text(parts)
