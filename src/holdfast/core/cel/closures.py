"""Checked tree -> Python closures. This file defines what a condition means.

An environment is a list: slot 0 holds the kind's facts, slot 1 the `each` element, the rest macro variables.
Every closure takes it and returns a value or `UNKNOWN`. The three values, in one place:

- selecting an absent or unobserved fact is unknown; `has` is true, false and unknown for value, absent, unobserved;
- `&&`, `||`, `exists` and `all` absorb what cannot change the answer;
- everything else is unknown as soon as one operand is, and overflow, division by zero and bad conversion are too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import UNSET

from holdfast.core.cel.ast import (
    Binary,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListOf,
    Literal,
    Macro,
    Name,
    Select,
    Unary,
)
from holdfast.core.cel.functions import FUNCTIONS
from holdfast.core.cel.operators import OPERATORS
from holdfast.core.cel.patterns import compile_pattern
from holdfast.core.cel.values import UNKNOWN, bounded

Env = list[Any]
Closure = Callable[[Env], Any]


class Predicate(Protocol):
    """A function whose data a pure core cannot hold."""

    def __call__(self, *arguments: Any) -> Any:
        """Decided arguments -> bool or UNKNOWN."""

    def evidence(self, *arguments: Any) -> Mapping[str, object]:
        """What decided, by name, shown with the finding."""


class Compiler:
    """Compiles the trees of one rule.

    `variables` are the names in slots 1, 2, ...; any other name is a field of slot 0.
    `size` says how many slots an environment for the trees compiled so far needs.
    """

    def __init__(self, variables: Sequence[str] = (), predicates: Mapping[str, Predicate] | None = None) -> None:
        self.slots = {name: slot for slot, name in enumerate(variables, 1)}
        self.predicates = predicates or {}
        self.size = len(self.slots) + 1

    def compile(self, node: Expr) -> Closure:
        """The closure of a checked tree."""
        match node:
            case Literal(value=value):
                return lambda env: value
            case Name() | Select() | Index():
                return self.fact(node, UNKNOWN)
            case Has(path=path):
                return self._has(path)
            case Unary(op="!", operand=operand):
                return _not(self.compile(operand))
            case Unary(operand=operand):
                return _negative(self.compile(operand))
            case Binary(op="&&" | "||" as op, left=left, right=right):
                operands = [self.compile(operand) for operand in (*_chain(left, op), right)]
                return _junction(operands, absorbing=op == "||")
            case Binary(op=op, left=left, right=Literal(value=value)):
                field = self._field_of_slot(left)
                if field is not None:
                    return _field_against_literal(OPERATORS[op], *field, value)
                return _against_literal(OPERATORS[op], self.compile(left), value)
            case Binary(op=op, left=left, right=right):
                return _strict(OPERATORS[op], [self.compile(left), self.compile(right)])
            case Conditional():
                return _conditional(*map(self.compile, (node.test, node.then, node.otherwise)))
            case ListOf(items=items):
                return _strict(lambda *values: list(values), [self.compile(item) for item in items])
            case Call():
                return self._call(node)
            case _:
                return self._macro(node)

    def _field_of_slot(self, node: Expr) -> tuple[int, str] | None:
        """(slot, field) of what most conditions read: a field of the kind or of a variable."""
        match node:
            case Name(name=name) if name not in self.slots:
                return 0, name
            case Select(base=Name(name=name), field=field) if name in self.slots:
                return self.slots[name], field
        return None

    def _has(self, path: Name | Select | Index) -> Closure:
        field = self._field_of_slot(path)
        if field is not None:
            return _has_field(*field)
        fact = self.fact(path, None)
        return lambda env: UNKNOWN if (value := fact(env)) is UNKNOWN else value is not None

    def fact(self, node: Name | Select | Index, absent: object) -> Closure:
        """Reads a fact; absence is answered with `absent`, the rest as everywhere."""
        direct = self._field_of_slot(node)
        if direct is not None:
            return _field_of_slot(*direct, absent)
        match node:
            case Name(name=name):
                slot = self.slots[name]
                return lambda env: env[slot]
            case Select(base=base, field=field):
                return _field(self.compile(base), field, absent)
            case _:
                return _element(self.compile(node.base), self.compile(node.key), absent)

    def _call(self, node: Call) -> Closure:
        if node.function == "matches":
            return _matches(self.compile(node.arguments[0]), node.arguments[1])
        arguments = [self.compile(argument) for argument in node.arguments]
        if node.function in self.predicates:
            return _strict(self.predicates[node.function], arguments)
        # All overloads of a function share one implementation.
        call = FUNCTIONS[node.function][0].call
        if call is None:
            return lambda env: UNKNOWN  # a predicate whose data nobody handed in
        return _strict(call, arguments)

    def _macro(self, node: Macro) -> Closure:
        range_ = self.compile(node.range)
        slot = len(self.slots) + 1
        self.size = max(self.size, slot + 1)
        self.slots[node.variable] = slot
        body = self.compile(node.body)
        del self.slots[node.variable]
        return MACROS[node.macro](range_, slot, body)


def _field_of_slot(slot: int, field: str, absent: object) -> Closure:
    def read(env: Env) -> Any:
        value = getattr(env[slot], field)
        return absent if value is None else UNKNOWN if value is UNSET else value

    return read


def _has_field(slot: int, field: str) -> Closure:
    def has(env: Env) -> Any:
        value = getattr(env[slot], field)
        return UNKNOWN if value is UNSET else value is not None

    return has


def _field_against_literal(operate: Callable[[Any, Any], Any], slot: int, field: str, literal: object) -> Closure:
    def compare(env: Env) -> Any:
        value = getattr(env[slot], field)
        return UNKNOWN if value is None or value is UNSET else operate(value, literal)

    return compare


def _field(base: Closure, field: str, absent: object) -> Closure:
    def read(env: Env) -> Any:
        struct = base(env)
        if struct is UNKNOWN:
            return UNKNOWN
        value = getattr(struct, field)
        return absent if value is None else UNKNOWN if value is UNSET else value

    return read


def _element(base: Closure, key: Closure, absent: object) -> Closure:
    def read(env: Env) -> Any:
        container, index = base(env), key(env)
        if container is UNKNOWN or index is UNKNOWN:
            return UNKNOWN
        if isinstance(container, Mapping):
            value = container.get(index, absent)  # a map is open: a key it lacks is known to be absent
            return UNKNOWN if value is UNSET else value
        return container[index] if 0 <= index < len(container) else UNKNOWN

    return read


def _negative(inner: Closure) -> Closure:
    def negative(env: Env) -> Any:
        value = inner(env)
        if value is UNKNOWN:
            return UNKNOWN
        return bounded(-value) if isinstance(value, int) else -value

    return negative


def _chain(node: Expr, op: str) -> list[Expr]:
    """The operands of `a op b op c`, which the parser nests to the left."""
    operands: list[Expr] = []
    while isinstance(node, Binary) and node.op == op:
        operands.append(node.right)
        node = node.left
    return [node, *reversed(operands)]


def _junction(operands: Sequence[Closure], *, absorbing: bool) -> Closure:
    def junction(env: Env) -> Any:
        answer: Any = not absorbing
        for operand in operands:
            value = operand(env)
            if value is absorbing:
                return absorbing
            if value is UNKNOWN:
                answer = UNKNOWN
        return answer

    return junction


def _not(inner: Closure) -> Closure:
    def negated(env: Env) -> Any:
        value = inner(env)
        return UNKNOWN if value is UNKNOWN else not value

    return negated


def _against_literal(operate: Callable[[Any, Any], Any], left: Closure, literal: object) -> Closure:
    return lambda env: UNKNOWN if (value := left(env)) is UNKNOWN else operate(value, literal)


def _strict(call: Callable[..., Any], arguments: Sequence[Closure]) -> Closure:
    def strict(env: Env) -> Any:
        values = [argument(env) for argument in arguments]
        for value in values:
            if value is UNKNOWN:
                return UNKNOWN
        return call(*values)

    return strict


def _conditional(test: Closure, then: Closure, otherwise: Closure) -> Closure:
    def conditional(env: Env) -> Any:
        answer = test(env)
        return UNKNOWN if answer is UNKNOWN else then(env) if answer else otherwise(env)

    return conditional


def _matches(text: Closure, pattern: Expr) -> Closure:
    assert isinstance(pattern, Literal)
    written, at = str(pattern.value), pattern.at
    search: Callable[[str], bool | None] | None = None

    def matches(env: Env) -> Any:
        nonlocal search
        value = text(env)
        if value is UNKNOWN:
            return UNKNOWN
        if search is None:  # most patterns of a rulebook are never asked in a run
            search = compile_pattern(written, at)
        found = search(value)
        return UNKNOWN if found is None else found

    return matches


def _quantifier(range_: Closure, slot: int, body: Closure, *, absorbing: bool) -> Closure:
    def quantifier(env: Env) -> Any:
        items = range_(env)
        if items is UNKNOWN:
            return UNKNOWN
        answer: Any = not absorbing
        for item in items:
            env[slot] = item
            found = body(env)
            if found is absorbing:
                return absorbing
            if found is UNKNOWN:
                answer = UNKNOWN
        return answer

    return quantifier


def _exists_one(range_: Closure, slot: int, body: Closure) -> Closure:
    def exists_one(env: Env) -> Any:
        items = range_(env)
        if items is UNKNOWN:
            return UNKNOWN
        answers = []
        for item in items:
            env[slot] = item
            answers.append(body(env))
        return UNKNOWN if UNKNOWN in answers else answers.count(True) == 1

    return exists_one


def _walk(range_: Closure, slot: int, body: Closure, *, keep_items: bool) -> Closure:
    def walk(env: Env) -> Any:
        items = range_(env)
        if items is UNKNOWN:
            return UNKNOWN
        result = []
        for item in items:
            env[slot] = item
            value = body(env)
            if value is UNKNOWN:
                return UNKNOWN
            if not keep_items:
                result.append(value)
            elif value:
                result.append(item)
        return result

    return walk


MACROS: dict[str, Callable[[Closure, int, Closure], Closure]] = {
    "exists": lambda range_, slot, body: _quantifier(range_, slot, body, absorbing=True),
    "all": lambda range_, slot, body: _quantifier(range_, slot, body, absorbing=False),
    "exists_one": _exists_one,
    "filter": lambda range_, slot, body: _walk(range_, slot, body, keep_items=True),
    "map": lambda range_, slot, body: _walk(range_, slot, body, keep_items=False),
}
