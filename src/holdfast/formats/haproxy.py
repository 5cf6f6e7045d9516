"""Configuration files of HAProxy: sections with their lines, word by word.

Source: HAProxy 2.8 Configuration Manual, 2.1 Configuration file format, 2.2 Quoting and escaping; checked 2026-11-30.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["Line", "Section", "read"]

SIZE = 4 << 20
LINES = 100_000
KINDS = frozenset(
    ("global", "defaults", "frontend", "backend", "listen", "userlist", "peers", "resolvers", "mailers", "program",
     "http-errors", "ring", "log-forward", "cache", "fcgi-app", "crt-store", "crt-list", "traces", "acme")
)  # fmt: skip

_PIECE = re.compile(r"[^\\\"'#\s]++|\\(?:x[0-9a-fA-F]{2}|.)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class Line(NamedTuple):
    """The words of one line."""

    words: tuple[str, ...]
    line: int


class Section(Struct, frozen=True):
    """One section."""

    kind: str
    name: str
    """Its label; empty for none."""
    parent: str
    """The `defaults` section that it names with `from`; empty for the last one before it."""
    lines: tuple[Line, ...]
    line: int


def read(data: bytes) -> list[Section]:
    """The sections, in their order. Raises FormatError for an open quote, and for lines outside of all sections."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    found: list[Section] = []
    head: Line | None = None
    lines: list[Line] = []
    for number, row in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        words = _words(row, number)
        if number > LINES:
            raise FormatError(f"more than {LINES} lines", line=number, column=1)
        if not words:
            continue
        if words[0] in KINDS and row[:1] not in (" ", "\t"):
            found += [_section(head, lines)] if head is not None else []
            head, lines = Line(words, number), []
        elif head is None:
            raise FormatError("a line outside of any section", line=number, column=1)
        else:
            lines.append(Line(words, number))
    return [*found, _section(head, lines)] if head is not None else found


def _section(head: Line, lines: list[Line]) -> Section:
    kind, *rest = head.words
    name = rest[0] if rest and rest[0] != "from" else ""
    parent = rest[rest.index("from") + 1] if "from" in rest[:-1] else ""
    return Section(kind, name, parent, tuple(lines), head.line)


def _words(row: str, line: int) -> tuple[str, ...]:
    words: list[str] = []
    word: str | None = None
    at, quote = 0, ""
    while at < len(row):
        char = row[at]
        if quote == "'":
            end = row.find("'", at)
            if end < 0:
                break
            word, at, quote = f"{word or ''}{row[at:end]}", end + 1, ""
        elif char in "\"'" and quote in ("", char):
            quote = "" if quote else char
            word, at = word or "", at + 1
        elif not quote and char == "#":
            break
        elif not quote and char.isspace():
            words += [word] if word is not None else []
            word, at = None, at + 1
        else:
            match = _PIECE.match(row, at)
            piece = match[0] if match else char
            word, at = f"{word or ''}{_unescaped(piece)}", at + len(piece)
    if quote:
        raise FormatError("a quote that is not closed", line=line, column=at + 1)
    return tuple([*words, word] if word is not None else words)


def _unescaped(piece: str) -> str:
    if piece[0] != "\\" or len(piece) == 1:
        return piece
    return chr(int(f"0{piece[1:]}", 0)) if piece[1] == "x" and len(piece) == 4 else _ESCAPES.get(piece[1], piece[1])
