"""Baselines: the findings that were there when one was written; what is new still counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from holdfast.core.finding import Finding, Suppression

SCHEMA = "holdfast.baseline/1"


class Known(Struct, frozen=True):
    """A finding that a baseline holds, for people who read the file."""

    rule: str
    asset: str


class Baseline(Struct, frozen=True):
    """Fingerprint -> what it was."""

    schema: str
    fingerprints: Mapping[str, Known]


def of(findings: Sequence[Finding]) -> Baseline:
    """The baseline of what is open now."""
    return Baseline(SCHEMA, {f.fingerprint: Known(f.rule, f.asset) for f in findings if f.suppressed is None})


def encode(baseline: Baseline) -> bytes:
    """The text of a baseline, one finding a line and sorted, so that its diffs can be read."""
    return msgspec.json.format(msgspec.json.encode(baseline, order="sorted"), indent=1) + b"\n"


def compare(findings: Sequence[Finding], baseline: Baseline) -> list[Finding]:
    """The findings, each `new` or `unchanged`; unchanged ones do not count."""
    result = []
    for finding in findings:
        if finding.fingerprint in baseline.fingerprints:
            known = finding.suppressed or Suppression("in the baseline", "baseline")
            result.append(replace(finding, baseline_state="unchanged", suppressed=known))
        else:
            result.append(replace(finding, baseline_state="new"))
    return result
