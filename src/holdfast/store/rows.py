"""What the ledger seals of rows, and whether the rows are still what was sealed.

Every run, finding and attestation has an entry for its present state. The subject of that entry is a pseudonym of the
row, so the last entry about a row is known without its payload: a row that was set back, changed, deleted or invented
does not fit. All other rows, and findings once more, are sealed as digests with the run that left them (`state.py`):
while these fit, findings need not be compared one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct

from holdfast.core.entry import decode, pseudonym
from holdfast.core.errors import FormatError
from holdfast.core.requirement import Attestation
from holdfast.core.rule import SEVERITIES
from holdfast.core.run import Link
from holdfast.store.columns import ATTESTATION, RUN, listed
from holdfast.store.database import Database, Row
from holdfast.store.digests import digest_of
from holdfast.store.state import digest_of_rows, unstated

__all__ = [
    "DESCRIBING",
    "NO_RUNS",
    "changed_row",
    "runs_below",
    "sealed_attestation",
    "sealed_finding",
    "sealed_run",
    "subject_of_attestation",
    "subject_of_finding",
    "subject_of_run",
    "subjects_of",
    "unsealed",
]  # fmt: skip

DESCRIBING = frozenset(("run", "attestation"))
"""Kinds of entries that describe a row which nothing else vouches for."""
OF_FINDINGS = frozenset(("finding", "suppression"))
"""Kinds of entries that describe a finding."""
NO_RUNS = digest_of_rows(iter(()))
"""The digest that stands for runs where no entry of one was pruned."""
MADE = b',"withdrawn":null}'
"""How the payload of an attestation that is made ends."""
PRUNED = "the rows of runs whose entries were pruned are not what they were"
Told = Callable[[str, str], None]
"""What is wrong, and where."""
Described = Iterator[tuple[str, str, int, bytes]]
"""The name of a row, the subject of its entries, the number of the last one, and what its payload has to be."""


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


class SealedFinding(Struct, frozen=True, omit_defaults=True):
    """The payload of a finding's entry; what only a suppression has is left out otherwise."""

    asset: str
    fingerprint: str
    origin: str
    rule: str
    severity: str
    state: str
    by: str = ""
    reason: str = ""
    until: str = ""


sealed_finding = msgspec.json.Encoder().encode
"""The payload of a `SealedFinding`."""


def sealed_attestation(attestation: Attestation, withdrawn: int | None) -> bytes:
    """The payload of an attestation's entry; `withdrawn` says when, if it was."""
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


def runs_below(database: Database, entry: int) -> str:
    """The digest of the rows of all runs that were sealed below an entry: it stands for their payloads once pruned."""
    sql = f"SELECT {listed(RUN)}, entry FROM run WHERE entry < ? ORDER BY id"  # noqa: S608  # our own names
    return digest_of_rows(database.each(sql, (entry,)))


def changed_row(database: Database, before: int, below: int, runs: str) -> str:
    """What is wrong with the rows whose entries are about to be pruned; empty for nothing.

    Those below `before` were pruned earlier: `runs` is what stands for them.
    """
    if runs_below(database, before) != runs:
        return PRUNED
    for where, _, entry, sealed in chain(_runs(database, before), _attestations(database)):
        content = database.rows("SELECT content FROM payload WHERE seq = ?", (entry,)) if entry < below else ()
        if content and bytes(content[0][0]) != sealed:
            return f"{where} is not what entry {entry} sealed"
    return ""


class Heads:
    """The last entry about each row, as one pass over the entries finds them."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        """Subject -> number of its last entry."""
        self.contents: dict[int, int] = {}
        """Number of such an entry -> hash of its payload; -1 for one that is erased, since no hash is -1."""
        self.twice: list[tuple[int, int]] = []
        """Entries that both say that a row is new, although it is one row."""

    def add(self, kind: str, subject: str, seq: int, content: bytes | None) -> None:
        """Takes the next entry that describes a row. Python's hash of bytes has a key that nobody knows."""
        before = self.last.get(subject)
        if before is not None:
            new = kind == "run" or (kind == "attestation" and (content or b"").endswith(MADE))
            # A number that is used twice would hide the row that had it first.
            if self.contents.pop(before) != -1 and new:
                self.twice.append((before, seq))
        self.last[subject] = seq
        self.contents[seq] = -1 if content is None else hash(content)

    def unmatched(self, told: Told) -> None:
        """Tells what no row fitted; a row whose entry was erased may be gone."""
        for entry in sorted(entry for entry, content in self.contents.items() if content != -1):
            told("the row that it describes is gone", f"entry {entry}")
        for before, again in self.twice:
            told(f"entry {before} describes another row of the same number", f"entry {again}")


