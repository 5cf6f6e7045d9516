"""Where a character of a YAML value stands in its file.

Quotes, escapes, indents and folded lines are gone from the value, but only white space was added or removed: its other
characters stand in the file in the same order. Source: YAML 1.1, chapters 5 and 9.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

KEY = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s:]+)\s*:(?=\s|["'])""")
BEFORE = re.compile(r"(?:\s+|(?<=\s)#[^\n]*|[&!][^\s]*(?=\s))*")
"""White space, comments, anchors and tags."""
HEADER = re.compile(r"[|>][^\n]*\n")
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\s\s*|.))", re.DOTALL)
BLANK_ESCAPES = "tnrvfN_LP"
"""What may follow a backslash in double quotes and means white space."""


class Places:
    """The lines of a file; all places count from 1, in characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset in the file."""
        line = max(1, min(bisect_right(self.starts, offset), len(self.starts) - 1))
        return line, offset - self.starts[line - 1] + 1

    def of(self, line: int, column: int, value: str, offset: int) -> tuple[int, int]:
        """The place of `value[offset]`, the value of the key at that place; the key's own where it stands elsewhere."""
        characters = self.characters(self.starts[line - 1] + column - 1)
        end = None
        for char in "".join(value[:offset].split()):
            found = next(characters, None)
            if found is None or found[0] != char:
                return line, column
            end = found[2]
        following = value[offset : offset + 1].strip()
        if not following:
            return (line, column) if end is None else self.at(end)
        found = next(characters, None)
        return self.at(found[1]) if found is not None and found[0] == following else (line, column)

    def characters(self, key: int) -> Iterator[tuple[str, int, int]]:
        """The characters of the value behind a key, white space left out, each with its start and end in the file."""
        named = KEY.match(self.text, key)
        before = BEFORE.match(self.text, named.end()) if named is not None else None
        if before is None:
            return
        at = before.end()
        style = self.text[at : at + 1]
        header = HEADER.match(self.text, at)
        if header is not None:
            at = header.end()
        elif style in ("'", '"'):
            at += 1
        while at < len(self.text) and style != "*":  # the value of an alias stands with its anchor
            char, end = self.text[at], at + 1
            if char == style == '"' or (char == style == "'" and not self.text.startswith("''", at)):
                return
            if char == style == "'":
                end += 1
            elif char == "\\" and style == '"':
                char, end = _escaped(self.text, at)
            if not char.isspace():
                yield char, at, end
            at = end


def _escaped(text: str, at: int) -> tuple[str, int]:
    match = ESCAPE.match(text, at)
    if match is None:
        return "\\", at + 1
    code = match[1] or match[2] or match[3]
    char = chr(int(code, 16)) if code else " " if match[4][0] in BLANK_ESCAPES else match[4][0]
    return char, match.end()
