"""A Jenkinsfile as text: the steps it calls, with their words and the blocks around them. Nothing is run.

Declarative and scripted pipelines are both Groovy, and both are read alike: a name with arguments or a block is a
call, a name before `=` an assignment. What Groovy would compute (loops, closures, shared libraries) is not followed;
a text that it puts together keeps the source of each piece, `${...}`.

Sources, checked 2026-11-30: Jenkins User Handbook, "Pipeline Syntax"; Apache Groovy 4 documentation, "Syntax"
(comments, the six kinds of strings, interpolation, and where a slash begins a string).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["Assignment", "Call", "Text", "read"]

SIZE = 1 << 19
"""Longest file, in bytes; the Java virtual machine refuses methods of more than 64 KiB of code long before."""
TOKENS = 40_000
ARGUMENTS = 100
"""Most tokens of a call that are looked at."""
DEPTH = 100
"""Deepest blocks."""


class Text(NamedTuple):
    """A string; `pieces` holds the source of what Groovy puts into it, `raw` stands for `${...}` as written."""

    raw: str
    pieces: tuple[str, ...]
    multiline: bool


class Call(Struct, frozen=True):
    """A step, or anything else that is called."""

    name: str
    """Its name with what stands before its dots: `sh`, `docker.image`, `@Library`."""
    positional: tuple[Text, ...]
    """The strings among its arguments that have no name."""
    named: dict[str, Text | str]
    """Its named arguments: a string, or a word such as `true` as it stands."""
    line: int
    column: int
    text_line: int
    """The line of its first string, where a script starts."""
    within: tuple[tuple[str, int], ...]
    """The blocks around it, outermost first: each with its name and the number of its call."""
    number: int
    """Its own number, by which blocks refer to it."""


class Assignment(Struct, frozen=True):
    """`NAME = value`, as in `environment`."""

    name: str
    value: Text | None
    """The string; None for anything else."""
    line: int
    column: int
    within: tuple[tuple[str, int], ...]


class _Token(NamedTuple):
    kind: str
    """`name`, `text`, `sign`, `line` (its end) or `word` (a number or an operator)."""
    value: str
    text: Text | None
    line: int
    column: int


_SKIP = re.compile(r"[ \t\r\f]+|\\\n|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/")
_NAME = re.compile(r"[@]?[A-Za-z_]\w*(?:\??\.[A-Za-z_]\w*)*")
_WORD = re.compile(r"\d[\w.]*|==?~?|!=|->|[-+*%<>&|?^~!/\\#]|.", re.DOTALL)
_QUOTES = ('"""', "'''", '"', "'", "$/")
_SIGNS = frozenset("{}()[],:;=")
_BEFORE_SLASHY = frozenset("(,=[:{~")
_PIECE = re.compile(r"\$(?:\{|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|\n|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}
_KEYWORDS = frozenset(
    "if else for while try catch finally switch return def new in instanceof throw import class static final".split()
)


def read(data: bytes) -> list[Call | Assignment]:
    """The calls and assignments of a Jenkinsfile, in the order in which they stand.

    Raises FormatError for text that is too long or too deep, for a string or comment that does not end, and for a
    file with nothing in it that is called.
    """
    if len(data) > SIZE:
        raise FormatError(f"a file of {len(data)} bytes, at most {SIZE} are read")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("not text", line=data.count(b"\n", 0, error.start) + 1, column=1) from error
    found = list(_Statements(list(_tokens(text))).read())
    if not any(isinstance(each, Call) for each in found):
        raise FormatError("no step is called in it", line=1, column=1)
    return found


def _tokens(text: str) -> Iterator[_Token]:
    at, line, start, count = 0, 1, 0, 0
    previous = "{"
    if text.startswith("#!"):
        at = text.find("\n") if "\n" in text else len(text)
    while at < len(text):
        skipped = _SKIP.match(text, at)
        if skipped is not None:
            end, kind, value, piece = skipped.end(), "", "", None
        else:
            count += 1
            if count > TOKENS:
                raise FormatError(f"more than {TOKENS} words", line=line, column=at - start + 1)
            kind, value, piece, end = _token(text, at, previous, line, start)
        if kind:
            yield _Token(kind, value, piece, line, at - start + 1)
            previous = value if kind == "sign" else previous if kind == "line" and previous in _BEFORE_SLASHY else kind
        breaks = text.count("\n", at, end)
        if breaks:
            line += breaks
            start = text.rfind("\n", at, end) + 1
        at = end


def _token(text: str, at: int, previous: str, line: int, start: int) -> tuple[str, str, Text | None, int]:
    """The kind, value and string of the token at a place, and where it ends."""
    character = text[at]
    if character == "\n":
        return "line", "\n", None, at + 1
    if text.startswith("/*", at):
        raise FormatError("a comment that does not end", line=line, column=at - start + 1)
    quote = next((each for each in _QUOTES if text.startswith(each, at)), "")
    if not quote and character == "/" and previous in _BEFORE_SLASHY:
        quote = "/"
    if quote:
        end, body = _string(text, at, quote, line, start)
        return "text", "", body, end
    name = _NAME.match(text, at)
    if name is not None:
        return "name", name[0].replace("?.", "."), None, name.end()
    if character in _SIGNS and not text.startswith("==", at):
        return "sign", character, None, at + 1
    word = _WORD.match(text, at)
    assert word is not None
    return "word", word[0], None, word.end()


def _string(text: str, at: int, quote: str, line: int, start: int) -> tuple[int, Text]:
    """Where a string ends, and what it says."""
    close = "/$" if quote == "$/" else quote
    end = at + len(quote)
    while True:
        mark = text.find(close, end)
        if mark < 0 or (len(close) == 1 and close != "/" and "\n" in text[end:mark]):
            raise FormatError("a string that does not end", line=line, column=at - start + 1)
        slashes = 0
        while mark - slashes > at + len(quote) and text[mark - slashes - 1] == "\\":
            slashes += 1
        end = mark + 1
        if slashes % 2 == 0 or quote == "$/":
            break
    body = text[at + len(quote) : mark]
    pieces = () if quote in ("'", "'''") else tuple(_pieces(body))
    plain = body if quote in ("/", "$/") else _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), body)
    return mark + len(close), Text(plain, pieces, "\n" in plain)


