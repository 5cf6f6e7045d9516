"""The types of the rule language, and how a kind's Python annotations become them."""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType

from msgspec import Struct, UnsetType

from holdfast.core.fact import Secret


class Type(Struct, frozen=True):
    """A type: a scalar by name, `list` and `map` with `of`, `struct` with `fields`."""

    name: str
    of: Type | None = None
    fields: Mapping[str, Type] | None = None

    def __str__(self) -> str:
        if self.of is not None:
            return f"list of {self.of}" if self.name == "list" else f"map of string to {self.of}"
        return self.name


BOOL, INT, DOUBLE, STRING = Type("bool"), Type("int"), Type("double"), Type("string")
TIMESTAMP, DURATION, IP, CIDR = Type("timestamp"), Type("duration"), Type("ip"), Type("cidr")
ANY = Type("any")
"""The element type of `[]`: fits every other."""
SCALARS: dict[object, Type] = {
    bool: BOOL,
    int: INT,
    float: DOUBLE,
    str: STRING,
    Secret: STRING,
    dt.datetime: TIMESTAMP,
    dt.timedelta: DURATION,
}
NUMBERS = (INT, DOUBLE)
ORDERED = (INT, DOUBLE, STRING, TIMESTAMP, DURATION)


def list_of(element: Type) -> Type:
    """The type of a list."""
    return Type("list", element)


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of type `given` may stand where `wanted` is asked for."""
    if wanted is ANY or given is ANY or given == wanted:
        return True
    if given.name == wanted.name and given.of is not None and wanted.of is not None:
        return fits(given.of, wanted.of)
    return False


@cache
def describe(struct: type[Struct]) -> Type:
    """The struct type of a kind or part. Raises TypeError on an annotation that rules cannot read."""
    hints = typing.get_type_hints(struct)
    fields = {name: _of(hints[name], f"{struct.__name__}.{name}") for name in struct.__struct_fields__}
    return Type("struct", fields=fields)


def _of(hint: object, where: str) -> Type:
    if hint in SCALARS:
        return SCALARS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        named = [a for a in arguments if a not in (NoneType, UnsetType)]
        if len(named) == 1:
            return _of(named[0], where)
    if origin in (list, tuple) and arguments:
        return list_of(_of(arguments[0], where))
    if origin is dict and arguments[0] is str:
        return Type("map", _of(arguments[1], where))
    if isinstance(hint, type) and issubclass(hint, Struct):
        return describe(hint)
    raise TypeError(f"{where}: {hint!r} is no type of the rule language")
