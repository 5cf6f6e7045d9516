"""Files of plain text, before a format is looked for in them."""

from __future__ import annotations

from typing import NamedTuple

from holdfast.core.errors import FormatError

__all__ = ["Problem", "decoded"]


class Problem(NamedTuple):
    """A line (from 1) that the program whose file it is refuses or passes over, and what is wrong with it."""

    line: int
    what: str


def decoded(data: bytes, most: int) -> str:
    """The text of a file. Raises FormatError for binary text and past `most` bytes."""
    if len(data) > most:
        raise FormatError(f"{len(data)} bytes, more than {most}")
    if b"\0" in data:
        raise FormatError("binary, not text", line=data.count(b"\n", 0, data.index(b"\0")) + 1, column=1)
    return data.decode("utf-8", "replace")
