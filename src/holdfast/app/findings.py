"""The use `findings`: what recorded runs found, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from holdfast.core.errors import UsageError
from holdfast.core.inventory import Listed, Wanted
from holdfast.core.rule import rank
from holdfast.core.run import day_of, moment
from holdfast.report.listing import as_csv, as_json, table
from holdfast.store.database import Database
from holdfast.store.query import findings

__all__ = ["FORMATS", "page", "page_mark", "shown"]

FORMATS = ("table", "json", "csv")
MARK = re.compile(r"[0-4]\.[0-9]{1,18}")
COLUMNS = ("severity", "rule", "asset", "owner", "place", "since", "state", "fingerprint")


def page(database: Database, wanted: Wanted) -> list[Listed]:
    """One page. Raises StoreError."""
    return findings(database, wanted)


def page_mark(text: str) -> tuple[int, int] | None:
    """The place after which a page begins, as `shown` writes it. Raises UsageError."""
    if not text:
        return None
    severity, _, number = text.partition(".")
    if not MARK.fullmatch(text):
        raise UsageError(f"`{text}` is no mark of a page", hint="give what the page before ended with")
    return int(severity), int(number)


def shown(found: Sequence[Listed], wanted: Wanted, format: str) -> tuple[bytes, str]:
    """A page in a format, and the mark that the next one begins after; empty where this is the last."""
    more = f"{rank(found[-1].severity)}.{found[-1].id}" if len(found) == wanted.limit else ""
    if format == "json":
        document = {"findings": [_document(item) for item in found], "next": more or None}
        return as_json("holdfast.findings/1", document), more
    rows = [_row(item) for item in found]
    return (as_csv(COLUMNS, rows) if format == "csv" else table(COLUMNS, rows)), more


def _row(item: Listed) -> list[object]:
    state = item.state + (f" until {item.until}" if item.until else "") + (": " + item.reason if item.reason else "")
    place = f"{item.path}:{item.line}" if item.path else "-"
    return [
        *(item.severity, item.rule, item.asset, item.owner or "-", place, day_of(item.opened)),
        *(state, item.fingerprint[:12]),
    ]


def _document(item: Listed) -> dict[str, object]:
    return {
        "fingerprint": item.fingerprint,
        "rule": item.rule,
        "title": item.title,
        "asset": item.asset,
        "origin": item.origin,
        "severity": item.severity,
        "confidence": item.confidence,
        "state": item.state,
        "owner": item.owner or None,
        "location": {"path": item.path, "line": item.line},
        "message": item.message,
        "reason": item.reason or None,
        "until": item.until or None,
        "opened": moment(item.opened).isoformat(),
        "resolved": moment(item.resolved).isoformat() if item.resolved else None,
        "reopened": item.reopened,
        "entry": item.entry,
    }
