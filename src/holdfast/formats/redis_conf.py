r"""Configuration files of Redis and Valkey (`redis.conf`, ACL files): directives with their words.

A line is a directive and its words; double quotes take the escapes `\xHH \n \r \t \b \a`, single quotes `\'` alone.
Nothing follows a closing quote. Blind spot: the lines that a running server's `CONFIG REWRITE` would add.

Sources: the redis.conf that Redis 7.0.15 ships; github.com/redis/redis src/config.c loadServerConfigFromString and
src/sds.c sdssplitargs; checked 2026-11-30.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.core.errors import FormatError

__all__ = ["Directive", "read"]

SIZE = 4 << 20
DIRECTIVES = 100_000

_WORD = re.compile(r"""[^\s"'\0]+""")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"(?!\S)')
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*)'(?!\S)")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}


class Directive(NamedTuple):
    """One line: its name in lower case, the words after it, and the line that it stands on."""

    name: str
    words: tuple[str, ...]
    line: int


def read(data: bytes) -> list[Directive]:
    """The directives, in their order. Raises FormatError for a quote that stays open or closes inside a word."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    found: list[Directive] = []
    for number, raw in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        row = raw.strip(" \t\r\n")
        if not row or row.startswith("#"):
            continue
        words = _words(row, number)
        if words:
            found.append(Directive(words[0].lower(), tuple(words[1:]), number))
        if len(found) > DIRECTIVES:
            raise FormatError(f"more than {DIRECTIVES} directives", line=number, column=1)
    return found


def _words(row: str, line: int) -> list[str]:
    words: list[str] = []
    at = 0
    while at < len(row):
        if row[at].isspace() or row[at] == "\0":
            at += 1
            continue
        parts: list[str] = []
        while at < len(row) and not (row[at].isspace() or row[at] == "\0"):
            pattern = _DOUBLE if row[at] == '"' else _SINGLE if row[at] == "'" else _WORD
            match = pattern.match(row, at)
            if match is None:
                raise FormatError("a quote that is not closed, or text right behind one", line=line, column=at + 1)
            parts.append(_text(match[0]))
            at = match.end()
        words.append("".join(parts))
    return words


def _text(part: str) -> str:
    """A piece of a word without its quotes and escapes."""
    if part[0] == "'":
        return part[1:-1].replace("\\'", "'")
    if part[0] == '"':
        return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPES.get(m[2], m[2]), part[1:-1])
    return part
