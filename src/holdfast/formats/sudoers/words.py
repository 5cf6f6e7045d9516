"""Cuts the text of sudoers: lines, comments, lists, quotes, escapes and regular expressions.

Source: sudoers(5) of sudo 1.9.13 and 1.9.17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["cut", "rows", "unquoted", "words"]

_COMMENT = re.compile(r"""(?:[^#"\\]|\\.?|"(?:[^"\\]|\\.)*"?|(?<=[\s,(!:=>@%])\#-?\d|\A\#-?\d)*""", re.DOTALL)
"""All before a comment: `#` and digits is a user's number, behind `%` that of a group."""
_PIECE = re.compile(
    r"""\\.|"(?:[^"\\]|\\.)*"?|\((?:[^()\\]|\\.)*\)?|(?<=\s)\^[^\n]{0,1024}?\$(?=\s*(?:,|$))|.""", re.DOTALL
)
"""What no list is cut in: an escape, a quoted text, parentheses, a regular expression."""
_INCLUDE = re.compile(r"[#@]include(?:dir)?\s")


def rows(text: str) -> Iterator[tuple[int, str]]:
    """Statements with the line on which each begins, continued lines joined and comments left out."""
    parts: list[str] = []
    start = 1
    for line, raw in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        start = start if parts else line
        if not parts and _INCLUDE.match(raw.lstrip()):
            yield line, raw.strip()
            continue
        match = _COMMENT.match(raw)
        kept = match[0] if match else ""
        if kept == raw and raw.endswith("\\"):
            parts.append(raw[:-1])
            continue
        row = " ".join([*parts, kept]).strip()
        parts = []
        if row:
            yield start, row
    if parts:
        yield start, " ".join(parts).strip()


def cut(text: str, sign: str, most: int = -1) -> list[str]:
    """The parts between signs that stand for themselves, at most `most` cuts, without blanks around them."""
    parts = [""]
    for match in _PIECE.finditer(text):
        if match[0] == sign and most != len(parts) - 1:
            parts.append("")
        else:
            parts[-1] += match[0]
    return [part.strip() for part in parts]


def words(text: str) -> list[str]:
    """The parts between blanks."""
    parts: list[str] = []
    blank = True
    for match in _PIECE.finditer(text):
        if match[0].isspace():
            blank = True
        elif blank:
            parts.append(match[0])
            blank = False
        else:
            parts[-1] += match[0]
    return parts


def unquoted(text: str) -> str:
    """A text without its quotes and escapes."""
    inner = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    return re.sub(r"\\(.)", r"\1", inner)
