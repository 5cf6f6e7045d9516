"""Protocol buffers in text form, read without their schema: fields with scalars and messages, as in `config.pbtxt`.

Source: protobuf.dev/reference/protobuf/textformat-spec (fields, lists, separators, `{}` and `<>`, strings one after
another, escapes, comments, names of extensions and types), checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["Field", "Message", "read"]

SIZE = 1 << 20
"""Bytes of the longest text that is read."""
FIELDS = 50_000
"""Most values in a text."""
DEPTH = 50
"""Messages within one another."""

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\f\v]++)|(?P<line>\n)|(?P<comment>#[^\n]*+)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+')"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*+)|(?P<number>(?:[0-9]|\.[0-9])(?:[eE][+-]|[0-9A-Za-z_.])*+)"
    r"|(?P<sign>[{}<>\[\]:,;/.-])"
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_CLOSES = {"{": "}", "<": ">"}


class Field(Struct, frozen=True):
    """One value of a field; a list is as many fields."""

    name: str
    value: str | Message
    """A scalar as text: a string without its quotes, a number or an enumerator as written."""
    line: int
    column: int


class Message(Struct, frozen=True):
    """The fields of a message, in their order."""

    fields: tuple[Field, ...] = ()

    def all(self, name: str) -> Iterator[Field]:
        """The values of a field."""
        return (each for each in self.fields if each.name == name)

    def last(self, name: str) -> Field | None:
        """The value of a field that holds one: the last wins."""
        return next((each for each in reversed(self.fields) if each.name == name), None)

    def text(self, name: str, default: str = "") -> str:
        """The scalar of a field."""
        found = self.last(name)
        return found.value if found is not None and isinstance(found.value, str) else default

    def message(self, name: str) -> Message:
        """The message of a field, an empty one where there is none; those of a field given twice are merged."""
        found = [each.value.fields for each in self.all(name) if isinstance(each.value, Message)]
        return Message(tuple(field for fields in found for field in fields))


class _Token(NamedTuple):
    kind: str
    text: str
    line: int
    column: int


def read(data: bytes) -> Message:
    """The message of a text. Raises FormatError for what is none, and for more than 1 MiB, 50,000 values, 50 levels."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    return _Reader(data.decode("utf-8-sig", "replace")).message("", 0)


def _tokens(text: str) -> Iterator[_Token]:
    position, line, start = 0, 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FormatError(f"unexpected {text[position]!r}", line=line, column=position - start + 1)
        kind = str(match.lastgroup)
        if kind == "line":
            line, start = line + 1, match.end()
        elif kind not in ("space", "comment"):
            yield _Token(kind, match[0], line, position - start + 1)
        position = match.end()
    yield _Token("end", "", line, position - start + 1)


class _Reader:
    """Reads with one token of look-ahead."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.token = next(self.tokens)
        self.left = FIELDS

    def message(self, closing: str, depth: int) -> Message:
        """The fields up to the closing sign, which is taken; at the first level up to the end."""
        if depth > DEPTH:
            raise self.error(f"more than {DEPTH} messages within one another")
        fields: list[Field] = []
        while not self.taken(closing) if closing else self.token.kind != "end":
            at = self.token
            name = self.name()
            scalar = self.taken(":")
            for value in self.values(depth, scalar):
                self.left -= 1
                if self.left < 0:
                    raise self.error(f"more than {FIELDS} values")
                fields.append(Field(name, value, at.line, at.column))
            if not self.taken(","):
                self.taken(";")
        return Message(tuple(fields))

    def name(self) -> str:
        """A field's name; that of an extension or of a type in its brackets."""
        token = self.token
        if token.kind == "word":
            self.step()
            return token.text
        if not self.taken("["):
            raise self.error("expected the name of a field")
        parts: list[str] = []
        while not self.taken("]"):
            if self.token.kind == "word" or self.token.text in (".", "/", "-"):
                parts.append(self.token.text)
                self.step()
            else:
                raise self.error("expected the name of an extension")
        return f"[{''.join(parts)}]"

    def values(self, depth: int, scalar: bool) -> Iterator[str | Message]:
        """The value behind a name, or those of a list."""
        if not self.taken("["):
            yield self.value(depth, scalar)
            return
        if self.taken("]"):
            return
        while True:
            yield self.value(depth, scalar)
            if self.taken("]"):
                return
            if not self.taken(","):
                raise self.error("expected `,` or `]`")

    def value(self, depth: int, scalar: bool) -> str | Message:
        """A message, or a scalar where a colon stands before it."""
        closing = _CLOSES.get(self.token.text)
        if closing is not None:
            self.step()
            return self.message(closing, depth + 1)
        if not scalar:
            raise self.error("expected `:`, `{` or `<`")
        if self.token.kind == "string":
            return self.string()
        sign = "-" if self.taken("-") else ""
        if self.token.kind not in ("word", "number"):
            raise self.error("expected a value")
        text = self.token.text
        self.step()
        return sign + text

    def string(self) -> str:
        """A string; those that follow it belong to it."""
        parts: list[str] = []
        while self.token.kind == "string":
            parts.append(_ESCAPE.sub(_character, self.token.text[1:-1]))
            self.step()
        return "".join(parts)

    def taken(self, sign: str) -> bool:
        """Whether this sign comes next; it is taken then."""
        if self.token.kind != "sign" or self.token.text != sign:
            return False
        self.step()
        return True

    def step(self) -> None:
        """To the next token."""
        self.token = next(self.tokens)

    def error(self, what: str) -> FormatError:
        """An error at the next token."""
        return FormatError(what, line=self.token.line, column=self.token.column)


def _character(match: re.Match[str]) -> str:
    """What an escape stands for; a code point that does not exist is the replacement character."""
    if match[5] is not None:
        return _PLAIN.get(match[5], match[5])
    code = int(match[2], 8) if match[2] else int(match[1] or match[3] or match[4], 16)
    return chr(code) if code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"
