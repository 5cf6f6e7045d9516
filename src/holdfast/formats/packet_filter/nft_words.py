"""Cuts an nftables script into words, lines counted, with variables put in.

Source: nft(8) of nftables 1.0.6.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["END", "Word", "words"]

SIZE = 4 << 20
WORDS = 500_000
END = ";"
"""The word that a new line or a semicolon stands for."""
_WORD = re.compile(
    r'(?P<comment>#[^\n]*)|(?P<join>\\\r?\n)|(?P<end>[\n;])|(?P<blank>[ \t\r]+)|"(?P<quoted>[^"\n]*)"?'
    r"|(?P<sign>[{},]|[!=<>]=|[=<>])|(?P<word>(?:[^\s{},;\"#=<>!]|!(?!=)|(?<=\S):)+)|(?P<other>.)"
)


class Word(NamedTuple):
    """A word and its line."""

    text: str
    line: int
    quoted: bool = False


def words(data: bytes) -> list[Word]:
    """The words. Raises FormatError for binary text and past 4 MiB or 500,000 words."""
    found: list[Word] = []
    line = 1
    for match in _WORD.finditer(decoded(data, SIZE)):
        kind, text = match.lastgroup, match[0]
        if kind == "end":
            found.append(Word(END, line))
        elif kind == "quoted":
            found.append(Word(match["quoted"], line, True))
        elif kind in ("sign", "word", "other"):
            found.append(Word(text, line))
        line += text.count("\n")
        if len(found) > WORDS:
            raise FormatError(f"more than {WORDS} words", line=line, column=1)
    return found
