"""Group commit: many producers, one thread that writes; while one commit runs, the next one collects.

    with Committer(database, ledger, folder, clock) as committer:
        number = await committer.append(Record("decision", subject, payload))      # or .submit(...).result()

A record is acknowledged once it is durable. Tiles and checkpoint follow within a second, in this order: rows durable,
tiles durable, checkpoint renamed. After an error of the disk nobody knows what was written: every producer that waits
gets the error, nothing is tried again, and nothing more is taken.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, NamedTuple, Self

from holdfast.core.checkpoint import Note
from holdfast.core.entry import Record
from holdfast.core.merkle import leaf_hash
from holdfast.store.database import Database, StoreError
from holdfast.store.elsewhere import forget_older, remember
from holdfast.store.ledger import PASSING, PUBLISHED, Ledger, Sealed
from holdfast.store.publish import (
    bundles,
    check_published,
    mark,
    name_of,
    publish,
    published,
    resumed,
    settle,
)
from holdfast.store.tiles import Folder, Tiler

__all__ = ["Committer"]

LONGEST_QUEUE = 20_000
LARGEST_BATCH = 4_000
EVERY = 1.0
"""Seconds between two publications."""


class Waiting(NamedTuple):
    """A record and who waits for it: a future of this or that kind, and the loop of an asyncio future."""

    record: Record
    future: Any
    loop: asyncio.AbstractEventLoop | None


class Committer:
    """The thread that writes, and the one that publishes; both own what they were given until `close`."""

    def __init__(
        self, database: Database, ledger: Ledger, folder: Folder, clock: Callable[[], int], *, most: int = LONGEST_QUEUE
    ) -> None:
        self.database, self.ledger, self.clock = database, ledger, clock
        self.most = most
        self.folder, self.place = folder, name_of(ledger, folder)
        self.queue: deque[Waiting] = deque()
        self.ready = threading.Condition()
        self.dead: StoreError | None = None
        self.closing = False
        self.sealed: list[Sealed] = []
        """What was committed and not yet handed to the publisher."""
        self.due = time.monotonic() + EVERY
        publish(ledger, folder, clock())
        with folder.locked():
            tiler = resumed(folder, check_published(ledger, folder)) or Tiler()
        self.known = tiler.size
        """Of the entries below this one, all were handed over or are in `sealed`."""
        self.publisher = Publisher(folder, tiler)
        self.thread = threading.Thread(target=self._write, name="ledger")
        self.thread.start()

    def submit(self, record: Record) -> Future[int]:
        """Takes a record; the future gets its number.

        Raises StoreError where the queue is full or the writer dead, and ValueError for what cannot be sealed.
        """
        future: Future[int] = Future()
        self._take(Waiting(record, future, None))
        return future

    def append(self, record: Record) -> asyncio.Future[int]:
        """The same for asyncio, to be called on a loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        self._take(Waiting(record, future, loop))
        return future

    def _take(self, waiting: Waiting) -> None:
        waiting.record.check()
        with self.ready:
            if self.dead is not None:
                raise self.dead
            if self.closing:
                raise StoreError("the ledger is being closed", where=self.database.name)
            if len(self.queue) >= self.most:
                hint = "what cannot be sealed must not happen: refuse it, or try again"
                raise StoreError(f"{self.most} records wait to be sealed", where=self.database.name, hint=hint)
            self.queue.append(waiting)
            if len(self.queue) == 1:
                self.ready.notify()

    def close(self) -> None:
        """Writes and publishes what waits. Raises StoreError where the writer or the publisher had died."""
        with self.ready:
            self.closing = True
            self.ready.notify()
        self.thread.join()
        if self.dead is not None:
            raise self.dead

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self) -> None:
        batch: list[Waiting] = []
        try:
            while True:
                batch = self._batch()
                if batch:
                    first = self._commit([waiting.record for waiting in batch])
                    _resolve(batch, first, None)
                    batch = []
                elif self.closing:
                    break
                self._publish(final=False)
            self._publish(final=True)
            self.publisher.close()
        except (StoreError, OSError, sqlite3.Error, ValueError) as error:
            self._die(error, batch)
            self.publisher.close(failed=True)

    def _batch(self) -> list[Waiting]:
        with self.ready:
            while not self.queue and not self.closing:
                pause = max(self.due - time.monotonic(), 0) if self.sealed else None
                if not self.ready.wait(pause):
                    return []
            size = min(len(self.queue), LARGEST_BATCH)
            return [self.queue.popleft() for _ in range(size)]

    def _commit(self, records: list[Record]) -> int:
        """Seals a batch, durably."""
        public = time.monotonic() >= self.due and self.publisher.idle()
        with self.database.transaction():
            first = self.ledger.seal(records, self.clock(), kept=PUBLISHED if public else PASSING).start
            if public:
                remember(self.database, self.place, self.ledger.size())
                forget_older(self.database)
        last = self.ledger.last
        assert last is not None
        assert last.note is not None
        self._catch_up(last.first)
        self.sealed.append(last)
        self.known = last.note.checkpoint.size
        if public:
            self._hand_over(last.note)
        return first

    def _catch_up(self, size: int) -> None:
        """Reads what other processes sealed meanwhile."""
        for envelopes in bundles(self.database, self.known, size):
            self.sealed.append(Sealed(self.known, envelopes, list(map(leaf_hash, envelopes)), None))
            self.known += len(envelopes)

    def _publish(self, *, final: bool) -> None:
        """Publishes what is due and was not published with a batch. Raises StoreError."""
        self.publisher.check()
        if self.sealed and (final or (time.monotonic() >= self.due and self.publisher.idle())):
            self._hand_over(mark(self.ledger, self.clock(), self.folder))

    def _hand_over(self, note: Note) -> None:
        self._catch_up(note.checkpoint.size)
        self.due = time.monotonic() + EVERY
        self.publisher.give(self.sealed, note)
        self.sealed = []

    def _die(self, error: Exception, batch: list[Waiting]) -> None:
        """Gives every producer the error."""
        dead = error if isinstance(error, StoreError) else StoreError(str(error), where=self.database.name)
        with self.ready:
            self.dead = dead
            batch = [*batch, *self.queue]
            self.queue.clear()
        _resolve(batch, 0, dead)


