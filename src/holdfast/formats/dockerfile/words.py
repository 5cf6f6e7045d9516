"""Words of Dockerfile instructions: flags, `name=value` words, variables.

Sources: Dockerfile reference ("Environment replacement", "ARG", "ENV"); the word lexer of BuildKit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["PLATFORM", "BadWordError", "Variables", "flags", "split"]

PLATFORM = frozenset(
    f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
"""Arguments that the builder sets by itself: never known, never unset."""

_ORDINARY = re.compile(r"[^\\`'\"$}]+")
_NAME = re.compile(r"[0-9]+|[@*#?\-$!]|[^\W\d]\w*")
_FLAG = re.compile(r"[^\s'\"\\`]+")


_OPERATORS = frozenset(("}", "-", "+", "?", ":-", ":+", ":?", "#", "%", "/"))


class BadWordError(ValueError):
    """A quote or a brace that is not closed, or an expansion that does not exist."""


def flags(text: str, escape: str) -> tuple[list[tuple[str, str]], int]:
    """The `--name=value` words at the start of `text`, and the offset after them."""
    found: list[tuple[str, str]] = []
    at = 0
    while True:
        while text[at : at + 1].isspace():
            at += 1
        if not text.startswith("--", at):
            return found, at
        parts: list[str] = []
        quote = ""
        while at < len(text) and (quote or not text[at].isspace()):
            char = text[at]
            if char == escape:
                parts.append(text[at + 1 : at + 2])
                at += 1
            elif char == quote:
                quote = ""
            elif not quote and char in "'\"":
                quote = char
            else:
                parts.append(char)
            at += 1
        word = "".join(parts)
        if word == "--":
            return found, at
        name, equals, value = word[2:].partition("=")
        found.append((name, value if equals else "true"))


def split(text: str, escape: str) -> list[tuple[int, str]]:
    """The words of `text` with their offsets, quotes and escapes kept."""
    words: list[tuple[int, str]] = []
    start, quote, at = -1, "", 0
    while at < len(text):
        char = text[at]
        if not quote and char.isspace():
            if start >= 0:
                words.append((start, text[start:at]))
            start = -1
        else:
            start = at if start < 0 else start
            if char == escape and quote != "'":
                at += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
        at += 1
    if start >= 0:
        words.append((start, text[start:]))
    return words


class _Frame:
    """A `${name:-word}` whose word is being read."""

    def __init__(self, start: int, name: str, operator: str, outer: list[str], quoted: bool) -> None:
        self.start = start
        self.name = name
        self.operator = operator
        self.outer = outer
        self.quoted = quoted


class Variables:
    """Puts values in place of variables, within one allowance for a whole file."""

    def __init__(self, allowance: int) -> None:
        """`allowance`: how many characters values may add; past it expansions stay as written."""
        self._left = allowance

    def expand(self, text: str, escape: str, values: Mapping[str, str | None], closed: bool) -> str:
        """`text` without quotes and escapes, with every variable that is known replaced.

        `values`: `None` stands for a variable that is declared and unset. `closed`: a name that is
        not among them is unset; otherwise it is unknown. Raises `BadWordError`.
        """
        if not any(char in text for char in ("$", "'", '"', escape)):
            return text
        out: list[str] = []
        frames: list[_Frame] = []
        quoted = False
        at = 0
        while at < len(text):
            char = text[at]
            if match := _ORDINARY.match(text, at):
                out.append(match[0])
                at = match.end()
            elif char == escape:
                at = _escaped(text, escape, at, quoted, out)
            elif char == "'" and not quoted:
                end = text.find("'", at + 1)
                if end < 0:
                    raise BadWordError("a single quote is not closed")
                out.append(text[at + 1 : end])
                at = end + 1
            elif char == '"':
                quoted = not quoted
                at += 1
            elif char == "}" and frames and not quoted:
                at += 1
                frame = frames.pop()
                value = self._chosen(frame, text[frame.start : at], "".join(out), values, closed)
                out, quoted = frame.outer, frame.quoted
                out.append(value)
            elif text.startswith("${", at):
                frame, at = _opened(text, at, out, quoted)
                frames.append(frame)
                out, quoted = [], False
            elif char == "$":
                name = _NAME.match(text, at + 1)
                raw = name[0] if name else ""
                out.append(self._value(raw, f"${raw}", values))
                at += 1 + len(raw)
            else:
                out.append(char)
                at += 1
        if frames or quoted:
            raise BadWordError("a double quote is not closed" if quoted else "a brace is not closed")
        return "".join(out)

    def _value(self, name: str, raw: str, values: Mapping[str, str | None]) -> str:
        value = values.get(name)
        if value is None or len(value) > self._left:
            return raw
        self._left -= len(value)
        return value

    def _chosen(self, frame: _Frame, raw: str, word: str, values: Mapping[str, str | None], closed: bool) -> str:
        name, operator = frame.name, frame.operator
        value = values.get(name)
        unset = name not in PLATFORM and (closed or name in values) if value is None else False
        empty = unset or (value == "" and operator.startswith(":"))
        if operator in ("-", ":-") and empty:
            return word
        if operator in ("+", ":+") and (empty or (value is not None and "$" not in value)):
            return "" if empty else word
        if operator in ("", "-", ":-") or (operator in ("?", ":?") and not empty):
            return self._value(name, raw, values)
        return raw


def _opened(text: str, at: int, outer: list[str], quoted: bool) -> tuple[_Frame, int]:
    """The frame of a `${`, and the offset at which its word begins."""
    found = _NAME.match(text, at + 2)
    after = found.end() if found else at + 2
    size = 2 if text[after : after + 1] == ":" else 1
    operator = text[after : after + size]
    if not operator:
        raise BadWordError("a brace is not closed")
    if found is None or operator not in _OPERATORS:
        raise BadWordError("an expansion that the builder does not know")
    if operator == "}":
        return _Frame(at, found[0], "", outer, quoted), after
    return _Frame(at, found[0], operator, outer, quoted), after + size


def _escaped(text: str, escape: str, at: int, quoted: bool, out: list[str]) -> int:
    """Put out what the escape at offset `at` stands for; the offset after it."""
    after = text[at + 1 : at + 2]
    if not quoted or after in ('"', "$", escape):
        out.append(after)
        return at + 2
    out.append(escape)
    return at + 1
