"""Environment files of systemd units (`EnvironmentFile=`): names and values.

Source: systemd.exec(5) of systemd 252, EnvironmentFile=: rows `NAME=value`, those that begin with `#` or `;` are
comments, a backslash at the end continues a row, values may be quoted and are not expanded; checked 2026-11-30.
"""

from __future__ import annotations

import re

from holdfast.core.errors import FormatError

__all__ = ["read"]

SIZE = 1 << 20
VARIABLES = 10_000

_ROW = re.compile(r"[ \t]*+([A-Za-z_]\w*+)[ \t]*+=[ \t]*+", re.ASCII)
_PIECE = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"|'([^']*+)'|((?:\\.|[^\\\"'\n])++)", re.DOTALL)
_ESCAPE = re.compile(r"\\(\n|.)")
_NEXT = re.compile(r"[^\n]*+(?:\n|\Z)")


def read(data: bytes) -> dict[str, str]:
    """The variables, the last value of each; rows that are none are left out. Raises FormatError for too many."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _ROW.match(text, at)
        if match is None:
            at = _end(text, at)
            continue
        value, at = _value(text, match.end())
        found[match[1]] = value
        if len(found) > VARIABLES:
            raise FormatError(f"more than {VARIABLES} variables")
    return found


def _end(text: str, at: int) -> int:
    """Where the next row starts."""
    match = _NEXT.match(text, at)
    return max(match.end() if match else len(text), at + 1)


def _value(text: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    while at < len(text) and text[at] != "\n":
        match = _PIECE.match(text, at)
        if match is None:  # a quote that nothing closes: systemd takes what is left
            parts.append(text[at:])
            return "".join(parts).strip(), len(text)
        if match[3] is not None:
            parts.append(_ESCAPE.sub(lambda each: "" if each[1] == "\n" else each[1], match[3]))
        else:
            parts.append(match[2] if match[1] is None else _ESCAPE.sub(lambda each: each[1], match[1]))
        at = match.end()
    return "".join(parts).strip(" \t"), at + 1
