"""Checked tree -> the text of a Kubernetes admission expression over the raw pod spec.

Fields are replaced by their definitions. A rule one of whose fields has none cannot be exported, and says which.
Source: Kubernetes documentation, Validating Admission Policy and Common Expression Language in Kubernetes.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from types import NoneType

from msgspec import Struct, UnsetType

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
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.functions import PREDICATES
from holdfast.core.cel.parse import PRECEDENCE
from holdfast.core.cel.printing import show
from holdfast.core.fact import Definition
from holdfast.core.rule import Condition

HERE = re.compile(r"\b(it|pod)\b(?!\s*\()|'[^']*'")
POD = "variables.pod"
"""The admission variable that holds the pod spec."""
OBJECT = "object"
"""The object that is asked about."""
RESERVED = frozenset(("object", "oldObject", "request", "params", "namespaceObject", "variables", "authorizer"))
"""The variables of admission expressions."""


class Bound(typing.NamedTuple):
    """A variable of a condition: its native name, and the struct whose definitions its fields have."""

    text: str
    struct: type[Struct] | None


def admission(
    condition: Condition, kind: type[Struct], definitions: Mapping[str, Definition] | None = None, *, root: str = POD
) -> str:
    """An expression that is true when the rule holds. Raises CelError naming the first field without a definition.

    `definitions` are those of the kind itself, where they are not its own; `root` is what the kind was read from.
    """
    printer = _Printer(kind, definitions, root)
    if condition.each is None:
        return printer.guarded(condition, {})
    ranges, element = printer.ranges(condition.each, {})
    variable = condition.variable
    body = printer.guarded(condition, bound({}, variable, element, condition.each.at))
    return " && ".join(f"({range_}).all({variable}, {body})" for range_ in ranges)


def bound(scope: Mapping[str, Bound], variable: str, struct: type[Struct] | None, at: int) -> dict[str, Bound]:
    """The scope with one more variable. Raises CelError for a name that admission or a definition uses itself."""
    if variable in RESERVED or variable.startswith("_"):
        raise CelError(f"`{variable}` means something else at admission", at, hint="choose another variable")
    return {**scope, variable: Bound(variable, struct)}


class _Printer:
    def __init__(self, kind: type[Struct], definitions: Mapping[str, Definition] | None, root: str) -> None:
        self.root = Bound(root, kind)
        self.of_root = definitions

    def guarded(self, condition: Condition, scope: Mapping[str, Bound]) -> str:
        fails = f"!({self.text(condition.fails_when, scope)})"
        if condition.applies_when is None:
            return fails
        return f"!({self.text(condition.applies_when, scope)}) || {fails}"

    def ranges(self, node: Expr, scope: Mapping[str, Bound]) -> tuple[list[str], type[Struct] | None]:
        """The native lists behind a list, and the struct of its elements."""
        found = self.field(node, scope)
        if found is None:
            return [self.text(node, scope)], None
        owner, name = found
        definition = self.definition(owner, name, node.at)
        several = (
            definition
            if isinstance(definition, list)
            else [definition if isinstance(definition, str) else definition[1]]
        )
        return [_placed(each, owner.text) for each in several], _element(owner.struct, name)

    def field(self, node: Expr, scope: Mapping[str, Bound]) -> tuple[Bound, str] | None:
        """(whose, which) for a field of the kind or of a bound variable."""
        match node:
            case Name(name=name) if name not in scope:
                return self.root, name
            case Select(base=Name(name=name), field=field) if name in scope:
                return scope[name], field
        return None

    def definition(self, owner: Bound, name: str, at: int) -> Definition:
        definitions: Mapping[str, Definition] = getattr(owner.struct, "definitions", {})
        if owner is self.root and self.of_root is not None:
            definitions = self.of_root
        if name not in definitions and "manifest" in getattr(owner.struct, "not_shown_by", {}).get(name, ()):
            raise CelError(f"`{name}` hangs on more than the object that is asked about", at)
        if name not in definitions:
            raise CelError(f"`{name}` has no definition over the native object", at)
        return definitions[name]

    def value(self, owner: Bound, name: str, at: int) -> str:
        definition = self.definition(owner, name, at)
        if isinstance(definition, list):
            raise CelError(f"`{name}` can only be walked", at)
        return _placed(definition if isinstance(definition, str) else definition[1], owner.text)

    def presence(self, owner: Bound, name: str, at: int) -> str:
        definition = self.definition(owner, name, at)
        return _placed(definition[0], owner.text) if isinstance(definition, tuple) else "true"

    def text(self, node: Expr, scope: Mapping[str, Bound]) -> str:
        found = self.field(node, scope)
        if found is not None:
            return f"({self.value(*found, node.at)})"
        match node:
            case Name(name=name):
                return scope[name].text
            case Literal():
                return show(node)
            case Select(field=field):
                raise CelError(f"`{field}` of a computed element has no definition over the native object", node.at)
            case Index(base=base, key=key):
                return f"{self.text(base, scope)}[{self.text(key, scope)}]"
            case Has(path=path):
                return self.has(path, scope)
            case Unary(op=op, operand=operand):
                return f"{op}({self.text(operand, scope)})"
            case Binary(op=op, left=left, right=right):
                assert op in PRECEDENCE
                return f"({self.text(left, scope)} {op} {self.text(right, scope)})"
            case Conditional(test=test, then=then, otherwise=otherwise):
                return f"({self.text(test, scope)} ? {self.text(then, scope)} : {self.text(otherwise, scope)})"
            case ListOf(items=items):
                return f"[{', '.join(self.text(item, scope) for item in items)}]"
            case Call():
                return self.call(node, scope)
            case _:
                return self.macro(node, scope)

    def macro(self, node: Macro, scope: Mapping[str, Bound]) -> str:
        ranges, element = self.ranges(node.range, scope)
        body = self.text(node.body, bound(scope, node.variable, element, node.at))
        parts = [f"({native}).{node.macro}({node.variable}, {body})" for native in ranges]
        if len(parts) > 1 and node.macro not in ("exists", "all"):
            raise CelError(f"`{node.macro}` over lists of several native types", node.at)
        return f"({(' || ' if node.macro == 'exists' else ' && ').join(parts)})"

    def has(self, path: Expr, scope: Mapping[str, Bound]) -> str:
        found = self.field(path, scope)
        if found is not None:
            return f"({self.presence(*found, path.at)})"
        if isinstance(path, Index):
            return f"({self.text(path.key, scope)} in {self.text(path.base, scope)})"
        raise CelError("only fields with a definition can be asked for", path.at)

    def call(self, node: Call, scope: Mapping[str, Bound]) -> str:
        if node.function in PREDICATES:
            raise CelError(f"`{node.function}` needs data that admission does not have", node.at)
        arguments = [self.text(argument, scope) for argument in node.arguments]
        if node.method:
            return f"{arguments[0]}.{node.function}({', '.join(arguments[1:])})"
        return f"{node.function}({', '.join(arguments)})"


def _placed(definition: str, here: str) -> str:
    """A definition with `it` and `pod` put in; quoted text stays as it is."""
    names = {"it": here, "pod": POD}
    return HERE.sub(lambda match: names.get(match[1], match[0]) if match[1] else match[0], definition)


def _element(struct: type[Struct] | None, field: str) -> type[Struct] | None:
    """The struct of the elements of a list field."""
    hint = typing.get_type_hints(struct).get(field) if struct is not None else None
    for part in typing.get_args(hint):
        if part not in (NoneType, UnsetType) and typing.get_origin(part) is list:
            element = typing.get_args(part)[0]
            return element if isinstance(element, type) and issubclass(element, Struct) else None
    return None
