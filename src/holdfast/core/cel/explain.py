"""Which facts decided: walks a tree whose closures already gave an answer, and follows only what mattered.

Of `a || b` that is true it names the operand that is true, of `exists` the element that fits, of an unknown answer
the facts that could not be seen. Evaluation itself stays free of bookkeeping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from holdfast.core.cel import ast
from holdfast.core.cel.ast import Binary, Call, Conditional, Expr, Has, Index, ListOf, Macro, Name, Select, Unary
from holdfast.core.cel.closures import Closure, Compiler, Env, Predicate
from holdfast.core.cel.printing import show
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.fact import Secret, shown

MOST = 100
"""Most facts that one answer is explained by; a hostile document has lists without end."""


class Reason(NamedTuple):
    """A fact that decided: its path from the asset, and its value."""

    path: str
    value: Any
    """UNKNOWN where it could not be seen, None where it is absent."""
    state: Literal["seen", "absent", "unseen", "evidence"] = "seen"
    """`absent` was read all the same, so nothing follows; `evidence` comes from a predicate, not from the asset."""


def explain(tree: Expr, env: Env, paths: Mapping[str, str], predicates: Mapping[str, Predicate]) -> list[Reason]:
    """The facts that decided `tree` in `env`, in the order they are read, each once.

    `paths` maps the variables of slots 1, 2, ... to their fact paths (`c` -> `containers[0]`).
    """
    walker = _Walker(env, dict(paths), predicates)
    walker.visit(tree)
    return list({(reason.path, reason.state == "evidence"): reason for reason in walker.reasons}.values())


class _Walker:
    def __init__(self, env: Env, paths: dict[str, str], predicates: Mapping[str, Predicate]) -> None:
        self.env = list(env)
        self.paths = paths
        self.predicates = predicates
        self.reasons: list[Reason] = []
        self.walks: dict[str, str] = {
            name: "computed" if path.startswith(f"{name}[") else "list" for name, path in paths.items()
        }
        """What each variable walks: a `list` or `map` of the asset, a `written` list, or a `computed` one.

        What a computed list holds may be a part of a secret and is never shown."""
        self.closures: dict[tuple[int, bool], tuple[Closure, int]] = {}

    def value(self, node: Expr) -> Any:
        return self.evaluate(node, lambda compiler: compiler.compile(node), absent=False)

    def fact(self, node: Name | Select | Index) -> Any:
        """Its value, None where it is absent."""
        return self.evaluate(node, lambda compiler: compiler.fact(node, None), absent=True)

    def evaluate(self, node: Expr, compiled: Callable[[Compiler], Closure], *, absent: bool) -> Any:
        known = self.closures.get((id(node), absent))
        if known is None:
            compiler = Compiler(tuple(self.paths), self.predicates)
            known = self.closures[id(node), absent] = (compiled(compiler), compiler.size)
        closure, size = known
        return closure(self.env[: len(self.paths) + 1] + [None] * (size - len(self.paths) - 1))

    def visit(self, node: Expr) -> None:
        if len(self.reasons) >= MOST:
            return
        match node:
            case ast.Literal():
                return
            case Name() | Select() | Index():
                value = self.fact(node)
                self.note(node, value, "absent" if value is None else "unseen" if value is UNKNOWN else "seen")
            case Has(path=path):
                value = self.fact(path)
                self.note(path, value, "unseen" if value is UNKNOWN else "seen")
            case Unary(operand=operand):
                self.visit(operand)
            case Binary(op="&&" | "||"):
                self.junction(node)
            case Conditional(test=test, then=then, otherwise=otherwise):
                self.visit(test)
                answer = self.value(test)
                if answer is not UNKNOWN:
                    self.visit(then if answer else otherwise)
            case Macro(macro="exists" | "all"):
                self.quantifier(node)
            case Macro():
                self.each(node, keep=lambda value: True)
            case Call():
                self.call(node)
            case _:
                for child in ast.children(node):
                    self.visit(child)

    def note(self, node: Name | Select | Index, value: Any, state: Literal["seen", "absent", "unseen"]) -> None:
        path = self.path(node)
        if path is None:  # computed, not read: name what it was computed from
            for child in ast.children(node):
                self.visit(child)
        elif path not in self.paths.values() or self.tells(node, value):
            self.reasons.append(Reason(path, value, state))

    def tells(self, node: Expr, value: Any) -> bool:
        """Whether a variable itself is a fact worth showing: an element of a list of the asset that is no struct."""
        return isinstance(node, Name) and self.walks.get(node.name) == "list" and not isinstance(value, Struct)

    def call(self, node: Call) -> None:
        for argument in node.arguments:
            self.visit(argument)
        predicate = self.predicates.get(node.function)
        if predicate is not None:
            values = [self.value(argument) for argument in node.arguments]
            # What a predicate says about a secret may quote it.
            if not any(value is UNKNOWN or isinstance(value, Secret) for value in values):
                evidence = predicate.evidence(*values).items()
                self.reasons.extend(Reason(name, value, "evidence") for name, value in evidence)

    def path(self, node: Expr) -> str | None:
        match node:
            case Name(name=name):
                return self.paths.get(name, name)
            case Select(base=base, field=field):
                outer = self.path(base)
                return outer and f"{outer}.{field}"
            case Index(base=base, key=key):
                outer = self.path(base)
                return outer and f"{outer}[{self.key(key)}]"
        return None

    def key(self, key: Expr) -> str:
        """The key's value; where it is computed, as it is written."""
        computed = isinstance(key, Name) and self.walks.get(key.name) == "computed"
        if computed or not isinstance(key, ast.Literal | Name | Select):
            return show(key)
        value = self.value(key)
        return f'"{shown(value)}"' if isinstance(value, str) else str(value)

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
        items = self.value(node.range)
        if items is UNKNOWN or not items:
            self.visit(node.range)
        elif answer is (node.macro == "exists"):
            self.each(node, keep=lambda value: value is answer, first=True)
        else:
            self.each(node, keep=lambda value: answer is not UNKNOWN or value is UNKNOWN)

    def each(self, node: Macro, *, keep: Callable[[Any], bool], first: bool = False) -> None:
        items = self.value(node.range)
        outer = self.path(node.range)
        if items is UNKNOWN or outer is None:
            self.visit(node.range)
        if items is UNKNOWN:
            return
        written = isinstance(node.range, ListOf) and all(isinstance(i, ast.Literal) for i in node.range.items)
        kind = "map" if isinstance(items, Mapping) else "list" if outer else "written" if written else "computed"
        self.walks[node.variable] = kind
        slot = len(self.paths) + 1
        del self.env[slot:]
        self.env.append(None)
        for position, item in enumerate(items):
            self.env[slot] = item
            self.paths[node.variable] = f"{outer or node.variable}[{position}]"
            if keep(self.value(node.body)):
                self.visit(node.body)
                if first or len(self.reasons) >= MOST:
                    break
        self.paths.pop(node.variable, None)
        self.walks.pop(node.variable)
        del self.env[slot:]
