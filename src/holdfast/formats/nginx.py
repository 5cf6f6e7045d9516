"""Configuration files of nginx: directives with their words, nested as written.

Sources: nginx.org/en/docs/beginners_guide.html "Configuration File's Structure"; github.com/nginx/nginx
src/core/ngx_conf_file.c ngx_conf_read_token (words, quotes, backslashes, `${`); github.com/openresty/lua-nginx-module
(`*_by_lua_block` holds Lua up to its own closing brace); checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["Directive", "read"]

SIZE = 4 << 20
DIRECTIVES = 100_000
DEPTH = 50

_BARE = re.compile(r"(?:\\.|\$\{|[^\s;{\\])(?:\\.|\$\{|[^\s;{\\])*+", re.DOTALL)
"""A word without quotes; a brace opens a block unless it is that of a variable."""
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*+)"(?=[\s;{)])', re.DOTALL)
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*+)'(?=[\s;{)])", re.DOTALL)
_SPACE = re.compile(r"(?:\s++|#[^\n]*+)++")
_ESCAPE = re.compile(r"\\([\"'\\])|\\([trn])")
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}
_LUA = re.compile(
    r"--\[(=*)\[.*?\]\1\]|--[^\n]*+|\[(=*)\[.*?\]\2\]|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|[{}]", re.DOTALL
)
LONGEST_LUA = 1 << 16
"""Characters of Lua in one block that are looked through for its end."""


class Directive(Struct, frozen=True):
    """One directive."""

    name: str
    args: tuple[str, ...]
    line: int
    block: tuple[Directive, ...] | None = None
    """What stands in its braces; None where it has none, empty for a block of Lua."""


def read(data: bytes) -> list[Directive]:
    """The directives of a file, outside of all blocks. Raises FormatError for what the server would refuse."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    return _Reader(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")).read()


class _Reader:
    """Reads a text token by token, with the open blocks on a stack."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = self.line_at = 0
        self.line = 1
        self.count = 0

    def read(self) -> list[Directive]:
        """All directives at the first level."""
        open_blocks: list[tuple[list[str], int, list[Directive]]] = []
        current: list[Directive] = []
        words: list[str] = []
        start = 1
        for text, sign in self._tokens():
            if not sign:
                start = start if words else self._line()
                words.append(text)
            elif text == ";":
                current.append(self._directive(words, start, None))
                words = []
            elif text == "{":
                if len(open_blocks) == DEPTH:
                    raise self._error(f"nested more than {DEPTH} deep")
                if not words:
                    raise self._error("a block without a name")
                if words[0].endswith("_by_lua_block"):
                    self._skip_lua()
                    current.append(self._directive(words, start, ()))
                else:
                    open_blocks.append((words, start, current))
                    current = []
                words = []
            else:
                if words or not open_blocks:
                    raise self._error("a closing brace that closes nothing")
                names, line, outer = open_blocks.pop()
                outer.append(self._directive(names, line, tuple(current)))
                current = outer
        if words or open_blocks:
            raise self._error("the file ends inside a directive or block")
        return current

    def _tokens(self) -> Iterator[tuple[str, bool]]:
        """Words, and the signs `;`, `{` and `}` between them."""
        text = self.text
        while True:
            if match := _SPACE.match(text, self.at):
                self.at = match.end()
            if self.at >= len(text):
                return
            sign = text[self.at]
            if sign in ";{}":
                self.at += 1
                yield sign, True
                continue
            pattern = _DOUBLE if sign == '"' else _SINGLE if sign == "'" else _BARE
            match = pattern.match(text, self.at)
            if match is None:
                raise self._error("a quote that is not closed, or text right behind one")
            word = match[1] if pattern is not _BARE else match[0]
            yield _ESCAPE.sub(lambda found: found[1] or _ESCAPES[found[2]], word), False
            self.at = match.end()

    def _directive(self, words: list[str], line: int, block: tuple[Directive, ...] | None) -> Directive:
        if not words:
            raise self._error("an empty directive")
        self.count += 1
        if self.count > DIRECTIVES:
            raise self._error(f"more than {DIRECTIVES} directives")
        return Directive(words[0], tuple(words[1:]), line, block)

    def _skip_lua(self) -> None:
        depth, end = 1, self.at + LONGEST_LUA
        while depth:
            match = _LUA.search(self.text, self.at, end)
            if match is None:
                raise self._error("a block of Lua that is not closed")
            depth += 1 if match[0] == "{" else -1 if match[0] == "}" else 0
            self.at = match.end()

    def _line(self) -> int:
        """The line of the current place, counted on from the last one that was asked for."""
        self.line += self.text.count("\n", self.line_at, self.at)
        self.line_at = self.at
        return self.line

    def _error(self, what: str) -> FormatError:
        return FormatError(what, line=self._line(), column=self.at - self.text.rfind("\n", 0, self.at))
