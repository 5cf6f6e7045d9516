"""Which facts decided: walks a tree whose closures already gave an answer, and follows only what mattered.

Of `a || b` that is true it names the operand that is true, of `exists` the element that fits, of an unknown answer
the facts that could not be seen. Evaluation itself stays free of bookkeeping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from holdfast.core.cel.ast import Binary, Call, Expr, Has, Index, Literal, Macro, Name, Select, Unary, children
from holdfast.core.cel.closures import Compiler, Env, Predicate
from holdfast.core.cel.values import UNKNOWN


class Reason(NamedTuple):
    """A fact that decided: its path from the asset, and its value (UNKNOWN where it could not be seen)."""

    path: str
    value: Any


def explain(tree: Expr, env: Env, paths: Mapping[str, str], predicates: Mapping[str, Predicate]) -> list[Reason]:
    """The facts that decided `tree` in `env`, in the order they are read, each once.

    `paths` maps the variables of slots 1, 2, ... to their fact paths (`c` -> `containers[0]`).
    """
    walker = _Walker(env, dict(paths), predicates)
    walker.visit(tree)
    return list({reason.path: reason for reason in walker.reasons}.values())


class _Walker:
    def __init__(self, env: Env, paths: dict[str, str], predicates: Mapping[str, Predicate]) -> None:
        self.env = list(env)
        self.paths = paths
        self.predicates = predicates
        self.reasons: list[Reason] = []

    def value(self, node: Expr) -> Any:
        compiler = Compiler(tuple(self.paths), self.predicates)
        closure = compiler.compile(node)
        return closure(self.env[: len(self.paths) + 1] + [None] * (compiler.size - len(self.paths) - 1))

    def visit(self, node: Expr) -> None:
        match node:
            case Literal():
                return
            case Name() | Select() | Index():
                self.note(node, self.value(node))
            case Has(path=path):
                here = self.value(node)
                self.note(path, self.value(path) if here is True else None if here is False else UNKNOWN)
            case Unary(operand=operand):
                self.visit(operand)
            case Binary(op="&&" | "||"):
                self.junction(node)
            case Macro(macro="exists" | "all"):
                self.quantifier(node)
            case Macro():
                self.each(node, keep=lambda value: True)
            case Call():
                self.call(node)
            case _:
                for child in children(node):
                    self.visit(child)

    def note(self, node: Name | Select | Index, value: Any) -> None:
        path = self.path(node)
        if path is None:  # computed, not read: name what it was computed from
            for child in children(node):
                self.visit(child)
        elif path not in self.paths.values() or isinstance(value, str | int | float):
            self.reasons.append(Reason(path, value))

    def call(self, node: Call) -> None:
        for argument in node.arguments:
            self.visit(argument)
        predicate = self.predicates.get(node.function)
        if predicate is not None:
            values = [self.value(argument) for argument in node.arguments]
            if UNKNOWN not in values:
                self.reasons.extend(Reason(name, value) for name, value in predicate.evidence(*values).items())

    def path(self, node: Expr) -> str | None:
        match node:
            case Name(name=name):
                return self.paths.get(name, name)
            case Select(base=base, field=field):
                outer = self.path(base)
                return outer and f"{outer}.{field}"
            case Index(base=base, key=key):
                outer = self.path(base)
                index = self.value(key)
                return outer and (f'{outer}["{index}"]' if isinstance(index, str) else f"{outer}[{index}]")
        return None

    def junction(self, node: Binary) -> None:
        answer = self.value(node)
        absorbing = node.op == "||"
        for side in (node.left, node.right):
            value = self.value(side)
            if answer is not absorbing and (answer is not UNKNOWN or value is UNKNOWN):
                self.visit(side)
            elif value is absorbing:
                self.visit(side)
                return

    def quantifier(self, node: Macro) -> None:
        answer = self.value(node)
        if self.value(node.range) is UNKNOWN:
            self.visit(node.range)
        elif answer is (node.macro == "exists"):
            self.each(node, keep=lambda value: value is answer, first=True)
        elif answer is UNKNOWN:
            self.each(node, keep=lambda value: value is UNKNOWN)
        else:
            self.visit(node.range) if not self.value(node.range) else self.each(node, keep=lambda value: True)

    def each(self, node: Macro, *, keep: Any, first: bool = False) -> None:
        items = self.value(node.range)
        if items is UNKNOWN:
            self.visit(node.range)
            return
        outer = self.path(node.range)
        slot = len(self.paths) + 1
        del self.env[slot:]
        self.env.append(None)
        for position, item in enumerate(items):
            self.env[slot] = item
            self.paths[node.variable] = f"{outer or node.variable}[{position}]"
            if keep(self.value(node.body)):
                self.visit(node.body)
                if first:
                    break
        self.paths.pop(node.variable, None)
        del self.env[slot:]
