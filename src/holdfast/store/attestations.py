"""What people state about what no machine can see: stored, sealed, withdrawn, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from holdfast.core.entry import Record
from holdfast.core.requirement import Attestation
from holdfast.store.columns import ATTESTATION, listed
from holdfast.store.database import Database, Row, next_id
from holdfast.store.ledger import Ledger, changed
from holdfast.store.rows import sealed_attestation, subject_of_attestation

__all__ = ["attest", "attestations", "restate", "withdraw"]


def attest(database: Database, ledger: Ledger, attestation: Attestation) -> Attestation:
    """Stores and seals an attestation, and answers it with its number. Raises StoreError."""
    with database.transaction():
        made = msgspec.structs.replace(attestation, id=next_id(database, "attestation"))
        record = Record(
            "attestation", ledger.pseudonym(subject_of_attestation(made.id)), sealed_attestation(made, None)
        )
        entry = ledger.seal([record], made.made)[0]
        row = (
            *(made.id, made.requirement, made.subject, made.person, made.statement, made.file, made.digest, made.made),
            *(made.until.isoformat(), None, entry),
        )
        database.insert("attestation", ATTESTATION, [row])
    return made


def withdraw(database: Database, ledger: Ledger, number: int, now: int) -> bool:
    """Ends an attestation; False where there is none of that number that still holds. Raises StoreError."""
    with database.transaction():
        found = [each for each in attestations(database) if each.id == number]
        if not found:
            return False
        sealed = database.rows(
            "SELECT p.content FROM attestation a JOIN payload p ON p.seq = a.entry WHERE a.id = ?", (number,)
        )
        if sealed and bytes(sealed[0][0]) != sealed_attestation(found[0], None):
            raise changed(database, f"attestation {number} is not what was sealed")
        record = Record(
            "attestation",
            ledger.pseudonym(subject_of_attestation(number)),
            sealed_attestation(found[0], now),
        )
        entry = ledger.seal([record], now)[0]
        database.run("UPDATE attestation SET withdrawn = ?, entry = ? WHERE id = ?", (now, entry, number))
    return True


def restate(database: Database, ledger: Ledger, below: int, now: int) -> None:
    """Seals attestations anew whose entries are about to be pruned, inside a transaction. Raises StoreError."""
    rows = database.rows(f"SELECT {listed(ATTESTATION)} FROM attestation WHERE entry < ? ORDER BY id", (below,))  # noqa: S608  # our names
    records = [
        Record(
            "attestation",
            ledger.pseudonym(subject_of_attestation(row[0])),
            sealed_attestation(_attestation(row), row[9]),
        )
        for row in rows
    ]
    entries = ledger.seal(records, now)
    database.run_many(
        "UPDATE attestation SET entry = ? WHERE id = ?",
        ((entry, row[0]) for entry, row in zip(entries, rows, strict=True)),
    )


def attestations(database: Database) -> Sequence[Attestation]:
    """Those that were not withdrawn, expired ones included, in the order in which they were made."""
    rows = database.rows(f"SELECT {listed(ATTESTATION)} FROM attestation WHERE withdrawn IS NULL ORDER BY id")  # noqa: S608  # our names
    return list(map(_attestation, rows))


def _attestation(row: Row) -> Attestation:
    fields: Row = (*row[:8], date.fromisoformat(row[8]))
    return Attestation(*fields)
