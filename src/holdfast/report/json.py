"""JSON, the contract `holdfast.check/1`. Fields are only ever added."""

from __future__ import annotations

import msgspec

from holdfast.core.finding import Finding
from holdfast.core.result import Result
from holdfast.report.json_paths import shapes
from holdfast.report.wording import data, whole

SCHEMA = "holdfast.check/1"


def render(result: Result) -> bytes:
    """The whole result as one JSON document, ended by a line feed."""
    examined = result.examined
    document = {
        "schema": SCHEMA,
        "findings": [{**_finding(finding), **_later(finding)} for finding in result.findings],
        "unknown": [
            {**_finding(finding), "reason": whole(finding.reason), **_later(finding)} for finding in result.unknown
        ],
        "not_asked": [
            {"rule": whole(item.rule), "source": whole(item.source), "facts": data(item.facts)}
            for item in result.not_asked
        ],
        "examined": {
            "files": examined.read + sum(gap.kind == "unreadable" and not gap.line for gap in examined.gaps),
            "read": examined.read,
            "skipped": [
                {"path": whole(gap.path), "reason": whole(gap.reason), "kind": gap.kind, "line": gap.line}
                for gap in examined.gaps
            ],
            "assets": data(examined.assets),
            "passes": examined.passes,
        },
        "notices": [{"where": whole(notice.where), "what": whole(notice.what)} for notice in result.notices],
        "summary": {
            "rules": len(result.rules),
            "by_severity": result.by_severity(),
            "open": len(result.open()),
            "suppressed": sum(finding.suppressed is not None for finding in result.findings),
            "unknown": len(result.unknown),
        },
        "paths": shapes(result.paths),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _later(finding: Finding) -> dict[str, object]:
    """What was added to the contract since."""
    return {"owner": whole(finding.owner) or None, "repairable": finding.repairable}


def _finding(finding: Finding) -> dict[str, object]:
    place, suppressed = finding.location, finding.suppressed
    return {
        "rule": whole(finding.rule),
        "status": finding.status,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "asset": whole(finding.asset),
        "location": {
            "path": whole(place.path),
            "line": place.line,
            "column": place.column,
            "pointer": whole(place.pointer),
        },
        "message": whole(finding.message),
        "facts": data(finding.facts),
        "because": whole(finding.because),
        "fix": whole(finding.fix),
        "requirements": data(finding.requirements),
        "fingerprint": whole(finding.fingerprint),
        "suppressed": None if suppressed is None else data(msgspec.to_builtins(suppressed)),
        "baseline": finding.baseline_state or None,
    }
