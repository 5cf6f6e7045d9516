"""Reads native fields into facts and remembers where each stood.

A `Fields` looks at one mapping of a document. Every getter takes the native key and the fact it fills: a missing key
gives the platform's documented default, a value of the wrong type (or an unresolved template) is unobserved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType

from holdfast.core.asset import Spot
from holdfast.formats.yaml import Mapping, Sequence

T = TypeVar("T")
TEMPLATED = re.compile(r"\{\{|\$\(|\$\{|<%")
"""A value that something else fills in later: Helm, Argo, kustomize, shell or ERB."""


class Fields:
    """One mapping, with its pointer and the fact path that it fills; an absent mapping behaves as an empty one."""

    __slots__ = ("data", "fact", "line", "pointer", "spots")

    def __init__(self, data: Any, pointer: str, fact: str, spots: dict[str, Spot], line: int) -> None:
        self.data: Mapping = data if isinstance(data, Mapping) else EMPTY
        self.pointer = pointer
        self.fact = fact
        self.spots = spots
        self.line = line
        """The line (from 1) on which the document starts."""

    def __contains__(self, key: str) -> bool:
        return self.data.get(key) is not None

    def note(self, key: str, fact: str) -> None:
        """Remembers that `fact` stands at `key`."""
        mark = self.data.marks.get(key)
        if mark is not None:
            spot = Spot(self.line + mark.line, mark.column + 1, f"{self.pointer}/{escape(key)}")
            self.spots[f"{self.fact}.{fact}" if self.fact else fact] = spot

    def here(self) -> None:
        """Remembers where the mapping itself stands."""
        if self.data is not EMPTY:
            mark = self.data.mark
            self.spots[self.fact] = Spot(self.line + mark.line, mark.column + 1, self.pointer)

    def get(self, key: str, fact: str) -> Any:
        """The native value, noted under `fact`; None when it is missing."""
        value = self.data.get(key)
        if value is not None:
            self.note(key, fact)
        return value

    def switch(self, key: str, fact: str, default: T) -> bool | T | UnsetType:
        """A switch."""
        value = self.get(key, fact)
        return default if value is None else value if isinstance(value, bool) else UNSET

    def number(self, key: str, fact: str, default: T) -> int | T | UnsetType:
        """A whole number, also one written as text."""
        value = self.get(key, fact)
        if value is None:
            return default
        if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 19:
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else UNSET

    def text(self, key: str, fact: str, default: T) -> str | T | UnsetType:
        """A text; one that a template still has to fill is unobserved."""
        value = self.get(key, fact)
        if value is None:
            return default
        return value if isinstance(value, str) and not TEMPLATED.search(value) else UNSET

    def texts(self, key: str, fact: str) -> list[str] | UnsetType:
        """A list of texts; numbers and switches are written out, as command lines have them."""
        value = self.get(key, fact)
        if value is None:
            return []
        if not isinstance(value, list):
            return UNSET
        return [written(item) for item in value if isinstance(item, str | int | float)]

    def table(self, key: str, fact: str) -> dict[str, str] | UnsetType:
        """An open map of texts."""
        value = self.get(key, fact)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return UNSET
        for name in value:
            mark = value.marks[name]
            path = f"{self.fact}.{fact}" if self.fact else fact
            self.spots[f'{path}["{name}"]'] = Spot(
                self.line + mark.line, mark.column + 1, f"{self.pointer}/{key}/{escape(name)}"
            )
        return {name: written(item) for name, item in value.items() if isinstance(item, str | int | float)}

    def child(self, key: str) -> Fields:
        """The mapping under `key`; its facts belong to the same element."""
        return Fields(self.data.get(key), f"{self.pointer}/{escape(key)}", self.fact, self.spots, self.line)

    def items(self, key: str, fact: str, start: int = 0) -> Iterator[Fields]:
        """The mappings of the list under `key`, each the element `fact[i]` with `i` from `start`."""
        value = self.data.get(key)
        if not isinstance(value, Sequence):
            return
        position = start
        for index, item in enumerate(value):
            if isinstance(item, Mapping):
                path = f"{self.fact}.{fact}[{position}]" if self.fact else f"{fact}[{position}]"
                fields = Fields(item, f"{self.pointer}/{escape(key)}/{index}", path, self.spots, self.line)
                fields.here()
                yield fields
                position += 1


EMPTY = Mapping()
EMPTY.mark, EMPTY.marks = None, {}


def written(value: Any) -> str:
    """A scalar as a manifest's reader writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def escape(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key
