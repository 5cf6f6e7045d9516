"""Verifying: a ledger that was only written to is right, and each kind of change to it is told."""

from __future__ import annotations

import json
import os
import random
import shutil
import threading

import pytest
from tests.store.conftest import NOW, Place, decisions

from holdfast.core.entry import Record
from holdfast.formats.note import parse_note
from holdfast.store import commit
from holdfast.store.erase import entries_about, erase, prune, remove_pruned
from holdfast.store.files import verify
from holdfast.store.ledger import LedgerError
from holdfast.store.publish import check_published, publish, rebuild, root_at
from holdfast.store.rotate import add_second, rotate
from holdfast.store.sqlite import Sqlite
from holdfast.store.tiles import CHECKPOINT


def everything(place: Place) -> None:
    """A ledger in which all has happened that can."""
    place.seal(*decisions(300))
    ledger = place.open()
    with ledger.database.transaction():
        assert erase(ledger, [3, 4, 270, 4], "asked", NOW) == 3
        assert erase(ledger, [3], "asked again", NOW) == 0
    rotate(ledger, NOW + 1)
    place.seal(*decisions(300, 300), now=NOW + 2)
    ledger = place.open()
    with ledger.database.transaction():
        assert prune(ledger, 300, "old", NOW + 3) == 256
        assert prune(ledger, 300, "old", NOW + 3) == 0
    publish(ledger, place.log, NOW + 3)
    remove_pruned(ledger.database, place.log)
    add_second(ledger, NOW + 4)
    publish(ledger, place.log, NOW + 5)


def test_what_was_only_written_to_is_right(place: Place) -> None:
    everything(place)
    assert place.problems() == []
    report = verify(place.database, place.log, place.keys)
    assert (report.pruned, report.erased, report.notices) == (256, 1, [])
    assert report.entries == place.open().size() == 605


def test_pruning_twice_keeps_the_keys(place: Place) -> None:
    everything(place)
    ledger = place.open()
    with ledger.database.transaction():
        assert prune(ledger, 10_000, "older", NOW + 6) == 256
    publish(ledger, place.log, NOW + 6)
    remove_pruned(ledger.database, place.log)
    assert place.problems() == []
    place.seal(*decisions(3), now=NOW + 7)
    assert place.problems() == []


CHANGES = {
    "UPDATE entry SET envelope = (SELECT envelope FROM entry WHERE seq = 401) WHERE seq = 400": "entry",
    "DELETE FROM entry WHERE seq = 400": "1 entries are missing before it",
    "UPDATE payload SET content = salt WHERE seq = 400": "entry 400: its payload is not what was sealed",
    "UPDATE payload SET salt = content WHERE seq = 400": "entry 400: its payload is not what was sealed",
    "DELETE FROM payload WHERE seq = 400": "entry 400: its payload is lost",
    "INSERT INTO payload (seq, salt, content) SELECT 9000, salt, content FROM payload WHERE seq = 400": "entry 9000: a payload without",
    "UPDATE entry SET envelope = salt FROM payload WHERE payload.seq = entry.seq AND entry.seq = 400": "entry 400: no envelope",
    "UPDATE tree SET size = 600": "tree: ",
    "UPDATE tree SET hashes = (SELECT root FROM pruned)": "tree: ",
    "UPDATE sequence SET number = number - 1": "its next number is 605",
    "INSERT INTO sequence (source, number, at) VALUES ('x', 1, 1)": "",
    "DELETE FROM checkpoint": "checkpoint 605: the last checkpoint is missing",
    "UPDATE checkpoint SET note = 'x'": "checkpoint 605: no signatures",
    "UPDATE checkpoint SET note = REPLACE(note, '605', '604')": "checkpoint 605: it is of another ledger or size",
    "UPDATE checkpoint SET size = size + 1000 WHERE size = 605": "checkpoint 1605: ",
    "UPDATE pruned SET root = (SELECT salt FROM payload WHERE seq = 400)": "not those that the rule names",
    "UPDATE pruned SET bundle = 1": "the bundles that were pruned are not the first ones",
    "DELETE FROM pruned": "256 entries are missing before it",
    "UPDATE meta SET value = 'x' WHERE name = 'origin'": "it is of another ledger",
    "UPDATE meta SET value = 'x' WHERE name = 'key'": "meta: the key that it names",
    "INSERT INTO entry (seq, envelope) SELECT 7, envelope FROM entry WHERE seq = 400": "entries below 256: 1 entries are there that were pruned",
    "DELETE FROM payload WHERE seq = 603": "no entry of kind retention allows this pruning",
}


@pytest.mark.parametrize("sql", CHANGES)
def test_a_change_in_the_rows_is_told(place: Place, sql: str) -> None:
    everything(place)
    place.database.run(sql)
    problems = place.problems()
    assert CHANGES[sql] in "\n".join(problems), problems
    assert bool(problems) == bool(CHANGES[sql])


