"""User data that is a message of several parts (MIME), as `cloud-init devel make-mime` and AWS write it.

Source: cloud-init, "User-data formats", MIME multi-part archive (26.2); RFC 2045, RFC 2046.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from holdfast.collect.host.parts import Item
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap

if TYPE_CHECKING:
    from email.message import Message

OURS = "text/cloud-config"
PARTS = 50
"""Parts of a message that are read."""
CONTAINER = re.compile(rb"(?:^|[\r\n])Content-Type:[\s\x1c-\x1f]*(?:multipart|message)/", re.IGNORECASE)
"""Begins a part that holds others."""
CONTAINERS = 50
"""Parts of a message that may hold others: the parser of messages goes one call deeper for each."""
CODED = ("base64", "quoted-printable", "x-uuencode", "uuencode", "uue", "x-uue")
"""Encodings whose lines are not those of the text. Source: Python's email.message."""


class Body(NamedTuple):
    """What a part holds."""

    raw: str
    """As it stands in the message."""
    payload: bytes
    type: str
    kept: bool
    """Whether its lines are those of the message."""


def read(
    data: bytes, path: str, inner: Callable[[bytes, str], Iterator[Item]], known: Callable[[bytes], object]
) -> Iterator[Item]:
    """What the parts of a message make, each at its place; `inner` reads one whose start is `known`."""
    from email import message_from_bytes

    if sum(1 for _ in CONTAINER.finditer(data)) > CONTAINERS:
        what = f"a message with more than {CONTAINERS} parts that hold others: it was not examined"
        yield Gap(path, what, "unreadable", 1)
        return
    position = taken = 0
    for number, part in enumerate(message_from_bytes(data).walk()):
        if number > PARTS:
            yield Gap(path, f"a message of more than {PARTS} parts: the rest was not examined", "left_out")
            return
        if part.is_multipart():
            continue
        body = _body(part)
        before = data.count(b"\n", 0, position)
        if body is None:
            taken += 1
            yield Gap(path, "not readable as a part of a message: its headers cannot be", "unreadable", before + 1)
            continue
        if not body.payload.strip():
            continue
        at = data.find(body.raw.splitlines()[0].encode("utf-8", "replace"), position) if body.raw.strip() else -1
        position = max(at, position)
        plain = body.payload.lstrip(b"\r\n").replace(b"\r\n", b"\n")
        before = data.count(b"\n", 0, position)
        if not body.type.startswith(OURS) and not known(plain):
            yield Gap(path, "a part that is none of cloud-init's formats: it was not examined", "left_out", before + 1)
            continue
        taken += 1
        for item in inner(plain, f"{path}#{number}"):
            yield placed(item, path, before, kept=body.kept)
    if not taken:
        yield Gap(path, "not readable as a message of several parts: no part was found in it", "unreadable", 1)


def _body(part: Message) -> Body | None:
    """What a part holds, None where its headers say things that nobody can follow."""
    try:
        raw, payload = part.get_payload(), part.get_payload(decode=True)
        kept = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower() not in CODED
        type = part.get_content_type()
    except (LookupError, TypeError, ValueError):  # a NUL in the name of a charset, or one that is in parts
        return None
    return Body(raw, payload, type, kept) if isinstance(raw, str) and isinstance(payload, bytes) else None


def placed(item: Item, path: str, before: int, *, kept: bool) -> Item:
    """An item at its place in the message; lines of what is encoded count as its first."""
    if isinstance(item, Gap):
        return replace(item, path=path, line=before + (item.line if kept and item.line else 1))
    if not isinstance(item, Asset):
        return item
    spots = {fact: Spot(before + (spot.line if kept else 1), spot.column) for fact, spot in item.spots.items()}
    return replace(item, path=path, spots=spots)