def _pieces(body: str) -> Iterator[str]:
    """The sources that are put into a string: `name.name`, or what stands in `${...}`."""
    at = 0
    while match := _PIECE.search(body, at):
        at = match.end()
        escaped = match.start() > 0 and body[match.start() - 1] == "\\"
        if not match[0].endswith("{"):
            if not escaped:
                yield match[0][1:]
            continue
        depth, end = 1, at
        while end < len(body) and depth:
            depth += {"{": 1, "}": -1}.get(body[end], 0)
            end += 1
        if not escaped:
            yield body[at : end - 1].strip()
        at = end


class _Statements:
    """Walks the tokens of a file once, with the open blocks on a stack."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.blocks: list[tuple[str, int]] = []
        self.head: tuple[str, int] = ("", -1)
        """The last call, which a block that opens belongs to."""

    def read(self) -> Iterator[Call | Assignment]:
        """Every call and assignment."""
        number = 0
        for at, token in enumerate(self.tokens):
            if token.kind == "sign" and token.value == "{":
                self.blocks.append(self.head)
                if len(self.blocks) > DEPTH:
                    raise FormatError(f"nested more than {DEPTH} deep", line=token.line, column=token.column)
                self.head = ("", -1)
            elif token.kind == "sign" and token.value == "}":
                if self.blocks:
                    self.blocks.pop()
                self.head = ("", -1)
            elif token.kind == "sign" and token.value == ";":
                self.head = ("", -1)
            elif token.kind == "name":
                found = self.named(at, number)
                if isinstance(found, Call):
                    number += 1
                    if not self.inside_arguments(at):
                        self.head = (found.name, found.number)
                if found is not None:
                    yield found

    def inside_arguments(self, at: int) -> bool:
        """Whether a call is an argument of the last one: a block that follows is the outer call's."""
        before = self.tokens[at - 1] if at else None
        return before is not None and before.kind == "sign" and before.value in "(,:[" and self.head[1] >= 0

    def named(self, at: int, number: int) -> Call | Assignment | None:
        """The call or assignment that starts with the name at a place, if one does."""
        token, after = self.tokens[at], self.peek(at + 1)
        if token.value in _KEYWORDS:
            self.head = (token.value, -1)
            return None
        if after is None or (at and self.tokens[at - 1].value in ("new", "import")):
            return None
        if after.kind == "sign" and after.value == "=":
            value = self.peek(at + 2)
            text = value.text if value is not None and value.kind == "text" else None
            follows = self.peek(at + 3)
            joined = follows is not None and follows.kind == "word"
            return Assignment(token.value, None if joined else text, token.line, token.column, tuple(self.blocks))
        opens = after.kind == "sign" and after.value in "({"
        if not opens and after.kind not in ("text", "name"):
            return None
        if after.kind == "name" and self.before_is_declaration(at):
            return None
        return self.call(at, number)

    def before_is_declaration(self, at: int) -> bool:
        """Whether two names in a row are a type and a variable: `String x = ...`, `def call(...)`."""
        second = self.peek(at + 2)
        return second is not None and second.kind == "sign" and second.value == "="

    def peek(self, at: int) -> _Token | None:
        """The token at a place; None past the end."""
        return self.tokens[at] if at < len(self.tokens) else None

    def call(self, at: int, number: int) -> Call:
        """A call with its arguments: between parentheses, or up to the end of the line or the block."""
        token = self.tokens[at]
        positional: list[Text] = []
        named: dict[str, Text | str] = {}
        text_line = token.line
        first = at + 1
        for place, name in self.arguments(first):
            value = self.tokens[place]
            if value.text is not None and not positional and not any(isinstance(v, Text) for v in named.values()):
                text_line = value.line
            if name:
                named.setdefault(name, value.text if value.text is not None else value.value)
            elif value.text is not None:
                positional.append(value.text)
        return Call(
            token.value, tuple(positional), named, token.line, token.column, text_line, tuple(self.blocks), number
        )

    def arguments(self, at: int) -> Iterator[tuple[int, str]]:
        """(place, name) of the values that a call is given itself, not those of calls among its arguments."""
        first = self.tokens[at]
        bracketed = first.kind == "sign" and first.value == "("
        depth = 0
        name = ""
        for place in range(at, min(at + ARGUMENTS, len(self.tokens))):
            token = self.tokens[place]
            if token.kind == "line" and not bracketed and self.tokens[place - 1].value not in (",", "["):
                return
            if token.kind == "sign":
                if token.value in "([":
                    depth += token.value == "(" or depth > bracketed
                elif token.value in ")]":
                    depth -= token.value == ")" or depth > bracketed
                    if bracketed and depth <= 0:
                        return
                elif token.value in "{};" and depth <= bracketed:
                    return
                name = name if token.value == ":" else ""
            elif depth == int(bracketed) and token.kind in ("name", "text", "word"):
                follows = self.peek(place + 1)
                if token.kind == "name" and follows is not None and follows.value == ":" and follows.kind == "sign":
                    name = token.value
                else:
                    yield place, name
