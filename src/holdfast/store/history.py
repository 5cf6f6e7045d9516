"""What changed between two runs: assets with their facts and relations, and findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from holdfast.core.inventory import Listed
from holdfast.core.run import Link
from holdfast.store.database import Database, Row, by_ids
from holdfast.store.query import LISTED, as_listed

__all__ = ["Version", "changed_findings", "rules_before", "span", "versions"]


class Version(NamedTuple):
    """An asset before and after; what was not there has no facts."""

    name: str
    kind: str
    origin: str
    weight: int
    before: Any
    after: Any
    attributes_before: dict[str, tuple[str, str]]
    attributes_after: dict[str, tuple[str, str]]
    links_before: frozenset[Link]
    links_after: frozenset[Link]


def span(database: Database, first: int, last: int) -> list[Row]:
    """The runs after `first` up to `last`: number, origin, end, outcome, why it failed."""
    sql = "SELECT id, origin, ended, outcome, reason FROM run WHERE id > ? AND id <= ? ORDER BY id"
    return database.rows(sql, (first, last))


def versions(database: Database, first: int, last: int) -> Iterator[Version]:
    """The assets that changed after run `first` up to run `last`, in order of their ids."""
    touched = database.rows(
        "SELECT DISTINCT a.id, a.name, a.kind, a.origin, a.weight FROM asset_version v JOIN asset a ON a.id = v.asset"
        " WHERE v.run > ? AND v.run <= ? ORDER BY a.name, a.id",
        (first, last),
    )
    ids = [row[0] for row in touched]
    old, new = _at(database, ids, first), _at(database, ids, last)
    nothing = ("", "[]", "{}")
    for key, name, kind, origin, weight in touched:
        before, after = old.get(key, nothing), new.get(key, nothing)
        if before != after:
            links = (_links(before[1]), _links(after[1]))
            known = (_attributes(before[2]), _attributes(after[2]))
            yield Version(name, kind, origin, weight, _facts(before[0]), _facts(after[0]), *known, *links)


def _at(database: Database, ids: Sequence[int], run: int) -> dict[int, Row]:
    """The versions of assets as a run left them."""
    sql = (
        "SELECT v.asset, v.facts, v.edges, v.attributes FROM asset_version v JOIN (SELECT asset, MAX(run) AS run"
        " FROM asset_version WHERE asset IN {ids} AND run <= ? GROUP BY asset) m ON m.asset = v.asset AND m.run = v.run"
    )
    return {row[0]: row[1:] for row in by_ids(database, sql, ids, run)}


def _facts(text: str) -> Any:
    return msgspec.json.decode(text) if text else None


def _links(text: str) -> frozenset[Link]:
    return frozenset(msgspec.json.decode(text, type=list[Link]))


def _attributes(text: str) -> dict[str, tuple[str, str]]:
    return msgspec.json.decode(text, type=dict[str, tuple[str, str]])


def changed_findings(database: Database, first: int, last: int) -> list[tuple[Listed, str, bool]]:
    """What became of findings after run `first` up to `last`, the worst first.

    Each with the last thing that became of it then (`opened`, `suppressed`, `resumed`, `resolved`, `reopened`), and
    with whether its asset had been there before.
    """
    select = LISTED.replace(" FROM finding f", ", c.what, a.first_run FROM finding f", 1)
    join = (
        " JOIN finding_change c ON c.finding = f.id JOIN (SELECT finding, MAX(run) AS run FROM finding_change"
        " WHERE run > ? AND run <= ? GROUP BY finding) m ON m.finding = c.finding AND m.run = c.run"
    )
    rows = database.rows(f"{select}{join} ORDER BY f.severity DESC, f.id", (first, last))
    return [(as_listed(row), row[19], row[20] <= first) for row in rows]


def rules_before(database: Database, origin: str, run: int) -> frozenset[str]:
    """The rules that an origin had been asked up to a run, by the last one that asked any."""
    rows = database.rows(
        "SELECT s.rules FROM run r JOIN rule_set s ON s.digest = r.rules"
        " WHERE r.origin = ? AND r.id <= ? AND r.outcome <> 'failed' ORDER BY r.id DESC LIMIT 1",
        (origin, run),
    )
    kinds = msgspec.json.decode(rows[0][0], type=dict[str, list[str]]) if rows else {}
    return frozenset(rule for ids in kinds.values() for rule in ids)
