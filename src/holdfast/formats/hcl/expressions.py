"""Expressions of HCL's native syntax: text -> nodes. Source: hclsyntax/spec.md "Expressions"."""

from __future__ import annotations

from holdfast.core.errors import FormatError
from holdfast.formats.hcl.brackets import call, object_of, tuple_of
from holdfast.formats.hcl.scan import FREE, MAX_BYTES, MAX_CHAIN, SIGNIFICANT, Scanner
from holdfast.formats.hcl.selections import selected
from holdfast.formats.hcl.syntax import Binary, Choice, Expr, Literal, Path, Source, Unary
from holdfast.formats.hcl.templates import heredoc, quoted, unescaped, whole

__all__ = ["Parser", "expression", "template"]

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
    parser.advance()
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
    parser = Parser(Source(text), SIGNIFICANT)
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
                found = call(self, self.expression, text)
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
        return selected(self, self.expression, found) if text in (".", "[") or self.kind == "position" else found

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
            return tuple_of(self, self.expression)
        if text == "{":
            return object_of(self, self.expression)
        if text != "(":
            self.expected("a value")
        outside = self.open(FREE)
        found = self.expression()
        self.close(")", outside)
        return found
