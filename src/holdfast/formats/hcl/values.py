"""Values of HCL expressions: their types, conversions and equality, and what an evaluation may cost.

Source: hashicorp/hcl spec.md "Types" and "Type Conversions and Unification". Numbers are ints and doubles here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from holdfast.core.known import MAX_TEXT, Text, Unknown, known

__all__ = [
    "MAX_LENGTH", "MAX_TEXT", "MAX_VALUE", "Budget", "Exhausted", "Failure", "Lazy", "boolean", "equal", "fitting",
    "mapping", "number", "sequence", "settled", "string", "type_of", "whole",
]  # fmt: skip

MAX_LENGTH = 20_000
"""Longest list or mapping that an expression may make."""
MAX_VALUE = 100_000
"""Most values inside one that is kept."""
MAX_NESTING = 40
"""Deepest value that is kept."""
MAX_DEPTH = 100
"""Deepest nesting of evaluations, from one value to the next that it needs."""
LONGEST_NUMBER = 64


class Failure(Exception):
    """What Terraform would refuse while it evaluates; `try` and `can` catch it."""


class Exhausted(Exception):
    """An evaluation that takes more than it may; nothing inside of it catches this."""


class Budget:
    """What the evaluations of one configuration may cost together."""

    __slots__ = ("depth", "steps")

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.depth = 0

    def charge(self, steps: int) -> None:
        """Pays for that many steps."""
        self.steps -= steps
        if self.steps < 0:
            raise Exhausted("the evaluation takes more steps than it may")


class Lazy:
    """An object whose attributes are found when they are asked for."""

    __slots__ = ()

    def member(self, key: str | int) -> Any:
        """The value of one attribute or element. Raises Failure when there is none."""
        raise NotImplementedError

    def whole(self) -> Any:
        """All of it as a value."""
        raise NotImplementedError


def whole(value: Any) -> Any:
    """A value that is no Lazy; a Reference stays one."""
    return value.whole() if isinstance(value, Lazy) else value


def settled(value: Any) -> Any:
    """A value to compute with: what is known of a Reference, or an Unknown."""
    return known(value.whole() if isinstance(value, Lazy) else value)


def type_of(value: Any) -> str:
    """The name of a value's type."""
    names = {bool: "bool", int: "number", float: "number", list: "tuple", dict: "object", type(None): "null"}
    return names.get(type(value), "string")


def string(value: Any) -> str:
    """A value as text. Raises Failure for null, lists and objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    raise Failure(f"{type_of(value)} where text is needed")


def number(value: Any) -> int | float:
    """A value as a number. Raises Failure."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and 0 < len(value) <= LONGEST_NUMBER:
        try:
            found = float(value)
            if abs(found) < float("inf") and "_" not in value and value.strip() == value:
                return int(value) if value.lstrip("-+").isdecimal() else int(found) if found.is_integer() else found
        except ValueError:
            pass
    raise Failure(f"{type_of(value)} where a number is needed")


def boolean(value: Any) -> bool:
    """A value as true or false. Raises Failure."""
    found = {"true": True, "false": False, "1": True, "0": False}.get(value) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise Failure(f"{type_of(value)} where true or false is needed")
    return found


def sequence(value: Any) -> list[Any]:
    """A value that must be a list. Raises Failure."""
    if not isinstance(value, list):
        raise Failure(f"{type_of(value)} where a list is needed")
    return value


def mapping(value: Any) -> dict[str, Any]:
    """A value that must be a map or an object. Raises Failure."""
    if not isinstance(value, dict):
        raise Failure(f"{type_of(value)} where a map is needed")
    return value


def equal(left: Any, right: Any, budget: Budget) -> bool | None:
    """Whether two values are equal, None when that is open; values of two types never are. Depth is bounded by both."""
    left, right = known(left), known(right)
    budget.charge(1 + (len(left) >> 10 if isinstance(left, str) else 0))
    if isinstance(left, Unknown | Text) or isinstance(right, Unknown | Text):
        return _may_equal(left, right)
    if type(left) is not type(right):
        numbers = type(left) in (int, float) and type(right) in (int, float)
        return numbers and left == right
    if isinstance(left, list):
        pairs = list(zip(left, right, strict=False)) if len(left) == len(right) else None
    elif isinstance(left, dict):
        pairs = [(item, right[key]) for key, item in left.items()] if left.keys() == right.keys() else None
    else:
        return bool(left == right)
    if pairs is None:
        return False
    answers = {equal(*pair, budget) for pair in pairs}
    return False if False in answers else None if None in answers else True


def _may_equal(left: Any, right: Any) -> bool | None:
    from holdfast.core.known import could_be

    if isinstance(left, Text) and isinstance(right, str):
        return None if could_be(left, right) else False
    if isinstance(right, Text) and isinstance(left, str):
        return None if could_be(right, left) else False
    return None


def fitting(value: Any, budget: Budget | None = None) -> Any:
    """The value if it may be kept, else Unknown: its nesting and the number of values in it are bounded and paid."""
    if type(value) is not list and type(value) is not dict:
        return value
    waiting: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while waiting:
        item, depth = waiting.pop()
        inner = item if type(item) is list else item.values()
        seen += len(inner)
        if budget is not None:
            budget.charge(len(inner))
        if seen > MAX_VALUE or depth > MAX_NESTING:
            return Unknown("the value is too large")
        depth += 1
        waiting += [(known(each), depth) for each in inner if type(known(each)) in (list, dict)]
    return value
