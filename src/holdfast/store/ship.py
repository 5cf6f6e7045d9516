"""Ships envelopes and checkpoints to a collector on another host, which checks on receipt that the log only grows.

A collector keeps envelopes, never payloads. It raises an alarm where a log answers with another history, where the
numbers of a source have a gap, and where no checkpoint comes for too long: that nothing was changed does not say that
everything was sent.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from itertools import islice

import msgspec
from msgspec import Struct

from holdfast.core.entry import decode
from holdfast.core.errors import FormatError
from holdfast.core.merkle import Range, leaf_hash
from holdfast.formats.note import decimal, format_note, parse_note
from holdfast.store.database import StoreError
from holdfast.store.durable import write_durably
from holdfast.store.ledger import RESTORE, Ledger, LedgerError
from holdfast.store.publish import bundles, mark
from holdfast.store.serving import Answer, ask
from holdfast.store.tiles import bundle_of, entries_of, torn
from holdfast.trust.note import Verifier, signed_by

__all__ = ["Batch", "Collector", "ship"]

BATCH = 5000
"""Envelopes that go at once."""


class Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """What is sent."""

    origin: str
    first: int
    """The number of the first envelope."""
    envelopes: list[str]
    checkpoint: str
    """The one that these lead to; empty where more follow."""


class Log:
    """What a collector has of one log."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.tree = Range()
        self.next: dict[str, int] = {}
        self.heard = 0.0
        """When a checkpoint came last, in seconds since 1970."""
        self.gaps: list[str] = []
        """What is wrong with the numbers of sources: in the files, so that no restart forgets it."""
        try:
            with open(self.entries, "rb") as file:
                data = file.read()
            whole = len(data) - torn(data)
            for envelope in entries_of(data[:whole]):
                self.gaps += self.count(envelope)
            if whole < len(data):  # the end of a batch that was never answered
                os.truncate(self.entries, whole)
            self.heard = os.stat(self.checkpoint).st_mtime
        except FileNotFoundError:
            pass
        except (OSError, ValueError, FormatError) as error:
            raise StoreError(f"what was collected is damaged: {error}", where=self.entries) from error

    @property
    def entries(self) -> str:
        """The file of envelopes, as in a bundle."""
        return f"{self.path}.entries"

    @property
    def checkpoint(self) -> str:
        """The file of the last checkpoint."""
        return f"{self.path}.checkpoint"

    def count(self, envelope: bytes) -> list[str]:
        """Adds an envelope, and says what is wrong with its number. Raises FormatError."""
        found = decode(envelope)
        expected = self.next.get(found.source, 0)
        self.next[found.source] = found.number + 1
        self.tree.append(leaf_hash(envelope))
        if found.number == expected:
            return []
        return [f"source {found.source}: number {expected} was expected, {found.number} came"]

    def trouble(self, keys: Iterable[Verifier], origin: str) -> str:
        """What is wrong with what was collected; empty for nothing."""
        try:
            with open(self.checkpoint, "rb") as file:
                note = parse_note(file.read())
        except FileNotFoundError:
            return "no checkpoint has come yet"
        except (OSError, FormatError) as error:
            return f"the checkpoint is damaged: {error}"
        if not signed_by(note, keys) or note.checkpoint.origin != origin:
            return "the checkpoint is not signed by a key of the log"
        if note.checkpoint.size == self.tree.size and note.checkpoint.root != self.tree.root():
            return "the envelopes are not those of the checkpoint"
        return "" if note.checkpoint.size <= self.tree.size else "envelopes are missing"


