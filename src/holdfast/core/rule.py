"""Rules: a question about one kind, with its reason, its fix and where it comes from."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from holdfast.core.cel.ast import Expr
from holdfast.core.repair import Repair

Severity = Literal["info", "low", "medium", "high", "critical"]
Confidence = Literal["low", "medium", "high"]
Maturity = Literal["stable", "unverified", "deprecated"]
UNSEEN = "path.unseen"
"""The tag of rules whose failure leaves an attacker's steps unrecorded."""
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """A primary source that a rule was checked against."""

    title: str
    checked: str
    """ISO date of the last look."""
    url: str = ""
    versions: str = ""


class Condition(Struct, frozen=True):
    """The compiled question: checked trees."""

    fails_when: Expr
    applies_when: Expr | None = None
    each: Expr | None = None
    variable: str = ""


class Rule(Struct, frozen=True):
    """A compiled rule. The condition stays raw JSON until an asset of its kind turns up."""

    id: str
    title: str
    kind: str
    fails_when: str
    severity: Severity
    confidence: Confidence
    because: str
    fix: str
    condition: msgspec.Raw
    each: str = ""
    applies_when: str = ""
    maturity: Maturity = "stable"
    profiles: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    examples: msgspec.Raw = msgspec.Raw(b"[]")
    repairs: tuple[Repair, ...] = ()
    """Safe mechanical changes; the first that suits the source and holds there is made."""
    opens: tuple[str, ...] = ()
    """Relations that an attacker passes where it fails: `reachable_from` lets him in, `runs_on` out of a container."""

    def trees(self) -> Condition:
        """The decoded condition."""
        return msgspec.json.decode(self.condition, type=Condition)


def rank(severity: Severity) -> int:
    """The place of a severity in `SEVERITIES`, for comparing and sorting."""
    return SEVERITIES.index(severity)