def unsealed(database: Database, key: bytes, heads: Heads, told: Told, pruned: tuple[int, str] = (0, NO_RUNS)) -> int:
    """Compares every row with what was sealed of it; `key` makes pseudonyms. Answers how many runs were erased.

    `pruned` is below which entry they are gone, and the digest that stands for the runs among them.
    """
    wrong = 0

    def tell(what: str, where: str) -> None:
        nonlocal wrong
        wrong += 1
        told(what, where)

    since, runs = pruned
    if runs_below(database, since) != runs:
        tell(PRUNED, f"entries below {since}")
    erased = _compare(_runs(database, since), key, heads, tell)
    _compare(_attestations(database), key, heads, tell)
    heads.unmatched(tell)
    unstated(database, tell)
    if wrong or erased:  # else they are as a run left them that is as it was sealed
        entries = _heads_of_findings(database)
        _compare(_findings(database), key, entries, told, since)
        entries.unmatched(told)
        _assets(database, told)
    return erased


def _compare(rows: Described, key: bytes, heads: Heads, told: Told, since: int = 0) -> int:
    """Compares rows with the last entries about them, and answers for how many the payload was erased."""
    erased = 0
    for where, subject, entry, sealed in rows:
        known = heads.contents.pop(entry, None)
        if known == -1:
            erased += 1
        if known is None or known != hash(sealed):
            newest = heads.last.get(pseudonym(key, subject))
            if newest is None:
                if entry >= since:
                    told("no entry that is there describes it", where)
            elif newest != entry:
                told(f"it is the state of entry {entry}, the last one is entry {newest}", where)
                heads.contents.pop(newest, None)
            elif known != -1:
                told(f"it is not what entry {entry} sealed", where)
        elif pseudonym(key, subject) not in heads.last:
            told("the key of its pseudonyms is not the one that they were made with", "meta")
    return erased


def _heads_of_findings(database: Database) -> Heads:
    """The last entries about findings; which of the entries cannot be read is told already."""
    heads = Heads()
    sql = "SELECT e.seq, e.envelope, p.content FROM entry e LEFT JOIN payload p ON p.seq = e.seq ORDER BY e.seq"
    for seq, data, content in database.each(sql):
        try:
            envelope = decode(data)
        except FormatError:
            continue
        if envelope.subject and envelope.kind in OF_FINDINGS:
            heads.add(envelope.kind, envelope.subject, seq, content)
    return heads


def _findings(database: Database) -> Described:
    """By far the most: names are looked up here, since a join costs more than all the rest."""
    names: dict[int, str] = dict(database.rows("SELECT id, name FROM asset"))
    severities: dict[Any, str] = dict(enumerate(SEVERITIES))
    for origin, fingerprint, rule, asset, severity, state, reason, until, by, entry in database.each(
        "SELECT origin, fingerprint, rule, asset, severity, state, reason, until, suppressed_by, entry FROM finding"
    ):
        said = (names.get(asset, ""), fingerprint, origin, rule, severities.get(severity, ""), state, by, reason, until)
        subject = subject_of_finding(origin, fingerprint)
        yield f"finding {fingerprint}", subject, entry, sealed_finding(SealedFinding(*said))


def _runs(database: Database, since: int) -> Described:
    sql = f"SELECT {listed(RUN)}, entry FROM run WHERE entry >= ?"  # noqa: S608  # our own names
    for row in database.each(sql, (since,)):
        yield f"run {row[0]}", subject_of_run(row[0]), row[-1], sealed_run(row[:-1])


def _attestations(database: Database) -> Described:
    for row in database.each(f"SELECT {listed(ATTESTATION)} FROM attestation"):  # noqa: S608  # our own names
        fields: Row = (*row[:8], _day(row[8]))
        sealed = sealed_attestation(Attestation(*fields), row[9])
        yield f"attestation {row[0]}", subject_of_attestation(row[0]), row[10], sealed


def _day(text: str) -> date | str:
    """A day; what is none fits no payload and is kept as it is."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _assets(database: Database, told: Told) -> None:
    """Tells which assets differ from their own digest; `unstated` finds the rest, without a name."""
    sql = (
        "SELECT a.name, a.kind, a.path, v.facts, a.attributes, v.edges, a.declared, a.digest"
        " FROM asset a JOIN asset_version v ON v.asset = a.id AND v.run = a.changed_run"
        " WHERE a.gone_run IS NULL AND a.source <> 'named'"
    )
    for name, kind, path, facts, attributes, edges, declared, digest in database.each(sql):
        try:
            links = msgspec.json.decode(edges, type=list[Link])
        except msgspec.MsgspecError:
            links = []
        if digest_of(kind, path, facts, attributes, links, declared=bool(declared)) != digest:
            told("it is not what a run saw", f"asset {name}")
