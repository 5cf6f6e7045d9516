"""What changed between two runs."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

__all__ = ["SORTS", "Change", "Difference"]


class Change(Struct, frozen=True):
    """One thing that changed."""

    sort: str
    """`new endpoint`, `new reach`, `more exposed`, `control regressed`, ...: what it means."""
    subject: str
    """An asset id."""
    details: Sequence[str] = ()
    fingerprint: str = ""


SORTS = (
    *("new endpoint", "more exposed", "new reach", "control regressed", "new finding"),
    *("new asset", "gone", "changed", "less exposed", "lost reach", "resolved", "suppressed"),
)
"""What a change can mean, the one to be looked at first first."""


class Difference(Struct, frozen=True):
    """Everything that changed after one run up to another."""

    first: int
    last: int
    runs: Sequence[tuple[int, str, str, str, str]]
    """The runs in between: number, origin, day, outcome, why it failed."""
    changes: Sequence[Change]
