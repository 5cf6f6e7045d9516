"""The strict operators: decided operands in, a value or UNKNOWN out. Source: the CEL language definition."""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable
from typing import Any

from holdfast.core.cel.values import UNKNOWN, bounded, bounded_duration


def _plus(a: Any, b: Any) -> Any:
    return bounded(a + b) if isinstance(a, int) else _moved(operator.add, a, b)


def _minus(a: Any, b: Any) -> Any:
    return bounded(a - b) if isinstance(a, int) else _moved(operator.sub, a, b)


def _moved(operate: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """The sum or difference of anything but integers; only timestamps and durations can overflow."""
    try:
        result = operate(a, b)
    except OverflowError:
        return UNKNOWN
    return bounded_duration(result) if isinstance(result, dt.timedelta) else result


def _times(a: Any, b: Any) -> Any:
    return bounded(a * b) if isinstance(a, int) else a * b


def _divide(a: Any, b: Any) -> Any:
    if isinstance(a, int):
        if b == 0:
            return UNKNOWN
        quotient = abs(a) // abs(b)  # CEL truncates towards zero, Python floors
        return bounded(quotient if (a < 0) == (b < 0) else -quotient)
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def _modulo(a: int, b: int) -> Any:
    if b == 0 or _divide(a, b) is UNKNOWN:  # the reference refuses the remainder where the quotient overflows
        return UNKNOWN
    return abs(a) % abs(b) * (-1 if a < 0 else 1)


def _member(a: Any, b: Any) -> bool:
    return a == a and a in b  # noqa: PLR0124  # Python finds a NaN by its identity, CEL never


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": _member,
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _divide,
    "%": _modulo,
}
