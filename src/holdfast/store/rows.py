"""What the ledger seals of rows, and whether the rows are still what was sealed.

Every run, finding and attestation has an entry for its present state. The subject of that entry is a pseudonym of the
row, so the last entry about a row is known without its payload: a row that was set back, changed, deleted or invented
does not fit. Of assets the digest is sealed with the run that saw them; it is compared for the runs that saw last what
they saw.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from holdfast.core.entry import pseudonym
from holdfast.core.requirement import Attestation
from holdfast.core.rule import SEVERITIES
from holdfast.core.run import Link
from holdfast.store.database import Database, Row
from holdfast.store.digests import digest_of, digest_of_all

__all__ = [
    "DESCRIBING",
    "RUN",
    "forget",
    "sealed_attestation",
    "sealed_finding",
    "sealed_run",
    "subject_of_attestation",
    "subject_of_finding",
    "subject_of_run",
    "subjects_of",
    "unsealed",
]  # fmt: skip

DESCRIBING = frozenset(("run", "finding", "suppression", "attestation"))
"""Kinds of entries that describe a row."""
RUN = (
    *("id", "origin", "targets", "started", "ended", "profile", "version", "rules", "outcome", "reason"),
    *("sources_read", "passes", "unknown", "not_applicable", "assets", "digest"),
)
"""The columns of a run that are sealed: all but the number of the entry."""
Told = Callable[[str, str], None]
"""What is wrong, and where."""


def subject_of_run(number: int) -> str:
    """What stands for a run before it becomes a pseudonym."""
    return f"run {number}"


def subject_of_finding(origin: str, fingerprint: str) -> str:
    """The same for a finding."""
    return f"finding {origin} {fingerprint}"


def subject_of_attestation(number: int) -> str:
    """The same for an attestation."""
    return f"attestation {number}"


def sealed_run(row: Row) -> bytes:
    """The payload of a run's entry: its row."""
    return msgspec.json.encode(dict(zip(RUN, row, strict=True)), order="sorted")


def sealed_finding(
    origin: str, fingerprint: str, rule: str, asset: str, severity: str, state: str, reason: str, until: str, by: str
) -> bytes:
    """The payload of a finding's entry."""
    said = {"asset": asset, "fingerprint": fingerprint, "origin": origin, "rule": rule, "severity": severity}
    if state == "suppressed":
        said.update(by=by, reason=reason, until=until)
    return msgspec.json.encode({**said, "state": state}, order="sorted")


def sealed_attestation(attestation: Attestation, *, withdrawn: bool) -> bytes:
    """The payload of an attestation's entry."""
    return msgspec.json.encode({**msgspec.to_builtins(attestation), "withdrawn": withdrawn}, order="sorted")


def subjects_of(database: Database, name: str) -> list[str]:
    """What entries about an asset or a person have as their subject: itself, its findings, what a person attested."""
    findings = database.rows(
        "SELECT f.origin, f.fingerprint FROM finding f JOIN asset a ON a.id = f.asset WHERE a.name = ?", (name,)
    )
    attested = database.rows("SELECT id FROM attestation WHERE person = ? OR subject = ? ORDER BY id", (name, name))
    return [
        name,
        *(subject_of_finding(origin, fingerprint) for origin, fingerprint in findings),
        *(subject_of_attestation(number) for (number,) in attested),
    ]


def forget(database: Database, name: str) -> None:
    """Deletes what a person attested, inside a transaction: whoever erases the payloads erases the rows."""
    database.run("DELETE FROM attestation WHERE person = ?", (name,))


def unsealed(
    database: Database, key: bytes, last: Mapping[str, int], told: Told, erased: Container[int] = (), since: int = 0
) -> None:
    """Compares every row that an entry describes with the last entry about it.

    `key` makes pseudonyms; `last` holds, for each subject of the entries that are there, the number of its last one.
    Rows whose entry is `erased` may be gone, and entries below `since` were pruned: their rows are taken as they are.
    """
    unmatched = dict(last)
    for where, subject, entry, sealed, content in _described(database):
        name = pseudonym(key, subject)
        newest = unmatched.pop(name, None)
        if newest is None:
            if entry >= since:
                told("no entry that is there describes it", where)
        elif newest != entry:
            told(f"it is the state of entry {entry}, the last one is entry {newest}", where)
        elif content is not None and bytes(content) != sealed:
            told(f"it is not what entry {entry} sealed", where)
    for entry in sorted(entry for entry in unmatched.values() if entry not in erased):
        told("the row that it describes is gone", f"entry {entry}")
    _assets(database, told)


def _described(database: Database) -> Iterator[tuple[str, str, int, bytes, Any]]:
    """Every row that an entry describes: its name, subject, entry, and what its payload should be and is."""
    columns = ", ".join(f"r.{column}" for column in RUN)
    for row in database.each(f"SELECT {columns}, r.entry, p.content FROM run r LEFT JOIN payload p ON p.seq = r.entry"):  # noqa: S608
        yield f"run {row[0]}", subject_of_run(row[0]), row[-2], sealed_run(row[:-2]), row[-1]
    for row in database.each(
        "SELECT f.origin, f.fingerprint, f.rule, a.name, f.severity, f.state, f.reason, f.until, f.suppressed_by,"
        " f.entry, p.content FROM finding f JOIN asset a ON a.id = f.asset LEFT JOIN payload p ON p.seq = f.entry"
    ):
        severity = SEVERITIES[row[4]] if row[4] in range(len(SEVERITIES)) else str(row[4])
        told: Row = (*row[:4], severity, *row[5:9])
        sealed = sealed_finding(*told)
        yield f"finding {row[1]}", subject_of_finding(row[0], row[1]), row[9], sealed, row[10]
    for row in database.each(
        "SELECT t.id, t.requirement, t.subject, t.person, t.statement, t.file, t.digest, t.made, t.until, t.withdrawn,"
        " t.entry, p.content FROM attestation t LEFT JOIN payload p ON p.seq = t.entry"
    ):
        fields: Row = (*row[:8], _day(row[8]))
        sealed = sealed_attestation(Attestation(*fields), withdrawn=row[9] is not None)
        yield f"attestation {row[0]}", subject_of_attestation(row[0]), row[10], sealed, row[11]


def _day(text: str) -> date | str:
    """A day; what is none fits no payload and is kept as it is."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _assets(database: Database, told: Told) -> None:
    """Compares assets with the digest that their run sealed, where that run was the last to see all of them."""
    sql = (
        "SELECT s.run, a.source, a.name, a.kind, a.path, v.facts, a.attributes, v.edges, a.declared, a.digest"
        " FROM asset a JOIN sighting s ON s.asset = a.id"
        " JOIN asset_version v ON v.asset = a.id AND v.run = a.changed_run"
        " WHERE a.gone_run IS NULL AND a.source <> 'named'"
    )
    seen: dict[int, list[str]] = {}
    for run, source, name, kind, path, facts, attributes, edges, declared, digest in database.each(sql):
        try:
            links = msgspec.json.decode(edges, type=list[Link])
        except msgspec.MsgspecError:
            links = []
        if digest_of(kind, path, facts, attributes, links, declared=bool(declared)) != digest:
            told("it is not what a run saw", f"asset {name}")
        seen.setdefault(run, []).append(f"{source} {name} {digest}")
    for run, count, digest in database.rows("SELECT id, assets, digest FROM run"):
        if len(seen.get(run, ())) == count and digest_of_all(seen.get(run, ())) != digest:
            told("its assets are not those that it saw", f"run {run}")
