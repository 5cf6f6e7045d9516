"""TOML with the line of each key: the configuration of containerd, CRI-O, Podman and NVIDIA's container toolkit.

Values come from the standard library's reader; lines come from a look at each line by itself, so that a key which
stands in an inline table or behind a multi-line string has the line of its table.

Source: TOML 1.0.0 (https://toml.io/en/v1.0.0).
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["Toml", "read"]

SIZE = 1 << 20
"""Longest file, in bytes."""
DOTS = 200
"""Most dots in a line: the standard library's time grows with the square of a dotted key's parts."""

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\\]*"|'[^']*')"""
_KEY = re.compile(rf"[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART})*)[ \t]*=")
_TABLE = re.compile(rf"[ \t]*\[\[?[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART})*)[ \t]*\]")
_WHERE = re.compile(r"\(at line (\d+), column (\d+)\)")
Path = tuple[str, ...]


class Toml(Struct, frozen=True):
    """A document."""

    value: dict[str, Any]
    lines: dict[Path, int]
    """Table or key -> the line (from 1) on which it stands first; the elements of an array of tables share one."""

    def line(self, *path: str) -> int:
        """The line of a key, or of the innermost table around it that has one; 1 where none has."""
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), 1)


def read(data: bytes) -> Toml:
    """The document. Raises `FormatError` for what is not TOML, for more than 1 MiB and for endless dotted keys."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("not text", line=data.count(b"\n", 0, error.start) + 1, column=1) from error
    for number, row in enumerate(text.split("\n"), 1):
        if row.count(".") > DOTS and not row.lstrip().startswith("#"):
            raise FormatError(f"more than {DOTS} dots in a line", line=number, column=1)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
        where = _WHERE.search(what)
        line, column = (int(where[1]), int(where[2])) if where else (text.count("\n") + 1, 1)
        raise FormatError(what.partition(" (at ")[0], line=line, column=column) from error
    except (RecursionError, ValueError) as error:  # nested without end; a number or date that Python refuses
        raise FormatError(f"not readable as TOML: {type(error).__name__}") from error
    return Toml(value, _lines(text))


def _lines(text: str) -> dict[Path, int]:
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.split("\n"), 1):
        if match := _TABLE.match(line):
            table = _path(match[1])
            found.setdefault(table, number)
        elif match := _KEY.match(line):
            found.setdefault((*table, *_path(match[1])), number)
    return found


def _path(key: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_PART, key))
