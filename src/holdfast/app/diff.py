"""The use `diff`: what changed between two runs, what matters first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from holdfast.core.difference import SORTS, Change, Difference
from holdfast.core.errors import UsageError
from holdfast.core.inventory import Listed
from holdfast.core.run import day_of
from holdfast.report.difference import FORMATS
from holdfast.report.difference import render as shown
from holdfast.report.listing import as_json, table
from holdfast.report.wording import value
from holdfast.store.database import Database
from holdfast.store.history import Version, changed_findings, rules_before, span, versions
from holdfast.store.query import latest_run, runs

__all__ = ["FORMATS", "difference", "recorded_runs", "shown"]

REACH = frozenset(("assumes", "commands", "reads", "writes", "bound_to", "holds_credential", "mounts"))
"""Relations that let an asset reach another."""
FAR = ("node", "public")
ENTRIES = frozenset(("endpoint", "server", "route", "gateway", "service", "managed_notebook"))
"""Kinds that somebody calls over a network."""
UNSEEN = "unseen"
"""Stands for a fact that one of the runs could not see, which is another thing than its absence."""
SHOWN_FIELDS = 12
"""Fields of one change that are shown."""


def difference(database: Database, first: int | None, last: int | None) -> Difference:
    """What changed after run `first` up to run `last`; by default, what the last run changed.

    Raises UsageError for runs that there are not.
    """
    newest = latest_run(database)
    last = newest if last is None else last
    first = last - 1 if first is None else first
    if not newest:
        raise UsageError("no run is recorded", hint="`holdfast check --store` records one")
    if not 0 <= first < last <= newest:
        raise UsageError(f"there is nothing from run {first} to run {last}", hint=f"runs are numbered 1 to {newest}")
    with database.snapshot():
        runs = [
            (number, origin, day_of(ended), outcome, reason)
            for number, origin, ended, outcome, reason in span(database, first, last)
        ]
        changes = [change for version in versions(database, first, last) for change in _of_version(version)]
        changes += _of_findings(database, first, last)
    changes.sort(key=lambda change: SORTS.index(change.sort))
    return Difference(first, last, runs, changes)


def _of_version(version: Version) -> Iterator[Change]:
    """What became of an asset."""
    if version.before is None:
        entry = version.kind in ENTRIES or version.attributes_after.get("exposure", ("",))[0] in FAR
        yield Change("new endpoint" if entry else "new asset", version.name, list(_said(version)))
    elif version.after is None:
        yield Change("gone", version.name)
    else:
        told = dict(_attributes(version))
        facts = (line for line in _fields("", version.before, version.after) if line.partition(":")[0] not in told)
        details = [*facts, *told.values()]
        if details:
            yield Change("changed", version.name, details[:SHOWN_FIELDS])
        yield from _exposure(version)
    for sort, links in (
        ("new reach", version.links_after - version.links_before),
        ("lost reach", version.links_before - version.links_after),
    ):
        reach = sorted(f"{link.relation} {link.target}" for link in links if link.relation in REACH)
        if reach and version.after is not None:
            yield Change(sort, version.name, reach)


def _exposure(version: Version) -> Iterator[Change]:
    before, after = (
        known.get("exposure", ("unknown", ""))[0] for known in (version.attributes_before, version.attributes_after)
    )
    if before != after and (before in FAR or after in FAR):
        farther = after == "public" or before not in FAR
        yield Change("more exposed" if farther else "less exposed", version.name, [f"{before} -> {after}"])


def _said(version: Version) -> Iterator[str]:
    for name, (known, origin) in sorted(version.attributes_after.items()):
        yield f"{name} {known} ({origin})"


def _attributes(version: Version) -> Iterator[tuple[str, str]]:
    """The attributes that differ; a fact of the same name is what the attribute was taken from, and not told twice."""
    old, new = version.attributes_before, version.attributes_after
    for name in sorted({*old, *new} - {"exposure"}):
        before, after = (known.get(name, ("", ""))[0] for known in (old, new))
        if before != after:
            yield name, f"{name}: {before or 'unknown'} -> {after or 'unknown'}"


def _fields(path: str, before: Any, after: Any) -> Iterator[str]:
    """The facts that differ, by path."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _fields(f"{path}.{name}" if path else name, before.get(name, UNSEEN), after.get(name, UNSEEN))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _fields(f"{path}[{at}]", one, other)
    else:
        yield f"{path}: {value(before, 60)} -> {value(after, 60)}"


def _of_findings(database: Database, first: int, last: int) -> Iterator[Change]:
    asked: dict[str, frozenset[str]] = {}
    for listed, what, was_there in changed_findings(database, first, last):
        if listed.origin not in asked:
            asked[listed.origin] = rules_before(database, listed.origin, first)
        regressed = what in ("reopened", "resumed") or (was_there and listed.rule in asked[listed.origin])
        sort = what if what in SORTS else "control regressed" if regressed else "new finding"
        yield Change(sort, listed.asset, [_finding(listed)], listed.fingerprint)


def _finding(listed: Listed) -> str:
    why = f" ({listed.reason})" if listed.reason else ""
    return f"{listed.severity} {listed.rule}: {listed.title}{why}"


def recorded_runs(database: Database, format: str, limit: int = 100) -> bytes:
    """The last runs: what each looked at, and how far it came."""
    columns = ("run", "day", "outcome", "profile", "origin", "targets", "reason")
    rows = [
        (number, day_of(ended), outcome, profile, origin, ", ".join(msgspec.json.decode(targets)), reason)
        for number, origin, ended, outcome, profile, targets, reason in runs(database, limit=limit)
    ]
    if format == "json":
        return as_json("holdfast.runs/1", {"runs": [dict(zip(columns, row, strict=True)) for row in rows]})
    return table(columns, rows)
