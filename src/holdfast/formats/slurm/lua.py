"""The places at which Lua text runs a program, or text as Lua, and the files that it loads.

Source: Lua 5.1 and 5.4 Reference Manuals, 3.1 "Lexical Conventions", 6.1 `load`, `loadstring`, `loadfile`, `dofile`,
6.3 `require`, `package.path`, 6.8 `io.popen`, 6.9 `os.execute`; lua-posix, `posix.unistd`, `exec`, `execp`
(checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Execution", "Loading", "executions", "loadings"]

SIZE = 1 << 20
"""Characters that are looked at."""
_TOKEN = re.compile(
    r"(?P<long>(?:--)?\[=*\[)|--[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    r"|(?P<call>\b(?:os\.execute|io\.popen)(?![\w.])|\b(?:load|loadstring|loadfile|dofile|require"
    r"|(?:posix\.)?unistd\.execp?|posix\.execp?)(?=\s*[(\[\"']))\s*\(?|(?P<sign>[()]|\.\.|[\w.]+|\S)",
    re.DOTALL,
)


_LOADERS = frozenset(("dofile", "loadfile", "require"))
_SEARCHED = frozenset(("package.path", "package.cpath"))


class Execution(NamedTuple):
    """A program that is run from text put together with values; line and column count from 1."""

    function: str
    line: int
    column: int


def executions(text: str) -> Iterator[Execution]:
    """Where `os.execute`, `io.popen`, `load` or another of their kind gets something else than one literal text."""
    text = text[:SIZE]
    call: re.Match[str] | None = None
    depth, before = 0, ""
    for match in _tokens(text):
        if match["call"] and before not in (":", "function"):
            call, depth = match, 1
        elif call is not None and match["sign"]:
            sign = match["sign"]
            depth += (sign == "(") - (sign == ")")
            if depth > 0 and sign != ",":
                line = text.count("\n", 0, call.start()) + 1
                yield Execution(call["call"], line, call.start() - text.rfind("\n", 0, call.start()))
            if depth <= 0 or sign != ",":
                call = None
        elif call is not None and not call[0].endswith("(") and match[0][0] in "\"'":
            call = None  # a call with one literal text and no parentheses
        before = match["sign"] or ""


class Loading(NamedTuple):
    """A file, or a folder with files, that is run as code; the line counts from 1."""

    path: str
    line: int


def loadings(text: str) -> Iterator[Loading]:
    """The files that `dofile`, `loadfile` and `require` name by literal texts, and what `package.path` is set to."""
    text = text[:SIZE]
    state, line, counted = "", 1, 0
    for match in _tokens(text):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        sign = match["sign"] or ""
        if match["call"] in _LOADERS:
            state = "file"
        elif sign in _SEARCHED and state != "paths":
            state = "name"
        elif sign == "=" and state == "name":
            state = "paths"
        elif match[0][0] in "\"'" and state in ("file", "paths"):
            yield from (Loading(path, line) for path in match[0][1:-1].split(";") if path)
            state = "paths" if state == "paths" else ""
        elif not match[0].startswith("--") and not (state == "paths" and (sign == ".." or sign in _SEARCHED)):
            state = ""


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
