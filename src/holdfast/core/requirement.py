"""Requirements: what the product must see to, how this build does, and how far an estate has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

__all__ = ["MAX_AGE_DAYS", "STATES", "Attestation", "Covered", "Requirement", "State", "of_letters", "worst"]

State = Literal["failing", "stale", "unknown", "accepted", "verified", "not_applicable"]
STATES: tuple[State, ...] = ("failing", "stale", "unknown", "accepted", "verified", "not_applicable")
"""From what has to be looked at first to what needs nothing."""
MAX_AGE_DAYS = 30
"""How long what a machine saw counts, unless the row says something else."""
FEATURES = frozenset(("check", "inventory", "paths", "diff", "incident", "coverage", "attest", "ledger", "rules"))
"""Commands that serve requirements by themselves."""


class Requirement(Struct, frozen=True):
    """A row of the table of requirements, with what serves it in this build."""

    id: str
    area: str
    requirement: str
    derived: bool
    """Whether it rolls up others."""
    controls: Mapping[str, Sequence[str]]
    """Framework -> ids in it: candidate mappings, ours and not the framework's."""
    rules: Sequence[str] = ()
    """Rules that are proved to see its violation."""
    features: Sequence[str] = ()
    """Commands that serve it, proved in the same way."""
    of: Sequence[str] = ()
    """The requirements that it rolls up."""
    attested: bool = False
    """Whether only people can answer it."""
    needs: Sequence[str] = ()
    """Kinds of which something must have been seen: without it the answers of rules leave the state unknown."""
    max_age_days: int = MAX_AGE_DAYS
    """How long an answer counts."""

    @property
    def by(self) -> list[str]:
        """Everything in this build that serves it."""
        return [
            *self.rules,
            *(f"holdfast {name}" for name in self.features),
            *(["attestation"] if self.attested else []),
        ]

    @property
    def served(self) -> bool:
        """Whether anything does."""
        return bool(self.by or self.of)


class Attestation(Struct, frozen=True):
    """What a person states about what no machine can see."""

    id: int
    requirement: str
    subject: str
    """A pattern of asset ids (`*` and `?`); `*` for the whole estate."""
    person: str
    statement: str
    file: str
    digest: str
    """SHA-256 of the file that shows it; empty without one."""
    made: int
    """Microseconds since 1970 UTC."""
    until: date
    """The last day on which it holds."""


def of_letters(letters: Iterable[str], *, accepted: bool = False) -> State:
    """What the answers of a requirement's rules about one asset say together.

    `accepted`: every finding behind an `f` is suppressed. An answer that could not be given leaves the state unknown.
    """
    found = set(letters)
    if "f" in found and not accepted:
        return "failing"
    if found & {"u", "-"}:
        return "unknown"
    if "f" in found:
        return "accepted"
    return "verified" if "p" in found else "not_applicable"


def worst(states: Iterable[State]) -> State:
    """The state that has to be looked at first; unknown where there is none."""
    found = set(states)
    return next((state for state in STATES if state in found), "unknown")


class Covered(Struct, frozen=True):
    """A requirement with its state."""

    requirement: Requirement
    state: State
    counts: Mapping[State, int]
    """How many assets are in which state."""
    because: str
    """What the state rests on: when it was seen, who attested it, or why nothing is known."""
    assets: Mapping[State, Sequence[str]] = {}
    """Some of the assets of each state, where they were asked for."""
