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
EXPRESSION = re.compile(r"\{\{.*?\}\}|<%.*?%>", re.DOTALL)
"""What a template puts in."""


class Composed(Mapping):
    """A mapping put together from several places of a document, such as the pod that an Argo template becomes.

    `places` holds the pointer of each key that stands elsewhere than in the mapping itself. Where `partial` is set,
    another object of the cluster decides what the mapping leaves out, so that no default may be assumed.
    """

    __slots__ = ("partial", "places")
    partial: bool
    places: dict[str, str]


class Gathered(Sequence):
    """A list whose items stand in several places; `places` holds the pointer of each."""

    __slots__ = ("places",)
    places: list[str]


class Opaque(Mapping):
    """Something else where a mapping should stand: every key of it holds nobody knows what."""

    __slots__ = ()

    def get(self, _key: object, _default: object = None, /) -> Any:
        """A value that is of no type which a getter takes."""
        return OPAQUE


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
            spot = Spot(self.line + mark.line, mark.column + 1, self.place(key))
            self.spots[f"{self.fact}.{fact}" if self.fact else fact] = spot

    def share(self, fact: str, *derived: str) -> None:
        """Gives facts that are derived from `fact` its place."""
        base = f"{self.fact}." if self.fact else ""
        spot = self.spots.get(base + fact)
        if spot is not None:
            for name in derived:
                self.spots[base + name] = spot

    def place(self, key: str) -> str:
        """The pointer of the value under `key`."""
        if type(self.data) is Composed and key in self.data.places:
            return self.data.places[key]
        return f"{self.pointer}/{escape(key)}"

    def here(self) -> None:
        """Remembers where the mapping itself stands."""
        if self.data.mark is not None:
            mark = self.data.mark
            self.spots[self.fact] = Spot(self.line + mark.line, mark.column + 1, self.pointer)

    def item(self, key: str, index: int) -> str:
        """The pointer of one item of the list under `key`."""
        value = self.data.get(key)
        return value.places[index] if type(value) is Gathered else f"{self.place(key)}/{index}"

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
        if not isinstance(value, Sequence) or any(isinstance(item, Mapping | Sequence) for item in value):
            return UNSET
        return [written(item) for item in value]

    def names(self, key: str, fact: str) -> list[str] | UnsetType:
        """A list of names, none of which a template still has to fill."""
        found = self.texts(key, fact)
        return UNSET if isinstance(found, UnsetType) or any(map(TEMPLATED.search, found)) else found

    def table(self, key: str, fact: str) -> dict[str, str] | UnsetType:
        """An open map of texts."""
        value = self.get(key, fact)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or any(isinstance(item, Mapping | Sequence) for item in value.values()):
            return UNSET
        path, pointer = f"{self.fact}.{fact}" if self.fact else fact, self.place(key)
        for name, mark in value.marks.items():
            self.spots[f'{path}["{name}"]'] = Spot(self.line + mark.line, mark.column + 1, f"{pointer}/{escape(name)}")
        return {name: written(item) for name, item in value.items()}

    def child(self, key: str) -> Fields:
        """The mapping under `key`; its facts belong to the same element."""
        value = self.data.get(key)
        if value is None:
            return Fields(None, "", self.fact, self.spots, self.line)
        return Fields(
            value if isinstance(value, Mapping) else UNKNOWN, self.place(key), self.fact, self.spots, self.line
        )

    def unreadable(self, key: str) -> bool:
        """Whether there is something under `key` that is no list of mappings."""
        value = self.data.get(key)
        if value is None:
            return False
        return not isinstance(value, Sequence) or not all(isinstance(item, Mapping) for item in value)

    def items(self, key: str, fact: str, start: int = 0) -> Iterator[Fields]:
        """The mappings of the list under `key`, each the element `fact[i]` with `i` from `start`."""
        value = self.data.get(key)
        if not isinstance(value, Sequence):
            return
        position = start
        for index, item in enumerate(value):
            if isinstance(item, Mapping):
                path = f"{self.fact}.{fact}[{position}]" if self.fact else f"{fact}[{position}]"
                fields = Fields(item, self.item(key, index), path, self.spots, self.line)
                fields.here()
                yield fields
                position += 1


EMPTY = Mapping()
EMPTY.mark, EMPTY.marks = None, {}
UNKNOWN = Opaque()
UNKNOWN.mark, UNKNOWN.marks = None, {}
OPAQUE = object()


def written(value: Any) -> str:
    """A scalar as a manifest's reader writes it; nothing is the empty text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def escape(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key
