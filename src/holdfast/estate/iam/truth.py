"""Truth with three values and the reason of the third (Kleene's strong logic)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Truth(NamedTuple):
    """True, False, or None for what cannot be told; `why` says what is missing."""

    value: bool | None
    why: str = ""

    def __bool__(self) -> bool:
        raise TypeError("a truth may be unknown; compare its value")

    @property
    def negated(self) -> Truth:
        """Its opposite; the unknown stays unknown."""
        return self if self.value is None else FALSE if self.value else TRUE


TRUE, FALSE = Truth(True), Truth(False)


def unknown(why: str) -> Truth:
    """The third value."""
    return Truth(None, why)


def every(parts: Iterable[Truth]) -> Truth:
    """False as soon as one is, else unknown as soon as one is."""
    return _first(parts, stop=False)


def some(parts: Iterable[Truth]) -> Truth:
    """True as soon as one is, else unknown as soon as one is."""
    return _first(parts, stop=True)


def _first(parts: Iterable[Truth], *, stop: bool) -> Truth:
    doubt: Truth | None = None
    for part in parts:
        if part.value is stop:
            return TRUE if stop else FALSE
        if part.value is None and doubt is None:
            doubt = part
    if doubt is not None:
        return doubt
    return FALSE if stop else TRUE
