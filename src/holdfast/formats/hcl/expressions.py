"""Expressions of HCL's native syntax: text -> nodes. Source: hclsyntax/spec.md "Expressions"."""

from __future__ import annotations

import re

from holdfast.core.errors import FormatError
from holdfast.formats.hcl.scan import FREE, MAX_BYTES, SIGNIFICANT, Scanner
from holdfast.formats.hcl.syntax import (
    Binary,
    Call,
    Choice,
    Expr,
    For,
    Index,
    Literal,
    ObjectOf,
    Path,
    Select,
    Source,
    Splat,
    TupleOf,
    Unary,
)
from holdfast.formats.hcl.templates import heredoc, names_of_loop, quoted, unescaped, whole

__all__ = ["Parser", "expression", "template"]

MAX_CHAIN = 200
"""Most operators in a row: each makes the tree one level deeper."""
LONGEST_NUMBER = 64
PRECEDENCE = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("==", "!="), 3),
    **dict.fromkeys(("<", ">", "<=", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
WORDS = {"true": Literal(True), "false": Literal(False), "null": Literal(None)}


def expression(text: str) -> Expr:
    """The tree of one expression. Raises FormatError for anything else."""
    parser = Parser(Source(text), FREE)
    tree = parser.expression()
    if parser.kind != "end":
        parser.expected("the end")
    return tree


def template(text: str) -> Expr:
    """The tree of a text that may hold `${}` and `%{}`, as templatefile() and HCL's JSON read it."""
    if "${" not in text and "%{" not in text:
        return Literal(text)
    if len(text) > MAX_BYTES:
        raise FormatError(f"a template of {len(text)} characters, at most {MAX_BYTES} are read")
    parser = Parser.__new__(Parser)  # the text does not begin with a token
    parser.source, parser.tokens, parser.depth = Source(text), SIGNIFICANT, 0
    parser.kind, parser.text, parser.at, parser.end = "end", "", 0, 0
    return whole(parser, parser.expression)


class Parser(Scanner):
    """Reads expressions from the current token on."""

    def expression(self) -> Expr:
        """A whole expression, conditionals included."""
        left = self.term()
        if self.text in PRECEDENCE:
            left = self.binary(left, 1)
        if self.text == "?" and self.kind == "operator":
            self.deeper(self.at)
            self.advance()
            then = self.expression()
            self.expect(":")
            left = Choice(left, then, self.expression())
            self.depth -= 1
        return left

    def binary(self, left: Expr, level: int) -> Expr:
        """Goes on behind a left operand, with operators of at least that precedence."""
        links = 0
        while PRECEDENCE.get(self.text, 0) >= level and self.kind == "operator":
            operator = self.text
            self.advance()
            right = self.term()
            if PRECEDENCE.get(self.text, 0) > PRECEDENCE[operator]:
                right = self.binary(right, PRECEDENCE[operator] + 1)
            left = Binary(operator, left, right)
            links += 1
            if links > MAX_CHAIN:
                self.refuse(f"more than {MAX_CHAIN} operators in a row")
        return left

    def term(self) -> Expr:
        """A value with what is selected from it."""
        kind, text = self.kind, self.text
        if kind == "path":
            found: Expr = WORDS.get(text) or Path(tuple(text.split(".")))
            self.advance()
            if self.text in ("(", "::"):
                found = self.call(text)
        elif kind == "text":
            found = Literal(unescaped(text[1:-1], self, self.at + 1))
            self.advance()
        elif kind == "number":
            found = Literal(self.number())
        elif kind == "quote":
            found = quoted(self, self.expression)
        elif kind == "heredoc":
            found = heredoc(self, self.expression)
        elif kind == "operator":
            found = self.bracketed()
        else:
            self.expected("a value")
        text = self.text
        return self.selected(found) if text in (".", "[") or self.kind == "position" else found

    def number(self) -> int | float:
        """Skips a number and returns it."""
        text = self.text
        if len(text) > LONGEST_NUMBER:
            self.refuse(f"a number of more than {LONGEST_NUMBER} characters")
        value: int | float = int(text) if text.isdecimal() else float(text)
        if value == float("inf"):
            self.refuse("a number beyond what a double holds")
        self.advance()
        if isinstance(value, int):
            return value
        return int(value) if value.is_integer() and abs(value) < 1 << 53 else value

    def bracketed(self) -> Expr:
        """What begins with an operator: a sign, or a bracket."""
        text = self.text
        if text in ("!", "-"):
            self.deeper(self.at)
            self.advance()
            operand = self.term()
            self.depth -= 1
            if text == "-" and type(operand) is Literal and type(operand.value) in (int, float):
                return Literal(-operand.value)
            return Unary(text, operand)
        if text == "[":
            return self.tuple_of()
        if text == "{":
            return self.object_of()
        if text != "(":
            self.expected("a value")
        outside = self.open(FREE)
        found = self.expression()
        self.close(")", outside)
        return found

    def selected(self, base: Expr) -> Expr:
        """`.name`, `.0`, `[key]`, `.*` and `[*]` behind a value."""
        links = 0
        while True:
            links += 1
            if links > MAX_CHAIN:
                self.refuse(f"more than {MAX_CHAIN} selections in a row")
            if self.kind == "position":
                base = Index(base, Literal(self.position()))
            elif self.text == "." and self.kind == "operator":
                self.advance()
                if self.text == "*":
                    self.advance()
                    base = Splat(base, self.each(indices=False))
                else:
                    for name in self.names():
                        base = Select(base, name)
            elif self.text == "[" and self.kind == "operator":
                key = self.key()
                base = Index(base, key) if key is not None else Splat(base, self.each(indices=True))
            else:
                return base

    def each(self, indices: bool) -> tuple[str | Expr, ...]:
        """What a splat selects from every element."""
        found: list[str | Expr] = []
        while True:
            if self.kind == "position":
                found.append(Literal(self.position()))
            elif self.text == "." and self.kind == "operator":
                here = self.tokens, self.end, self.kind, self.text, self.at
                self.advance()
                if self.text == "*":  # another splat, over the list that this one gives
                    self.tokens, self.end, self.kind, self.text, self.at = here
                    return tuple(found)
                found.extend(self.names())
            elif indices and self.text == "[" and self.kind == "operator":
                here = self.tokens, self.end, self.kind, self.text, self.at
                key = self.key()
                if key is None:
                    self.tokens, self.end, self.kind, self.text, self.at = here
                    return tuple(found)
                found.append(key)
            else:
                return tuple(found)
            if len(found) > MAX_CHAIN:
                self.refuse(f"more than {MAX_CHAIN} selections in a row")

    def key(self) -> Expr | None:
        """The key between brackets; None for a star."""
        outside = self.open(FREE)
        star = self.text == "*" and self.kind == "operator"
        key = None if star else self.expression()
        if star:
            self.advance()
        self.close("]", outside)
        return key

    def names(self) -> list[str]:
        """Skips the names of attributes behind a dot and returns them."""
        if self.kind != "path":
            self.expected("an attribute's name")
        names = self.text.split(".")
        self.advance()
        return names

    def position(self) -> int:
        """Skips `.0` and returns the number."""
        digits = self.text[1:].strip()
        if len(digits) > 9:
            self.refuse("an index of more than 9 digits")
        self.advance()
        return int(digits)

    def call(self, name: str) -> Expr:
        """The call of a function, behind its name."""
        while self.accept("::"):
            name = f"{name}::{self.name()}"
        if self.text != "(":
            self.expected("`(`")
        outside = self.open(FREE)
        arguments: list[Expr] = []
        expand = False
        while self.text != ")" and not expand:
            arguments.append(self.expression())
            expand = self.accept("...")
            if not self.accept(",") and self.text != ")":
                self.expected("`,` or `)`")
        self.close(")", outside)
        return Call(name, tuple(arguments), expand)

    def tuple_of(self) -> Expr:
        """`[...]`, a loop included."""
        outside = self.open(FREE)
        if self.text == "for" and self.kind == "path":
            return self.loop("]", outside)
        items: list[Expr] = []
        while self.text != "]":
            items.append(self.expression())
            if not self.accept(",") and self.text != "]":
                self.expected("`,` or `]`")
        self.close("]", outside)
        return TupleOf(tuple(items))

    def object_of(self) -> Expr:
        """`{...}`, a loop included."""
        outside = self.open(SIGNIFICANT)
        self.newlines()
        if self.text == "for" and self.kind == "path" and not _ASSIGNED.match(self.source.text, self.end):
            self.tokens = FREE
            return self.loop("}", outside)
        items: list[tuple[Expr, Expr]] = []
        while self.text != "}":
            key: Expr | None = Literal(self.text) if self.kind == "path" and "." not in self.text else None
            found = self.expression()
            # A bare name is a key; only brackets around it make it a variable.
            if key is None or not isinstance(found, Path | Literal):
                key = found
            if not self.accept("=") and not self.accept(":"):
                self.expected("`=` or `:`")
            self.newlines()
            items.append((key, self.expression()))
            if not self.accept(",") and self.kind != "newline" and self.text != "}":
                self.expected("`,`, `}` or the end of the line")
            self.newlines()
        self.close("}", outside)
        return ObjectOf(tuple(items))

    def newlines(self) -> None:
        """Skips ends of lines."""
        while self.kind == "newline":
            self.advance()

    def loop(self, bracket: str, outside: re.Pattern[str]) -> Expr:
        """`for k, v in over : key => value... if test`."""
        self.advance()
        names = names_of_loop(self)
        over = self.expression()
        self.expect(":")
        value, key, grouped = self.expression(), None, False
        if bracket == "}":
            self.expect("=>")
            key, value = value, self.expression()
            grouped = self.accept("...")
        test = None
        if self.text == "if" and self.kind == "path":
            self.advance()
            test = self.expression()
        self.close(bracket, outside)
        return For(names, over, key, value, grouped, test)


_ASSIGNED = re.compile(r"[ \t]*(?:=(?!=)|:)")
