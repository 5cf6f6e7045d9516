"""Rows are what their last entries sealed: whoever changes one in the database is found."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.store.runs import START, Recorder, finding, sighting

from holdfast.core.finding import Suppression
from holdfast.core.requirement import Attestation
from holdfast.core.run import Link
from holdfast.store.attestations import attest, attestations, withdraw
from holdfast.store.database import Database
from holdfast.store.erase import entries_about, erase
from holdfast.store.files import verify
from holdfast.store.keys import Keys
from holdfast.store.publish import publish
from holdfast.store.rows import forget, subjects_of
from holdfast.store.sqlite import Sqlite
from holdfast.store.tiles import Folder


@pytest.fixture
def record(database: Database, tmp_path: Path) -> Recorder:
    """Runs in which a finding was opened, resolved and reopened, one suppressed, and an attestation withdrawn."""
    found = Recorder(database, tmp_path / "keys")
    bad = sighting("bucket/a", "ff", links=[Link("reads", "bucket/b")])
    public, unlogged = finding("public", "bucket/a"), finding("unlogged", "bucket/a")
    held = finding("unlogged", "bucket/a", suppressed=Suppression("a demo", "settings", "2027-01-31"))
    found(bad, findings=[public, unlogged])
    found(sighting("bucket/a", "pf"), findings=[held])
    found(bad, findings=[public, held])
    made = Attestation(0, "Z38", "*", "Jo Doe", "trained", "a.pdf", "00", START, date(2027, 1, 1))
    attest(database, found.ledger, made)
    second = attest(database, found.ledger, made)
    assert withdraw(database, found.ledger, second.id, START + 1)
    assert not withdraw(database, found.ledger, second.id, START + 2), "it is withdrawn"
    return found


def problems(record: Recorder, tmp_path: Path) -> list[str]:
    database = record.database
    folder = Folder(str(tmp_path / "log"))
    publish(record.ledger, folder, START)
    if isinstance(database, Sqlite):
        database.settle()
    report = verify(database, folder, Keys(str(tmp_path / "keys")))
    return [f"{problem.where}: {problem.what}" for problem in report.problems]


def test_what_was_recorded_is_what_was_sealed(record: Recorder, tmp_path: Path) -> None:
    assert problems(record, tmp_path) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "UPDATE finding SET state = 'resolved' WHERE rule = 'public'",
            "finding public-bucket/a: it is not what entry",
        ),
        ("UPDATE finding SET severity = 0 WHERE rule = 'public'", "finding public-bucket/a: it is not what entry"),
        ("UPDATE finding SET severity = 99 WHERE rule = 'public'", "finding public-bucket/a: it is not what entry"),
        ("UPDATE finding SET until = '2099-01-01' WHERE state = 'suppressed'", "finding unlogged-bucket/a: it is not"),
        ("UPDATE finding SET reason = 'ours' WHERE state = 'suppressed'", "finding unlogged-bucket/a: it is not"),
        ("UPDATE finding SET fingerprint = 'other' WHERE rule = 'public'", "finding other: no entry that is there"),
        ("DELETE FROM finding WHERE rule = 'public'", ": the row that it describes is gone"),
        ("UPDATE run SET passes = 9 WHERE id = 1", "run 1: it is not what entry"),
        ("UPDATE run SET outcome = 'complete', reason = 'x' WHERE id = 2", "run 2: it is not what entry"),
        ("UPDATE attestation SET until = '2099-01-01' WHERE id = 1", "attestation 1: it is not what entry"),
        ("UPDATE attestation SET until = 'soon' WHERE id = 1", "attestation 1: it is not what entry"),
        ("UPDATE attestation SET withdrawn = NULL WHERE id = 2", "attestation 2: it is not what entry"),
        ("DELETE FROM attestation WHERE id = 1", ": the row that it describes is gone"),
        ("UPDATE asset_version SET facts = '{}' WHERE run = 3", "asset bucket/a: it is not what a run saw"),
        ("UPDATE asset_version SET edges = 'x' WHERE run = 3", "asset bucket/a: it is not what a run saw"),
        (
            'UPDATE asset SET attributes = \'{"owner":["x","y"]}\' WHERE name = \'bucket/a\'',
            "asset bucket/a: it is not",
        ),
        ("UPDATE asset SET name = 'bucket/z' WHERE name = 'bucket/a'", "run 3: its assets are not those that it saw"),
    ],
)
def test_a_changed_row_is_found(record: Recorder, tmp_path: Path, change: str, told: str) -> None:
    with record.database.transaction():
        record.database.run(change)
    found = problems(record, tmp_path)
    assert any(told in problem for problem in found), found


def test_a_row_that_is_set_back_to_an_older_entry_is_found(record: Recorder, tmp_path: Path) -> None:
    """The older entry fits the older state, so only the order of entries shows it."""
    database = record.database
    older = database.rows("SELECT seq, content FROM payload ORDER BY seq")
    sealed = ((seq, bytes(content)) for seq, content in older)
    resolved = next(seq for seq, text in sealed if b'"rule":"public"' in text and b"resolved" in text)
    with database.transaction():
        database.run("UPDATE finding SET state = 'resolved', entry = ? WHERE rule = 'public'", (resolved,))
    found = problems(record, tmp_path)
    assert any("the last one is entry" in problem for problem in found), found


def test_an_invented_row_is_found(record: Recorder, tmp_path: Path) -> None:
    database = record.database
    with database.transaction():
        database.run("UPDATE finding SET fingerprint = 'twin', entry = 1 WHERE rule = 'public'")
    assert any("no entry that is there describes it" in problem for problem in problems(record, tmp_path))


def test_the_entries_about_an_asset_are_those_of_its_findings_too(record: Recorder) -> None:
    assert subjects_of(record.database, "bucket/a") == [
        "bucket/a",
        "finding acme/ml public-bucket/a",
        "finding acme/ml unlogged-bucket/a",
    ]


def test_what_a_person_attested_can_be_erased(record: Recorder, tmp_path: Path) -> None:
    database = record.database
    with database.transaction():
        names = [record.ledger.pseudonym(name) for name in subjects_of(database, "Jo Doe")]
        entries = [entry for name in names for entry in entries_about(database, name)]
        assert erase(record.ledger, entries, "asked to", START) == 3
        forget(database, "Jo Doe")
    assert problems(record, tmp_path) == []
    assert attestations(database) == []