def test_what_was_pruned_has_no_sources_of_its_own(place: Place) -> None:
    place.seal(*decisions(3))
    place.database.run("INSERT INTO sequence (source, number, at) VALUES ('x', 1, 1)")
    assert place.problems() == ["source x: it has sealed nothing"]


def test_other_types_in_a_damaged_file_are_told(place: Place) -> None:
    if not isinstance(place.database, Sqlite):
        pytest.skip("columns of PostgreSQL have one type")
    place.seal(*decisions(3))
    for sql in (
        "UPDATE entry SET envelope = 'text' WHERE seq = 1",
        "UPDATE entry SET envelope = 5 WHERE seq = 2",
        "UPDATE payload SET salt = 5 WHERE seq = 3",
    ):
        place.database.run(sql)
    assert [problem for problem in place.problems() if problem.startswith("entry")] == [
        "entry 1: no envelope: Input data was truncated",
        "entry 2: no envelope: Input data was truncated",
        f"entry 3: source {place.keys.source()} goes on with number 3",
        "entry 3: its payload is not what was sealed",
    ]


def test_entries_that_change_places_are_told(place: Place) -> None:
    place.seal(*decisions(5))
    swapped = place.database.rows("SELECT envelope FROM entry WHERE seq IN (2, 3) ORDER BY seq")
    for seq, (envelope,) in zip((3, 2), swapped, strict=True):
        place.database.run("UPDATE entry SET envelope = ? WHERE seq = ?", (envelope, seq))
    assert any("goes on with number 3" in problem for problem in place.problems())


def test_cut_and_forked_ledgers_are_not_opened(place: Place) -> None:
    before = place.seal(*decisions(5)).database
    rows = {
        name: before.rows(f"SELECT * FROM {name}") for name in ("entry", "payload", "tree", "sequence", "checkpoint")
    }
    place.seal(*decisions(5))
    for name, kept in rows.items():
        place.database.run(f"DELETE FROM {name}")
        place.database.run_many(f"INSERT INTO {name} VALUES ({', '.join('?' * len(kept[0]))})", kept)
    with pytest.raises(LedgerError, match="rolled back: 11 entries were published, 6 are there"):
        check_published(place.open(), place.log)
    assert "checkpoint: 11 entries were signed, 6 are there" in place.problems()
    fork = place.open()
    with fork.database.transaction():
        fork.seal(decisions(20, 700), NOW)
    with pytest.raises(LedgerError, match="forked: its first 11 entries"):
        check_published(place.open(), place.log)
    assert "checkpoint: it was signed over other entries" in place.problems()


