"""The uses of the ledger: verify, prove, show, erase, prune, rotate, publish, and the programs that run elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from http.server import ThreadingHTTPServer
from typing import NamedTuple

import holdfast
from holdfast.app.store import FILE, KEYS, LOG, clock, connect, home, open_store
from holdfast.app.verified import note_verified
from holdfast.config import Settings
from holdfast.core.entry import Envelope, decode
from holdfast.core.errors import FormatError, UsageError
from holdfast.store.collect import Collector
from holdfast.store.database import Row, StoreError
from holdfast.store.erase import entries_about, erase, prune, remove_pruned
from holdfast.store.files import unreadable, verify
from holdfast.store.keys import Keys, make_key, read_key, write_key
from holdfast.store.migrate import refuse_newer
from holdfast.store.objects import objects_at
from holdfast.store.proofs import proof_of, signer_of
from holdfast.store.publish import publish, republish
from holdfast.store.rotate import add_second, rotate
from holdfast.store.rows import subjects_of
from holdfast.store.serving import Answer, Handle, server
from holdfast.store.ship import ship
from holdfast.store.sqlite import Sqlite
from holdfast.store.statements import text_of, verifier_of
from holdfast.store.tiles import Folder, Place
from holdfast.store.verify import Report
from holdfast.store.witness import Asked, Witness, cosign
from holdfast.trust.note import COSIGNATURE, ED25519, ML_DSA_44, Verifier

__all__ = [
    "Collector",
    "Report",
    "Shown",
    "about",
    "change_key",
    "check_all",
    "collector_at",
    "cosigned",
    "erase_payloads",
    "key_of",
    "proof",
    "prune_below",
    "publish_to",
    "seconds",
    "serve",
    "shipped",
    "shown",
    "verifier_program",
    "witness_at",
]

PROGRAM = os.path.join(os.path.dirname(holdfast.__file__), "standalone", "verify_proof.py")


class Shown(NamedTuple):
    """An entry."""

    number: int
    envelope: Envelope
    payload: bytes | None


def seconds() -> int:
    """Seconds since 1970-01-01 UTC."""
    return int(time.time())


def check_all(settings: Settings) -> Report:
    """Checks the whole ledger. Raises StoreError where it cannot be read."""
    folder = home()
    try:
        report = _checked(settings, folder)
    except StoreError as error:
        report = unreadable(os.path.join(folder, FILE), error)
    note_verified(report, clock())
    return report


def _checked(settings: Settings, folder: str) -> Report:
    with closing(connect(settings.store, create=False)) as database:
        if not refuse_newer(database):
            raise StoreError("there is nothing in this store", where=database.name)
        return verify(database, Folder(os.path.join(folder, LOG)), Keys(os.path.join(folder, KEYS)))


def about(settings: Settings) -> tuple[str, int]:
    """The key of the ledger and how many entries it has."""
    with open_store(settings.store, create=False) as store:
        return store.ledger.key(), store.ledger.size()


def shown(settings: Settings, entry: int | None, last: int) -> Iterator[Shown]:
    """An entry, or the last ones. Raises StoreError."""
    with closing(connect(settings.store, create=False)) as database:
        sql = "SELECT e.seq, e.envelope, p.content FROM entry e LEFT JOIN payload p ON p.seq = e.seq"
        rows: list[Row]
        if entry is None:
            rows = database.rows(f"{sql} ORDER BY e.seq DESC LIMIT ?", (last,))[::-1]
        else:
            rows = database.rows(f"{sql} WHERE e.seq = ?", (entry,))
            if not rows:
                raise StoreError(f"there is no entry {entry}", where=database.name)
        for seq, envelope, content in rows:
            try:
                yield Shown(seq, decode(bytes(envelope)), None if content is None else bytes(content))
            except FormatError as error:
                hint = "`holdfast ledger verify` says what else is wrong"
                raise StoreError(f"entry {seq}: {error.what}", where=database.name, hint=hint) from error


def proof(settings: Settings, entry: int, key: str = "") -> tuple[bytes, str]:
    """The proof of an entry, under a checkpoint that a key signed, and the key to verify it with.

    Raises StoreError, UsageError.
    """
    wanted = verifier(key, (ED25519,)) if key else None
    with open_store(settings.store, create=False) as store:
        publish(store.ledger, store.log, clock())
        text = proof_of(store.database, store.log, entry, settings.quorum, wanted)
        by = wanted or signer_of(store.database, text)
        return text, text_of(by) if by else store.ledger.key()


def erase_payloads(settings: Settings, entries: Iterable[int], subject: str, reason: str) -> int:
    """Erases payloads by their entries' numbers or by the name of whom they are about. Raises StoreError."""
    with open_store(settings.store, create=False) as store:
        with store.database.transaction():
            found = list(entries)
            if subject:
                for name in subjects_of(store.database, subject):
                    found += entries_about(store.database, store.ledger.pseudonym(name))
                if not found:
                    hint = "`holdfast ledger show` lists entries by number"
                    raise UsageError(f"no payload that is there is about `{subject}`", hint=hint)
            count = erase(store.ledger, found, reason, clock())
        if isinstance(store.database, Sqlite):
            store.database.settle()  # what was erased is in the log of the database, too
        return count


