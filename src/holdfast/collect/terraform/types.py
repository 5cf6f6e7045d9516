"""Type constraints of variables: conversions, and the defaults of optional attributes.

Source: Terraform's "Type Constraints" ("Conversion of Complex Types", "Optional Object Type Attributes").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdfast.core.errors import FormatError
from holdfast.core.known import Text, Unknown
from holdfast.formats.hcl.evaluate import evaluate
from holdfast.formats.hcl.expressions import expression
from holdfast.formats.hcl.scope import Scope
from holdfast.formats.hcl.syntax import Call, Expr, Literal, ObjectOf, Path, TupleOf
from holdfast.formats.hcl.values import Failure, boolean, number, string

__all__ = ["constraint", "converted"]

_PRIMITIVES: dict[str, Callable[[Any], Any]] = {"string": string, "number": number, "bool": boolean}


def constraint(expr: Expr) -> Expr:
    """The constraint that `type = ...` states; JSON and old configurations write it as text."""
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        try:
            return expression(expr.value)
        except FormatError:
            return Path(("any",))
    return expr


def converted(value: Any, type: Expr, scope: Scope) -> Any:
    """A value as its constraint makes it; Unknown when it does not fit."""
    if value is None or isinstance(value, Unknown | Text):
        return value
    if isinstance(type, Path):
        convert = _PRIMITIVES.get(type.names[0])
        try:
            return convert(value) if convert else value
        except Failure as error:
            return Unknown(str(error))
    if not isinstance(type, Call) or not type.arguments:
        return value
    inner = type.arguments[0]
    if type.name in ("list", "set") and isinstance(value, list):
        return [converted(item, inner, scope) for item in value]
    if type.name == "map" and isinstance(value, dict):
        return {key: converted(item, inner, scope) for key, item in value.items()}
    if type.name == "tuple" and isinstance(inner, TupleOf) and isinstance(value, list):
        return [converted(item, each, scope) for item, each in zip(value, inner.items, strict=False)]
    if type.name == "object" and isinstance(inner, ObjectOf) and isinstance(value, dict):
        return _object(value, inner, scope)
    return value


def _object(value: dict[str, Any], type: ObjectOf, scope: Scope) -> dict[str, Any]:
    """An object with the attributes that its type names, and no others."""
    found: dict[str, Any] = {}
    for key, inner in type.items:
        name = key.value if isinstance(key, Literal) else ""
        optional = isinstance(inner, Call) and inner.name == "optional" and bool(inner.arguments)
        wanted = inner.arguments[0] if isinstance(inner, Call) and optional else inner
        item = value.get(name)
        if item is None and isinstance(inner, Call) and optional and len(inner.arguments) > 1:
            item = evaluate(inner.arguments[1], scope)
        if name in value or optional:
            found[name] = converted(item, wanted, scope)
    return found
