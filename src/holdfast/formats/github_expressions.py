"""GitHub's expressions, `${{ ... }}`: text -> tree, and what it comes to where only some of the context is known.

Contexts and functions are spelt in any case; the tree holds them in lower case. `github.event['x']` and
`github.event.x` are the same path, and `.*` stays a step `*`.

Source, checked 2026-11-30: GitHub Docs, "Evaluate expressions in workflows and actions" (literals, operators,
functions, comparison of different types, status functions) and "Contexts reference".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import msgspec

from holdfast.core.errors import FormatError

__all__ = ["UNKNOWN", "Binary", "Call", "Found", "Literal", "Node", "Not", "Path", "evaluate", "find", "parse", "paths"]

SIZE = 21_000
"""Longest expression, in characters: what GitHub takes (its documented limit of a job's `if` and of a template)."""
DEPTH = 50
"""Deepest nesting: what GitHub's parser takes."""


class Unknown:
    """A value that is not known, of which it may be known whether it counts as true."""

    __slots__ = ("truth",)

    def __init__(self, *, truth: bool | None = None) -> None:
        self.truth = truth

    def __repr__(self) -> str:
        return "UNKNOWN" if self.truth is None else f"UNKNOWN({self.truth})"


UNKNOWN: Final = Unknown()
SOME, NONE = Unknown(truth=True), Unknown(truth=False)
Value = object
"""str, float, bool, None, UNKNOWN, what JSON holds, or what the caller's contexts hold."""


class Found(NamedTuple):
    """An expression in a text: `text[start:end]` with its marks, `source` without."""

    start: int
    end: int
    source: str


class Literal(NamedTuple):
    """A value that is written out."""

    value: str | float | bool | None


class Path(NamedTuple):
    """A context with the steps into it, `("github", "event", "issue", "title")`; `*` stands for each, or any."""

    steps: tuple[str, ...]


class Call(NamedTuple):
    """A function."""

    name: str
    arguments: tuple[Node, ...]


class Not(NamedTuple):
    """`!operand`."""

    operand: Node


class Binary(NamedTuple):
    """`left operator right`."""

    operator: str
    left: Node
    right: Node


Node = Literal | Path | Call | Not | Binary

_MARK = re.compile(r"\}\}|'")
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.]))"
    r"|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||[=!<>]=|[!<>()\[\].,*]))",
    re.ASCII,
)
_BINDING = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4}
_WORDS: dict[str, str | float | bool | None] = {"true": True, "false": False, "null": None, "nan": float("nan")}


def find(text: str) -> Iterator[Found]:
    """The expressions of a text, in order. Raises FormatError for one that does not end, as GitHub refuses it."""
    start = text.find("${{")
    while start >= 0:
        at, quoted = start + 3, False
        while True:
            mark = _MARK.search(text, at)
            if mark is None:
                raise FormatError("an expression that does not end", line=text.count("\n", 0, start) + 1, column=1)
            at = mark.end()
            if mark[0] == "'":
                quoted = not quoted
            elif not quoted:
                break
        yield Found(start, at, text[start + 3 : at - 2].strip())
        start = text.find("${{", at)


def parse(source: str) -> Node:
    """The tree of an expression, given without its marks. Raises FormatError."""
    if len(source) > SIZE:
        raise FormatError(f"an expression of {len(source)} characters, at most {SIZE} are read")
    return _Parser(source).whole()


