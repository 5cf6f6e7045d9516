"""Rows are what their last entries sealed: whoever changes one in the database is found."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.store.runs import START, Recorder, finding, sighting

from holdfast.core.coverage import Gap
from holdfast.core.entry import Record
from holdfast.core.finding import Suppression
from holdfast.core.requirement import Attestation
from holdfast.core.run import Link
from holdfast.store.attestations import attest, attestations, withdraw
from holdfast.store.database import Database, StoreError
from holdfast.store.erase import entries_about, erase, prune
from holdfast.store.files import verify
from holdfast.store.keys import Keys
from holdfast.store.ledger import LedgerError
from holdfast.store.publish import publish
from holdfast.store.rows import subjects_of
from holdfast.store.sqlite import Sqlite
from holdfast.store.state import state_of
from holdfast.store.tiles import Folder


@pytest.fixture
def record(database: Database, tmp_path: Path) -> Recorder:
    """Runs in which a finding was opened, resolved and reopened, one suppressed, and an attestation withdrawn."""
    found = Recorder(database, tmp_path / "keys")
    bad = sighting("bucket/a", "ff", links=[Link("reads", "bucket/b")])
    public, unlogged = finding("public", "bucket/a"), finding("unlogged", "bucket/a")
    held = finding("unlogged", "bucket/a", suppressed=Suppression("a demo", "settings", "2027-01-31"))
    found(bad, findings=[public, unlogged])
    found(sighting("bucket/a", "pf"), findings=[held], gaps=[Gap("x.yaml", "cannot be read", "unreadable", 3)])
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
        (
            "UPDATE asset SET name = 'bucket/z' WHERE name = 'bucket/a'",
            "run 3: assets, relations or findings of its origin",
        ),
    ],
)
def test_a_changed_row_is_found(record: Recorder, tmp_path: Path, change: str, told: str) -> None:
    with record.database.transaction():
        record.database.run(change)
    found = problems(record, tmp_path)
    assert any(told in problem for problem in found), found


LEFT = "run 3: assets, relations or findings of its origin are not as it left them"
TEXTS = "owner environment data_class exposure purpose provider region jurisdiction trust answers rules origin source"
NUMBERS = "weight gone_run first_run changed_run"
OF_FINDINGS = {
    **dict.fromkeys(("confidence", "message", "facts", "title", "path", "owner", "origin"), "'x'"),
    **dict.fromkeys(("line", "repairable", "opened_run", "resolved_run", "reopened", "state_run"), "7"),
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        *((f"UPDATE asset SET {name} = 'x' WHERE name = 'bucket/a'", LEFT) for name in TEXTS.split()),
        *((f"UPDATE asset SET {name} = 9 WHERE name = 'bucket/a'", LEFT) for name in NUMBERS.split()),
        *((f"UPDATE finding SET {name} = {value} WHERE rule = 'public'", LEFT) for name, value in OF_FINDINGS.items()),
        ("UPDATE asset SET owner = 'x' WHERE name = 'bucket/b'", LEFT),
        ("DELETE FROM edge", LEFT),
        ("UPDATE edge SET certain = 0", LEFT),
        ("INSERT INTO edge VALUES (2, 'reads', 1, 1)", LEFT),
        ("INSERT INTO edge VALUES (99, 'reads', 1, 1)", "edge: 1 rows belong to nothing"),
        ("DELETE FROM sighting", LEFT),
        ("UPDATE sighting SET run = 1", LEFT),
        ("INSERT INTO sighting VALUES (99, 1)", "sighting: 1 rows belong to nothing"),
        (
            "DELETE FROM asset_version",
            "run 3: the versions of assets, or what became of findings, are not what it wrote",
        ),
        (
            "DELETE FROM asset_version WHERE run = 1",
            "run 1: the versions of assets, or what became of findings, are not what it wrote",
        ),
        ("UPDATE asset_version SET attributes = 'x' WHERE run = 1", "run 1: the versions of assets, or what became"),
        ("UPDATE finding_change SET what = 'resolved' WHERE run = 1", "run 1: the versions of assets, or what became"),
        ("DELETE FROM finding_change WHERE run = 2", "run 2: the versions of assets, or what became of findings"),
        ("INSERT INTO finding_change VALUES (1, 99, 'opened')", "finding_change: 1 rows belong to nothing"),
        ("UPDATE asset_version SET run = 99 WHERE run = 1", "asset_version: 1 rows belong to nothing"),
        ("UPDATE rule_set SET rules = '{}'", ": it is not what its name says"),
        ("DELETE FROM rule_set", ": it is gone"),
        ("DELETE FROM gap", "run 2: its gaps are not those that it told"),
        ("UPDATE gap SET reason = 'x'", "run 2: its gaps are not those that it told"),
        ("UPDATE run SET state = 'x' WHERE id = 1", "run 1: it is not what entry"),
        ("UPDATE meta SET value = '00' WHERE name = 'pseudonyms'", "meta: the key of its pseudonyms is not the one"),
    ],
)
def test_a_change_of_what_only_a_digest_covers_is_found(
    record: Recorder, tmp_path: Path, change: str, told: str
) -> None:
    with record.database.transaction():
        record.database.run(change)
    found = problems(record, tmp_path)
    assert any(told in problem for problem in found), found


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM finding WHERE rule = 'public'",
        "UPDATE finding SET state = 'resolved'",
        "DELETE FROM edge",
        "UPDATE asset SET owner = 'x'",
        "UPDATE run SET state = 'x' WHERE id = 3",
    ],
)
def test_a_run_does_not_overwrite_what_was_changed(record: Recorder, tmp_path: Path, change: str) -> None:
    with record.database.transaction():
        record.database.run(change)
    with pytest.raises(LedgerError, match="the store was changed") as refused:
        record(sighting("bucket/a", "ff"))
    assert "holdfast ledger verify" in refused.value.hint
    assert problems(record, tmp_path)


def test_a_number_that_is_used_again_hides_nothing(record: Recorder, tmp_path: Path) -> None:
    database = record.database
    record(origin="acme/other")
    with database.transaction():
        database.run("DELETE FROM run WHERE id = 4")
        database.run("DELETE FROM attestation WHERE id = 2")
    record(origin="acme/other")
    attest(database, record.ledger, Attestation(0, "Z38", "*", "Jo", "x", "", "", START, date(2027, 1, 1)))
    told = [problem for problem in problems(record, tmp_path) if "describes another row of the same number" in problem]
    assert len(told) == 2


@pytest.fixture
def pruned(record: Recorder, tmp_path: Path) -> Recorder:
    """The same runs, a page of decisions after them, and all of the runs' entries pruned."""
    decisions = [Record("decision", "", b"allow")] * 300
    with record.database.transaction():
        record.ledger.seal(decisions, START + 2)
    assert problems(record, tmp_path) == []
    with record.database.transaction():
        assert prune(record.ledger, 256, "old", START + 3) == 256
    assert problems(record, tmp_path) == []
    return record


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE run SET passes = 9 WHERE id = 1", "entries below 256: the rows of runs whose entries were pruned"),
        ("DELETE FROM run WHERE id = 1", "entries below 256: the rows of runs whose entries were pruned"),
        ("UPDATE run SET entry = 400 WHERE id = 3", "entries below 256: the rows of runs whose entries were pruned"),
        ("UPDATE finding SET state = 'resolved' WHERE rule = 'public'", LEFT),
        ("UPDATE finding SET message = 'x' WHERE rule = 'public'", LEFT),
        ("UPDATE attestation SET until = '2099-01-01' WHERE id = 1", "attestation 1: it is not what entry"),
        ("UPDATE attestation SET entry = 3 WHERE id = 1", "attestation 1: it is the state of entry 3, the last one is"),
        ("DELETE FROM attestation WHERE id = 2", ": the row that it describes is gone"),
    ],
)
def test_a_row_whose_entry_was_pruned_is_still_compared(
    pruned: Recorder, tmp_path: Path, change: str, told: str
) -> None:
    with pruned.database.transaction():
        pruned.database.run(change)
    found = problems(pruned, tmp_path)
    assert any(told in problem for problem in found), found


