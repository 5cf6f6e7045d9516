"""Sealing: what a call writes, and that it is written with the rows that it describes or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.store.conftest import Connect

from holdfast.core.entry import Record, commitment, decode
from holdfast.core.merkle import Range, leaf_hash
from holdfast.store.database import Database
from holdfast.store.ledger import Ledger, LedgerError, last_note, range_of
from holdfast.trust.note import signed_by

NOW = 1_780_000_000_000_000


def opened(database: Database, tmp_path: Path) -> Ledger:
    return Ledger.open(database, str(tmp_path / "home/keys"), NOW)


def test_the_first_entry_announces_the_key(database: Database, tmp_path: Path) -> None:
    ledger = opened(database, tmp_path)
    ((envelope, content),) = database.rows("SELECT envelope, content FROM entry JOIN payload USING (seq)")
    assert decode(bytes(envelope)).kind == "key"
    assert ledger.origin in bytes(content).decode()
    assert (tmp_path / "home/keys/ledger.key").stat().st_mode & 0o777 == 0o600


def test_what_is_sealed_is_in_the_tree_and_signed(database: Database, tmp_path: Path) -> None:
    ledger = opened(database, tmp_path)
    with database.transaction():
        assert ledger.seal([Record("run", "", b"one"), Record("finding", "", b"")], NOW) == range(1, 3)
    with database.transaction():
        assert ledger.seal([Record("run", ledger.pseudonym("node/a"), b"three")], NOW + 5) == range(3, 4)
    rows = database.rows("SELECT envelope, salt, content FROM entry JOIN payload USING (seq) ORDER BY seq")
    tree = Range()
    for number, (envelope, salt, content) in enumerate(rows):
        found = decode(bytes(envelope))
        assert (found.number, found.source) == (number, ledger.source)
        assert found.commitment == commitment(bytes(salt), bytes(content))
        tree.append(leaf_hash(bytes(envelope)))
    note = last_note(database)
    assert note is not None
    assert note.checkpoint.root == tree.root() == range_of(database).root()
    assert signed_by(note, [ledger.signer.verifier]) == [ledger.signer.verifier]
    assert database.rows("SELECT size FROM checkpoint") == [(4,)]


def fail_after(ledger: Ledger) -> None:
    ledger.seal([Record("run", "", b"one")], NOW)
    raise InterruptedError


def test_nothing_is_sealed_where_the_transaction_fails(database: Database, tmp_path: Path) -> None:
    ledger = opened(database, tmp_path)
    before = range_of(database).packed()
    with pytest.raises(InterruptedError), database.transaction():
        fail_after(ledger)
    assert range_of(database).packed() == before
    assert database.rows("SELECT count(*) FROM entry") == [(1,)]


def test_two_processes_take_turns(connect: Connect, database: Database, tmp_path: Path) -> None:
    first, second = opened(database, tmp_path), opened(connect(), tmp_path)
    for _ in range(3):
        for ledger in (first, second):
            with ledger.database.transaction():
                ledger.seal([Record("run", "", b"x")], NOW)
    numbers = [decode(bytes(row[0])).number for row in database.rows("SELECT envelope FROM entry ORDER BY seq")]
    assert numbers == list(range(7))


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM entry WHERE seq = 2",
        "UPDATE tree SET size = 2",
        "DELETE FROM tree",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET note = 'x'",
        "UPDATE tree SET hashes = (SELECT salt FROM payload WHERE seq = 0), size = 1",
    ],
)
def test_a_ledger_that_was_changed_is_not_continued(
    connect: Connect, database: Database, tmp_path: Path, sql: str
) -> None:
    ledger = opened(database, tmp_path)
    with database.transaction():
        ledger.seal([Record("run", "", b"one"), Record("finding", "", b"")], NOW)
    database.run(sql)
    with pytest.raises(LedgerError):
        opened(connect(), tmp_path)
