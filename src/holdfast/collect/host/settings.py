"""Settings of one program out of several files: tables over tables, each value with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import TEMPLATED
from holdfast.collect.holes import TEMPLATE
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem
from holdfast.formats import toml

T = TypeVar("T")
REFUSED = 20
"""Lines of one file that are named as refused."""
Keys = tuple[str, ...]


class Settings:
    """Nested tables, merged key by key; a later file's value takes the place of an earlier one's."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self.places: dict[Keys, Spot] = {}
        self.spots: dict[str, Spot] = {}
        """Fact -> place, of what was asked for so far."""

    def add(self, path: str, document: toml.Toml) -> None:
        """Puts a file's tables over those that are here."""
        self._merge(self.value, document.value, (), path, document)

    def _merge(self, into: dict[str, Any], new: Mapping[str, Any], keys: Keys, path: str, of: toml.Toml) -> None:
        for key, value in new.items():
            here = (*keys, key)
            old = into.get(key)
            if isinstance(old, dict) and isinstance(value, dict):
                self._merge(old, value, here, path, of)
                continue
            into[key] = {} if isinstance(value, dict) else value
            self.places[here] = Spot(of.line(*here), 1, "", path)
            if isinstance(value, dict):
                self._merge(into[key], value, here, path, of)

    def get(self, *keys: str, fact: str = "") -> Any:
        """The value under a path of keys, None where there is none; its place becomes that of the fact."""
        value: Any = self.value
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if fact and keys in self.places:
            self.spots[fact] = self.places[keys]
        return value

    def switch(self, *keys: str, fact: str, default: T) -> bool | T | UnsetType:
        """A switch; a value of another type is unobserved."""
        value = self.get(*keys, fact=fact)
        return default if value is None else value if isinstance(value, bool) else UNSET

    def text(self, *keys: str, fact: str, default: T) -> str | T | UnsetType:
        """A text; an empty one is the default, one that a template still fills is unobserved."""
        value = self.get(*keys, fact=fact)
        if value is None or value == "":
            return default
        return value if isinstance(value, str) and not TEMPLATED.search(value) else UNSET

    def texts(self, *keys: str, fact: str) -> list[str] | UnsetType:
        """A list of texts; absent is none."""
        value = self.get(*keys, fact=fact)
        if value is None:
            return []
        return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else UNSET

    def tables(self, *keys: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The tables in a table, by name."""
        value = self.get(*keys)
        for name, table in value.items() if isinstance(value, dict) else ():
            if isinstance(table, dict):
                yield name, table


def unreadable(path: str, data: bytes, what: str, error: FormatError) -> Gap:
    """What is said of a file that cannot be read: that of a template, where it is one."""
    hole = TEMPLATE.search(data)
    if hole is not None:
        return template(path, data.count(b"\n", 0, hole.start()) + 1)
    return Gap(path, f"not readable as {what}: {error.what}", "unreadable", error.line)


def refused(path: str, data: bytes, problems: Sequence[Problem]) -> list[Gap]:
    """What is said of lines that their program refuses or passes over: each, or that the file is a template."""
    if problems and TEMPLATE.search(data) is not None:
        return [unreadable(path, data, "", FormatError(""))]
    gaps = [Gap(path, problem.what, "unreadable", problem.line) for problem in problems[:REFUSED]]
    if len(problems) > REFUSED:
        gaps.append(Gap(path, f"{len(problems) - REFUSED} more lines are refused", "unreadable"))
    return gaps
