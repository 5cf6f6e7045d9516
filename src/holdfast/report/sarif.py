"""SARIF 2.1.0 (OASIS Standard, errata 01), within what GitHub code scanning takes.

Sections in comments are those of the standard. GitHub's numbers: docs.github.com, "SARIF support for code scanning".
It reads neither `kind` nor `suppressions`, and shows what they mark as open alerts: see `Options.only_open`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
from msgspec import Struct

from holdfast.core.coverage import Gap
from holdfast.core.finding import Finding, Suppression
from holdfast.core.result import Result
from holdfast.core.rule import Rule, Severity
from holdfast.report.wording import data, saw, visible, whole

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
"""The name that GitHub and its upload action know the root of the sources by."""
RESULTS = 25_000
"""Results a run; GitHub refuses the whole file above it."""
TAGS = 20
"""Tags a rule; GitHub refuses the whole file above it."""
DESCRIPTION = 1024
"""Characters of a rule's short and full description."""
LEVELS: dict[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
SCORES: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "1.0"}
"""Within the bands that GitHub names critical (over 9), high (from 7), medium (from 4) and low."""
PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
NOTIFICATIONS = {
    "unreadable": ("warning", "A source that should have been readable was not read."),
    "template": ("note", "An unrendered template was not judged."),
    "left_out": ("note", "A source was left out on purpose."),
    "not-asked": ("note", "A rule was not asked, because a source can never show the facts that it reads."),
    "suppression": ("note", "A suppression has no effect or is not needed."),
    "not-listed": ("warning", "Results were left out of this file."),
}


class Options(Struct, frozen=True):
    """How to write it."""

    version: str
    """The version of this program."""
    root: str = ""
    """The absolute path of the root of the sources; absolute paths below it become relative."""
    now: datetime | None = None
    """When the check ended, with its time zone; left out when unknown."""
    only_open: bool = False
    """Whether suppressed and undecided results are left out and counted instead, for readers such as GitHub."""


