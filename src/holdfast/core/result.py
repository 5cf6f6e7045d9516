"""What a check found: the one value that every report renders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from holdfast.core.coverage import Gap
from holdfast.core.finding import Finding, NotAsked
from holdfast.core.path import Route
from holdfast.core.rule import SEVERITIES, Rule, Severity, rank
from holdfast.core.suppression import Notice


class Examined(Struct, frozen=True):
    """What was looked at."""

    read: int
    """Sources read."""
    gaps: Sequence[Gap]
    """What was not examined, with the reason."""
    assets: Mapping[str, int]
    """How many assets of each kind were seen."""
    passes: int
    """How many questions were answered well."""
    not_applicable: int
    """How many questions did not concern their asset."""


class Result(Struct, frozen=True):
    """Findings, what stayed open, and what was looked at."""

    findings: Sequence[Finding]
    unknown: Sequence[Finding]
    not_asked: Sequence[NotAsked]
    examined: Examined
    rules: Sequence[Rule]
    """The rules that were asked."""
    notices: Sequence[Notice] = ()
    """What is to be said about suppressions."""
    paths: Sequence[Route] = ()
    """The ways by which a stranger gets at data, what matters most first."""

    def open(self) -> list[Finding]:
        """The findings that count: not suppressed, worst first, then by place."""
        counted = [finding for finding in self.findings if finding.suppressed is None]
        return sorted(
            counted,
            key=lambda f: (-rank(f.severity), -CONFIDENCE[f.confidence], f.rule, f.location.path, f.location.line),
        )

    def exit_code(self, fail_on: Severity, *, strict_coverage: bool = False) -> int:
        """1 for a finding at or above `fail_on`, else 3 for a gap or an unknown that matters, else 0."""
        if any(rank(finding.severity) >= rank(fail_on) for finding in self.open()):
            return 1
        unreadable = any(gap.kind == "unreadable" or strict_coverage for gap in self.examined.gaps)
        undecided = any(
            rank(finding.severity) >= rank(fail_on) or strict_coverage
            for finding in self.unknown
            if finding.suppressed is None
        )
        return 3 if unreadable or undecided else 0

    def by_severity(self) -> dict[str, int]:
        """How many open findings there are of each severity, worst first, zeros left out."""
        counts = dict.fromkeys(reversed(SEVERITIES), 0)
        for finding in self.findings:
            counts[finding.severity] += finding.suppressed is None
        return {severity: count for severity, count in counts.items() if count}


CONFIDENCE = {"low": 0, "medium": 1, "high": 2}
