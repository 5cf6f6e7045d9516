"""Lines of a Dockerfile as the builder joins them: directives, comments, continuations, here-documents.

Sources: Dockerfile reference ("Format", "Parser directives", "Here-documents"); the parser of BuildKit,
whose behaviour decides where the reference is silent.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.formats.dockerfile.model import Heredoc, Problem

__all__ = ["Line", "Lines", "mark", "marks"]

LINES = 50_000

_DIRECTIVES = ("syntax", "escape", "check")
_MARK = re.compile(r"(\d*)<<(-?)[ \t\r]*([^<\s][^<]*)", re.ASCII)
_TABS = re.compile(r"^\t+", re.MULTILINE)


class Line(Struct, frozen=True):
    """A line with those that continue it."""

    text: str
    line: int
    end_line: int
    pieces: tuple[tuple[int, int, int], ...]
    """(offset in `text`, line, column) of each physical line that is part of it."""

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset in `text`."""
        start, line, column = self.pieces[bisect_right(self.pieces, (offset, LINES, 0)) - 1]
        return line, column + offset - start


class Mark(Struct, frozen=True):
    """`<<-NAME` in an instruction."""

    name: str
    chomps: bool
    expands: bool


class Lines:
    """Reads a file from top to bottom; what it meets on the way is in its public lists."""

    def __init__(self, text: str) -> None:
        """Raises `FormatError` for more than 50,000 lines."""
        self._rows = text.split("\n")
        if len(self._rows) > LINES:
            raise FormatError(f"more than {LINES} lines")
        if not self._rows[-1]:
            self._rows.pop()
        self._at = 0
        self._heading = True
        self._ends: dict[str, list[int]] = {}
        self._chomped_ends: dict[str, list[int]] = {}
        self.escape = "\\"
        self.directives: dict[str, str] = {}
        self.comments: list[tuple[int, str]] = []
        self.problems: list[Problem] = []

    def next(self) -> Line | None:
        """The next line that holds an instruction, or `None` at the end."""
        while self._at < len(self._rows):
            row = self._take()
            body = row.lstrip()
            if self._comment(body):
                continue
            start, indent = self._at, len(row) - len(body)
            text, more = self._cut(body)
            if not text and not more:
                continue
            parts, pieces, size = [text], [(0, start, indent + 1)], len(text)
            while more and self._at < len(self._rows):
                row = self._take()
                if not row.strip() or self._comment(row.lstrip()):
                    continue
                text, more = self._cut(row)
                pieces.append((size, self._at, 1))
                parts.append(text)
                size += len(text)
            return Line("".join(parts), start, self._at, tuple(pieces))
        return None

    def heredoc(self, mark: Mark) -> Heredoc | None:
        """The here-document that begins at the current line, or `None` if nothing ends it."""
        if not self._ends:
            for index, row in enumerate(self._rows):
                end = row.rstrip("\r")
                self._ends.setdefault(end, []).append(index)
                self._chomped_ends.setdefault(end.lstrip("\t"), []).append(index)
        found = (self._chomped_ends if mark.chomps else self._ends).get(mark.name, [])
        at = bisect_left(found, self._at)
        if at == len(found):
            return None
        first, self._at = self._at, found[at] + 1
        text = "".join(f"{row}\n" for row in self._rows[first : found[at]])
        text = _TABS.sub("", text) if mark.chomps else text
        return Heredoc(mark.name, text, mark.expands, first + 1)

    @property
    def line(self) -> int:
        """The last line that was read."""
        return self._at

    def _take(self) -> str:
        self._at += 1
        return self._rows[self._at - 1].rstrip("\r")

    def _cut(self, row: str) -> tuple[str, bool]:
        """The row without its continuation sign, and whether it had one; a doubled sign is none."""
        bare = row.rstrip(" \t")
        if bare.endswith(self.escape) and bare[-2:-1] != self.escape:
            return bare[:-1], True
        return row, False

    def _comment(self, body: str) -> bool:
        """Whether this is a comment; directives end at the first line that is none."""
        if not body.startswith("#"):
            self._heading = False
            return False
        text = body[1:].strip()
        name, equals, value = (part.strip() for part in text.partition("="))
        name = name.lower()
        self._heading = self._heading and bool(equals and value) and name in _DIRECTIVES
        if not self._heading:
            self.comments.append((self._at, text))
        elif name in self.directives:
            self.problems.append(Problem(self._at, f"a second {name} directive"))
        else:
            self.directives[name] = value
            if name == "escape" and value in ("\\", "`"):
                self.escape = value
            elif name == "escape":
                self.problems.append(Problem(self._at, "escape is neither a backslash nor a backtick"))
        return True


def mark(word: str) -> Mark | None:
    """The here-document that a whole word names."""
    match = _MARK.fullmatch(word)
    if match is None:
        return None
    raw = match[3]
    name = re.sub(r"\\(.)|['\"]", lambda each: each[1] or "", raw)
    return Mark(name, bool(match[2]), "'" not in raw and '"' not in raw)


def marks(text: str) -> list[Mark]:
    """The here-documents that a line names; none where a quote stays open, as in the builder."""
    words: list[str] = []
    start, quote, at = 0, "", 0
    while at < len(text):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char.isspace():
            words.append(text[start:at])
            start = at + 1
        elif text.startswith("<<", at):
            at += 1
            while text[at + 1 : at + 2] in (" ", "\t", "\r"):
                at += 1
        at += 1 + (char == "\\" and quote != "'")
    words.append(text[start:])
    return [] if quote else [found for word in words if "<<" in word and (found := mark(word))]
