"""What a run leaves in the store, as digests that are sealed with it: rows that were changed since do not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby, islice
from operator import itemgetter

import msgspec

from holdfast.store.columns import ASSET, FINDING, listed
from holdfast.store.database import Database, Row
from holdfast.store.digests import digest_of_rules

__all__ = ["NOTHING", "changes_of", "digest_of_rows", "gaps_of", "state_of", "unstated"]

BATCH = 1000
ASSETS = (
    f"SELECT {listed(ASSET, 'a')}, a.gone_run, s.run"  # noqa: S608  # our own names, as below
    " FROM asset a LEFT JOIN sighting s ON s.asset = a.id WHERE a.origin = ? ORDER BY a.id"
)
EDGES = (
    "SELECT source, relation, target, certain FROM edge WHERE source IN (SELECT id FROM asset WHERE origin = ?)"
    " ORDER BY source"
)
FINDINGS = f"SELECT {listed(FINDING)} FROM finding WHERE origin = ? ORDER BY id"  # noqa: S608
VERSIONS = "SELECT asset, facts, edges, attributes FROM asset_version WHERE run = ? ORDER BY asset"
BECAME = "SELECT finding, what FROM finding_change WHERE run = ? ORDER BY finding"
LOST = (
    ("edge", "SELECT count(*) FROM edge WHERE source NOT IN (SELECT id FROM asset)"),
    ("sighting", "SELECT count(*) FROM sighting WHERE asset NOT IN (SELECT id FROM asset)"),
    ("asset_version", "SELECT count(*) FROM asset_version WHERE run NOT IN (SELECT id FROM run)"),
    ("finding_change", "SELECT count(*) FROM finding_change WHERE run NOT IN (SELECT id FROM run)"),
    ("gap", "SELECT count(*) FROM gap WHERE run NOT IN (SELECT id FROM run)"),
    ("asset", "SELECT count(*) FROM asset WHERE origin NOT IN (SELECT origin FROM run)"),
    ("finding", "SELECT count(*) FROM finding WHERE origin NOT IN (SELECT origin FROM run)"),
)
"""Rows that belong to nothing, which no digest covers."""
Told = Callable[[str, str], None]
"""What is wrong, and where."""


def digest_of_rows(*tables: Iterator[Row]) -> str:
    """The digest of the rows of some queries, each in its order."""
    digest = hashlib.sha256()
    lines = msgspec.json.Encoder().encode_lines
    for rows in tables:
        while batch := list(islice(rows, BATCH)):
            digest.update(lines(batch))
        digest.update(b"\n")  # no row is empty, so no row moves from one table to the next
    return digest.hexdigest()


NOTHING = digest_of_rows(iter(()), iter(()), iter(()))
"""The state of an origin that no run looked at."""


def state_of(database: Database, origin: str) -> str:
    """The digest of all rows of an origin: assets with their sightings, relations, findings."""
    return digest_of_rows(
        database.each(ASSETS, (origin,)),
        _sorted(database.each(EDGES, (origin,))),
        database.each(FINDINGS, (origin,)),
    )


def changes_of(database: Database, run: int) -> str:
    """The digest of what a run wrote and nobody changes: versions of assets, and what became of findings."""
    return digest_of_rows(database.each(VERSIONS, (run,)), database.each(BECAME, (run,)))


def gaps_of(gaps: Iterable[Row]) -> str:
    """The digest of what a run could not look at: path, reason, kind, line."""
    return digest_of_rows(iter(sorted(tuple(gap) for gap in gaps)))


def _sorted(edges: Iterator[Row]) -> Iterator[Row]:
    """Relations in the order of Python: how databases order text depends on where they run."""
    return chain.from_iterable(sorted(group) for _, group in groupby(edges, itemgetter(0)))


def unstated(database: Database, told: Told) -> None:
    """Compares what the runs left with what is there."""
    last: dict[str, tuple[int, str]] = {}
    for number, origin, state, changes, gaps in database.rows(
        "SELECT id, origin, state, changes, gaps FROM run ORDER BY id"
    ):
        last[origin] = (number, state)
        if changes_of(database, number) != changes:
            told("the versions of assets, or what became of findings, are not what it wrote", f"run {number}")
        if gaps_of(database.rows("SELECT path, reason, kind, line FROM gap WHERE run = ?", (number,))) != gaps:
            told("its gaps are not those that it told", f"run {number}")
    for origin, (number, state) in last.items():
        if state_of(database, origin) != state:
            told("assets, relations or findings of its origin are not as it left them", f"run {number}")
    for table, sql in LOST:
        count = database.rows(sql)[0][0]
        if count:
            told(f"{count} rows belong to nothing that was recorded", table)
    _rule_sets(database, told)


def _rule_sets(database: Database, told: Told) -> None:
    """A rule set is named by its digest, and the names are in sealed rows."""
    known = set()
    for name, rules in database.rows("SELECT digest, rules FROM rule_set"):
        known.add(name)
        if digest_of_rules(str(rules)) != name:
            told("it is not what its name says", f"rule set {name}")
    for (name,) in database.rows("SELECT DISTINCT rules FROM run"):
        if name not in known:
            told("it is gone", f"rule set {name}")
