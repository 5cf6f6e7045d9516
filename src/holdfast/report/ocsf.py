"""OCSF 1.8.0 Compliance Findings (class 2003), one JSON object a line.

Beside each finding and each undecided question, a source that could not be read has a line of its own, so that the
reader of the events does not take silence for a pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from holdfast.core.coverage import Gap
from holdfast.core.finding import Finding, fingerprint
from holdfast.core.result import Result
from holdfast.core.rule import Confidence, Rule, Severity
from holdfast.report.wording import data, visible, whole

SCHEMA = "1.8.0"
CLASS = 2003
CREATE, UPDATE = (1, "Create"), (2, "Update")
NEW, SUPPRESSED = (1, "New"), (3, "Suppressed")
WARNING, FAIL = (2, "Warning"), (3, "Fail")
"""Of a compliance check; a warning means that it came to no result, because something could not be seen."""
UNRATED = (0, "Unknown")
SEVERITIES: dict[Severity, tuple[int, str]] = {
    "info": (1, "Informational"),
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
    "critical": (5, "Critical"),
}
CONFIDENCES: dict[Confidence, tuple[int, str]] = {
    "low": (1, "Low"),
    "medium": (2, "Medium"),
    "high": (3, "High"),
}
TECHNIQUE = re.compile(r"attack\.(t\d{4})(\.\d{3})?", re.ASCII | re.IGNORECASE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LINE_ENDS = {"\u0085": b"\\u0085", "\u2028": b"\\u2028", "\u2029": b"\\u2029"}
"""What JSON may hold bare and some readers of lines take for an end of line."""


class Options(Struct, frozen=True):
    """How to write it."""

    version: str
    """The version of this program."""
    now: datetime
    """When the check was made, with its time zone."""


def render(result: Result, options: Options) -> bytes:
    """A line for each finding, suppressed ones included, each undecided question and each source not read."""
    rules = {rule.id: rule for rule in result.rules}
    encoder = msgspec.json.Encoder()
    lines = []
    for event in _events(result, rules, options):
        line = encoder.encode(event)
        for char, escaped in LINE_ENDS.items():
            line = line.replace(char.encode(), escaped)
        lines.append(line + b"\n")
    return b"".join(lines)


def _events(result: Result, rules: Mapping[str, Rule], options: Options) -> Iterator[dict[str, object]]:
    for finding in (*result.findings, *result.unknown):
        yield _finding(finding, rules.get(finding.rule), options)
    for gap in result.examined.gaps:
        if gap.kind == "unreadable":
            yield _gap(gap, options)


def _event(
    severity: tuple[int, str],
    status: tuple[int, str],
    activity: tuple[int, str],
    message: str,
    options: Options,
) -> dict[str, object]:
    """What every event carries."""
    return {
        "activity_id": activity[0],
        "activity_name": activity[1],
        "category_uid": CLASS // 1000,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + activity[0],
        "type_name": f"Compliance Finding: {activity[1]}",
        "time": _time(options),
        "severity_id": severity[0],
        "severity": severity[1],
        "status_id": status[0],
        "status": status[1],
        "message": visible(message),
        "metadata": {
            "version": SCHEMA,
            "product": {"name": "holdfast", "vendor_name": "holdfast", "version": options.version},
        },
    }


def _time(options: Options) -> int:
    """Milliseconds since 1970, counted in whole numbers."""
    return (options.now - EPOCH) // timedelta(milliseconds=1)


def _finding(finding: Finding, rule: Rule | None, options: Options) -> dict[str, object]:
    undecided = finding.status == "unknown"
    urls = [whole(source.url) for source in rule.sources if source.url] if rule else []
    confidence = CONFIDENCES[finding.confidence]
    event = _event(
        SEVERITIES[finding.severity],
        SUPPRESSED if finding.suppressed is not None else NEW,
        UPDATE if finding.baseline_state == "unchanged" else CREATE,
        f"{finding.message}: not decided, {finding.reason}" if undecided else finding.message,
        options,
    )
    return {
        **event,
        "confidence_id": confidence[0],
        "confidence": confidence[1],
        "finding_info": _info(finding, options),
        "compliance": _compliance(finding, WARNING if undecided else FAIL),
        "remediation": {"desc": visible(finding.fix), **({"references": urls} if urls else {})},
        "resources": [_resource(finding)],
        "unmapped": {
            "facts": data(finding.facts),
            "tags": [whole(tag) for tag in finding.tags],
            "baseline": finding.baseline_state or None,
            "suppressed": _plain(finding),
        },
    }


def _info(finding: Finding, options: Options) -> dict[str, object]:
    rule = whole(finding.rule)
    title = visible(finding.title)
    info: dict[str, object] = {
        "uid": whole(finding.fingerprint),
        "title": title,
        "desc": visible(finding.because),
        "created_time": _time(options),
        "analytic": {"type_id": 1, "type": "Rule", "uid": rule, "name": title},
    }
    techniques = [match for tag in finding.tags if (match := TECHNIQUE.fullmatch(tag))]
    if techniques:
        info["attacks"] = [_attack(match[1].upper(), match[2] or "") for match in techniques]
    return info


def _attack(technique: str, sub: str) -> dict[str, object]:
    """A technique, under its number: older readers demand a name, and tags hold none."""
    attack: dict[str, object] = {"technique": {"uid": technique, "name": technique}}
    full = technique + sub
    return {**attack, "sub_technique": {"uid": full, "name": full}} if sub else attack


def _compliance(finding: Finding, status: tuple[int, str]) -> dict[str, object]:
    severity = SEVERITIES[finding.severity]
    title = visible(finding.title)
    check = {
        "uid": whole(finding.rule),
        "name": title,
        "severity_id": severity[0],
        "severity": severity[1],
        "status_id": status[0],
        "status": status[1],
    }
    compliance: dict[str, object] = {
        "control": title,
        "standards": ["holdfast"],
        "requirements": [whole(id) for id in finding.requirements],
        "checks": [check],
        "status_id": status[0],
        "status": status[1],
    }
    return {**compliance, "status_details": [visible(finding.reason)]} if finding.reason else compliance


def _resource(finding: Finding) -> dict[str, object]:
    """The asset; its id is `kind/scope/name`."""
    asset = whole(finding.asset)
    kind, _, rest = asset.partition("/")
    scope, _, name = rest.rpartition("/")
    place = finding.location
    return {
        "uid": asset,
        "name": name or asset,
        "type": kind,
        **({"namespace": scope} if scope else {}),
        "data": {
            "path": whole(place.path),
            "line": place.line,
            "column": place.column,
            "pointer": whole(place.pointer),
        },
    }


def _plain(finding: Finding) -> dict[str, str] | None:
    suppressed = finding.suppressed
    if suppressed is None:
        return None
    return {"reason": whole(suppressed.reason), "by": suppressed.by, "until": whole(suppressed.until)}


def _gap(gap: Gap, options: Options) -> dict[str, object]:
    """A source that could not be read: a check of coverage that came to no result."""
    path = whole(gap.path)
    reason = visible(gap.reason)
    title = "Every source is examined"
    return {
        **_event(UNRATED, NEW, CREATE, f"{gap.path} was not examined: {gap.reason}", options),
        "finding_info": {
            "uid": fingerprint("coverage", gap.path, str(gap.line), {}),
            "title": title,
            "created_time": _time(options),
        },
        "compliance": {
            "control": title,
            "standards": ["holdfast"],
            "status_id": WARNING[0],
            "status": WARNING[1],
            "status_details": [reason],
        },
        "resources": [
            {"uid": path, "name": path.rpartition("/")[2] or path, "type": "file", "data": {"line": gap.line}}
        ],
    }
