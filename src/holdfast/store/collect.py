"""A collector on another host: it takes what a log's own key signed and what continues the log, and nothing else.

Every batch ends in a checkpoint of its own, signed for this batch and with the time of its sending, so that nobody else
can add to what is kept, and nothing is kept that no signature covers. It keeps envelopes, never payloads. It raises an
alarm where a log signs another history, where the numbers of a source have a gap, and where nothing that was signed
anew comes for too long: that nothing was changed does not say that everything was sent.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from holdfast.core.checkpoint import Note
from holdfast.core.entry import decode
from holdfast.core.errors import FormatError
from holdfast.core.merkle import Range, leaf_hash
from holdfast.formats.note import decimal, parse_note
from holdfast.store.database import StoreError
from holdfast.store.durable import write_durably
from holdfast.store.serving import Answer
from holdfast.store.tiles import bundle_of, entries_of, torn
from holdfast.trust.note import Verifier, signed_by

__all__ = ["Batch", "Collector", "extensions_of", "name_of_log"]

AHEAD = 300
"""Seconds by which the clock of a sender may be ahead."""
MOST_ALARMS = 1000
SENT, COVERS = "holdfast-sent ", "holdfast-batch "


class Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """What is sent."""

    origin: str
    first: int
    """The number of the first envelope."""
    front: list[str]
    """To a collector that has nothing: the tree over the entries before, which were pruned, in hexadecimal digits."""
    envelopes: list[str]
    checkpoint: str = ""
    """The one that these lead to, with `extensions_of` the batch."""


def extensions_of(batch: Batch, seconds: int) -> tuple[str, str]:
    """The lines that bind a checkpoint to a batch and to the time of its sending."""
    covered = msgspec.json.encode([batch.first, batch.front, batch.envelopes])
    return f"{SENT}{seconds}", f"{COVERS}{hashlib.sha256(covered).hexdigest()}"


def name_of_log(origin: str) -> str:
    """What a log is called in paths."""
    return hashlib.sha256(origin.encode()).hexdigest()


def _sent(note: Note) -> int:
    """When a checkpoint was sent. Raises FormatError."""
    if not note.checkpoint.extensions or not note.checkpoint.extensions[0].startswith(SENT):
        raise FormatError("the checkpoint does not say when it was sent")
    return decimal(note.checkpoint.extensions[0][len(SENT) :])


class Log:
    """What a collector has of one log."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.tree = Range()
        self.next: dict[str, int] = {}
        self.sent = 0.0
        """The sender's time of the last checkpoint."""
        self.heard = 0.0
        """When that came, or was sent if that is earlier, in seconds since 1970."""
        self.gaps: list[str] = []
        """What is wrong with the numbers of sources: in the files, so that no restart forgets it."""
        try:
            self._load()
        except (OSError, ValueError, FormatError) as error:
            raise StoreError(f"what was collected is damaged: {error}", where=self.entries) from error

    def _load(self) -> None:
        front = _read(self.front)
        if front:
            size, _, packed = front.partition(b"\n")
            self.tree = Range.unpacked(decimal(size.decode("ascii")), packed)
        self.pruned = self.tree.size
        data = _read(self.entries)
        whole = len(data) - torn(data)
        for envelope in entries_of(data[:whole]):
            self.gaps += self.count(envelope)
        if whole < len(data):  # the end of a batch that was never answered
            os.truncate(self.entries, whole)
        text = _read(self.checkpoint)
        try:
            sent = _sent(parse_note(text)) if text else 0
        except FormatError:  # told as trouble
            sent = 0
        if sent:
            self.hear(sent, os.stat(self.checkpoint).st_mtime)

    @property
    def entries(self) -> str:
        """The file of envelopes, as in a bundle."""
        return f"{self.path}.entries"

    @property
    def front(self) -> str:
        """The file of the tree over what was pruned before the first envelope: its size, a newline, its hashes."""
        return f"{self.path}.front"

    @property
    def checkpoint(self) -> str:
        """The file of the last checkpoint."""
        return f"{self.path}.checkpoint"

    @property
    def alarms(self) -> str:
        """The file of alarms, which whoever looked into them removes."""
        return f"{self.path}.alarms"

    def begin(self, batch: Batch) -> None:
        """Begins behind what was pruned. Raises FormatError."""
        try:
            self.tree = Range.unpacked(batch.first, bytes.fromhex("".join(batch.front)))
        except ValueError as error:
            raise FormatError("no tree") from error
        self.pruned = batch.first

    def count(self, envelope: bytes) -> list[str]:
        """Adds an envelope, and says what is wrong with its number. Raises FormatError."""
        found = decode(envelope)
        expected = self.next.get(found.source, found.number if self.pruned else 0)
        self.next[found.source] = found.number + 1
        self.tree.append(leaf_hash(envelope))
        if found.number == expected:
            return []
        return [f"source {found.source}: number {expected} was expected, {found.number} came"]

    def hear(self, sent: float, now: float) -> bool:
        """Whether a checkpoint that was sent then is a sign of life: one that is sent again is none."""
        if sent <= self.sent:
            return False
        self.sent = min(sent, now + AHEAD)
        self.heard = max(self.heard, min(sent, now))
        return True

    def keep(self, batch: Batch, envelopes: list[bytes]) -> None:
        """Writes a batch. Raises StoreError."""
        try:
            if batch.front:
                write_durably(self.front, f"{batch.first}\n".encode() + bytes.fromhex("".join(batch.front)))
            _append(self.entries, bundle_of(envelopes))
            write_durably(self.checkpoint, batch.checkpoint.encode())
        except OSError as error:
            raise StoreError(f"cannot be written: {error.strerror}", where=self.entries) from error

    def alarm(self, what: str, batch: Batch, now: float) -> None:
        """Notes an alarm durably, once, and the checkpoint that gave the first. Raises StoreError."""
        told = self.told()
        if len(told) >= MOST_ALARMS or any(line.endswith(what) for line in told):
            return
        try:
            if not told:
                write_durably(f"{self.path}.conflict", batch.checkpoint.encode())
            _append(self.alarms, f"{datetime.fromtimestamp(now, UTC).isoformat()} {what}\n".encode())
        except OSError as error:
            raise StoreError(f"cannot be written: {error.strerror}", where=self.alarms) from error

    def told(self) -> list[str]:
        """The alarms. Raises StoreError."""
        try:
            return _read(self.alarms).decode("utf-8", "replace").splitlines()
        except OSError as error:
            raise StoreError(f"cannot be read: {error.strerror}", where=self.alarms) from error

    def trouble(self, keys: Iterable[Verifier], origin: str) -> str:
        """What is wrong with what was collected; empty for nothing."""
        try:
            text = _read(self.checkpoint)
            if not text:
                return "envelopes are there and no checkpoint" if self.tree.size > self.pruned else ""
            note = parse_note(text)
        except (OSError, FormatError) as error:
            return f"the checkpoint is damaged: {error}"
        if not signed_by(note, keys) or note.checkpoint.origin != origin:
            return "the checkpoint is not signed by a key of the log (is every key of it given with --log?)"
        if note.checkpoint.size == self.tree.size and note.checkpoint.root != self.tree.root():
            return "the envelopes are not those of the checkpoint"
        return "" if note.checkpoint.size <= self.tree.size else "envelopes are missing"


