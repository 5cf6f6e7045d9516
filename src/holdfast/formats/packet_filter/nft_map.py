"""Sets and maps of nftables that have a name, and the entries of maps of verdicts.

Source: nft(8) of nftables 1.0.6, "SETS", "MAPS", "VERDICT MAPS".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

__all__ = ["Named", "entries"]

VERDICTS = frozenset(("accept", "drop", "return", "continue", "queue"))
FOLLOWED = frozenset(("jump", "goto"))
"""Verdicts that name a chain."""
TIME = re.compile(r"(?:\d{1,9}(?:ms|[smhdw]))+")
ABOUT = frozenset(("comment", "counter"))
"""What is noted of an element."""
Entry = tuple[list[str], str, str]
"""The parts of a key, the verdict, and the chain that it names."""


class Named(Struct):
    """A set or a map."""

    members: list[str] = field(default_factory=list)
    """The words of its elements, without commas."""
    used: bool = False
    """Whether a rule was read that asks for it."""


def entries(texts: list[str]) -> list[Entry]:
    """The entries of a map of verdicts; none where one of them cannot be read."""
    found: list[Entry] = []
    words = list(_parted(texts))
    at = 0
    while at < len(words):
        if words[at] == ",":
            at += 1
            continue
        end = at
        while end < len(words) and words[end] not in (":", ","):
            end += 1
        keys = _keys(words[at:end])
        verdict = words[end + 1] if words[end : end + 1] == [":"] and end + 1 < len(words) else ""
        target = words[end + 2] if verdict in FOLLOWED and end + 2 < len(words) else ""
        if not keys or not (verdict in VERDICTS or target):
            return []
        found.append((keys, verdict if verdict != "continue" else "", target))
        at = end + 2 + bool(target)
    return found


def _parted(texts: list[str]) -> Iterator[str]:
    """Words with the colon before a verdict on its own; the other ones are those of addresses."""
    for text in texts:
        left, colon, right = text.rpartition(":")
        if colon and text != ":" and (right in VERDICTS | FOLLOWED or not right) and left[-1:] != ":":
            yield from (part for part in (left, ":", right) if part)
        else:
            yield text


def _keys(words: list[str]) -> list[str]:
    """The parts of a key, without what is noted of it; none where more stands there."""
    keys = words[:1]
    at = 1
    while words[at : at + 1] == ["."] and at + 1 < len(words):
        keys.append(words[at + 1])
        at += 2
    while at < len(words) and (words[at] in ("timeout", "expires") or TIME.fullmatch(words[at])):
        at += 1
    return keys if at >= len(words) or words[at] in ABOUT else []
