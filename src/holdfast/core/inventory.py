"""Assets and findings as the store remembers them, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from holdfast.core.rule import Severity

__all__ = ["Item", "Listed", "Selection", "Wanted"]


class Item(Struct, frozen=True):
    """An asset of the inventory."""

    id: int
    """Its number in the store, which pages are turned by."""
    name: str
    """The asset id."""
    kind: str
    source: str
    origin: str
    path: str
    attributes: Mapping[str, tuple[str, str]]
    """Attribute -> its value, and what that was taken from."""
    first_seen: int
    """Microseconds since 1970 UTC, as all times here."""
    last_seen: int
    changed: int
    gone: int
    """When it was found to be gone; 0 while it is there."""
    declared: bool
    """Whether it was seen itself, and not only something that is said of it."""
    weight: int
    """How much it matters that it is known."""
    open: Mapping[Severity, int]
    """Open findings about it, the worst first."""

    def value(self, attribute: str) -> str:
        """The value of an attribute; empty where nobody knows it."""
        return self.attributes.get(attribute, ("", ""))[0]


class Selection(Struct, frozen=True):
    """Which assets are asked for; what is empty does not limit."""

    kinds: Sequence[str] = ()
    owner: str = ""
    environment: str = ""
    data_class: str = ""
    exposure: str = ""
    provider: str = ""
    origin: str = ""
    lacking: Sequence[str] = ()
    """Attributes that nobody knows, every one of them."""
    seen_before: int = 0
    """Only those that no run has seen since."""
    undeclared: bool = False
    """Only those that something speaks of and nothing declares."""
    gone: bool = False
    """Those that are gone, instead of those that are there."""
    names: str = ""
    """Only ids that match (`*` and `?`)."""
    today: str = ""
    """The day, as ISO 8601 writes it: findings whose suppression ended before it count as open."""


class Listed(Struct, frozen=True):
    """A finding as the store remembers it."""

    id: int
    fingerprint: str
    rule: str
    title: str
    asset: str
    origin: str
    severity: Severity
    confidence: str
    state: Literal["open", "suppressed", "resolved"]
    owner: str
    path: str
    line: int
    message: str
    reason: str
    until: str
    opened: int
    """When it was first seen, in microseconds since 1970 UTC."""
    resolved: int
    """When it was seen to be resolved; 0 while it is not."""
    reopened: int
    entry: int
    """What sealed its present state."""


class Wanted(Struct, frozen=True):
    """Which findings are asked for, the worst first; what is empty does not limit."""

    state: str = "open"
    rule: str = ""
    owner: str = ""
    asset: str = ""
    """An asset id."""
    origin: str = ""
    at_least: Severity = "info"
    after: tuple[int, int] | None = None
    """The rank of the severity and the number of the last finding of the page before."""
    limit: int = 100
    today: str = ""
    """The day, as ISO 8601 writes it: findings whose suppression ended before it are open ones."""
