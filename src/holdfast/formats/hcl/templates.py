"""Templates of HCL: quoted text, heredocs and whole files with `${}` and `%{}` in them.

Source: hclsyntax/spec.md "Templates"; what `~` trims and how `<<-` is dedented follow parser_template.go (v2.23),
where a heredoc's or file's literal text is one token a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from holdfast.formats.hcl.scan import FREE, Scanner
from holdfast.formats.hcl.syntax import Choice, Expr, Literal, Template, TextFor

__all__ = ["heredoc", "quoted", "unescaped", "whole"]

_QUOTED = re.compile(r'(?:[^"\\$%\n]++|\\[^\n]|\$\$\{|%%\{|\$(?!\{)|%(?!\{))++')
_LINE = re.compile(r"(?:[^$%\n]++|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+\n?")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))|([$%])\4\{")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_SPACE = re.compile(r"\s*")


class _Part(NamedTuple):
    """`text`, `value`, `if`, `else`, `endif`, `for` or `endfor`."""

    kind: str
    value: Any
    at: int


def quoted(scanner: Scanner, expression: Callable[[], Expr]) -> Expr:
    """The template whose opening quote is the current token."""
    outside, opening = scanner.tokens, scanner.at
    text, at, parts, trim = scanner.source.text, scanner.end, _Parts(scanner, expression), False
    while not text.startswith('"', at):
        if match := _QUOTED.match(text, at):
            parts.literal(unescaped(match[0], scanner, at), at, trim)
            at, trim = match.end(), False
        elif text.startswith(("${", "%{"), at):
            at, trim = parts.sequence(at)
        else:
            scanner.refuse("a quote is not closed", opening)
    scanner.tokens, scanner.end = outside, at + 1
    scanner.advance()
    return parts.tree()


def heredoc(scanner: Scanner, expression: Callable[[], Expr]) -> Expr:
    """The template whose `<<NAME` is the current token."""
    outside, source = scanner.tokens, scanner.source
    flush = scanner.text.startswith("<<-")
    marker = scanner.text.strip("<- \t\r\n")
    ending = re.compile(rf"^[^\S\n]*{re.escape(marker)}[^\S\n]*$", re.MULTILINE).search(source.text, scanner.end)
    if ending is None:
        scanner.refuse(f"no line ends the text with {marker}")
    parts = _lines(scanner, expression, scanner.end, ending.start())
    if flush:
        parts.dedent()
    scanner.tokens, scanner.end = outside, ending.end()
    scanner.advance()
    return parts.tree()


def whole(scanner: Scanner, expression: Callable[[], Expr]) -> Expr:
    """All of a text as a template."""
    return _lines(scanner, expression, 0, len(scanner.source.text)).tree()


def _lines(scanner: Scanner, expression: Callable[[], Expr], at: int, end: int) -> _Parts:
    text, parts, trim = scanner.source.text, _Parts(scanner, expression), False
    while at < end:
        match = _LINE.match(text, at, end)
        if match and match[0]:
            parts.literal(match[0].replace("$${", "${").replace("%%{", "%{"), at, trim)
            at, trim = match.end(), False
        else:
            at, trim = parts.sequence(at)
    if at > end:
        scanner.refuse("`}` is missing", end)
    return parts


def unescaped(text: str, scanner: Scanner, at: int) -> str:
    """Quoted text without its escapes; `at` is its offset. Raises FormatError for an escape that HCL has not."""
    if "\\" not in text and "{" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        if match[4]:
            return match[0][1:]
        if match[3]:
            if match[3] not in _ESCAPES:
                scanner.refuse(f"no escape: \\{match[3]}", at + match.start())
            return _ESCAPES[match[3]]
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"

    return _ESCAPE.sub(plain, text)


class _Parts:
    """The parts of one template, in order."""

    def __init__(self, scanner: Scanner, expression: Callable[[], Expr]) -> None:
        self.scanner = scanner
        self.expression = expression
        self.parts: list[_Part] = []
        self.position = 0

    def literal(self, text: str, at: int, trim: bool) -> None:
        """Adds text, without the blanks that a `~}` before it takes."""
        self.parts.append(_Part("text", text.lstrip() if trim else text, at))

    def sequence(self, at: int) -> tuple[int, bool]:
        """Adds the `${}` or `%{}` at an offset; the offset behind it, and whether it trims what follows."""
        scanner = self.scanner
        opening = scanner.source.text[at : at + 2]
        at += 2
        if scanner.source.text.startswith("~", at):
            at += 1
            if self.parts and self.parts[-1].kind == "text":
                self.parts[-1] = self.parts[-1]._replace(value=self.parts[-1].value.rstrip())
        scanner.end = at
        scanner.open(FREE)
        self.parts.append(_Part("value", self.expression(), at) if opening == "${" else self.directive(at))
        trim = scanner.accept("~")
        if scanner.text != "}" or scanner.kind != "operator":
            scanner.expected("`}`")
        scanner.depth -= 1
        return scanner.end, trim

    def directive(self, at: int) -> _Part:
        scanner, word = self.scanner, self.scanner.text
        if word not in ("if", "else", "endif", "for", "endfor"):
            scanner.expected("if, else, endif, for or endfor")
        scanner.advance()
        if word == "if":
            return _Part(word, self.expression(), at)
        return _Part(word, self.loop() if word == "for" else None, at)

    def loop(self) -> tuple[tuple[str, ...], Expr]:
        names = names_of_loop(self.scanner)
        return names, self.expression()

    def dedent(self) -> None:
        """Takes away the blanks that all lines begin with; a line of blanks only does not count."""
        fresh, least, first = True, -1, []
        for place, (kind, value, _) in enumerate(self.parts):
            if fresh:
                spaces = len(_SPACE.match(value)[0]) if kind == "text" else 0  # type: ignore[index]
                if kind != "text" or spaces < len(value) or not value.endswith("\n"):
                    least = spaces if least < 0 else min(least, spaces)
                    first += [place] if kind == "text" else []
            fresh = kind == "text" and value.endswith("\n")
        for place in first:
            self.parts[place] = self.parts[place]._replace(value=self.parts[place].value[max(least, 0) :])

    def tree(self) -> Expr:
        """The expression that the parts make; one `${}` alone is its value, not text."""
        found = self.until(())
        if len(found) == 1 and (self.parts[0].kind in ("value", "text")):
            return found[0]
        return Template(tuple(found)) if found else Literal("")

    def until(self, ends: tuple[str, ...]) -> list[Expr]:
        """The parts up to one of these directives, which becomes the current part."""
        found: list[Expr] = []
        while self.position < len(self.parts):
            kind, value, at = self.parts[self.position]
            if kind in ends:
                return found
            self.position += 1
            if kind == "text":
                found.append(Literal("".join((value, *self.rows()))))
            elif kind == "value":
                found.append(value)
            elif kind == "if":
                found.append(self.choice(value, at))
            elif kind == "for":
                found.append(TextFor(value[0], value[1], Template(tuple(self.nested(("endfor",), at)))))
                self.position += 1
            else:
                self.scanner.refuse(f"`{kind}` closes nothing", at)
        if ends:
            self.scanner.refuse(f"`{ends[-1]}` is missing", len(self.scanner.source.text))
        return found

    def rows(self) -> Iterator[str]:
        """The text that follows: every line is a part of its own."""
        while self.position < len(self.parts) and self.parts[self.position].kind == "text":
            yield self.parts[self.position].value
            self.position += 1

    def choice(self, test: Expr, at: int) -> Expr:
        then = Template(tuple(self.nested(("else", "endif"), at)))
        otherwise = Template(())
        if self.parts[self.position].kind == "else":
            self.position += 1
            otherwise = Template(tuple(self.nested(("endif",), at)))
        self.position += 1
        return Choice(test, then, otherwise)

    def nested(self, ends: tuple[str, ...], at: int) -> list[Expr]:
        """The parts between two directives."""
        self.scanner.deeper(at)
        found = self.until(ends)
        self.scanner.depth -= 1
        return found


def names_of_loop(scanner: Scanner) -> tuple[str, ...]:
    """`k, v in`, of which `k` may be left out."""
    names = [scanner.name()]
    if scanner.accept(","):
        names.append(scanner.name())
    if scanner.text != "in":
        scanner.expected("`in`")
    scanner.advance()
    return tuple(names)
