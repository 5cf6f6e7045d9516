"""Kinds by name: found by listing the folder, imported on demand."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import holdfast.kinds
from holdfast.core.fact import Kind


@cache
def names() -> tuple[str, ...]:
    """The names of all kinds."""
    found = (module.name for module in pkgutil.iter_modules(holdfast.kinds.__path__))
    return tuple(sorted(name for name in found if name != "catalog"))


@cache
def kind(name: str) -> type[Kind] | None:
    """The kind of that name, or None."""
    if name not in names():
        return None
    module = importlib.import_module(f"holdfast.kinds.{name}")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Kind) and value is not Kind and value.kind == name:
            return value
    return None