def test_life_goes_on_after_pruning(pruned: Recorder, tmp_path: Path) -> None:
    pruned(sighting("bucket/a", "pp"))
    assert withdraw(pruned.database, pruned.ledger, 1, START + 4)
    with pruned.database.transaction():
        pruned.ledger.seal([Record("decision", "", b"allow")] * 300, START + 5)
        assert prune(pruned.ledger, 512, "old", START + 6) == 0, "it is not published"
    assert problems(pruned, tmp_path) == []
    with pruned.database.transaction():
        assert prune(pruned.ledger, 512, "old", START + 6) == 256
    assert problems(pruned, tmp_path) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE run SET passes = 9 WHERE id = 2",
        "UPDATE attestation SET until = '2099-01-01' WHERE id = 1",
    ],
)
def test_what_was_changed_is_not_pruned(record: Recorder, tmp_path: Path, change: str) -> None:
    """Pruning would take the last thing that shows the change."""
    database = record.database
    with database.transaction():
        record.ledger.seal([Record("decision", "", b"allow")] * 300, START + 2)
        database.run(change)
    publish(record.ledger, Folder(str(tmp_path / "log")), START)
    with pytest.raises(LedgerError, match="is not what entry"), database.transaction():
        prune(record.ledger, 256, "old", START + 3)


