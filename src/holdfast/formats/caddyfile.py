"""Caddyfiles: blocks and directives, with snippets put where they are imported.

Source: caddyserver.com/docs/caddyfile/concepts (blocks, quotes, backquotes, heredocs, comments, snippets and their
arguments, the global options block; one site without braces; `{$NAME:default}` is put in before all else),
checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["Directive", "Site", "read"]

SIZE = 1 << 20
DIRECTIVES = 50_000
DEPTH = 50
IMPORTS = 20
ARGUMENTS = 50
"""Arguments of one import that are put in."""
LONGEST = 1024
"""Characters of one of them: snippets that import one another could double it each time."""

_TOKEN = re.compile(
    r"(?P<space>[ \t\r]++|\\\r?\n)|(?P<line>\n)|(?P<comment>#[^\n]*+)|\"(?P<double>(?:[^\"\\]|\\.)*+)\""
    r"|`(?P<back>[^`]*+)`|<<(?P<here>[A-Z_]{1,40})\n|(?P<bare>(?:\\.|[^\s\"`\\])(?:\\.|[^\s\\])*+)",
    re.DOTALL,
)
_DEFAULT = re.compile(r"\{\$\w{1,128}:([^}\n]{0,1024})\}", re.ASCII)
_ARGUMENT = re.compile(r"\{args(?:\.|\[)(\d{1,3})\]?\}")
_ARGUMENTS = "{args[:]}"


class Directive(Struct, frozen=True):
    """One directive with what stands in its braces."""

    name: str
    args: tuple[str, ...]
    line: int
    block: tuple[Directive, ...] = ()


class Site(Struct, frozen=True):
    """One site, or the global options, which have no address."""

    addresses: tuple[str, ...]
    directives: tuple[Directive, ...]
    line: int


class _Word(NamedTuple):
    text: str
    line: int
    quoted: bool


def read(data: bytes) -> tuple[Directive, ...]:
    """What stands on the first level: sites by their addresses, snippets, the global options without a name, imports.

    A variable has the value of its default; one without a default stays, as `{$NAME}`. Raises FormatError for what
    Caddy would refuse.
    """
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    text = _DEFAULT.sub(lambda match: match[1], data.decode("utf-8", "replace"))
    return _Tree(_rows(text)).block(first=True)


def sites(top: Iterable[tuple[str, Directive]]) -> list[tuple[str, Site]]:
    """(file, site) of (file, directive) on the first level, the global options among them, snippets put in.

    Raises FormatError for more than `DIRECTIVES` directives.
    """
    top = list(top)
    snippets = {each.name[1:-1]: each.block for _, each in top if _is_snippet(each.name)}
    found: list[tuple[str, Site]] = []
    budget = [DIRECTIVES]
    for path, each in top:
        if _is_snippet(each.name):
            continue
        words = [word for arg in (each.name, *each.args) for word in arg.split(",") if word]
        block = tuple(_imported(each.block, snippets, 0, budget))
        found.append((path, Site(tuple(words), block, each.line)))
    return found


def _is_snippet(name: str) -> bool:
    return name.startswith("(") and name.endswith(")")


def _rows(text: str) -> list[list[_Word]]:
    """The words of each line; a line that ends in a comma goes on in the next."""
    rows: list[list[_Word]] = [[]]
    at, line, glued = 0, 1, False
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormatError("a quote that is not closed", line=line, column=1)
        kind = match.lastgroup or ""
        end = match.end()
        if kind == "line":
            last = rows[-1]
            if last and not (last[-1].text.endswith(",") and not last[-1].quoted):
                rows.append([])
        elif kind not in ("space", "comment"):
            word = match[kind].replace('\\"', '"') if kind == "double" else match[kind]
            if kind == "here":
                closing = re.compile(rf"\n[ \t]*{match['here']}(?=\s|\Z)").search(text, end - 1)
                if closing is None:
                    raise FormatError(f"a text that {word} does not close", line=line, column=1)
                word, end = text[end : max(closing.start(), end)], closing.end()
            if glued and rows[-1]:
                last_word = rows[-1].pop()
                word = last_word.text + word
            rows[-1].append(_Word(word, line, kind != "bare"))
        glued = kind in ("double", "back") and text[end : end + 1] not in ("", " ", "\t", "\n", "\r")
        line += text.count("\n", at, end)
        at = end
    return [row for row in rows if row]


class _Tree:
    """Puts rows together to blocks."""

    def __init__(self, rows: Sequence[list[_Word]]) -> None:
        self.rows = rows
        self.at = 0
        self.count = 0

    def block(self, *, first: bool = False, depth: int = 0) -> tuple[Directive, ...]:
        """The directives up to the closing brace, or to the end of the file on the first level."""
        found: list[Directive] = []
        while self.at < len(self.rows):
            row = self.rows[self.at]
            self.at += 1
            start = row[0].line
            if row[0] == _Word("}", start, quoted=False):
                if first or len(row) > 1:
                    raise FormatError("a closing brace that closes nothing", line=start, column=1)
                return tuple(found)
            self.count += 1
            if depth == DEPTH or self.count > DIRECTIVES:
                raise FormatError("nested too deep, or too many directives", line=start, column=1)
            words = [word.text for word in row]
            inner: tuple[Directive, ...] = ()
            if row[-1].text == "{" and not row[-1].quoted:
                words.pop()
                inner = self.block(depth=depth + 1)
            elif first and not found and words[0] != "import":  # the only site, without braces
                rest = self.block_to_end()
                return (Directive(words[0], tuple(words[1:]), start, rest),)
            found.append(Directive(words[0] if words else "", tuple(words[1:]), start, inner))
        if not first:
            raise FormatError("the file ends inside a block", line=self.rows[-1][0].line, column=1)
        return tuple(found)

    def block_to_end(self) -> tuple[Directive, ...]:
        """What is left, as the block of the only site."""
        rows, self.rows = self.rows, [*self.rows, [_Word("}", 0, quoted=False)]]
        found = self.block()
        if self.at < len(self.rows):
            raise FormatError("a closing brace that closes nothing", line=rows[self.at - 1][0].line, column=1)
        return found


def _imported(
    block: Sequence[Directive], snippets: dict[str, tuple[Directive, ...]], depth: int, budget: list[int]
) -> Iterator[Directive]:
    """The directives of a block, with those of the snippets that it imports."""
    for each in block:
        budget[0] -= 1
        if budget[0] < 0:
            raise FormatError(f"more than {DIRECTIVES} directives", line=each.line, column=1)
        known = each.name == "import" and bool(each.args) and each.args[0] in snippets
        if known and depth < IMPORTS:
            inner = tuple(_filled(snippets[each.args[0]], each.args[1 : ARGUMENTS + 1]))
            yield from _imported(inner, snippets, depth + 1, budget)
        else:
            inner = tuple(_imported(each.block, snippets, depth + 1, budget))
            yield Directive(each.name, each.args, each.line, inner)


def _filled(block: Sequence[Directive], given: Sequence[str]) -> Iterator[Directive]:
    """The directives of a snippet with the arguments of its import put in."""
    for each in block:
        words: list[str] = []
        for word in (each.name, *each.args):
            words += given if word == _ARGUMENTS else [_ARGUMENT.sub(lambda match: _nth(given, match), word)]
        yield Directive(words[0] if words else "", tuple(words[1:]), each.line, tuple(_filled(each.block, given)))


def _nth(given: Sequence[str], match: re.Match[str]) -> str:
    index = int(match[1])
    return given[index] if index < len(given) and len(given[index]) <= LONGEST else match[0]
