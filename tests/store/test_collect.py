"""Collectors: they keep what a log's key signed and what continues the log, and tell everything else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.store.conftest import NOW, Place, decisions

from holdfast.core.merkle import EMPTY, Range, leaf_hash
from holdfast.store import ship as shipping
from holdfast.store.collect import Batch, Collector
from holdfast.store.database import StoreError
from holdfast.store.erase import prune
from holdfast.store.ledger import Ledger, LedgerError
from holdfast.store.publish import publish
from holdfast.store.rotate import rotate
from holdfast.store.ship import ship, signed
from holdfast.store.tiles import torn
from holdfast.trust.note import ED25519, Signer

SECOND = NOW // 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept"


def collector_of(ledger: Ledger, folder: Path, silence: float = 1e12, since: float = 0.0) -> Collector:
    return Collector(str(folder), [ledger.signer.verifier], silence, since)


def batch_of(ledger: Ledger, envelopes: list[bytes], now: int = NOW, first: int = 0) -> Batch:
    """A batch of these envelopes, signed as if they were the first ones."""
    tree = Range()
    for envelope in envelopes:
        tree.append(leaf_hash(envelope))
    return signed(ledger, Batch(ledger.origin, first, [], [each.decode() for each in envelopes]), tree.root(), now)


def envelopes_of(ledger: Ledger) -> list[bytes]:
    return [bytes(row[0]) for row in ledger.database.rows("SELECT envelope FROM entry ORDER BY seq")]


def send(collector: Collector, batch: Batch, now: float = SECOND) -> int:
    return collector.handle("POST", "/ship", msgspec.json.encode(batch), now).status


def sizes(folder: Path) -> dict[str, int]:
    return {path.suffix: path.stat().st_size for path in folder.iterdir()}


def test_a_collector_takes_what_continues_and_keeps_it(place: Place, folder: Path, serve: Any) -> None:
    ledger = place.seal(*decisions(3))
    collector = collector_of(ledger, folder, 60)
    url = serve(lambda method, path, body: collector.handle(method, path, body, SECOND))
    assert collector.look(SECOND) == [f"{ledger.origin}: no checkpoint ever"]
    started = collector_of(ledger, folder, 60, SECOND)
    assert started.look(SECOND + 60) == []
    assert started.look(SECOND + 61) == [f"{ledger.origin}: no checkpoint ever"]
    assert ship(ledger, url, NOW) == 4
    assert ship(ledger, url, NOW, place.log) == 0
    assert ship(place.seal(*decisions(6000)), url, NOW, place.log) == 6000
    assert collector.look(SECOND + 60) == []
    assert collector.look(SECOND + 61) == [f"{ledger.origin}: no checkpoint for 61 s"]
    (entries,) = folder.glob("*.entries")
    with entries.open("ab") as file:
        file.write(b"\x01\x01x")  # a batch that was cut by a crash
    again = collector_of(ledger, folder)
    assert again.logs[ledger.origin].tree.size == 6004
    assert torn(entries.read_bytes()) == 0
    assert again.look(SECOND) == []
    os.truncate(entries, 1000)
    assert collector_of(ledger, folder).look(SECOND) == [f"{ledger.origin}: envelopes are missing"]
    entries.write_bytes(b"\0\1x")
    with pytest.raises(StoreError, match="damaged"):
        collector_of(ledger, folder)


def test_what_the_key_did_not_sign_leaves_nothing_behind(place: Place, folder: Path, serve: Any) -> None:
    ledger = place.seal(*decisions(9))
    collector = collector_of(ledger, folder)
    right = batch_of(ledger, envelopes_of(ledger))
    other = Signer(ledger.origin, ED25519, bytes(32))
    thief = place.open()
    thief.signer = other
    replaced = msgspec.structs.replace
    assert collector.handle("POST", "/ship", b"x", 1).status == 400
    assert collector.handle("GET", "/x", b"", 1).status == 404
    assert send(collector, replaced(right, checkpoint="")) == 400
    raw = msgspec.json.encode(replaced(right, checkpoint="x"))
    assert collector.handle("POST", "/ship", raw.replace(b'"x"}', b'"\\ud800"}'), 1).status == 400
    plain = ledger.database.rows("SELECT note FROM checkpoint")[0][0]
    assert send(collector, replaced(right, checkpoint=plain)) == 400, "it is not signed for this batch"
    assert send(collector, replaced(right, origin="other")) == 404
    assert send(collector, batch_of(thief, envelopes_of(ledger))) == 403
    assert send(collector, replaced(right, envelopes=right.envelopes[::-1])) == 400
    assert send(collector, replaced(right, first=1)) == 400
    assert send(collector, replaced(right, front=["00" * 32])) == 400
    assert collector.look(SECOND) == []
    assert list(folder.iterdir()) == []
    url = serve(lambda method, path, body: collector.handle(method, path, body, SECOND))
    assert ship(ledger, url, NOW) == 10, "the log itself is taken as before"
    before = sizes(folder)
    assert send(collector, right) == 409, "nor does it help to send again what was signed"
    assert sizes(folder) == before


def test_another_history_is_an_alarm_that_stays(place: Place, folder: Path) -> None:
    ledger = place.seal(*decisions(9))
    found = envelopes_of(ledger)
    collector = collector_of(ledger, folder)
    assert send(collector, batch_of(ledger, found[:5])) == 200
    before = sizes(folder)
    fork = [*found[:4], *found[5:]]
    more = msgspec.structs.replace(batch_of(ledger, fork, NOW + 9_000_000), first=5, envelopes=[])
    tree = Range()
    for envelope in fork:
        tree.append(leaf_hash(envelope))
    forked = signed(ledger, Batch(ledger.origin, 5, [], [each.decode() for each in fork[5:]]), tree.root(), NOW)
    assert send(collector, more) == 400
    for _ in range(2):
        assert send(collector, forked) == 422
    assert {**sizes(folder), ".alarms": 0, ".conflict": 0} == {**before, ".alarms": 0, ".conflict": 0}
    (alarm,) = collector.look(SECOND)
    assert "its checkpoint of 9 entries does not continue what was collected" in alarm
    again = collector_of(ledger, folder)
    assert again.look(SECOND) == [alarm], "a restart forgets nothing"
    (kept,) = folder.glob("*.conflict")
    assert kept.read_text() == forked.checkpoint
    rest = signed(ledger, Batch(ledger.origin, 5, [], [each.decode() for each in found[5:]]), root_of(found), NOW)
    assert send(again, rest) == 200
    assert len(again.look(SECOND)) == 1
    (alarms,) = folder.glob("*.alarms")
    alarms.unlink()
    assert again.look(SECOND) == [], "somebody looked into it"
    assert send(again, signed(ledger, Batch(ledger.origin, 10, [], ["x"]), EMPTY, NOW)) == 422
    assert "it signed what is no envelope" in again.look(SECOND)[0]


def root_of(envelopes: list[bytes]) -> bytes:
    tree = Range()
    for envelope in envelopes:
        tree.append(leaf_hash(envelope))
    return tree.root()


def test_gaps_and_damage_are_told(place: Place, folder: Path) -> None:
    ledger = place.seal(*decisions(9))
    found = envelopes_of(ledger)
    collector = collector_of(ledger, folder)
    assert send(collector, batch_of(ledger, [*found[:3], *found[4:]])) == 200
    assert "number 3 was expected, 4 came" in collector.look(SECOND)[0]
    path = folder / f"{os.path.basename(collector.logs[ledger.origin].path)}.checkpoint"
    path.write_text("x")
    told = collector_of(ledger, folder).look(SECOND)
    assert "number 3 was expected, 4 came" in told[0], "a restart forgets no gap"
    assert "damaged" in told[-1]
    path.unlink()
    assert "envelopes are there and no checkpoint" in collector_of(ledger, folder).look(SECOND)[-1]


def test_only_what_is_signed_anew_is_a_sign_of_life(place: Place, folder: Path) -> None:
    ledger = place.seal(*decisions(9))
    collector = collector_of(ledger, folder, 900)
    assert send(collector, batch_of(ledger, envelopes_of(ledger))) == 200
    alive = signed(ledger, Batch(ledger.origin, 10, [], []), root_of(envelopes_of(ledger)), NOW + 60_000_000)
    assert send(collector, alive, SECOND + 60) == 200
    assert collector.look(SECOND + 960) == []
    silent = [f"{ledger.origin}: no checkpoint for 901 s"]
    assert send(collector, alive, SECOND + 961) == 200
    assert collector.look(SECOND + 961) == silent, "it was sent again by somebody"
    later = signed(ledger, Batch(ledger.origin, 10, [], []), root_of(envelopes_of(ledger)), NOW + 61_000_000)
    assert send(collector, later, SECOND + 5000) == 200
    assert collector.look(SECOND + 962) == silent, "it was held back by somebody"
    for path in folder.glob("*.checkpoint"):
        os.utime(path, (SECOND + 5000, SECOND + 5000))
    assert collector_of(ledger, folder, 900, since=SECOND + 5000).look(SECOND + 962) == silent, "nor is a restart one"
    early = signed(ledger, Batch(ledger.origin, 10, [], []), root_of(envelopes_of(ledger)), NOW * 2)
    assert send(collector, early, SECOND + 6000) == 200
    true = signed(ledger, Batch(ledger.origin, 10, [], []), root_of(envelopes_of(ledger)), NOW + 7_000_000_000)
    assert send(collector, true, SECOND + 7000) == 200
    assert collector.look(SECOND + 7900) == [], "a clock that was wrong once silences nobody for ever"


def test_a_collector_refuses_what_was_rolled_back(
    place: Place, folder: Path, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "BATCH", 4)
    ledger = place.seal(*decisions(9))
    collector = collector_of(ledger, folder)
    url = serve(lambda method, path, body: collector.handle(method, path, body, SECOND))
    assert ship(ledger, url, NOW) == 10
    log = collector.logs[ledger.origin]
    log.tree.append(EMPTY)
    with pytest.raises(LedgerError, match="rolled back: the collector has 11 entries, 10 are there"):
        ship(ledger, url, NOW)
    log.tree = Range(10, [EMPTY] * 2)
    before = sizes(folder)
    with pytest.raises(LedgerError, match="the collector refuses"):
        ship(place.seal(*decisions(9)), url, NOW)
    assert sizes(folder)[".entries"] == before[".entries"], "not even the first of several batches is kept"
    ledger.database.run("UPDATE entry SET envelope = (SELECT envelope FROM entry WHERE seq = 3) WHERE seq = 15")
    log.tree = Range()
    with pytest.raises(LedgerError, match="its entries are not those that were signed"):
        ship(ledger, url, NOW)
    assert sizes(folder)[".entries"] == before[".entries"], "nothing is signed that was not signed before"
    del collector.logs[ledger.origin]
    with pytest.raises(StoreError, match="does not know this ledger"):
        ship(ledger, url, NOW)


def test_a_key_that_it_was_not_given_is_told(place: Place, folder: Path, serve: Any) -> None:
    ledger = place.seal(*decisions(9))
    old = ledger.signer.verifier
    collector = collector_of(ledger, folder)
    url = serve(lambda method, path, body: collector.handle(method, path, body, SECOND))
    ship(ledger, url, NOW)
    rotate(ledger, NOW)
    with pytest.raises(StoreError, match="does not know the key that signs") as error:
        ship(ledger, url, NOW)
    assert error.value.hint == f"there, add --log {ledger.key()}"
    assert not isinstance(error.value, LedgerError)
    collector = Collector(str(folder), [old, ledger.signer.verifier], 1e12)
    assert ship(ledger, url, NOW) == 1
    assert collector.look(SECOND) == []


def test_a_full_disk_leaves_a_collector_that_goes_on(
    place: Place, folder: Path, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = place.seal(*decisions(9))
    collector = collector_of(ledger, folder)
    url = serve(lambda method, path, body: collector.handle(method, path, body, SECOND))

    def full(path: str, data: bytes) -> None:
        Path(path).write_bytes(data[:100])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("holdfast.store.collect._append", full)
        with pytest.raises(StoreError, match="No space left"):
            collector.receive(msgspec.json.encode(batch_of(ledger, envelopes_of(ledger))), SECOND)
    assert ship(ledger, url, NOW) == 10
    assert collector_of(ledger, folder).look(SECOND) == []


def test_a_collector_begins_behind_what_was_pruned(place: Place, folder: Path, serve: Any) -> None:
    ledger = place.seal(*decisions(300))
    collector = collector_of(ledger, folder)
    url = serve(lambda method, path, body: collector.handle(method, path, body, SECOND))
    ship(ledger, url, NOW)
    ledger = place.seal(*decisions(400))
    with ledger.database.transaction():
        assert prune(ledger, 512, "old", NOW, leave_behind=True) == 512
    publish(ledger, place.log, NOW)
    before = sizes(folder)
    with pytest.raises(
        StoreError, match="the collector has 301 entries, and those below 512 were pruned here"
    ) as error:
        ship(ledger, url, NOW)
    assert not isinstance(error.value, LedgerError)
    assert sizes(folder) == before
    (folder / "new").mkdir()
    collector = collector_of(ledger, folder / "new")
    assert ship(ledger, url, NOW, place.log) == 702 - 512
    assert ship(place.seal(*decisions(9)), url, NOW, place.log) == 9
    again = collector_of(ledger, folder / "new")
    assert (again.look(SECOND), again.logs[ledger.origin].tree.size) == ([], 711)
