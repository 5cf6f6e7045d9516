"""`postgresql.conf`: parameters and includes, in their order.

Source: PostgreSQL 15 documentation, 20.1 Setting Parameters, and src/backend/utils/misc/guc-file.l (a name, an optional
`=`, a word or a quoted text with `''` and backslash escapes, a comment), checked 2026-11-30.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.core.errors import FormatError

__all__ = ["Parameter", "read"]

SIZE = 4 << 20
PARAMETERS = 50_000

_ROW = re.compile(
    r"\s*+(?:(?P<name>[A-Za-z_\x80-\U0010ffff][\w$.\x80-\U0010ffff]*+)\s*+(?:=\s*+)?"
    r"(?:'(?P<quoted>(?:[^'\\]|\\.|'')*+)'|(?P<bare>[-+]?[\w.\x80-\U0010ffff][\w.:/$+\-\x80-\U0010ffff]*+))\s*+)?(?:#.*+)?"
)
_ESCAPE = re.compile(r"''|\\(?:([0-7]{1,3})|(.))")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Parameter(NamedTuple):
    """One setting; `include`, `include_if_exists` and `include_dir` are settings too."""

    name: str
    """In lower case."""
    value: str
    line: int


def read(data: bytes) -> list[Parameter]:
    """The parameters, later ones win. Raises FormatError for a line that the server would refuse to start with."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    found: list[Parameter] = []
    for number, row in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        match = _ROW.fullmatch(row)
        if match is None:
            raise FormatError("expected `name = value`", line=number, column=1)
        if match["name"] is None:
            continue
        value = match["bare"] if match["quoted"] is None else _ESCAPE.sub(_unescaped, match["quoted"])
        found.append(Parameter(match["name"].lower(), value, number))
        if len(found) > PARAMETERS:
            raise FormatError(f"more than {PARAMETERS} parameters", line=number, column=1)
    return found


def _unescaped(match: re.Match[str]) -> str:
    if match[0] == "''":
        return "'"
    return chr(int(match[1], 8) & 0xFF) if match[1] else _ESCAPES.get(match[2], match[2])
