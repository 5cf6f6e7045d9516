"""The reference implementation of CEL, and what it must agree with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from msgspec import UNSET, Struct

from holdfast.app.export import Exported
from holdfast.collect.kubernetes.quantity import quantity
from holdfast.core.asset import Asset
from holdfast.core.cel.kubernetes import _element, _placed
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.fact import Definition
from holdfast.engine.evaluate import Question

reference = pytest.importorskip("cel_expr_python.cel", reason="the reference has wheels for x86-64 only")
STRINGS = pytest.importorskip("cel_expr_python.ext.ext_strings", reason="the reference has wheels for x86-64 only")

T = reference.Type
SUM = reference.FunctionDecl("sum", [reference.Overload("list_sum", T.INT, [T.List(T.DYN)], True, sum)])
"""Of the Kubernetes list library; everything else comes with the language or its strings extension."""
QUANTITY = reference.FunctionDecl(
    "quantity", [reference.Overload("string_quantity", T.INT, [T.STRING], False, quantity)]
)
INTEGER = reference.FunctionDecl(
    "asInteger", [reference.Overload("quantity_integer", T.INT, [T.INT], True, lambda value: value)]
)
"""Of the Kubernetes quantity library; the server's validation lets no other text get here."""
ENVIRONMENT = reference.NewEnv(
    variables=dict.fromkeys(("variables", "it", "object", "oldObject", "request"), T.DYN),
    extensions=[STRINGS.ExtStrings()],
    functions=[SUM, QUANTITY, INTEGER],
)


@cache
def program(text: str) -> Any:
    """A compiled expression; the reference's own checker has looked at it."""
    return ENVIRONMENT.compile(text)


def value_of(text: str, seen: Any) -> object:
    """What the reference says; UNKNOWN for an error."""
    found = program(text).eval(seen)
    return UNKNOWN if found.type() == T.ERROR else found.plain_value()


def closures(item: Exported, asset: Asset) -> bool | object:
    """What admission should answer: false for a fail, an error for an unknown, else true."""
    answers = [answer for answer, _, _ in Question(item.rule, {}).ask(asset)]
    if True in answers:
        return False
    return UNKNOWN if UNKNOWN in answers else True


def agree(part: Struct, name: str, definition: Definition, seen: Any) -> Iterable[tuple[Struct, object]]:
    """Holds one fact against its definition, and answers the elements of a list of parts with their native ones."""
    fact = getattr(part, name)
    assert fact is not UNSET or name in ("tag", "digest"), name
    if isinstance(definition, tuple):
        there = UNKNOWN if fact is UNSET else fact is not None
        assert value_of(_placed(definition[0], "it"), seen) is there, name
    texts = (
        definition if isinstance(definition, list) else [definition if isinstance(definition, str) else definition[1]]
    )
    values: list[Any] = [value_of(_placed(text, "it"), seen) for text in texts]
    found = [item for value in values for item in value] if isinstance(definition, list) else values[0]
    if fact is None or fact is UNSET:
        assert found is UNKNOWN, f"{name}: reading an absent fact must be an error"
    elif _element(type(part), name) is not None:
        return zip(fact, found, strict=True)
    elif name == "gpu_resources":  # the order of a map's keys is nobody's promise
        assert sorted(found) == sorted(fact)
    else:
        assert found == fact, name
    return ()
