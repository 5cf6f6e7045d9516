"""Seals records: entry, payload, tree and signed checkpoint change in the same transaction as what they describe.

    with database.transaction():
        entries = ledger.seal([Record("run", ledger.pseudonym(origin), payload)], now)
        database.run("INSERT INTO run ... entry", (..., entries[0]))

The rows are the truth; what is published (`publish.py`) is derived from them.
Source: RFC 6962, section 2.1; C2SP tlog-checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from holdfast.core.checkpoint import Checkpoint, Note
from holdfast.core.entry import SALT, Envelope, Record, commitment, encode, pseudonym
from holdfast.core.errors import FormatError
from holdfast.core.merkle import Range, leaf_hash
from holdfast.formats.note import format_note, parse_note
from holdfast.store.database import Database, Row, StoreError
from holdfast.store.keys import Keys, Random, new_origin
from holdfast.store.statements import KeyChange, text_of, written
from holdfast.trust.note import Signer, signed_by

__all__ = [
    "FOR_GOOD",
    "PASSING",
    "PUBLISHED",
    "Ledger",
    "LedgerError",
    "Sealed",
    "changed",
    "last_note",
    "meta",
    "range_of",
    "set_meta",
]

PASSING, PUBLISHED, FOR_GOOD = 0, 1, 2
"""How long a checkpoint stays in its table."""
SECOND = 1_000_000
RESTORE = "stop writing; compare with what was shipped off this host, and restore the store that fits it"


class LedgerError(StoreError):
    """The ledger is not the one that was signed: entries are gone, changed, or a second history was begun."""

    exit_code = 1


class Sealed(msgspec.Struct, frozen=True):
    """What one call of `seal` wrote."""

    first: int
    """The number of the first entry."""
    envelopes: list[bytes]
    leaves: list[bytes]
    note: Note | None
    """The checkpoint after them, where they were sealed here."""


class Ledger:
    """A ledger that is open for writing: one database, one key, one process."""

    def __init__(self, database: Database, keys: Keys, signer: Signer, random: Random = os.urandom) -> None:
        self.database = database
        self.keys = keys
        self.signer = signer
        self.random = random
        self.extra = keys.extra()
        self.origin = signer.verifier.name
        self.source = keys.source()
        self.session = random(8).hex()
        self.last: Sealed | None = None
        """What the last call wrote; it counts once its transaction has ended."""
        self.backwards = 0
        """Microseconds by which the clock ran behind the entry before, at its worst."""
        self._names = bytes.fromhex(meta(database, "pseudonyms"))

    @classmethod
    def open(
        cls, database: Database, folder: str, now: int, *, origin: str = "", random: Random = os.urandom
    ) -> Ledger:
        """Opens the ledger of a migrated database, or begins it; `folder` holds the keys.

        Raises StoreError, and LedgerError where it is not what was signed last.
        """
        keys = Keys(folder, random)
        if not meta(database, "origin"):
            with database.transaction():
                if not meta(database, "origin"):  # another process was faster
                    _begin(database, keys, origin or new_origin(random), now)
        if not keys.exist() and keys.successor() is None:
            hint = "restore it from a copy; `holdfast ledger verify` works without it"
            raise StoreError("the key that signs this ledger is missing", where=keys.path, hint=hint)
        ledger = cls(database, keys, _current(database, keys), random)
        with database.snapshot():
            ledger._check()
        return ledger

    def pseudonym(self, name: str) -> str:
        """What stands for an asset id, a person or the like in envelopes."""
        return pseudonym(self._names, name)

    def seal(self, records: Sequence[Record], now: int, *, kept: int = PASSING, second: Signer | None = None) -> range:
        """Adds entries, inside a transaction, and answers their numbers; `now` is in microseconds. Raises StoreError.

        `second` signs the checkpoint, too.
        """
        if now < 0:
            raise StoreError("the clock is before 1970", where=self.database.name, hint="set the clock of this host")
        tree = range_of(self.database)
        first = tree.size
        if not records:
            return range(first, first)
        number, before = self._counted()
        self.backwards = max(self.backwards, before - now)
        envelopes, payloads = self._wrapped(records, now, number, first)
        leaves = list(map(leaf_hash, envelopes))
        for leaf in leaves:
            tree.append(leaf)
        write = self.database
        write.insert("entry", ("seq", "envelope"), enumerate(envelopes, first))
        write.insert("payload", ("seq", "salt", "content"), payloads)
        write.run("UPDATE tree SET size = ?, hashes = ? WHERE one = 1", (tree.size, tree.packed()))
        counted = (number + len(records), now, self.source)
        if not write.run("UPDATE sequence SET number = ?, at = ? WHERE source = ?", counted):
            write.run("INSERT INTO sequence (number, at, source) VALUES (?, ?, ?)", counted)
        checkpoint = Checkpoint(self.origin, tree.size, tree.root())
        signers = [self.signer, *([second] if second else [])]
        note = Note(checkpoint, tuple(each.sign(checkpoint, now // SECOND) for each in signers))
        row = (tree.size, now, format_note(note).decode(), kept)
        write.run("INSERT INTO checkpoint (size, at, note, kept) VALUES (?, ?, ?, ?)", row)
        write.run("DELETE FROM checkpoint WHERE kept = 0 AND size < ?", (tree.size,))
        self.last = Sealed(first, envelopes, leaves, note)
        return range(first, tree.size)

    def key(self) -> str:
        """The key that signs, as others verify with it."""
        return text_of(self.signer.verifier)

    def announce(self, text: str) -> None:
        """Notes which key signs from now on, inside the transaction that seals it."""
        set_meta(self.database, "key", text)

    def size(self) -> int:
        """How many entries there are. Raises LedgerError."""
        return range_of(self.database).size

    def signed(self, now: int) -> Note:
        """The last checkpoint, with the second signature where there is a second key; inside a transaction.

        Raises LedgerError.
        """
        note = last_note(self.database)
        if note is None:
            self._refuse("its last checkpoint is missing")
        elif self.extra is not None and self.extra.id not in {each.id for each in note.signatures}:
            signature = self.extra.sign(note.checkpoint, now // SECOND)
            note = Note(note.checkpoint, (*note.signatures, signature))
            row = (format_note(note).decode(), note.checkpoint.size)
            self.database.run("UPDATE checkpoint SET note = ? WHERE size = ?", row)
        return note

    def _counted(self) -> tuple[int, int]:
        """The next number of this source, and when it sealed last."""
        found = self.database.rows("SELECT number, at FROM sequence WHERE source = ?", (self.source,))
        return found[0] if found else (0, 0)

    def _wrapped(self, records: Sequence[Record], now: int, number: int, seq: int) -> tuple[list[bytes], list[Row]]:
        """The envelopes, and the rows of the payloads."""
        salts = self.random(SALT * len(records))
        envelopes = []
        payloads: list[Row] = []
        for at, record in enumerate(records):
            record.check()
            kind, subject, payload = record
            salt = salts[at * SALT : at * SALT + SALT]
            fields = (1, now, self.source, number + at, self.session, kind, subject, len(payload))
            envelopes.append(encode(Envelope(*fields, commitment(salt, payload))))  # type: ignore[arg-type]
            payloads.append((seq + at, salt, payload))
        return envelopes, payloads

    def _check(self) -> None:
        """Compares what is there with what was signed last. Raises LedgerError."""
        tree = range_of(self.database)
        rows = self.database.rows("SELECT seq FROM entry ORDER BY seq DESC LIMIT 1")
        if (rows[0][0] + 1 if rows else 0) != tree.size:
            self._refuse(f"it has {rows[0][0] + 1 if rows else 0} entries, and its tree {tree.size}")
        note = last_note(self.database)
        if note is None:
            self._refuse("its last checkpoint is missing")
        elif (note.checkpoint.size, note.checkpoint.root) != (tree.size, tree.root()):
            self._refuse("its last checkpoint is one of another tree")
        elif not signed_by(note, [self.signer.verifier]):
            hint = f"restore the key that signed it: {self.keys.path}"
            raise LedgerError("its last checkpoint is not signed by this key", where=self.database.name, hint=hint)

    def _refuse(self, what: str) -> NoReturn:
        raise LedgerError(f"the ledger was changed: {what}", where=self.database.name, hint=RESTORE)


def _begin(database: Database, keys: Keys, origin: str, now: int) -> None:
    """Writes a key, and seals it as the first entry. Raises StoreError where there is a key of another ledger."""
    if keys.exist():
        hint = "restore the store, or say which one it is (HOLDFAST_STORE); to begin anew, put this folder aside first"
        raise StoreError("a key is here, and the store that it belongs to is not", where=keys.folder, hint=hint)
    keys.make(origin)
    signer = keys.signer()
    names = keys.random(32)
    set_meta(database, "origin", signer.verifier.name)
    set_meta(database, "pseudonyms", names.hex())
    set_meta(database, "key", text_of(signer.verifier))
    database.run("INSERT INTO tree (one, size, hashes) VALUES (1, 0, ?)", (b"",))
    Ledger(database, keys, signer, keys.random).seal(
        [Record("key", "", written(KeyChange(text_of(signer.verifier))))], now
    )


def _current(database: Database, keys: Keys) -> Signer:
    """The key that the ledger announced last; one that a crash kept from its place gets there. Raises StoreError."""
    announced = meta(database, "key")
    signer = keys.signer()
    if text_of(signer.verifier) != announced and keys.successor() is not None:
        keys.succeed()
        signer = keys.signer()
    if text_of(signer.verifier) != announced:
        hint = "restore the key that this ledger was sealed with last; `holdfast ledger verify` works without it"
        raise StoreError("this is not the key that signs this ledger", where=keys.path, hint=hint)
    return signer


def changed(database: Database, what: str) -> LedgerError:
    """The error of whoever would overwrite rows that were changed behind the ledger's back."""
    hint = "nothing was recorded; `holdfast ledger verify` says what was changed: restore the store from a copy"
    return LedgerError(f"the store was changed: {what}", where=database.name, hint=hint)


def meta(database: Database, name: str) -> str:
    """A value of the store's own; empty where there is none."""
    found = database.rows("SELECT value FROM meta WHERE name = ?", (name,))
    return str(found[0][0]) if found else ""


def set_meta(database: Database, name: str, value: str) -> None:
    """Sets one."""
    database.run("DELETE FROM meta WHERE name = ?", (name,))
    database.run("INSERT INTO meta (name, value) VALUES (?, ?)", (name, value))


def range_of(database: Database) -> Range:
    """The tree as its row has it. Raises LedgerError."""
    found = database.rows("SELECT size, hashes FROM tree WHERE one = 1")
    try:
        return Range.unpacked(found[0][0], bytes(found[0][1]))
    except (IndexError, ValueError) as error:
        raise LedgerError("the row of the tree is missing or damaged", where=database.name, hint=RESTORE) from error


def last_note(database: Database) -> Note | None:
    """The checkpoint of the largest size; None where there is none that can be read."""
    found = database.rows("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")
    try:
        return parse_note(found[0][0].encode()) if found else None
    except FormatError:
        return None