class Collector:
    """Collects the logs with these keys in a folder; `silence` is in seconds.

    It began to listen at `since`, in seconds since 1970: silence before that is not the log's.
    """

    def __init__(self, folder: str, logs: Iterable[Verifier], silence: float, since: float = 0.0) -> None:
        self.silence, self.since = silence, since
        self.keys: dict[str, list[Verifier]] = {}
        for key in logs:
            self.keys.setdefault(key.name, []).append(key)
        self.logs = {name: Log(os.path.join(folder, hashlib.sha256(name.encode()).hexdigest())) for name in self.keys}
        self.alarms: list[str] = []

    def handle(self, method: str, path: str, body: bytes, now: float) -> Answer:
        """Answers a request. Raises StoreError where nothing can be written."""
        if method == "POST" and path == "/ship":
            return self.receive(body, now)
        for name, log in self.logs.items():
            if method == "GET" and path == f"/{os.path.basename(log.path)}/size":
                return Answer(200, f"{log.tree.size}\n".encode()) if name else Answer(404)
        return Answer(404)

    def receive(self, body: bytes, now: float) -> Answer:
        """Takes a batch if it continues what is there; anything else is an alarm."""
        try:
            batch = msgspec.json.decode(body, type=Batch)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Answer(400)
        log = self.logs.get(batch.origin)
        if log is None:
            return Answer(404)
        if batch.first != log.tree.size:
            return Answer(409, f"{log.tree.size}\n".encode())
        tree, numbers = Range(log.tree.size, log.tree.hashes), dict(log.next)
        envelopes = [envelope.encode() for envelope in batch.envelopes]
        try:
            gaps = [gap for envelope in envelopes for gap in log.count(envelope)]
            trouble = self._wrong(log, batch)
        except FormatError as error:
            gaps, trouble = [], error.what
        if trouble:
            log.tree, log.next = tree, numbers
            self.alarm(f"{batch.origin}: {trouble}")
            return Answer(422, f"{trouble}\n".encode())
        log.gaps += gaps
        _append(log.entries, bundle_of(envelopes))
        if batch.checkpoint:
            _write(log.checkpoint, batch.checkpoint.encode())
            log.heard = now
        return Answer(200, f"{log.tree.size}\n".encode())

    def _wrong(self, log: Log, batch: Batch) -> str:
        """What is wrong with a checkpoint. Raises FormatError."""
        if not batch.checkpoint:
            return ""
        note = parse_note(batch.checkpoint.encode())
        if not signed_by(note, self.keys[batch.origin]) or note.checkpoint.origin != batch.origin:
            return "the checkpoint is not signed by a key of the log"
        if (note.checkpoint.size, note.checkpoint.root) != (log.tree.size, log.tree.root()):
            return "the log was changed: its checkpoint does not continue what was collected"
        return ""

    def alarm(self, what: str) -> None:
        """Notes an alarm, once."""
        if what not in self.alarms:
            self.alarms.append(what)

    def look(self, now: float) -> list[str]:
        """All alarms, those for silence and for what lies in the files included."""
        found = list(self.alarms)
        for name, log in self.logs.items():
            found += (f"{name}: {gap}" for gap in log.gaps)
            if now - max(log.heard, self.since) > self.silence:
                since = f"for {now - log.heard:.0f} s" if log.heard else "ever"
                found.append(f"{name}: no checkpoint {since}")
            trouble = log.trouble(self.keys[name], name) if log.heard else ""
            if trouble:
                found.append(f"{name}: {trouble}")
        return found


def ship(ledger: Ledger, url: str, now: int) -> int:
    """Sends what the collector lacks, and answers how many entries that were. Raises StoreError, LedgerError."""
    base = url.rstrip("/")
    note = mark(ledger, now)
    size = note.checkpoint.size
    answer = ask(f"{base}/{hashlib.sha256(ledger.origin.encode()).hexdigest()}/size")
    if answer.status != 200:
        hint = f"start it with --log {ledger.key()}"
        raise StoreError(f"the collector does not know this ledger: it answers {answer.status}", where=url, hint=hint)
    first = start = _size(answer, url)
    if first > size:
        what = f"the ledger was rolled back: the collector has {first} entries, {size} are there"
        raise LedgerError(what, where=ledger.database.name, hint=RESTORE)
    flat = (envelope for found in bundles(ledger.database, first, size) for envelope in found)
    while True:
        envelopes = [envelope.decode() for envelope in islice(flat, BATCH)]
        last = first + len(envelopes) == size
        checkpoint = format_note(note).decode() if last else ""
        batch = Batch(ledger.origin, first, envelopes, checkpoint)
        answer = ask(f"{base}/ship", msgspec.json.encode(batch))
        if answer.status == 422:
            what = f"the collector refuses: {answer.body.decode('utf-8', 'replace').strip()[:200]}"
            raise LedgerError(what, where=ledger.database.name, hint=RESTORE)
        if answer.status != 200:
            raise StoreError(f"the collector answers {answer.status}", where=url)
        first += len(envelopes)
        if last:
            return size - start
        if not envelopes:
            raise LedgerError("entries are missing", where=ledger.database.name, hint=RESTORE)


def _size(answer: Answer, url: str) -> int:
    try:
        return decimal(answer.body.decode("ascii", "replace").rstrip("\n"))
    except FormatError as error:
        raise StoreError("this is no collector", where=url) from error


def _append(path: str, data: bytes) -> None:
    try:
        with open(path, "ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", where=path) from error


def _write(path: str, data: bytes) -> None:
    try:
        write_durably(path, data)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", where=path) from error
