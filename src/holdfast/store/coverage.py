"""What rules answered about the assets that are there, for whoever asks how far requirements are met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec
from msgspec import Struct

from holdfast.store.database import Database
from holdfast.store.query import like

__all__ = ["Answered", "accepted", "answered", "changes_since", "last_runs", "matches"]


class Answered(Struct, frozen=True):
    """Assets about which the same rules said the same."""

    kind: str
    letters: Mapping[str, str]
    """Rule -> `f` fail, `u` unknown, `p` pass, `n` not applicable, `-` not asked."""
    assets: list[tuple[str, int, int]]
    """Asset id, when it was last seen, and its number."""


def answered(database: Database) -> Iterator[Answered]:
    """The assets that are there, by what was answered: many are alike."""
    sets = {
        digest: msgspec.json.decode(rules, type=dict[str, list[str]])
        for digest, rules in database.rows("SELECT digest, rules FROM rule_set")
    }
    groups: dict[tuple[str, str, str], list[tuple[str, int, int]]] = {}
    for kind, rules, answers, name, seen, key in database.rows(
        "SELECT a.kind, a.rules, a.answers, a.name, r.ended, a.id FROM asset a JOIN sighting s ON s.asset = a.id"
        " JOIN run r ON r.id = s.run WHERE a.gone_run IS NULL AND a.answers <> '' ORDER BY a.id"
    ):
        groups.setdefault((kind, rules, answers), []).append((name, seen, key))
    for (kind, rules, answers), assets in groups.items():
        yield Answered(kind, dict(zip(sets[rules].get(kind, ()), answers, strict=False)), assets)


def accepted(database: Database, today: date) -> frozenset[tuple[int, str]]:
    """The assets and rules of which every finding is an exception: somebody owns it, and it ends on a day to come.

    What is suppressed without an end, or in a baseline, is not accepted: it is only not told any more.
    """
    rows = database.rows(
        "SELECT DISTINCT asset, rule FROM finding f WHERE state = 'suppressed' AND NOT EXISTS"
        " (SELECT 1 FROM finding o WHERE o.asset = f.asset AND o.rule = f.rule AND (o.state = 'open'"
        " OR (o.state = 'suppressed' AND (o.owner = '' OR o.until < ?))))",  # no end is an empty text
        (today.isoformat(),),
    )
    return frozenset((asset, rule) for asset, rule in rows)


def changes_since(database: Database, subject: str, when: int) -> list[str]:
    """The assets that a pattern of ids means and that changed, came or went after a time; at most ten."""
    rows = database.rows(
        "SELECT DISTINCT a.name FROM asset a JOIN asset_version v ON v.asset = a.id JOIN run r ON r.id = v.run"
        " WHERE a.name LIKE ? ESCAPE '!' AND r.ended > ? ORDER BY a.name LIMIT 10",
        (like(subject), when),
    )
    return [name for (name,) in rows]


def matches(database: Database, subject: str) -> bool:
    """Whether a pattern of ids means any asset that is there."""
    pattern = like(subject)
    sql = "SELECT 1 FROM asset a WHERE a.name LIKE ? ESCAPE '!' AND a.gone_run IS NULL LIMIT 1"
    return bool(database.rows(sql, (pattern,)))


def last_runs(database: Database) -> dict[str, tuple[int, str]]:
    """Origin -> when its last run ended, and how."""
    rows = database.rows(
        "SELECT r.origin, r.ended, r.outcome FROM run r JOIN"
        " (SELECT origin, MAX(id) AS id FROM run GROUP BY origin) l ON l.id = r.id ORDER BY r.origin"
    )
    return {origin: (ended, outcome) for origin, ended, outcome in rows}
