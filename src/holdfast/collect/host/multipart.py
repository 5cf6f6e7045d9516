"""User data that is a message of several parts (MIME), as `cloud-init devel make-mime` and AWS write it.

Source: cloud-init, "User-data formats", MIME multi-part archive (26.2); RFC 2045, RFC 2046.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from holdfast.collect.host.parts import Item
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap

OURS = "text/cloud-config"
PARTS = 50
"""Parts of a message that are read."""


def read(
    data: bytes, path: str, inner: Callable[[bytes, str], Iterator[Item]], known: Callable[[bytes], object]
) -> Iterator[Item]:
    """What the parts of a message make, each at its place; `inner` reads one whose start is `known`."""
    from email import message_from_bytes

    position = taken = 0
    for number, part in enumerate(message_from_bytes(data).walk()):
        if number > PARTS:
            yield Gap(path, f"a message of more than {PARTS} parts: the rest was not examined", "left_out")
            return
        if part.is_multipart():
            continue
        raw, payload = part.get_payload(), part.get_payload(decode=True)
        if not isinstance(raw, str) or not isinstance(payload, bytes) or not payload.strip():
            continue
        at = data.find(raw.splitlines()[0].encode("utf-8", "replace"), position) if raw.strip() else -1
        position = max(at, position)
        plain = payload.lstrip(b"\r\n").replace(b"\r\n", b"\n")
        before = data.count(b"\n", 0, position)
        if not part.get_content_type().startswith(OURS) and not known(plain):
            yield Gap(path, "a part that is none of cloud-init's formats: it was not examined", "left_out", before + 1)
            continue
        taken += 1
        kept = part.get("Content-Transfer-Encoding", "7bit").strip().lower() not in ("base64", "quoted-printable")
        for item in inner(plain, f"{path}#{number}"):
            yield _placed(item, path, before, kept=kept)
    if not taken:
        yield Gap(path, "not readable as a message of several parts: no part was found in it", "unreadable", 1)


def _placed(item: Item, path: str, before: int, *, kept: bool) -> Item:
    """An item at its place in the message; lines of what is encoded count as its first."""
    if isinstance(item, Gap):
        return replace(item, path=path, line=before + (item.line if kept and item.line else 1))
    if not isinstance(item, Asset):
        return item
    spots = {fact: Spot(before + (spot.line if kept else 1), spot.column) for fact, spot in item.spots.items()}
    return replace(item, path=path, spots=spots)
