"""Text -> syntax tree: a Pratt parser with positions for the CEL subset.

Macros are recognised here, as CEL does; what the subset leaves out is refused with what to write instead.
"""

from __future__ import annotations

from typing import cast, get_args

from holdfast.core.cel.ast import (
    Binary,
    BinaryOp,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListOf,
    Literal,
    Macro,
    MacroName,
    Name,
    Select,
    Unary,
    children,
)
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.tokens import INT_MAX, RESERVED, Token, tokenize

MAX_DEPTH = 64
"""Deepest nesting of parentheses and signs."""
MAX_TREE = 128
"""Deepest tree; chains such as `a || b || c` and `a.b.c` grow one level a link."""
PRECEDENCE = {
    "||": 2,
    "&&": 3,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 4),
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
MACROS = frozenset(get_args(MacroName))
NO_VARIABLE = RESERVED | {"true", "false", "null", "in"}


def parse(text: str) -> Expr:
    """The tree of one condition. Raises CelError with the offset of the first wrong token."""
    parser = _Parser(tokenize(text))
    tree = parser.expression()
    parser.expect("end")
    waiting: list[tuple[Expr, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_TREE:
            raise CelError(f"a chain of more than {MAX_TREE} links", node.at, hint="use `in [...]` or two rules")
        waiting.extend((child, depth + 1) for child in children(node))
    return tree


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def advance(self) -> Token:
        token = self.tokens[self.position]
        self.position += token.kind != "end"
        return token

    def accept(self, text: str) -> bool:
        if self.token.kind in ("op", "name") and self.token.text == text:
            self.position += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        token = self.token
        if (token.kind == "end") if text == "end" else (token.kind == "op" and token.text == text):
            return self.advance()
        wanted = "the end" if text == "end" else f"`{text}`"
        hint = "join conditions with && or ||" if text == "end" else ""
        raise CelError(f"expected {wanted}, got `{token.text}`", token.at, hint=hint)

    def expression(self) -> Expr:
        """Conditional = Or [ "?" Or ":" Expression ]."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise CelError(f"nested more than {MAX_DEPTH} deep", self.token.at)
        test = self.binary(2)
        if self.accept("?"):
            then = self.binary(2)
            self.expect(":")
            test = Conditional(test.at, test, then, self.expression())
        self.depth -= 1
        return test

    def binary(self, level: int) -> Expr:
        left = self.unary()
        while self.token.kind in ("op", "name") and PRECEDENCE.get(self.token.text, 0) >= level:
            op = self.advance().text
            right = self.binary(PRECEDENCE[op] + 1)
            left = Binary(left.at, cast("BinaryOp", op), left, right)
        return left

    def unary(self) -> Expr:
        token = self.token
        if token.kind != "op" or token.text not in "!-":
            return self.member()
        self.advance()
        if token.text == "-" and self.token.kind in ("int", "float"):
            number = self.advance()
            return self.postfix(Literal(token.at, -number.value))  # type: ignore[operator]  # a number token
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise CelError(f"nested more than {MAX_DEPTH} deep", token.at)
        operand = self.unary()
        self.depth -= 1
        return Unary(token.at, "!" if token.text == "!" else "-", operand)

    def member(self) -> Expr:
        return self.postfix(self.primary())

    def postfix(self, base: Expr) -> Expr:
        while True:
            if self.accept("."):
                token = self.token
                if token.kind != "name" or token.text in ("true", "false", "null", "in"):
                    raise CelError(f"expected a field or function after `.`, got `{token.text}`", token.at)
                self.advance()
                base = self.method(base, token) if self.accept("(") else Select(base.at, base, token.text)
            elif self.accept("["):
                key = self.expression()
                self.expect("]")
                base = Index(base.at, base, key)
            else:
                return base

    def method(self, receiver: Expr, name: Token) -> Expr:
        if name.text not in MACROS:
            return Call(receiver.at, name.text, (receiver, *self.arguments()), True)
        variable = self.token
        if variable.kind != "name" or variable.text in NO_VARIABLE:
            raise CelError(f"`{name.text}` wants a variable first, got `{variable.text}`", variable.at)
        self.advance()
        self.expect(",")
        body = self.expression()
        if self.token.text == ",":
            raise CelError(f"`{name.text}` takes two arguments", self.token.at, hint="chain .filter(...).map(...)")
        self.expect(")")
        return Macro(receiver.at, cast("MacroName", name.text), receiver, variable.text, body)

    def arguments(self) -> tuple[Expr, ...]:
        items: list[Expr] = []
        while not self.accept(")"):
            if items:
                self.expect(",")
            items.append(self.expression())
        return tuple(items)

    def primary(self) -> Expr:
        token = self.advance()
        if token.kind == "int":
            if cast("int", token.value) > INT_MAX:
                raise CelError(f"{token.text} does not fit into 64 bits", token.at)
            return Literal(token.at, token.value)
        if token.kind in ("float", "string"):
            return Literal(token.at, token.value)
        if token.kind == "name":
            return self.name(token)
        if token.text == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        if token.text == "[":
            return self.list_literal(token)
        raise CelError(f"expected a value, got `{token.text}`", token.at)

    def list_literal(self, opening: Token) -> Expr:
        items: list[Expr] = []
        while not self.accept("]"):
            if items:
                self.expect(",")
                if self.accept("]"):
                    break
            items.append(self.expression())
        return ListOf(opening.at, tuple(items))

    def name(self, token: Token) -> Expr:
        if token.text in ("true", "false"):
            return Literal(token.at, token.text == "true")
        if token.text == "null":
            raise CelError("there is no null", token.at, hint="write has(x) or !has(x)")
        if token.text == "in":
            raise CelError("expected a value, got `in`", token.at)
        if token.text in RESERVED:
            raise CelError(f"`{token.text}` is a reserved word", token.at, hint="choose another name")
        if not self.accept("("):
            return Name(token.at, token.text)
        if token.text != "has":
            return Call(token.at, token.text, self.arguments(), False)
        path = self.expression()
        self.expect(")")
        if not isinstance(path, Name | Select | Index):
            raise CelError("has() wants a field", path.at, hint="write has(c.image) or has(labels.team)")
        return Has(token.at, path)
