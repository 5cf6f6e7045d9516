"""Functions that work on numbers. Source: Terraform's function documentation."""

from __future__ import annotations

import math
from typing import Any

from holdfast.core.known import Text, Unknown
from holdfast.formats.hcl.values import Failure, boolean, number, sequence, string

__all__ = ["PARTIAL", "STRICT"]


def _range(first: Any, *more: Any) -> list[Any]:
    found = [number(each) for each in (first, *more)]
    if len(found) > 3:
        raise Failure("range() of more than three numbers")
    start, limit = (0, found[0]) if len(found) == 1 else (found[0], found[1])
    step = found[2] if len(found) > 2 else 1 if start <= limit else -1
    if not step or (limit - start) / step > 1024:
        raise Failure("range() of more than 1024 numbers")
    count = max(0, math.ceil((limit - start) / step))
    return [start + at * step for at in range(count)]


def _parseint(value: Any, base: Any) -> int:
    digits = string(value)
    if len(digits) > 64 or "_" in digits or not 2 <= number(base) <= 36:
        raise Failure("no number in that base")
    try:
        return int(digits, int(number(base)))
    except ValueError as error:
        raise Failure("no number in that base") from error


def _power(base: Any, exponent: Any) -> Any:
    try:
        found = math.pow(number(base), number(exponent))
    except (OverflowError, ValueError) as error:
        raise Failure("no such power") from error
    return int(found) if found.is_integer() else found


def _log(value: Any, base: Any) -> Any:
    try:
        return math.log(number(value)) / math.log(number(base))
    except (ValueError, ZeroDivisionError) as error:
        raise Failure("no such logarithm") from error


def _tonumber(value: Any) -> Any:
    return value if value is None else Unknown(value.reason) if isinstance(value, Unknown) else _open(value, number)


def _tobool(value: Any) -> Any:
    return value if value is None else Unknown(value.reason) if isinstance(value, Unknown) else _open(value, boolean)


def _open(value: Any, convert: Any) -> Any:
    return Unknown("text that is known in part") if isinstance(value, Text) else convert(value)


def _numbers(values: tuple[Any, ...]) -> list[Any]:
    if not values:
        raise Failure("no number is given")
    return [number(each) for each in values]


STRICT = {
    "range": _range, "parseint": _parseint, "pow": _power, "log": _log,
    "abs": lambda value: abs(number(value)),
    "ceil": lambda value: math.ceil(number(value)),
    "floor": lambda value: math.floor(number(value)),
    "signum": lambda value: (number(value) > 0) - (number(value) < 0),
    "max": lambda *values: max(_numbers(values)),
    "min": lambda *values: min(_numbers(values)),
    "sum": lambda values: sum(_numbers(tuple(sequence(values)))),
}  # fmt: skip
PARTIAL = {"tonumber": _tonumber, "tobool": _tobool}
