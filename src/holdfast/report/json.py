"""JSON, the contract `holdfast.check/1`. Fields are only ever added."""

from __future__ import annotations

import msgspec

from holdfast.core.finding import Finding
from holdfast.core.result import Result

SCHEMA = "holdfast.check/1"


def render(result: Result) -> bytes:
    """The whole result as one JSON document, ended by a line feed."""
    examined = result.examined
    document = {
        "schema": SCHEMA,
        "findings": [_finding(finding) for finding in result.findings],
        "unknown": [{**_finding(finding), "reason": finding.reason} for finding in result.unknown],
        "not_asked": result.not_asked,
        "examined": {
            "files": examined.read + sum(gap.kind == "unreadable" and not gap.line for gap in examined.gaps),
            "read": examined.read,
            "skipped": [{"path": g.path, "reason": g.reason, "kind": g.kind, "line": g.line} for g in examined.gaps],
            "assets": examined.assets,
            "passes": examined.passes,
        },
        "notices": result.notices,
        "summary": {
            "rules": len(result.rules),
            "by_severity": result.by_severity(),
            "open": len(result.open()),
            "suppressed": sum(finding.suppressed is not None for finding in result.findings),
            "unknown": len(result.unknown),
        },
    }
    return msgspec.json.format(encode(document), indent=2) + b"\n"


def encode(document: object) -> bytes:
    """JSON that is UTF-8 whatever the file names were: lone surrogates are replaced."""
    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(document)))


def _whole(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_whole(key): _whole(item) for key, item in value.items()}
        case list() | tuple():
            return [_whole(item) for item in value]
    return value


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "status": finding.status,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "asset": finding.asset,
        "location": finding.location,
        "message": finding.message,
        "facts": finding.facts,
        "because": finding.because,
        "fix": finding.fix,
        "requirements": finding.requirements,
        "fingerprint": finding.fingerprint,
        "suppressed": finding.suppressed,
        "baseline": finding.baseline_state or None,
    }
