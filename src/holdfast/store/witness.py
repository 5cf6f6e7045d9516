"""A witness: sees to it that a log only grows, and says so with a cosignature; and the log's side of asking it.

What a witness remembers of a log is the checkpoint that it cosigned last, in a file of its own; its cosignature seals
it. Source: C2SP tlog-witness, tlog-cosignature.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections.abc import Iterable
from typing import NamedTuple

from holdfast.core.checkpoint import Note
from holdfast.core.errors import FormatError
from holdfast.core.merkle import EMPTY, consistent
from holdfast.formats.note import base64_bytes, decimal, format_note, format_signature, parse_note, parse_signatures
from holdfast.store.database import StoreError
from holdfast.store.durable import write_durably
from holdfast.store.elsewhere import known_size, remember
from holdfast.store.ledger import FOR_GOOD, RESTORE, Ledger, LedgerError
from holdfast.store.proofs import Pruned, consistency
from holdfast.store.publish import mark
from holdfast.store.serving import Answer, ask
from holdfast.store.tiles import Folder
from holdfast.trust.note import Signer, Verifier, signed_by

__all__ = ["Asked", "Witness", "cosign"]

SIZE_TYPE = "text/x.tlog.size"
MOST_STEPS = 63


class Witness:
    """A witness of the logs with these keys; `folder` holds its memory."""

    def __init__(self, signer: Signer, logs: Iterable[Verifier], folder: str) -> None:
        self.signer = signer
        self.folder = folder
        self.logs: dict[str, list[Verifier]] = {}
        for log in logs:
            self.logs.setdefault(log.name, []).append(log)

    def path(self, origin: str) -> str:
        """Where the last checkpoint of a log is."""
        return os.path.join(self.folder, f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint")

    def last(self, origin: str) -> Note | None:
        """The last checkpoint of a log that was cosigned. Raises StoreError where that file is damaged."""
        path = self.path(origin)
        try:
            with open(path, "rb") as file:
                data = file.read()
            note = parse_note(data)
        except FileNotFoundError:
            return None
        except (OSError, FormatError) as error:
            raise StoreError(f"the memory of the witness is damaged: {error}", where=path) from error
        by = signed_by(note, [self.signer.verifier, *self.logs[origin]])
        right = by is not None and self.signer.verifier in by and len(by) > 1
        if not right or note.checkpoint.origin != origin or format_note(note) != data:
            hint = "give every key of that log with --log, also former ones; else restore the file from a copy"
            raise StoreError("the memory of the witness is damaged", where=path, hint=hint)
        return note

    def handle(self, method: str, path: str, body: bytes, now: int) -> Answer:
        """Answers a request; `now` is in seconds. Raises StoreError."""
        if (method, path) == ("POST", "/add-checkpoint"):
            return self.add(body, now)
        for origin in self.logs:
            if (method, path) == ("GET", f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"):
                note = self.last(origin)
                return Answer(200, format_note(note)) if note else Answer(404)
        return Answer(404)

    def add(self, body: bytes, now: int) -> Answer:
        """`add-checkpoint`. Raises StoreError where its memory is damaged or cannot be written."""
        try:
            old, path, note = _request(body)
        except FormatError as error:
            return Answer(400, f"{error.what}\n".encode())
        checkpoint = note.checkpoint
        keys = self.logs.get(checkpoint.origin)
        if keys is None:
            return Answer(404)
        by = signed_by(note, keys)
        if not by:
            return Answer(403)
        if old > checkpoint.size:
            return Answer(400)
        last = self.last(checkpoint.origin)
        size, root = (last.checkpoint.size, last.checkpoint.root) if last else (0, EMPTY)
        if old != size:
            return Answer(409, f"{size}\n".encode(), SIZE_TYPE)
        if (checkpoint.size == 0 and checkpoint.root != EMPTY) or not consistent(
            old, checkpoint.size, root, checkpoint.root, path
        ):
            return Answer(422)
        signature = self.signer.sign(checkpoint, now)
        trusted = {(key.name, key.id) for key in by}
        lines = (*(each for each in note.signatures if (each.name, each.id) in trusted), signature)
        self._remember(Note(checkpoint, lines))  # before anybody hears of it
        return Answer(200, format_signature(signature).encode())

    def _remember(self, note: Note) -> None:
        path = self.path(note.checkpoint.origin)
        try:
            write_durably(path, format_note(note))
        except OSError as error:
            raise StoreError(f"cannot be written: {error.strerror}", where=path) from error


def _request(body: bytes) -> tuple[int, list[bytes], Note]:
    """Old size, proof and checkpoint. Raises FormatError."""
    head, parting, rest = body.partition(b"\n\n")
    try:
        first, *steps = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("no request") from error
    if not parting or not first.startswith("old ") or len(steps) > MOST_STEPS:
        raise FormatError("no request: an old size, a proof, an empty line and a checkpoint")
    return decimal(first[4:]), [base64_bytes(step, 32) for step in steps], parse_note(rest)


class Asked(NamedTuple):
    """A witness and what came of asking it."""

    name: str
    trouble: str
    """Empty where it cosigned."""


def cosign(
    ledger: Ledger, folder: Folder, witnesses: Iterable[tuple[str, Verifier]], now: int
) -> tuple[Note, list[Asked]]:
    """Asks witnesses for cosignatures of the last checkpoint, and keeps those that came; `now` is in microseconds.

    Raises LedgerError where a witness has seen more entries than there are, or others.
    """
    note = mark(ledger, now)
    asked = []
    for url, key in witnesses:
        try:
            signature = _asked(ledger, folder, url, key, note)
        except LedgerError:
            raise
        except (StoreError, FormatError) as error:
            asked.append(Asked(key.name, error.what))
            continue
        others = [each for each in note.signatures if (each.name, each.id) != (key.name, key.id)]
        note = Note(note.checkpoint, (*others, *signature.signatures))
        asked.append(Asked(key.name, ""))
        with ledger.database.transaction():
            row = (format_note(note).decode(), FOR_GOOD, note.checkpoint.size)
            ledger.database.run("UPDATE checkpoint SET note = ?, kept = ? WHERE size = ?", row)
            remember(ledger.database, f"witness {key.name}", note.checkpoint.size)
    return note, asked


def _asked(ledger: Ledger, folder: Folder, url: str, key: Verifier, note: Note) -> Note:
    """The cosignature of one witness, as a note of its own. Raises StoreError, LedgerError and FormatError."""
    checkpoint = note.checkpoint
    old = min(known_size(ledger.database, f"witness {key.name}"), checkpoint.size)
    for _ in range(2):
        try:
            path = consistency(ledger.database, folder, old, None, note)
        except Pruned as error:
            what = f"it saw {old} entries, and since then those around that size were pruned: keep its memory"
            raise StoreError(f"{what}, and start it with another folder", where=url) from error
        steps = "".join(f"{b64encode(step).decode()}\n" for step in path)
        answer = ask(f"{url.rstrip('/')}/add-checkpoint", f"old {old}\n{steps}\n".encode() + format_note(note))
        if answer.status != 409:
            break
        old = decimal(answer.body.decode("ascii", "replace").rstrip("\n"))
        if old > checkpoint.size:
            what = f"the ledger was rolled back: the witness {key.name} saw {old} entries, {checkpoint.size} are there"
            raise LedgerError(what, where=ledger.database.name, hint=RESTORE)
    if answer.status == 422:
        what = f"the ledger was forked: the witness {key.name} saw another history"
        raise LedgerError(what, where=ledger.database.name, hint=RESTORE)
    if answer.status in {403, 404}:
        raise StoreError(f"it does not know the key that signs: there, add --log {ledger.key()}", where=url)
    if answer.status != 200:
        raise StoreError(f"it answers {answer.status}", where=url)
    lines = parse_signatures(answer.body.decode("utf-8", "replace"))
    found = Note(checkpoint, tuple(each for each in lines if (each.name, each.id) == (key.name, key.id))[:1])
    if not signed_by(found, [key]):
        raise StoreError("its cosignature does not verify", where=url)
    return found