class _Parser:
    """Precedence climbing over the tokens of one expression."""

    def __init__(self, source: str) -> None:
        self.tokens = _tokens(source)
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        """The expression, which must use every token."""
        node = self.binary(1)
        if self.at < len(self.tokens):
            raise FormatError(f"`{self.tokens[self.at][1][:40]}` is not expected here")
        return node

    def next(self) -> tuple[str, str]:
        """The next token, taken."""
        if self.at >= len(self.tokens):
            raise FormatError("the expression ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def takes(self, sign: str) -> bool:
        """Whether the next token is this sign; it is taken then."""
        found = self.at < len(self.tokens) and self.tokens[self.at] == ("sign", sign)
        self.at += found
        return found

    def binary(self, least: int) -> Node:
        """Operands joined by operators that bind at least so strongly; all of them group to the left."""
        self.depth += 1
        if self.depth > DEPTH:
            raise FormatError(f"nested more than {DEPTH} deep")
        node = self.unary()
        while self.at < len(self.tokens):
            kind, operator = self.tokens[self.at]
            binding = _BINDING.get(operator, 0) if kind == "sign" else 0
            if binding < least:
                break
            self.at += 1
            node = Binary(operator, node, self.binary(binding + 1))
        self.depth -= 1
        return node

    def unary(self) -> Node:
        """An operand with its `!`."""
        negations = 0
        while self.takes("!"):
            negations += 1
        node = self.primary()
        for _ in range(min(negations, 2 + negations % 2)):
            node = Not(node)
        return node

    def primary(self) -> Node:
        """A literal, a context with its steps, a call, or a group."""
        kind, text = self.next()
        if kind == "string":
            return self.dereferenced(Literal(text[1:-1].replace("''", "'")))
        if kind == "number":
            return Literal(_number(text))
        if kind == "name":
            name = text.lower()
            if self.takes("("):
                return self.dereferenced(Call(name, self.arguments()))
            return Literal(_WORDS[name]) if name in _WORDS else self.dereferenced(Path((name,)))
        if text == "(":
            node = self.binary(1)
            self.wanted(")")
            return self.dereferenced(node)
        raise FormatError(f"`{text}` is not expected here")

    def arguments(self) -> tuple[Node, ...]:
        """What stands between the parentheses of a call."""
        if self.takes(")"):
            return ()
        found = [self.binary(1)]
        while self.takes(","):
            found.append(self.binary(1))
        self.wanted(")")
        return tuple(found)

    def dereferenced(self, node: Node) -> Node:
        """A node with the steps after it; those into anything but a context make it a call of `[]`."""
        for _ in range(DEPTH):
            if self.takes("."):
                kind, text = self.next()
                if kind != "name" and text != "*":
                    raise FormatError(f"`{text[:40]}` is no name of a property")
                step: Node = Literal(text.lower())
            elif self.takes("["):
                step = Literal("*") if self.takes("*") else self.binary(1)
                self.wanted("]")
            else:
                return node
            if isinstance(node, Path):
                literal = isinstance(step, Literal) and isinstance(step.value, str)
                node = Path((*node.steps, str(step.value).lower() if literal and isinstance(step, Literal) else "*"))
            else:
                node = Call("[]", (node, step))
        raise FormatError(f"more than {DEPTH} steps into a context")

    def wanted(self, sign: str) -> None:
        """Takes a sign that must stand here."""
        if not self.takes(sign):
            raise FormatError(f"`{sign}` is missing")


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at, end = [], 0, len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            raise FormatError(f"`{source[at : at + 20].strip()}` is no part of an expression")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def _number(text: str) -> float:
    sign = -1.0 if text[0] == "-" else 1.0
    digits = text.lstrip("+-")
    return sign * (int(digits, 0) if digits[:2] in ("0x", "0o") else float(digits))


def paths(node: Node) -> Iterator[tuple[str, ...]]:
    """Every context path that a tree reads."""
    todo = [node]
    while todo:
        item = todo.pop()
        match item:
            case Path(steps):
                yield steps
            case Call(_, arguments):
                todo += reversed(arguments)
            case Not(operand):
                todo.append(operand)
            case Binary(_, left, right):
                todo += (right, left)


def evaluate(node: Node, known: Callable[[tuple[str, ...]], Value]) -> Value:
    """What a tree comes to; `known` gives the value of a context path, UNKNOWN where it cannot say.

    Unknown operands are absorbed where they cannot change the outcome. Texts compare without case; values of
    different types compare as numbers. Values of other types than an expression's own are only ever compared by
    their `==` with a text, which may answer UNKNOWN.
    """
    pending: list[tuple[str, Node]] = []
    while isinstance(node, Binary):  # a chain of operators nests to the left, as deep as it is long
        pending.append((node.operator, node.right))
        node = node.left
    match node:
        case Literal(value):
            result: Value = value
        case Path(steps):
            result = known(steps)
        case Not(operand):
            truth = truthy(evaluate(operand, known))
            result = truth if isinstance(truth, Unknown) else not truth
        case Call(name, arguments):
            result = _call(name, [evaluate(argument, known) for argument in arguments])
    for operator, right in reversed(pending):
        result = _binary(operator, result, functools.partial(evaluate, right, known))
    return result


def truthy(value: Value) -> bool | Unknown:
    """Whether a value counts as true: false, 0, the empty text, null and NaN do not."""
    if isinstance(value, Unknown):
        return UNKNOWN if value.truth is None else value.truth
    return bool(value) and value == value  # noqa: PLR0124 - NaN is the value that differs from itself


def _binary(operator: str, left: Value, right: Callable[[], Value]) -> Value:
    if operator in ("&&", "||"):
        truth, ends = truthy(left), operator == "||"
        if not isinstance(truth, Unknown):
            return left if truth is ends else right()
        return (SOME if ends else NONE) if truthy(right()) is ends else UNKNOWN
    if operator in ("==", "!="):
        same = equal(left, right())
        return same if isinstance(same, Unknown) else same is (operator == "==")
    return UNKNOWN


def equal(left: Value, right: Value) -> bool | Unknown:
    """Whether two values are the same to GitHub."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if not isinstance(left, _PLAIN) or not isinstance(right, _PLAIN):
        answer = left == right if not isinstance(left, _PLAIN) else right == left
        return answer if isinstance(answer, bool | Unknown) else UNKNOWN
    return _as_number(left) == _as_number(right)


_PLAIN = str | float | int | bool | None


def _as_number(value: object) -> float:
    if isinstance(value, str):
        text = value.strip()
        try:
            return float(text) if text else 0.0
        except ValueError:
            return float("nan")
    return float(value) if isinstance(value, bool | int | float) else 0.0


def _call(name: str, values: list[Value]) -> Value:
    """The functions whose outcome decides conditions; every other's is unknown.

    A run that gets as far as its steps has not been cancelled, and whoever starts it can make a step fail.
    """
    if name in ("success", "always", "failure"):
        return True
    if name == "cancelled":
        return False
    if name == "fromjson" and len(values) == 1 and isinstance(values[0], str):
        return _from_json(values[0])
    if len(values) == 2 and name == "contains" and isinstance(values[0], list) and isinstance(values[1], str):
        return values[1].lower() in [str(item).lower() for item in values[0]]
    if len(values) == 2 and name in _TEXT and all(isinstance(value, str) for value in values):
        return _TEXT[name](str(values[0]).lower(), str(values[1]).lower())
    return UNKNOWN


def _from_json(text: str) -> Value:
    """What a text in JSON says; the platform refuses one that is none, which is unknown here."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return UNKNOWN


_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