def prune_below(settings: Settings, below: int, reason: str, *, leave_behind: bool = False) -> int:
    """Deletes entries at the front. Raises StoreError, and UsageError where somebody elsewhere lacks some of them."""
    with open_store(settings.store, create=False) as store:
        publish(store.ledger, store.log, clock())
        with store.database.transaction():
            count = prune(store.ledger, below, reason, clock(), leave_behind=leave_behind)
        publish(store.ledger, store.log, clock())
        remove_pruned(store.database, store.log)
        return count


def change_key(settings: Settings, *, second: bool) -> str:
    """Changes the key that signs, or adds a post-quantum one; answers the new one. Raises StoreError."""
    with open_store(settings.store, create=False) as store:
        return (add_second if second else rotate)(store.ledger, clock())


def publish_to(settings: Settings, where: str) -> int:
    """Publishes in another folder or in object storage, or in this installation's own folder anew.

    Answers how many entries. Raises StoreError.
    """
    with open_store(settings.store, create=False) as store:
        if not where:
            return republish(store.ledger, store.log, clock()).checkpoint.size
        place: Place = objects_at(where) if where.startswith("s3://") else Folder(os.path.abspath(where))
        return publish(store.ledger, place, clock()).checkpoint.size


def cosigned(settings: Settings) -> tuple[int, list[Asked]]:
    """Asks the witnesses; answers the size that they were asked about, and what came of it.

    Raises StoreError, and UsageError where there is none.
    """
    if not settings.witnesses:
        hint = "the settings name them: `witnesses: [{url: ..., key: ...}]`"
        raise UsageError("no witness is configured", hint=hint)
    witnesses = [(each.url, verifier(each.key, (COSIGNATURE, ML_DSA_44))) for each in settings.witnesses]
    with open_store(settings.store, create=False) as store:
        publish(store.ledger, store.log, clock())
        note, asked = cosign(store.ledger, store.log, witnesses, clock())
        return note.checkpoint.size, asked


def shipped(settings: Settings, url: str) -> int:
    """Sends a collector what it lacks. Raises StoreError."""
    with open_store(settings.store, create=False) as store:
        return ship(store.ledger, url, clock(), store.log)


def witness_at(folder: str, logs: Iterable[str], *, quantum: bool = False) -> Witness:
    """A witness whose key and memory are in a folder; the key is made on first use. Raises StoreError, UsageError."""
    keys = [verifier(log, (ED25519,)) for log in logs]
    path = os.path.join(folder, "witness.key")
    if not os.path.exists(path):
        type = ML_DSA_44 if quantum else COSIGNATURE
        write_key(path, make_key(f"holdfast-witness/{os.urandom(8).hex()}", type, os.urandom))
    return Witness(read_key(path, (COSIGNATURE, ML_DSA_44)), keys, folder)


def collector_at(folder: str, logs: Iterable[str], silence: float, *, since: float = 0.0) -> Collector:
    """A collector whose memory is in a folder, and that begins to listen at a time. Raises StoreError, UsageError."""
    keys = [verifier(log, (ED25519,)) for log in logs]
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder cannot be made: {error.strerror}", where=folder) from error
    return Collector(folder, keys, silence, since)


def serve(listen: str, role: Witness | Collector, tell: Callable[[str], None]) -> ThreadingHTTPServer:
    """A server for a witness or a collector; trouble of its own is told and answered as such. Raises StoreError."""

    def handle(method: str, path: str, body: bytes) -> Answer:
        try:
            return role.handle(method, path, body, seconds())
        except StoreError as error:
            tell(str(error))
            return Answer(500)

    handler: Handle = handle
    return server(listen, handler)


def key_of(witness: Witness) -> str:
    """The key of a witness, for whoever trusts it."""
    return text_of(witness.signer.verifier)


def verifier(text: str, types: tuple[int, ...]) -> Verifier:
    """A key that was typed. Raises UsageError."""
    try:
        found = verifier_of(text)
    except FormatError as error:
        raise UsageError(f"this is no key: {error.what}", hint="NAME+ID+BASE64, as the other side prints it") from error
    if found.type not in types:
        raise UsageError(
            f"this is a key of type {found.type}, for something else", hint="is it a witness's or a log's?"
        )
    return found


def verifier_program() -> str:
    """The program that verifies proofs. Raises StoreError."""
    try:
        with open(PROGRAM, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}", where=PROGRAM) from error
