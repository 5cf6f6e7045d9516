"""What is asked of the store: assets and findings, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from holdfast.core.inventory import Item, Listed, Selection, Wanted
from holdfast.core.rule import SEVERITIES, Severity, rank
from holdfast.store.database import Database, Row, by_ids

__all__ = [
    "LISTED",
    "as_listed",
    "count",
    "facts",
    "findings",
    "has_asset",
    "item",
    "items",
    "latest_run",
    "numbered",
    "recorded",
    "relations",
    "runs",
]

ITEM = (
    "SELECT a.id, a.name, a.kind, a.source, a.origin, a.path, a.attributes, f.ended, l.ended, c.ended,"
    " COALESCE(g.ended, 0), a.declared, a.weight FROM asset a JOIN sighting s ON s.asset = a.id"
    " JOIN run f ON f.id = a.first_run JOIN run l ON l.id = s.run JOIN run c ON c.id = a.changed_run"
    " LEFT JOIN run g ON g.id = a.gone_run"
)
BEST_FIRST = "CASE WHEN a.gone_run IS NULL THEN 0 ELSE 1 END, a.declared DESC, a.id"
LISTED = (
    "SELECT f.id, f.fingerprint, f.rule, f.title, a.name, f.origin, f.severity, f.confidence, f.state, f.owner,"
    " f.path, f.line, f.message, f.reason, f.until, o.ended, COALESCE(r.ended, 0), f.reopened, f.entry FROM finding f"
    " JOIN asset a ON a.id = f.asset JOIN run o ON o.id = f.opened_run LEFT JOIN run r ON r.id = f.resolved_run"
)
SPOKEN_OF = (
    "(a.source <> 'named' OR (EXISTS (SELECT 1 FROM edge e WHERE e.target = a.id)"
    " AND NOT EXISTS (SELECT 1 FROM asset d WHERE d.name = a.name AND d.source <> 'named' AND d.gone_run IS NULL)))"
)
"""What others only speak of is there as long as one of them does, and nothing else shows it."""
LAPSED = "f.state = 'suppressed' AND f.until <> '' AND f.until < ?"
"""A suppression that is over, although no run has said so yet."""
PLAIN = ("owner", "environment", "data_class", "exposure", "purpose", "provider")
"""Attributes that assets are selected by."""
RECORDED = {
    "origin": "SELECT DISTINCT origin FROM run",
    "rule": "SELECT DISTINCT rule FROM finding",
    **{name: f"SELECT DISTINCT {name} FROM asset WHERE {name} IS NOT NULL" for name in PLAIN},  # noqa: S608
}


def items(database: Database, selection: Selection, *, after: int = 0, limit: int = 0) -> list[Item]:
    """The assets of a selection in order of their numbers, `limit` of them if it is given."""
    where, values = _where(selection)
    page = f" LIMIT {int(limit)}" if limit else ""
    rows = database.rows(f"{ITEM} WHERE a.id > ? AND {where} ORDER BY a.id{page}", [after, *values])
    return _items(database, rows, selection.today)


def item(database: Database, name: str) -> list[Item]:
    """The assets of an id: one, unless several sources or origins show it; what is there and declared comes first."""
    return _items(database, database.rows(f"{ITEM} WHERE a.name = ? ORDER BY {BEST_FIRST}", [name]))


def numbered(database: Database, ids: Sequence[int]) -> dict[int, Item]:
    """The assets of these numbers."""
    return {each.id: each for each in _items(database, list(by_ids(database, f"{ITEM} WHERE a.id IN {{ids}}", ids)))}


def count(database: Database, selection: Selection) -> int:
    """How many assets a selection has."""
    where, values = _where(selection)
    sql = f"SELECT COUNT(*) FROM asset a JOIN sighting s ON s.asset = a.id JOIN run l ON l.id = s.run WHERE {where}"  # noqa: S608
    return int(database.rows(sql, values)[0][0])


def _where(selection: Selection) -> tuple[str, list[Any]]:
    """The condition and its values; the text is ours, whatever is asked stands in values."""
    parts = ["a.gone_run IS NOT NULL" if selection.gone else "a.gone_run IS NULL", SPOKEN_OF]
    values: list[Any] = []
    for column in ("owner", "environment", "data_class", "exposure", "provider", "origin"):
        value = getattr(selection, column)
        if value:
            parts.append(f"a.{column} = ?")
            values.append(value)
    if selection.kinds:
        parts.append(f"a.kind IN ({', '.join('?' * len(selection.kinds))})")
        values += selection.kinds
    for column in selection.lacking:
        if column not in PLAIN:
            raise ValueError(column)
        parts.append(f"a.{column} IS NULL")
    if selection.seen_before:
        parts.append("l.ended < ?")
        values.append(selection.seen_before)
    if selection.undeclared:
        parts.append(
            "a.declared = 0 AND NOT EXISTS"
            " (SELECT 1 FROM asset d WHERE d.name = a.name AND d.declared = 1 AND d.gone_run IS NULL)"
        )
    if selection.names:
        parts.append("a.name LIKE ? ESCAPE '!'")
        values.append(like(selection.names))
    return " AND ".join(parts), values


def like(pattern: str) -> str:
    """A pattern with `*` and `?` as SQL has it, `!` before what stands for itself."""
    escaped = "".join(f"!{char}" if char in "!%_" else char for char in pattern)
    return escaped.replace("*", "%").replace("?", "_")


def _items(database: Database, rows: Sequence[Row], today: str = "") -> list[Item]:
    open_ = _open(database, [row[0] for row in rows], today)
    decode = msgspec.json.Decoder(dict[str, tuple[str, str]]).decode
    found: list[Item] = []
    for row in rows:
        fields: Row = (*row[:6], decode(row[6]), *row[7:11], bool(row[11]), row[12], open_.get(row[0], {}))
        found.append(Item(*fields))
    return found


def _open(database: Database, ids: Sequence[int], today: str) -> Mapping[int, Mapping[Severity, int]]:
    sql = (
        "SELECT f.asset, f.severity, COUNT(*) FROM finding f WHERE f.asset IN {ids}"  # noqa: S608  # our names
        f" AND (f.state = 'open' OR ({LAPSED})) GROUP BY f.asset, f.severity ORDER BY f.asset, f.severity DESC"
    )
    found: dict[int, dict[Severity, int]] = {}
    for asset, severity, number in by_ids(database, sql, ids, today):
        found.setdefault(asset, {})[SEVERITIES[severity]] = number
    return found


def facts(database: Database, ids: Sequence[int]) -> dict[int, Any]:
    """The facts of assets as they were seen last, by number."""
    sql = (
        "SELECT v.asset, v.facts FROM asset_version v JOIN asset a ON a.id = v.asset AND a.changed_run = v.run"
        " WHERE v.asset IN {ids}"
    )
    return {asset: msgspec.json.decode(text) for asset, text in by_ids(database, sql, ids) if text}


def relations(database: Database, ids: Sequence[int]) -> list[tuple[str, str, str, bool]]:
    """The relations that assets have: id, relation, id, and whether it is certain."""
    sql = (
        "SELECT a.name, e.relation, b.name, e.certain FROM edge e JOIN asset a ON a.id = e.source"
        " JOIN asset b ON b.id = e.target WHERE e.source IN {ids} ORDER BY a.name, e.relation, b.name"
    )
    return [(source, relation, target, bool(sure)) for source, relation, target, sure in by_ids(database, sql, ids)]


def findings(database: Database, wanted: Wanted) -> list[Listed]:
    """A page of findings, the worst first, then the oldest.

    Each severity is asked for by itself: so every page, however far down, is one range of an index. Suppressions that
    are over are few, so they are looked up first.
    """
    parts, values = [], []
    for column in ("rule", "owner", "origin"):
        if getattr(wanted, column):
            parts.append(f"f.{column} = ?")
            values.append(getattr(wanted, column))
    if wanted.asset:
        keys = [key for (key,) in database.rows("SELECT id FROM asset WHERE name = ?", [wanted.asset])]
        marks = ", ".join("?" * len(keys)) or "NULL"  # PostgreSQL takes no empty list
        parts.append(f"f.asset IN ({marks})" if len(keys) != 1 else "f.asset = ?")
        values += keys
    last = "f.severity = ? AND f.id > ? ORDER BY f.id LIMIT ?"
    sql = f"{LISTED} WHERE {' AND '.join(['f.state = ?', *parts, last])}"
    over = database.rows(f"SELECT f.id FROM finding f WHERE {LAPSED} LIMIT 1", [wanted.today])  # noqa: S608  # our names
    lapsed = f"{LISTED} WHERE {' AND '.join([LAPSED, *parts, last])}" if over and wanted.state == "open" else ""
    first, after = wanted.after or (len(SEVERITIES) - 1, 0)
    found: list[Listed] = []
    for severity in range(first, rank(wanted.at_least) - 1, -1):
        page = [*values, severity, after if severity == first else 0, wanted.limit - len(found)]
        rows = database.rows(sql, [wanted.state, *page])
        rows += database.rows(lapsed, [wanted.today, *page]) if lapsed else []
        found += [as_listed(row) for row in sorted(rows)[: page[-1]]]
        if len(found) == wanted.limit:
            break
    return found


def as_listed(row: Row) -> Listed:
    """A finding from a row of `LISTED`."""
    fields: Row = (*row[:6], SEVERITIES[row[6]], *row[7:19])
    return Listed(*fields)


def recorded(database: Database, column: str) -> set[str]:
    """The values of a column of `RECORDED` that there are."""
    return {value for (value,) in database.rows(RECORDED[column])}


def has_asset(database: Database, name: str) -> bool:
    """Whether an asset of this id is there or was."""
    return bool(database.rows("SELECT 1 FROM asset WHERE name = ? LIMIT 1", [name]))


def runs(database: Database, limit: int = 20) -> list[Row]:
    """The last runs: number, origin, end, outcome, profile, targets, why it failed."""
    sql = "SELECT id, origin, ended, outcome, profile, targets, reason FROM run ORDER BY id DESC LIMIT ?"
    return database.rows(sql, (limit,))


def latest_run(database: Database) -> int:
    """The number of the last run; 0 where there is none."""
    return int(database.rows("SELECT COALESCE(MAX(id), 0) FROM run")[0][0])
