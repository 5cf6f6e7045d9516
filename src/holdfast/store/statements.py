"""What the ledger says about itself: the payloads of entries of kind `key`, `erasure` and `retention`.

They are JSON, are never erased, and the check of a ledger goes by them. Raises FormatError where a payload is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from holdfast.core.errors import FormatError
from holdfast.formats.note import Key, key_text, parse_key
from holdfast.store.database import Database
from holdfast.trust.note import Verifier

__all__ = ["Erasure", "KeyChange", "Retention", "announced", "ranges_of", "read", "text_of", "verifier_of", "written"]

Natural = Annotated[int, Meta(ge=0)]


class KeyChange(Struct, frozen=True, forbid_unknown_fields=True):
    """From the next entry on this key signs."""

    key: str
    """As a verifier key."""


class Erasure(Struct, frozen=True, forbid_unknown_fields=True):
    """The payloads of these entries were erased."""

    entries: list[tuple[Natural, Natural]]
    """First and last of each run of them."""
    reason: str


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    """The entries below this one may go, and what the rest is judged by stands here."""

    below: Natural
    """A multiple of 256."""
    root: str
    """The root over them, in hexadecimal digits."""
    keys: list[tuple[Natural, str]]
    """The keys that were announced among them: number of the entry, key."""
    runs: str
    """The digest of the rows of the runs that were sealed among them."""
    reason: str


Statement = TypeVar("Statement", KeyChange, Erasure, Retention)


def written(statement: KeyChange | Erasure | Retention) -> bytes:
    """The payload that says this."""
    return msgspec.json.encode(statement)


def read(payload: bytes, type: type[Statement]) -> Statement:
    """What a payload says. Raises FormatError."""
    try:
        return msgspec.json.decode(payload, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"no {type.__name__}: {str(error)[:100]}") from error


def ranges_of(entries: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of each run of numbers; they come in order."""
    found: list[tuple[int, int]] = []
    for entry in entries:
        if found and found[-1][1] == entry - 1:
            found[-1] = (found[-1][0], entry)
        else:
            found.append((entry, entry))
    return found


def announced(database: Database) -> list[str]:
    """The texts of the keys that a ledger announced, the oldest first; those of pruned entries stand in the rule."""
    found: list[tuple[int, str]] = []
    sql = "SELECT e.seq, e.envelope, p.content FROM entry e JOIN payload p ON p.seq = e.seq ORDER BY e.seq"
    for seq, envelope, content in database.each(sql):
        if b'"kind":"key"' in envelope:
            found.append((seq, read(bytes(content), KeyChange).key))
        elif b'"kind":"retention"' in envelope:
            found += read(bytes(content), Retention).keys
    return [text for _, text in sorted(set(found))]


def verifier_of(text: str) -> Verifier:
    """The key of a verifier key's text. Raises FormatError."""
    name, id, type, public = parse_key(text)
    verifier = Verifier(name, type, public)
    if not verifier.usable() or verifier.id != id:
        raise FormatError("the key and its id do not belong together")
    return verifier


def text_of(verifier: Verifier) -> str:
    """A verifier key's text."""
    return key_text(Key(verifier.name, verifier.id, verifier.type, verifier.public))
