"""A resource's attributes, asked for facts: a value, absent where nothing is written, unobserved where it is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType

from holdfast.collect.cloud.resource import Resource, nested
from holdfast.core.asset import Spot
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text, Unknown, known

__all__ = ["ANY_ADDRESS", "Block", "canonical", "literal", "named", "or_any_address"]

T = TypeVar("T")
TRUE = frozenset(("true", "yes", "1", "enabled"))
FALSE = frozenset(("false", "no", "0", "disabled"))
ANY_ADDRESS = "0.0.0.0/0"
"""The range of all addresses, as the clouds write it."""


class Block:
    """A resource or one of its nested blocks; what is asked of it leaves its place in `spots`."""

    __slots__ = ("data", "path", "resource", "spots")

    def __init__(self, resource: Resource, spots: dict[str, Spot], data: Any = None, path: str = "") -> None:
        self.resource = resource
        self.data: Mapping[str, Any] = resource.attributes if data is None else data
        self.path = path
        """The attribute path of this block in its resource, empty or with a dot at its end."""
        self.spots = spots

    def __contains__(self, name: str) -> bool:
        return self.data.get(name) is not None

    def raw(self, name: str, fact: str = "") -> Any:
        """The value as it was resolved, None when it is not written; its place is that of `fact`."""
        value = self.data.get(name)
        if value is not None and fact:
            self.note(name, fact)
        return known(value)

    def note(self, name: str, fact: str) -> None:
        """Remembers that `fact` stands at an attribute."""
        self.spots[fact] = self.resource.spot(f"{self.path}{name}")._replace(path=self.resource.path)

    def here(self, fact: str) -> None:
        """Remembers that `fact` stands at this block."""
        self.spots[fact] = self.resource.spot(self.path.rstrip("."))._replace(path=self.resource.path)

    def text(self, name: str, fact: str = "", default: T = None) -> str | T | UnsetType:  # type: ignore[assignment]
        """A text; numbers are written out."""
        value = self.raw(name, fact)
        if value is None:
            return default
        return value if isinstance(value, str) else str(value) if _number(value) else UNSET

    def flag(self, name: str, fact: str = "", default: T = None) -> bool | T | UnsetType:  # type: ignore[assignment]
        """A switch, also one written as text."""
        value = self.raw(name, fact)
        if value is None:
            return default
        if isinstance(value, str):
            return True if value.lower() in TRUE else False if value.lower() in FALSE else UNSET
        return value if isinstance(value, bool) else UNSET

    def number(self, name: str, fact: str = "", default: T = None) -> int | T | UnsetType:  # type: ignore[assignment]
        """A whole number, also one written as text."""
        value = self.raw(name, fact)
        if value is None:
            return default
        if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 19:
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else UNSET

    def texts(self, name: str, fact: str = "") -> Fact[list[str]]:
        """A list of texts, empty when none is written; unobserved when one of them is open."""
        value = self.raw(name, fact)
        if value is None:
            return []
        items = [known(item) for item in value] if isinstance(value, list) else [value]
        return [str(item) for item in items] if all(isinstance(item, str) or _number(item) for item in items) else UNSET

    def ranges(self, name: str, fact: str = "") -> Fact[list[str]]:
        """A list of ranges of addresses as `texts` has it; everybody's are `0.0.0.0/0` and `::/0`, however spelt."""
        found = self.texts(name, fact)
        return [canonical(each) for each in found] if isinstance(found, list) else found

    def table(self, name: str, fact: str = "") -> Fact[dict[str, str]]:
        """A mapping of texts; values that are open are left out."""
        value = self.raw(name, fact)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return UNSET
        pairs = ((key, known(item)) for key, item in value.items())
        return {
            key: item if isinstance(item, str) else str(item)
            for key, item in pairs
            if not isinstance(item, Unknown | Text)
        }

    def blocks(self, name: str) -> Iterator[Block]:
        """The nested blocks of a name that can be seen."""
        for index, item in enumerate(nested(self.raw(name))):
            found = known(item)
            if isinstance(found, Mapping):
                yield Block(self.resource, self.spots, found, f"{self.path}{name}[{index}].")

    def block(self, name: str) -> Block:
        """The first nested block of a name; one that is not there is empty."""
        return next(self.blocks(name), Block(self.resource, self.spots, {}, f"{self.path}{name}."))

    def unseen(self, name: str) -> bool:
        """Whether there are nested blocks of a name, or may be, that cannot be seen."""
        value = self.raw(name)
        return isinstance(value, Unknown | Text) or any(isinstance(known(item), Unknown) for item in nested(value))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def canonical(range: str) -> str:
    """A range of addresses, the one of all addresses in its usual form (`0:0:0:0:0:0:0:0/0`, `10.0.0.0/0`)."""
    return range if not range.endswith("/0") else "::/0" if ":" in range else ANY_ADDRESS


def or_any_address(ranges: Fact[list[str]]) -> Fact[list[str]]:
    """The ranges that may come in where an empty list lets everybody in; unobserved where there is no list."""
    return ranges or [ANY_ADDRESS] if isinstance(ranges, list) else UNSET


def literal(value: Any) -> Fact[str]:
    """A text that is known in full; absent where there is none."""
    value = known(value)
    return value if value is None or isinstance(value, str) else UNSET


def named(value: Any) -> Fact[str]:
    """What a value names: its text, or the address of the resource that it refers to; absent where there is none."""
    if isinstance(value, Reference) and not isinstance(known(value), str):
        return value.address
    return literal(value)
