"""Tokens of HCL's native syntax, one at a time: what a token is depends on whether newlines count."""

from __future__ import annotations

import re
from typing import NoReturn

from holdfast.core.errors import FormatError
from holdfast.formats.hcl.syntax import Source

__all__ = ["FREE", "MAX_BYTES", "MAX_CHAIN", "MAX_DEPTH", "SIGNIFICANT", "Scanner", "source_of"]

MAX_BYTES = 4 << 20
"""Longest file."""
MAX_CHAIN = 200
"""Most operators or selections in a row: each makes the tree one level deeper."""
MAX_DEPTH = 50
"""Deepest nesting of brackets, blocks and templates."""

_COMMENT = r"|#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/"
_TOKEN = "|".join(  # noqa: FLY002  # one alternative a line
    (
        r"(?P<path>[^\W\d][\w-]*+(?:\.[^\W\d][\w-]*+)*+)",
        r'(?P<text>"(?:[^"\\$%\n]++|\\[^\n]|\$(?![{$])|%(?![{%]))*+")',
        r"(?P<newline>\n)",
        r"(?P<number>[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)",
        r'(?P<quote>")',
        r"(?P<heredoc><<-?[^\W\d][\w-]*+\r?\n)",
        r"(?P<position>\.[ \t]*+[0-9]++)",
        r"(?P<operator>\.\.\.|=>|==|!=|<=|>=|&&|\|\||::|[-+*/%!<>?:=,.()\[\]{}~])",
        r"(?P<end>\Z)",
    )
)
SIGNIFICANT = re.compile(rf"(?:[ \t\r]++{_COMMENT})*+(?:{_TOKEN})")
"""A token where a newline is one."""
FREE = re.compile(rf"(?:[ \t\r\n]++{_COMMENT})*+(?:{_TOKEN})")
"""A token where newlines are blanks: between parentheses and brackets."""


def source_of(data: bytes) -> Source:
    """The text of a file. Raises FormatError for more than `MAX_BYTES` and for what is not UTF-8."""
    if len(data) > MAX_BYTES:
        raise FormatError(f"{len(data)} bytes, at most {MAX_BYTES} are read")
    try:
        return Source(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8", line=data.count(b"\n", 0, error.start) + 1, column=1) from error


class Scanner:
    """The current token of a text; `kind`, `text` and `at` describe it. It is none before the first `advance`."""

    def __init__(self, source: Source, tokens: re.Pattern[str]) -> None:
        self.source = source
        self.tokens = tokens
        """How tokens are cut at the moment."""
        self.depth = 0
        self.kind: str | None = None
        self.text = ""
        self.at = 0
        self.end = 0
        """The offset behind the current token."""

    def advance(self) -> None:
        """Goes on to the next token."""
        match = self.tokens.match(self.source.text, self.end)
        if match is None:
            self.at = self.end
            self.refuse("no part of HCL")
        kind = match.lastgroup
        self.kind = kind
        self.text = match[kind]  # type: ignore[index]  # every alternative is a group
        self.at, self.end = match.span(kind)  # type: ignore[arg-type]

    def mark(self) -> tuple[str | None, str, int, int]:
        """The current token, to come `back` to while tokens are cut in the same way."""
        return self.kind, self.text, self.at, self.end

    def back(self, mark: tuple[str | None, str, int, int]) -> None:
        """Makes a token the current one again."""
        self.kind, self.text, self.at, self.end = mark

    def refuse(self, what: str, at: int | None = None) -> NoReturn:
        """Raises FormatError at the current token, or at an offset."""
        line, column = self.source.place(self.at if at is None else at)
        raise FormatError(what, line=line, column=column)

    def expected(self, what: str) -> NoReturn:
        """Raises FormatError for the current token."""
        shown = {"newline": "the end of the line", "end": "the end of the file"}.get(self.kind or "", self.text[:40])
        self.refuse(f"expected {what}, got {shown}")

    def accept(self, operator: str) -> bool:
        """Skips an operator if it stands here."""
        if self.text == operator and self.kind == "operator":
            self.advance()
            return True
        return False

    def expect(self, operator: str) -> None:
        """Skips an operator that must stand here."""
        if not self.accept(operator):
            self.expected(f"`{operator}`")

    def name(self) -> str:
        """Skips a name, which must stand here, and returns it."""
        name = self.text
        if self.kind != "path" or "." in name:
            self.expected("a name")
        self.advance()
        return name

    def deeper(self, at: int) -> None:
        """Counts one level of nesting. Raises FormatError past `MAX_DEPTH`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse(f"nested more than {MAX_DEPTH} deep", at)

    def open(self, tokens: re.Pattern[str]) -> re.Pattern[str]:
        """Skips an opening bracket, within which tokens are cut that way; returns how they were cut outside."""
        self.deeper(self.at)
        outside, self.tokens = self.tokens, tokens
        self.advance()
        return outside

    def close(self, bracket: str, outside: re.Pattern[str]) -> None:
        """Skips a closing bracket that must stand here."""
        if self.text != bracket or self.kind != "operator":
            self.expected(f"`{bracket}`")
        self.depth -= 1
        self.tokens = outside
        self.advance()
