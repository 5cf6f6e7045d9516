"""The places at which Lua text runs a program.

Source: Lua 5.4 Reference Manual, 3.1 "Lexical Conventions", 6.8 `io.popen`, 6.9 `os.execute`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Execution", "executions"]

SIZE = 1 << 20
"""Characters that are looked at."""
_TOKEN = re.compile(
    r"(?P<long>(?:--)?\[=*\[)|--[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    r"|(?P<call>\b(?:os\.execute|io\.popen))\s*\(?|(?P<sign>[()]|\.\.|[\w.]+|\S)",
    re.DOTALL,
)


class Execution(NamedTuple):
    """A program that is run from text put together with values; line and column count from 1."""

    function: str
    line: int
    column: int


def executions(text: str) -> Iterator[Execution]:
    """Where `os.execute` or `io.popen` gets something else than one literal text."""
    text = text[:SIZE]
    call: re.Match[str] | None = None
    depth = 0
    for match in _tokens(text):
        if match["call"]:
            call, depth = match, 1
        elif call is not None and match["sign"]:
            sign = match["sign"]
            depth += (sign == "(") - (sign == ")")
            if depth > 0 and sign != ",":
                line = text.count("\n", 0, call.start()) + 1
                yield Execution(call["call"], line, call.start() - text.rfind("\n", 0, call.start()))
            if depth <= 0 or sign != ",":
                call = None


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """The tokens, without long strings and comments; one that does not end hides the rest, as it does in Lua."""
    at = 0
    while (match := _TOKEN.search(text, at)) is not None:
        at = match.end()
        if match["long"]:
            closing = match["long"].lstrip("-").replace("[", "]")
            end = text.find(closing, at)
            if end < 0:
                return
            at = end + len(closing)
        else:
            yield match