def render(result: Result, options: Options) -> bytes:
    """One SARIF log with one run, ended by a line feed."""
    places = {rule.id: index for index, rule in enumerate(result.rules)}
    listed, left_out = _listed(result, options)
    run = {
        "tool": {
            "driver": {
                "name": "holdfast",
                "version": options.version,
                "rules": [_rule(rule) for rule in result.rules],
                "notifications": [
                    {"id": id, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
                    for id, (level, text) in NOTIFICATIONS.items()
                ],
            }
        },
        "invocations": [_invocation(result, left_out, places, options)],
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder that the check was started in."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places, options.root) for finding in listed],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n"


def _listed(result: Result, options: Options) -> tuple[list[Finding], dict[str, int]]:
    """The findings to list, what matters most first, and how many are not, by reason."""
    suppressed = [finding for finding in result.findings if finding.suppressed is not None]
    listed = result.open()
    left_out = {}
    if options.only_open:
        left_out = {"undecided": len(result.unknown), "suppressed": len(suppressed)}
    else:
        listed = [*listed, *result.unknown, *suppressed]
    left_out[f"beyond the first {RESULTS}"] = len(listed) - RESULTS
    return listed[:RESULTS], {reason: count for reason, count in left_out.items() if count > 0}


def _rule(rule: Rule) -> dict[str, object]:
    """A reportingDescriptor (3.49). Its texts take no arguments, so braces stand for themselves."""
    tags = dict.fromkeys(["security", *map(whole, rule.tags), *map(whole, rule.requirements)])
    level = LEVELS[rule.severity]
    descriptor: dict[str, object] = {
        "id": whole(rule.id),
        "shortDescription": {"text": _text(rule.title, DESCRIPTION)},
        "fullDescription": {"text": _text(rule.because or rule.title, DESCRIPTION)},
        "help": {"text": _help(rule), "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": list(tags)[:TAGS],
            "precision": rule.confidence,
            "security-severity": SCORES[rule.severity],
            "problem.severity": PROBLEMS[level],
        },
    }
    url = next(filter(None, (_url(source.url) for source in rule.sources)), "")
    if url:
        descriptor["helpUri"] = url
    return descriptor


def _help(rule: Rule) -> str:
    lines = [f"Why: {visible(rule.because)}", f"Fix: {visible(rule.fix)}"]
    for source in rule.sources:
        checked = f"checked {source.checked}" + (f", {source.versions}" if source.versions else "")
        lines.append(f"Source: {visible(source.title)} ({visible(checked)}) {_url(source.url)}".rstrip())
    return "\n".join(lines)


def _markdown(rule: Rule) -> str:
    paragraphs = [f"**Why:** {_safe(rule.because)}", f"**Fix:** {_safe(rule.fix)}"]
    for source in rule.sources:
        title = _safe(source.title)
        url = _url(source.url)
        paragraphs.append(f"**Source:** [{title}]({url})" if url else f"**Source:** {title}")
    return "\n\n".join(paragraphs)


def _safe(text: str) -> str:
    """Markdown without HTML (3.11.4.2) and without links of its own; code spans stay as they are."""
    parts = visible(text).split("`")
    whole_spans = len(parts) % 2 == 1
    for index, part in enumerate(parts):
        if index % 2 == 0 or (index == len(parts) - 1 and not whole_spans):
            parts[index] = "".join(f"\\{char}" if char in "\\<[]" else char for char in part)
    return "`".join(parts)


def _url(url: str) -> str:
    """A web address as a link may carry it, else nothing."""
    if not url.startswith(("https://", "http://")) or len(url) > DESCRIPTION:
        return ""
    return quote(whole(url), safe=":/?#&=%+,;@~!$'*")


def _result(finding: Finding, places: Mapping[str, int], root: str) -> dict[str, object]:
    undecided = finding.status == "unknown"
    facts = saw(finding)
    first = visible(finding.message, 500) or visible(finding.title, 500)
    text = f"{first}: not decided, {visible(finding.reason, 400)}." if undecided else f"{first}."
    shown = f"{text} Seen: {facts}." if facts and not undecided else text
    place = finding.location
    result: dict[str, object] = {
        "ruleId": whole(finding.rule),
        "kind": "open" if undecided else "fail",
        "level": "none" if undecided else LEVELS[finding.severity],  # 3.27.10: `none` wherever kind is not `fail`
        "message": {"text": _text(shown, DESCRIPTION, braces=True)},
        "locations": [
            {
                "physicalLocation": _physical(place.path, place.line, place.column, root),
                "logicalLocations": _logical(finding),
            }
        ],
        "partialFingerprints": {"holdfast/v1": whole(finding.fingerprint)},
        # 3.27.23: an array in every result or in none; an empty one says: not suppressed.
        "suppressions": [_suppression(finding.suppressed)] if finding.suppressed is not None else [],
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "requirements": [whole(id) for id in finding.requirements],
            "facts": data(finding.facts),
            "repairable": finding.repairable,
        },
    }
    if finding.rule in places:
        result["ruleIndex"] = places[finding.rule]
    if finding.baseline_state:
        result["baselineState"] = finding.baseline_state
    return result


def _suppression(suppression: Suppression) -> dict[str, object]:
    until = f" (until {visible(suppression.until)})" if suppression.until else ""
    return {
        "kind": "inSource" if suppression.by in ("comment", "annotation") else "external",
        "status": "accepted",
        "justification": visible(suppression.reason) + until,
    }


def _logical(finding: Finding) -> list[dict[str, object]]:
    """What the finding is about: the asset, and the place in its document as JSON locations are named (3.33.7)."""
    asset = whole(finding.asset)
    locations: list[dict[str, object]] = [
        {"name": asset.rpartition("/")[2], "fullyQualifiedName": asset, "kind": "resource"}
    ]
    pointer = whole(finding.location.pointer)
    if pointer:
        locations.append({"name": pointer.rpartition("/")[2], "fullyQualifiedName": pointer, "kind": "value"})
    return locations


def _physical(path: str, line: int, column: int, root: str) -> dict[str, object]:
    region = {"startLine": max(line, 1), "startColumn": max(column, 1)}
    return {"artifactLocation": _artifact(path, root), "region": region}


def _artifact(path: str, root: str) -> dict[str, object]:
    """Relative to the root wherever it can be, as GitHub matches nothing else; a base id only then (3.4.4)."""
    if root and path.startswith(f"{root.rstrip('/')}/"):
        path = path.removeprefix(root.rstrip("/")).lstrip("/")
    try:
        # Names that are not UTF-8 come from the file system with single surrogates and go back to their bytes.
        uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    except UnicodeEncodeError:
        uri = quote(whole(path), safe="/")
    return {"uri": f"file://{uri}"} if uri.startswith("/") else {"uri": uri or "-", "uriBaseId": BASE}


def _invocation(
    result: Result, left_out: Mapping[str, int], places: Mapping[str, int], options: Options
) -> dict[str, object]:
    notes: list[dict[str, object]] = [_gap(gap, options.root) for gap in result.examined.gaps]
    for item in result.not_asked:
        text = f"{item.rule} was not asked: {item.source} cannot show {', '.join(item.facts)}."
        note = _notification("not-asked", text)
        index = {"index": places[item.rule]} if item.rule in places else {}
        notes.append({**note, "associatedRule": {"id": whole(item.rule), **index}})
    notes.extend(_notification("suppression", f"{notice.where}: {notice.what}") for notice in result.notices)
    notes.extend(_notification("not-listed", f"Left out: {count} {reason}.") for reason, count in left_out.items())
    invocation: dict[str, object] = {"executionSuccessful": True, "toolExecutionNotifications": notes}
    if options.now is not None:
        invocation["endTimeUtc"] = options.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return invocation


def _gap(gap: Gap, root: str) -> dict[str, object]:
    place = _physical(gap.path, gap.line, 1, root)
    if not gap.line:
        del place["region"]
    return {
        **_notification(gap.kind, f"{gap.path}: {gap.reason}"),
        "locations": [{"physicalLocation": place}],
    }


def _notification(id: str, text: str) -> dict[str, object]:
    return {
        "descriptor": {"id": id, "index": list(NOTIFICATIONS).index(id)},
        "level": NOTIFICATIONS[id][0],
        "message": {"text": _text(text, DESCRIPTION, braces=True)},
    }


def _text(text: str, limit: int, *, braces: bool = False) -> str:
    """A plain text message (3.11.3), never empty: no links of its own and, in messages, braces doubled (3.11.5)."""
    text = visible(text.replace("](", "] ("), limit) or "-"
    return text.replace("{", "{{").replace("}", "}}") if braces else text