class Publisher:
    """Writes tiles and checkpoints behind the commits."""

    def __init__(self, folder: Folder, tiler: Tiler) -> None:
        self.folder = folder
        self.tiler = tiler
        self.work: deque[tuple[list[Sealed], Note] | None] = deque()
        self.ready = threading.Condition()
        self.busy = False
        self.error: StoreError | None = None
        self.thread = threading.Thread(target=self._run, name="ledger tiles")
        self.thread.start()

    def idle(self) -> bool:
        """Whether it has nothing to do."""
        return not self.busy and not self.work

    def check(self) -> None:
        """Raises what it died of."""
        if self.error is not None:
            raise self.error

    def give(self, sealed: list[Sealed], note: Note | None) -> None:
        """Hands over what is to be published."""
        with self.ready:
            self.work.append((sealed, note) if note else None)
            self.ready.notify()

    def close(self, *, failed: bool = False) -> None:
        """Waits for what was handed over. Raises what it died of."""
        self.give([], None)
        self.thread.join()
        if not failed:
            self.check()

    def _run(self) -> None:
        try:
            while True:
                with self.ready:
                    while not self.work:
                        self.ready.wait()
                    work = self.work.popleft()
                    self.busy = True
                if work is None:
                    return
                self._publish(*work)
                self.busy = False
        except StoreError as error:
            self.error = error

    def _publish(self, sealed: list[Sealed], note: Note) -> None:
        with self.folder.locked():
            before = published(self.folder)
            for each in sealed:
                tiles = list(self.tiler.add(each.envelopes, each.leaves))
                self.folder.immutable(tiles)
            # Another process may have published more meanwhile.
            if before is None or before.checkpoint.size < note.checkpoint.size:
                settle(self.folder, self.tiler, note)


def _resolve(batch: list[Waiting], first: int, error: StoreError | None) -> None:
    """Wakes whoever waits: each loop once."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Any, int]]] = {}
    for number, (_, future, loop) in enumerate(batch, first):
        if loop is not None:
            loops.setdefault(loop, []).append((future, number))
        elif future.set_running_or_notify_cancel():
            if error is None:
                future.set_result(number)
            else:
                future.set_exception(error)
    for loop, found in loops.items():
        loop.call_soon_threadsafe(_wake, found, error)


def _wake(found: list[tuple[Any, int]], error: StoreError | None) -> None:
    for future, number in found:
        if not future.done():
            if error is None:
                future.set_result(number)
            else:
                future.set_exception(error)
