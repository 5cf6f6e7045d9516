"""Group commit: every record gets its number once it is durable; after an error of the disk nothing is taken."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable

import pytest
from tests.store.conftest import NOW, Place, decisions

from holdfast.core.entry import Record
from holdfast.formats.note import parse_note
from holdfast.store.commit import Committer
from holdfast.store.database import StoreError
from holdfast.store.publish import published
from holdfast.store.sqlite import Sqlite
from holdfast.store.tiles import Folder


def ticking() -> Callable[[], int]:
    return itertools.count(NOW).__next__


def committer(place: Place, **more: int) -> Committer:
    ledger = place.open()
    return Committer(ledger.database, ledger, place.log, ticking(), **more)


def test_producers_of_both_kinds_get_their_numbers(place: Place) -> None:
    async def produce(found: Committer) -> list[int]:
        return await asyncio.gather(*(found.append(record) for record in decisions(500)))

    with committer(place) as found:
        waiting = [found.submit(record) for record in decisions(300)]
        numbers = asyncio.run(produce(found))
        numbers += [future.result(10) for future in waiting]
    assert sorted(numbers) == list(range(1, 801))
    assert place.problems() == []
    note = published(place.log)
    assert note is not None
    assert note.checkpoint.size == 801


def test_it_publishes_while_it_writes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.store.commit.EVERY", 0.05)
    sizes = set()
    with committer(place) as found:
        for record in decisions(60):
            found.submit(record).result(10)
            time.sleep(0.005)
            data = place.log.read("checkpoint")
            assert data is not None
            sizes.add(parse_note(data).checkpoint.size)
        time.sleep(0.3)  # nothing more comes: the rest is published all the same
        note = published(place.log)
        assert note is not None
        assert note.checkpoint.size == 61
    assert len(sizes) > 2
    assert place.problems() == []
    assert len(place.database.rows("SELECT size FROM checkpoint")) <= 3


def test_what_cannot_be_sealed_harms_nobody_else(place: Place) -> None:
    with committer(place) as found:
        with pytest.raises(ValueError, match="no entry of kind x"):
            found.submit(Record("x", "", b""))
        assert found.submit(Record("run", "", b"")).result(10) == 1


def test_the_queue_is_bounded(place: Place) -> None:
    found = committer(place, most=5)
    with found.ready:  # the writer cannot take any
        futures = [found.submit(record) for record in decisions(5)]
        with pytest.raises(StoreError, match="5 records wait to be sealed"):
            found.submit(Record("run", "", b""))
    assert len({future.result(10) for future in futures}) == 5
    found.close()
    with pytest.raises(StoreError, match="is being closed"):
        found.submit(Record("run", "", b""))


def test_an_error_of_the_disk_is_fatal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    found = committer(place)
    assert found.submit(Record("run", "", b"")).result(10) == 1
    go = threading.Event()

    def broken(*_: object, **__: object) -> range:
        go.wait(10)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(found.ledger, "seal", broken)

    async def produce() -> list[object]:
        waiting = [found.append(record) for record in decisions(5)]
        go.set()
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    waiting = found.submit(Record("run", "", b""))
    answers = asyncio.run(produce())
    with pytest.raises(StoreError, match="Input/output error"):
        waiting.result(10)
    assert [type(answer) for answer in answers] == [StoreError] * 5
    with pytest.raises(StoreError, match="Input/output error"):
        found.submit(Record("run", "", b""))
    with pytest.raises(StoreError, match="Input/output error"):
        found.close()
    assert place.database.rows("SELECT count(*) FROM entry") == [(2,)]


def test_a_publisher_that_fails_ends_it_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.store.commit.EVERY", 0.01)
    found = committer(place)

    def broken(*_: object) -> None:
        raise StoreError("cannot be published: No space left on device")

    monkeypatch.setattr(Folder, "replaceable", broken)
    found.submit(Record("run", "", b"")).result(10)
    with pytest.raises(StoreError, match="No space left"):
        until_it_fails(found)
    with pytest.raises(StoreError, match="No space left"):
        found.close()


def until_it_fails(found: Committer) -> None:
    for _ in range(200):
        found.submit(Record("run", "", b"")).result(10)
        time.sleep(0.01)


def test_those_who_stopped_waiting_are_left_alone(place: Place) -> None:
    async def impatient(found: Committer) -> None:
        future = found.append(Record("run", "", b"x"))
        future.cancel()
        await found.append(Record("run", "", b"y"))

    with committer(place) as found:
        with found.ready:
            cancelled = found.submit(Record("run", "", b"z"))
            assert cancelled.cancel()
        asyncio.run(impatient(found))
    assert place.database.rows("SELECT count(*) FROM entry") == [(4,)]


def test_two_processes_may_write_at_once(place: Place) -> None:
    with committer(place) as found:
        ledger = place.open()
        futures = []
        for record in decisions(40):
            futures.append(found.submit(record))
            with ledger.database.transaction():
                ledger.seal([record], NOW)
        numbers = [future.result(10) for future in futures]
    assert len(set(numbers)) == 40
    if isinstance(place.database, Sqlite):
        place.database.settle()
    assert place.problems() == []