def test_each_file_is_looked_at(place: Place) -> None:
    everything(place)
    chance = random.Random(2)
    found = [place.home / "source", *(place.home / "log").rglob("*"), *(place.home / "keys").rglob("*")]
    files = sorted(path for path in found if path.is_file())
    assert len(files) == 9
    for path in files:
        for _ in range(5):
            data = bytearray(path.read_bytes())
            bit = chance.randrange(len(data) * 8)
            data[bit // 8] ^= 1 << bit % 8
            kept = path.read_bytes()
            path.write_bytes(data)
            assert place.problems(), f"{path} bit {bit}"
            path.write_bytes(kept)
        path.rename(f"{path}.away")
        assert path.parent.name == "keys" or path.name == "source" or place.problems()
        os.rename(f"{path}.away", path)
    assert place.problems() == []


def test_files_that_nobody_published_are_told(place: Place) -> None:
    place.seal(*decisions(3))
    (place.home / "log/tile/0/000.p/2").write_bytes(b"x" * 64)
    (place.home / "log/note").write_bytes(b"x")
    assert place.problems() == ["note: nothing of this name was published", "2: nothing of this name was published"]
    (place.home / "log/tile/0/000.p/2").unlink()
    (place.home / "log/note").unlink()
    (place.home / "log/tile/0/001.partial").write_bytes(b"x")
    assert place.problems() == []
    for kind in ("0", "entries"):  # what is left of an earlier tree is right as far as it goes
        whole = (place.home / f"log/tile/{kind}/000.p/4").read_bytes()
        part = whole[:64] if kind == "0" else whole[: 2 + int.from_bytes(whole[:2], "big")]
        (place.home / f"log/tile/{kind}/000.p/{2 if kind == '0' else 1}").write_bytes(part)
    assert place.problems() == []
    assert [notice[:9] for notice in verify(place.database, place.log, place.keys).notices] == [
        "2 tiles a",
        "left over",
    ]
    place.seal(*decisions(1))
    assert len(list(place.log.paths())) == 3


def test_missing_keys_are_a_notice_and_wrong_ones_a_problem(place: Place) -> None:
    place.seal(*decisions(3))
    key = (place.home / "keys/ledger.key").read_bytes()
    (place.home / "keys/ledger.key").unlink()
    assert place.problems() == []
    place.keys.make("holdfast/another")
    assert any("is not the one that the ledger announces" in problem for problem in place.problems())
    (place.home / "keys/ledger.key").write_bytes(key)
    (place.home / "keys/ledger.key.next").write_bytes(key)
    (place.home / "keys/ledger.key.next").chmod(0o600)
    assert "never announced" in "".join(verify(place.database, place.log, place.keys).notices)


def test_a_ledger_of_which_nothing_is_published_is_told(place: Place) -> None:
    place.seal(*decisions(3))
    assert place.problems() == []
    shutil.rmtree(place.log.path)
    report = verify(place.database, place.log, place.keys)
    assert (report.problems, report.tiles) == ([], 0)
    assert "nothing is published in" in "".join(report.notices)


def test_a_clock_that_went_back_is_a_notice(place: Place) -> None:
    place.seal(*decisions(3))
    ledger = place.seal(*decisions(3), now=NOW - 7_000_000)
    assert ledger.backwards == 7_000_000
    assert place.problems() == []
    assert verify(place.database, place.log, place.keys).notices == [
        "the clock went back before 1 entries; their order is that of their numbers"
    ]


def test_many_problems_are_counted(place: Place) -> None:
    place.seal(*decisions(1100))
    place.database.run("DELETE FROM payload WHERE seq > 0")
    report = verify(place.database, place.log, place.keys)
    assert (len(report.problems), report.untold) == (1000, 100)


def test_statements_that_say_nothing_are_told(place: Place) -> None:
    place.seal(Record("erasure", "", b"{}"), Record("key", "", b'{"key":"x"}'), Record("retention", "", b"\xff"))
    assert [problem[:9] for problem in place.problems()] == ["entry 1: ", "entry 2: ", "entry 3: "]


def test_tiles_are_what_the_rows_give(place: Place) -> None:
    place.seal(*decisions(700))
    ledger = place.seal(*decisions(20))
    tiles = {path: data for _, found in rebuild(ledger.database, ledger.size()) for path, data in found}
    assert {path: (place.home / "log" / path).read_bytes() for path in tiles} == tiles
    assert sorted(place.log.paths()) == sorted([CHECKPOINT, *tiles])
    assert parse_note((place.home / "log/checkpoint").read_bytes()).checkpoint.size == 721


def test_damaged_tiles_are_written_anew_with_the_next_publication(place: Place) -> None:
    place.seal(*decisions(300))
    partial = next(path for path in (place.home / "log").rglob("*") if path.parent.name == "001.p")
    partial.write_bytes(b"x")
    place.seal(*decisions(3))
    partial.unlink(missing_ok=True)
    assert [problem for problem in place.problems() if "partial" in problem] == []


def test_subjects_are_found_by_their_pseudonyms(place: Place) -> None:
    ledger = place.open()
    with ledger.database.transaction():
        ledger.seal([Record("decision", ledger.pseudonym(name), b"x") for name in "abab"], NOW)
    assert list(entries_about(ledger.database, ledger.pseudonym("b"))) == [2, 4]
    with pytest.raises(Exception, match="there is no entry 99"), ledger.database.transaction():
        erase(ledger, [99], "x", NOW)
    with pytest.raises(Exception, match="of kind key"), ledger.database.transaction():
        erase(ledger, [0], "x", NOW)


def test_what_was_erased_is_nowhere_in_the_file(place: Place) -> None:
    if not isinstance(place.database, Sqlite):
        pytest.skip("PostgreSQL vacuums later")
    place.seal(Record("finding", "", b"the patient is called Erika Mustermann"))
    ledger = place.open()
    with ledger.database.transaction():
        erase(ledger, [1], "asked", NOW)
    assert isinstance(ledger.database, Sqlite)
    ledger.database.settle()
    found = b"".join(path.read_bytes() for path in place.home.rglob("*") if path.is_file())
    assert b"Mustermann" not in found
    assert json.loads(ledger.database.rows("SELECT content FROM payload WHERE seq = 2")[0][0])["reason"] == "asked"


def test_a_ledger_can_be_verified_while_others_write(place: Place) -> None:
    ledger = place.open()
    stop = threading.Event()

    def write() -> None:
        with commit.Committer(ledger.database, ledger, place.log, lambda: NOW) as found:
            while not stop.is_set():
                found.submit(Record("run", "", b"x")).result(10)

    commit.EVERY = 0.01
    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(20):
            report = verify(place.reconnect(), place.log, place.keys)
            assert report.problems == []
    finally:
        stop.set()
        thread.join()
        commit.EVERY = 1.0
    assert place.problems() == []


def test_roots_of_sizes_that_nobody_kept_come_from_the_rows(place: Place) -> None:
    ledger = place.seal(*decisions(300))
    root = root_at(ledger.database, 301)
    ledger.database.run("UPDATE checkpoint SET note = 'x'")
    assert root_at(ledger.database, 301) == root
    ledger.database.run("UPDATE pruned SET root = root")
    assert root_at(ledger.database, 1) != root


def test_second_keys_and_keys_of_retentions_are_checked(place: Place) -> None:
    place.seal(Record("retention", "", b'{"below":256,"root":"","keys":[[1,"x"]],"runs":"","reason":""}'))
    assert place.problems() == ["retention: a key is a name, an id and base64, with + between them"]
