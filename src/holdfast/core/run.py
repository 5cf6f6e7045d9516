"""Runs: one look at one origin, with everything it saw, in the shape that the store records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from holdfast.core.coverage import Gap
from holdfast.core.finding import Finding

__all__ = ["Link", "Outcome", "Run", "Sighting", "day_of", "micros", "moment"]

LAST = 253_402_300_799
"""The last second of the year 9999."""
Outcome = Literal["complete", "partial", "failed"]


class Link(NamedTuple):
    """A relation of an asset to another, by its id."""

    relation: str
    target: str
    certain: bool = True


class Sighting(Struct, frozen=True):
    """An asset as a run saw it."""

    name: str
    """The asset id."""
    kind: str
    source: str
    path: str
    facts: str
    """JSON, credentials as fingerprints."""
    attributes: Mapping[str, tuple[str, str]]
    """Attribute -> its value, and what that was taken from."""
    answers: str
    """A letter for each rule of its kind: `f` fail, `u` unknown, `p` pass, `n` not applicable, `-` not asked."""
    links: Sequence[Link] = ()
    weight: int = 0
    """How much it matters that it is known: exposed 4, with GPUs 2, with data 1, and their sums."""
    declared: bool = True
    """Whether it was seen itself, and not only something that is said of it."""
    adds: bool = False
    """Whether a part of it was seen, whose relations are added to those that are known."""


class Run(Struct, frozen=True):
    """One use of a collector."""

    origin: str
    """What was examined: a repository, a host, an account."""
    targets: Sequence[str]
    """The parts of it that were named."""
    started: int
    """Microseconds since 1970 UTC, as all times here."""
    ended: int
    profile: str
    version: str
    outcome: Outcome
    rules: Mapping[str, Sequence[str]]
    """Kind -> the rules that were asked, in the order of the answers."""
    assets: Sequence[Sighting] = ()
    findings: Sequence[Finding] = ()
    gaps: Sequence[Gap] = ()
    sources_read: int = 0
    passes: int = 0
    unknown: int = 0
    not_applicable: int = 0
    reason: str = ""
    """Why it failed."""
    looked_at: Callable[[str, str], bool] = lambda path, source: False
    """Whether it would have seen an asset of this path and source; what it could not read it did not look at."""


def micros(when: datetime) -> int:
    """Microseconds since 1970 UTC of a time with a zone."""
    return int(when.timestamp()) * 1_000_000 + when.microsecond


def moment(when: int) -> datetime:
    """The time of microseconds since 1970 UTC; one after the year 9999, by a clock that was wrong, is its end."""
    return datetime.fromtimestamp(min(when // 1_000_000, LAST), UTC).replace(microsecond=when % 1_000_000)


def day_of(when: int) -> str:
    """The day (UTC) of a time, for people."""
    return moment(when).strftime("%Y-%m-%d")