class Collector:
    """Collects the logs with these keys in a folder; `silence` is in seconds.

    It began to listen at `since`, in seconds since 1970: for logs that were never heard silence begins there.
    """

    def __init__(self, folder: str, logs: Iterable[Verifier], silence: float, since: float = 0.0) -> None:
        self.silence, self.since = silence, since
        self.keys: dict[str, list[Verifier]] = {}
        for key in logs:
            self.keys.setdefault(key.name, []).append(key)
        self.logs = {name: Log(os.path.join(folder, name_of_log(name))) for name in self.keys}

    def handle(self, method: str, path: str, body: bytes, now: float) -> Answer:
        """Answers a request. Raises StoreError where nothing can be written."""
        if method == "POST" and path == "/ship":
            return self.receive(body, now)
        for log in self.logs.values():
            if method == "GET" and path == f"/{os.path.basename(log.path)}/size":
                return Answer(200, f"{log.tree.size}\n".encode())
        return Answer(404)

    def receive(self, body: bytes, now: float) -> Answer:
        """Takes a batch that the log's key signed if it continues what is there; if not, that is an alarm.

        What no key of the log signed is refused and leaves nothing behind: anybody can send that.
        """
        try:
            batch = msgspec.json.decode(body, type=Batch)
            note = parse_note(batch.checkpoint.encode())
            sent = _sent(note)
        except (msgspec.DecodeError, UnicodeError, RecursionError, FormatError):
            return Answer(400)
        log = self.logs.get(batch.origin)
        if log is None or note.checkpoint.origin != batch.origin:
            return Answer(404)
        if not signed_by(note, self.keys[batch.origin]):
            return Answer(403)
        if note.checkpoint.extensions != extensions_of(batch, sent):
            return Answer(400)
        if batch.first != log.tree.size and not (batch.front and not log.tree.size):
            return Answer(409, f"{log.tree.size}\n".encode())
        return self._continued(log, batch, note, now)

    def _continued(self, log: Log, batch: Batch, note: Note, now: float) -> Answer:
        tree, numbers, pruned = Range(log.tree.size, log.tree.hashes), dict(log.next), log.pruned
        envelopes = [envelope.encode() for envelope in batch.envelopes]
        trouble = ""
        gaps: list[str] = []
        try:
            if batch.front:
                log.begin(batch)
            for envelope in envelopes:
                gaps += log.count(envelope)
            if (note.checkpoint.size, note.checkpoint.root) != (log.tree.size, log.tree.root()):
                trouble = f"the log was changed: its checkpoint of {note.checkpoint.size} entries"
                trouble += " does not continue what was collected"
        except FormatError as error:
            trouble = f"it signed what is no envelope: {error.what}"
        if trouble:
            log.tree, log.next, log.pruned = tree, numbers, pruned
            log.alarm(trouble, batch, now)
            return Answer(422, f"{trouble}\n".encode())
        log.gaps += gaps
        if log.hear(_sent(note), now) or envelopes:
            try:
                log.keep(batch, envelopes)
            except StoreError:
                self.logs[batch.origin] = Log(log.path)  # what is in the files counts
                raise
        return Answer(200, f"{log.tree.size}\n".encode())

    def look(self, now: float) -> list[str]:
        """All alarms. Raises StoreError."""
        found: list[str] = []
        for name, log in self.logs.items():
            found += (f"{name}: {line} (remove {log.alarms} once you know why)" for line in log.told())
            found += (f"{name}: {gap}" for gap in log.gaps)
            if now - (log.heard or self.since) > self.silence:
                since = f"for {now - log.heard:.0f} s" if log.heard else "ever"
                found.append(f"{name}: no checkpoint {since}")
            trouble = log.trouble(self.keys[name], name)
            if trouble:
                found.append(f"{name}: {trouble}")
        return found


def _read(path: str) -> bytes:
    """A file; nothing where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def _append(path: str, data: bytes) -> None:
    with open(path, "ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
