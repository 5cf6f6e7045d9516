"""Text of a condition -> tokens. Source: the CEL language definition, section Syntax."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from holdfast.core.cel.errors import CelError

MAX_LENGTH = 8192
"""Longest condition, in characters."""
INT_MAX = 2**63 - 1
RESERVED = frozenset(
    "as break const continue else for function if import let loop package return var void while".split()
)
"""Words that no variable may have. CEL reserves `namespace` too, but kinds have a field of that name."""
MAX_DIGITS = 20
"""More digits than any integer of 64 bits has."""
TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<float>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<int>0[xX][0-9a-fA-F]+|\d+)
    |(?P<raw>[rR](?:\"[^\"\r\n]*\"|'[^'\r\n]*'))
    |(?P<bytes>(?:[bB][rR]?|[rR][bB])[\"'])
    |(?P<string>\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<op>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])""",
    re.VERBOSE | re.ASCII,
)
ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<o>[0-3][0-7]{2})|(?P<c>.))",
    re.DOTALL,
)
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class Token(NamedTuple):
    """One token; `kind` is int, float, string, name, op or end."""

    kind: str
    text: str
    at: int
    value: int | float | str


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`, closed by an `end` token. Raises CelError."""
    if len(text) > MAX_LENGTH:
        raise CelError(f"a condition may have {MAX_LENGTH} characters, this one has {len(text)}", 0)
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _refused(text, at)
        end = match.end()
        if match.lastgroup != "space":
            tokens.append(_token(match.lastgroup, match.group(), at))
            if match.lastgroup in ("int", "float") and text[end : end + 1].isidentifier():
                raise _bad_suffix(text, end)
        at = end
    tokens.append(Token("end", "the end", len(text), ""))
    return tokens


def _token(kind: str, text: str, at: int) -> Token:
    if kind == "int":
        digits = text[2:] if text[:2] in ("0x", "0X") else text
        value = int(digits, 10 if digits is text else 16) if len(digits.lstrip("0")) < MAX_DIGITS else INT_MAX + 2
        if value > INT_MAX + 1:  # 2**63 itself is legal only behind a minus: the parser decides
            raise CelError(f"{text[:MAX_DIGITS]} does not fit into 64 bits", at)
        return Token(kind, text, at, value)
    if kind == "float":
        if math.isinf(float(text)):
            raise CelError(f"{text[:MAX_DIGITS]} does not fit into a double", at)
        return Token(kind, text, at, float(text))
    if kind == "raw":
        return Token("string", text, at, text[2:-1])
    if kind == "bytes":
        raise CelError("there are no bytes", at, hint="leave out the b: facts are text")
    if kind == "string":
        return Token(kind, text, at, _unquote(text, at))
    return Token(kind, text, at, text)


def _unquote(text: str, at: int) -> str:
    def replace(match: re.Match[str]) -> str:
        code = match["x"] or match["u"] or match["U"]
        if code or match["o"]:
            point = int(code, 16) if code else int(match["o"], 8)
            if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
                raise CelError(f"{match.group()} is no Unicode character", at + 1 + match.start())
            return chr(point)
        char: str = match["c"]
        if char in SIMPLE:
            return SIMPLE[char]
        if char in "\\\"'`?":
            return char
        raise CelError(
            f"unknown escape \\{char}", at + 1 + match.start(), hint='write a raw string: r"..." keeps backslashes'
        )

    return ESCAPE.sub(replace, text[1:-1])


def _refused(text: str, at: int) -> CelError:
    char = text[at]
    if char in "\"'":
        return CelError("this string is not closed", at, hint=f"end it with {char} on the same line")
    hints = {
        "&": "write && for and",
        "|": "write || for or",
        "=": "write == to compare",
        "{": "maps and messages cannot be built in a condition; compare fields one by one",
        "`": "fields are written without quotes",
    }
    return CelError(f"unexpected character {char!r}", at, hint=hints.get(char, ""))


def _bad_suffix(text: str, at: int) -> CelError:
    if text[at] in "uU":
        return CelError("there are no unsigned integers", at, hint="drop the u: integers have 64 bits and a sign")
    return CelError(f"a number may not run into {text[at]!r}", at)
