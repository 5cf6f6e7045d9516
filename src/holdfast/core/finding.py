"""Findings: the answer about one asset, in the shape that every output shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from holdfast.core.rule import Confidence, Severity

Status = Literal["fail", "pass", "unknown", "not_applicable"]


class Location(Struct, frozen=True):
    """Where: a file (or another source), line and column from 1, and an RFC 6901 pointer where there is one."""

    path: str
    line: int
    column: int
    pointer: str


class Suppression(Struct, frozen=True, omit_defaults=True):
    """Why a finding is not counted: always with a reason."""

    reason: str
    by: Literal["comment", "annotation", "settings", "baseline"]
    until: str = ""
    """ISO date after which it no longer holds; empty: no end."""


class Finding(Struct, frozen=True):
    """A fail or an unknown about one asset or one element of it."""

    rule: str
    title: str
    status: Status
    severity: Severity
    confidence: Confidence
    asset: str
    location: Location
    message: str
    facts: Mapping[str, object]
    """The facts that decided, by path; for an unknown, those that could not be seen (None)."""
    because: str
    fix: str
    requirements: tuple[str, ...]
    tags: tuple[str, ...]
    fingerprint: str
    reason: str = ""
    """Why an unknown is unknown."""
    suppressed: Suppression | None = None
    owner: str = ""
    """Who owns the file, where the settings say."""
    baseline_state: Literal["new", "unchanged", ""] = ""
    """Against a baseline, where one was given."""
    repairable: bool = False
    """Whether `holdfast fix` knows a safe mechanical change for it here."""


class NotAsked(Struct, frozen=True):
    """A rule that a source can never answer, with the facts that it cannot show."""

    rule: str
    source: str
    facts: tuple[str, ...]


def fingerprint(rule: str, asset: str, element: str, evidence: Mapping[str, object]) -> str:
    """What stays the same while lines move: SHA-256 over rule, asset, element and evidence, 16 bytes in hex."""
    import hashlib
    import json  # msgspec refuses lone surrogates, which file names may hold

    text = json.dumps([rule, asset, element, dict(evidence)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