def test_a_run_that_was_changed_after_pruning_is_not_pruned_again(pruned: Recorder, tmp_path: Path) -> None:
    with pruned.database.transaction():
        pruned.ledger.seal([Record("decision", "", b"allow")] * 300, START + 5)
        pruned.database.run("UPDATE run SET passes = 9 WHERE id = 2")
    publish(pruned.ledger, Folder(str(tmp_path / "log")), START)
    with pytest.raises(LedgerError, match="the rows of runs whose entries were pruned"), pruned.database.transaction():
        prune(pruned.ledger, 512, "old", START + 6)


def test_a_run_whose_entry_was_erased_vouches_for_nothing(record: Recorder, tmp_path: Path) -> None:
    database = record.database
    with database.transaction():
        entry = database.rows("SELECT entry FROM run WHERE id = 3")[0][0]
        erase(record.ledger, [entry], "asked to", START)
    assert problems(record, tmp_path) == []
    report = verify(database, Folder(str(tmp_path / "log")), Keys(str(tmp_path / "keys")))
    assert "the entries of 1 runs were erased: what these left can be compared in part only" in report.notices
    with database.transaction():
        state = state_of(database, "acme/ml")
        database.run("UPDATE finding SET severity = 0 WHERE rule = 'public'")
        database.run("UPDATE run SET state = ? WHERE id = 3", (state,))
    assert any("finding public-bucket/a: it is not what entry" in problem for problem in problems(record, tmp_path))


def test_an_attestation_that_was_changed_is_not_withdrawn(record: Recorder) -> None:
    database = record.database
    with database.transaction():
        database.run("UPDATE attestation SET statement = 'x' WHERE id = 1")
    with pytest.raises(LedgerError, match="attestation 1 is not what was sealed"):
        withdraw(database, record.ledger, 1, START + 3)


def test_a_clock_before_1970_seals_nothing(record: Recorder) -> None:
    with pytest.raises(StoreError, match="the clock is before 1970"), record.database.transaction():
        record.ledger.seal([Record("run", "", b"x")], -1)


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
    assert problems(record, tmp_path) == []
    assert attestations(database) == []
