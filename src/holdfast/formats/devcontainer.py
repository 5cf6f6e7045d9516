"""`devcontainer.json`: JSON with comments and trailing commas, to plain data and places.

Sources: Development Containers specification ("devcontainer.json reference": JSON with comments);
RFC 8259 (JSON), RFC 6901 (JSON Pointer).
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from typing import NoReturn

from holdfast.core.asset import Spot
from holdfast.core.errors import FormatError

__all__ = ["read"]

SIZE = 1 << 20
DEPTH = 64
VALUES = 100_000
POINTERS = 8 << 20
"""How many characters all pointers may have together: every one repeats the keys above it."""

_BLANK = re.compile(r"(?:[ \t\r\n]++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![\w.])")
_NAME = re.compile(r"[a-z]+")
_NAMES = {"true": True, "false": False, "null": None}
_DIGITS = 400


def read(data: bytes) -> tuple[object, dict[str, Spot]]:
    """The data, and for each pointer the place of its key (of the element in a list; of the root: its start).

    The last of several equal keys wins. Raises `FormatError`, with line and column, for anything
    that is not JSON with comments, and for more than 1 MiB, 64 levels, 100,000 values or 8 MiB of
    pointers.
    """
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as bad:
        line = data.count(b"\n", 0, bad.start) + 1
        raise FormatError("not UTF-8", line=line, column=1) from bad
    return _Reader(text).run()


class _Reader:
    """A stack machine: one pass, one entry for each open list or object."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._spots: dict[str, Spot] = {}
        self._size = 0
        self._open: list[tuple[dict[str, object] | list[object], str]] = []
        self._key = ""
        self._root: object = None

    def run(self) -> tuple[object, dict[str, Spot]]:
        self._blank()
        self._value(self._at)
        while self._open:
            container, _ = self._open[-1]
            self._blank()
            if self._take("}" if isinstance(container, dict) else "]"):
                self._open.pop()
                self._blank()
                if self._open and not self._take(",") and not self._closes():
                    self._fail("expected a comma or the end of the list or object")
            elif isinstance(container, dict):
                self._member()
            else:
                self._value(self._at)
        self._blank()
        if self._at < len(self._text):
            self._fail("text after the end")
        return self._root, self._spots

    def _member(self) -> None:
        start = self._at
        match = _STRING.match(self._text, start)
        if match is None:
            self._fail("expected a key in double quotes")
        self._at = match.end()
        self._key = _string(match[0])
        self._blank()
        if not self._take(":"):
            self._fail("expected a colon")
        self._blank()
        self._value(start)

    def _value(self, start: int) -> None:
        """Read a value, or the beginning of one, whose place is `start`."""
        pointer = self._pointer(start)
        value: object
        if self._take("{"):
            self._enter({}, pointer)
            return
        if self._take("["):
            self._enter([], pointer)
            return
        if match := _STRING.match(self._text, self._at):
            value = _string(match[0])
        elif match := _NUMBER.match(self._text, self._at):
            value = self._number(match)
        elif (match := _NAME.match(self._text, self._at)) and match[0] in _NAMES:
            value = _NAMES[match[0]]
        else:
            self._fail("expected a value")
        self._at = match.end()
        self._put(value)
        self._blank()
        if self._open and not self._take(",") and not self._closes():
            self._fail("expected a comma or the end of the list or object")

    def _enter(self, container: dict[str, object] | list[object], pointer: str) -> None:
        if len(self._open) >= DEPTH:
            self._fail(f"more than {DEPTH} levels")
        self._put(container)
        self._open.append((container, pointer))

    def _put(self, value: object) -> None:
        if not self._open:
            self._root = value
            return
        container, _ = self._open[-1]
        if isinstance(container, dict):
            container[self._key] = value
        else:
            container.append(value)

    def _pointer(self, start: int) -> str:
        pointer = ""
        if self._open:
            container, above = self._open[-1]
            key = self._key if isinstance(container, dict) else str(len(container))
            pointer = f"{above}/{key.replace('~', '~0').replace('/', '~1')}"
        self._size += len(pointer)
        if self._size > POINTERS or len(self._spots) >= VALUES:
            self._fail("more values than a hand-written file has")
        line, column = self._place(start)
        self._spots[pointer] = Spot(line, column, pointer)
        return pointer

    def _number(self, match: re.Match[str]) -> int | float:
        if len(match[0]) > _DIGITS:
            self._fail("a number out of range")
        value = float(match[0]) if match[1] or match[2] else int(match[0])
        if math.isinf(value):
            self._fail("a number out of range")
        return value

    def _blank(self) -> None:
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _take(self, sign: str) -> bool:
        found = self._text.startswith(sign, self._at)
        self._at += found
        return found

    def _closes(self) -> bool:
        return self._text[self._at : self._at + 1] in ("}", "]")

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def _fail(self, what: str) -> NoReturn:
        line, column = self._place(self._at)
        raise FormatError(what, line=line, column=column)


def _string(token: str) -> str:
    text: str = json.loads(token)
    # Half a surrogate pair cannot be written out again.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
