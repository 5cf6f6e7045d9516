"""Proofs about a ledger: that an entry is in it, and that it continues an earlier one.

The hashes come from the published tiles where these are there, and from the rows where not; what they give is checked
against the signed root before it leaves. Source: RFC 6962, section 2.1; C2SP tlog-proof.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

import msgspec

from holdfast.core.checkpoint import Note
from holdfast.core.errors import FormatError
from holdfast.core.merkle import (
    Range,
    consistency_path,
    consistent,
    included,
    inclusion_path,
    leaf_hash,
    peaks,
    subtree,
)
from holdfast.formats.note import format_note, parse_note
from holdfast.store.database import Database, StoreError
from holdfast.store.ledger import RESTORE, LedgerError
from holdfast.store.statements import announced, verifier_of
from holdfast.store.tiles import HEIGHT, WIDTH, Folder, hashes_of, path_of
from holdfast.trust.note import Verifier, signed_by

__all__ = ["Nodes", "Pruned", "consistency", "grown", "inclusion", "proof_of", "signer_of"]


class Pruned(StoreError):
    """What a proof needs was pruned."""


class Nodes:
    """The hashes of the nodes of a tree."""

    def __init__(self, database: Database, size: int, folder: Folder | None) -> None:
        self.database = database
        self.size = size
        self.folder = folder
        self.known: dict[tuple[int, int], bytes] = {}
        self.tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree. Raises LedgerError where its entries are missing."""
        place = (level, index)
        if place not in self.known:
            if level <= HEIGHT:
                self._bundle(index << level >> HEIGHT, level, index)
            else:
                base = level // HEIGHT * HEIGHT
                first = index << level - base
                found = self._tiled(base, first, 1 << level - base) if base else None
                self.known[place] = subtree(found or [self(level - 1, 2 * index), self(level - 1, 2 * index + 1)])
        return self.known[place]

    def _tiled(self, level: int, first: int, count: int) -> list[bytes] | None:
        """Neighbouring hashes from a published tile."""
        if self.folder is None:
            return None
        key = (level, first // WIDTH)
        if key not in self.tiles:
            width = min((self.size >> level) - first // WIDTH * WIDTH, WIDTH)
            data = self.folder.read(path_of(level // HEIGHT, first // WIDTH, width))
            self.tiles[key] = hashes_of(data) if data and len(data) % 32 == 0 else []
        found = self.tiles[key][first % WIDTH : first % WIDTH + count]
        return found if len(found) == count else None

    def _bundle(self, bundle: int, level: int, index: int) -> None:
        """Hashes in or over one bundle, from the tiles or its rows."""
        if level == HEIGHT:
            found = self._tiled(HEIGHT, bundle, 1)
            rows = self.database.rows("SELECT root FROM pruned WHERE bundle = ?", (bundle,))
            if found or rows:
                self.known[level, index] = found[0] if found else bytes(rows[0][0])
                return
        first, last = index << level, (index + 1) << level
        rows = self.database.rows("SELECT envelope FROM entry WHERE seq >= ? AND seq < ?  ORDER BY seq", (first, last))
        if not rows:
            kept = self.database.rows("SELECT hash FROM node WHERE level = ? AND number = ?", (level, index))
            if kept:
                self.known[level, index] = bytes(kept[0][0])
                return
        if len(rows) != last - first:
            if self.database.rows("SELECT bundle FROM pruned WHERE bundle = ?", (bundle,)):
                raise Pruned(f"entries {first} to {last - 1} were pruned", where=self.database.name)
            what = f"entries {first} to {last - 1} are not there any more"
            raise LedgerError(what, where=self.database.name, hint="`holdfast ledger verify` says whether they may")
        self.known[level, index] = subtree([leaf_hash(bytes(row[0])) for row in rows])


def inclusion(database: Database, folder: Folder | None, entry: int, note: Note, leaf: bytes) -> list[bytes]:
    """The path from an entry to a signed root. Raises LedgerError where there is none."""
    size, root = note.checkpoint.size, note.checkpoint.root
    for place in (folder, None):
        path = inclusion_path(entry, size, Nodes(database, size, place))
        if included(leaf, entry, size, path, root):
            return path
    raise LedgerError(f"entry {entry} is not in the tree that was signed", where=database.name, hint=RESTORE)


def consistency(database: Database, folder: Folder | None, old: int, before: bytes | None, note: Note) -> list[bytes]:
    """The path from an earlier tree to a signed one; `before` is the earlier root where it is known.

    Raises LedgerError where the one does not continue the other.
    """
    size, root = note.checkpoint.size, note.checkpoint.root
    for place in (folder, None):
        path = consistency_path(old, size, Nodes(database, size, place))
        if before is None or consistent(old, size, before, root, path):
            return path
    raise LedgerError(f"the tree that was signed does not continue that of {old}", where=database.name, hint=RESTORE)


def grown(database: Database, folder: Folder | None, size: int, note: Note) -> Range:
    """The tree of an earlier size, which the signed one continues. Raises LedgerError, and Pruned."""
    for place in (folder, None):
        nodes = Nodes(database, note.checkpoint.size, place)
        tree = Range(size, [nodes(*each) for each in peaks(0, size)])
        path = consistency_path(size, note.checkpoint.size, nodes)
        if consistent(size, note.checkpoint.size, tree.root(), note.checkpoint.root, path):
            return tree
    raise LedgerError("its first entries are not those that were signed", where=database.name, hint=RESTORE)


def proof_of(
    database: Database, folder: Folder | None, entry: int, quorum: int = 0, key: Verifier | None = None
) -> bytes:
    """The proof of an entry as a file: envelope, what is left of the payload, path and checkpoint.

    The checkpoint is the newest that `quorum` witnesses cosigned, or that as many did as ever, and that `key` signed.
    Raises StoreError: no such entry, or one that was pruned; no such checkpoint.
    """
    with database.snapshot():
        sql = "SELECT e.envelope, p.salt, p.content FROM entry e LEFT JOIN payload p ON p.seq = e.seq WHERE e.seq = ?"
        rows = database.rows(sql, (entry,))
        if not rows:
            raise StoreError(
                f"there is no entry {entry}", where=database.name, hint="`holdfast ledger show` lists them"
            )
        envelope, salt, content = rows[0]
        note = _best(database, entry, max(quorum, 1), key)
        path = inclusion(database, folder, entry, note, leaf_hash(bytes(envelope)))
    extra = {"envelope": bytes(envelope).decode()}
    if salt is not None:
        extra |= {"salt": bytes(salt).hex(), "payload": b64encode(content).decode()}
    return _text(entry, path, note, msgspec.json.encode(extra))


def signer_of(database: Database, proof: bytes) -> Verifier | None:
    """The newest of the ledger's keys that signed the checkpoint of a proof."""
    note = parse_note(proof.partition(b"\n\n")[2])
    for text in reversed(announced(database)):
        if signed_by(note, [verifier_of(text)]):
            return verifier_of(text)
    return None


def _best(database: Database, entry: int, quorum: int, key: Verifier | None) -> Note:
    """The newest of the checkpoints that have the entry and that most witnesses signed, up to a quorum."""
    best: tuple[int, Note] | None = None
    for (text,) in database.rows("SELECT note FROM checkpoint WHERE size > ? ORDER BY size", (entry,)):
        try:
            note = parse_note(text.encode())
        except FormatError:
            continue
        if key is not None and not signed_by(note, [key]):
            continue
        count = min(len({each.name for each in note.signatures} - {note.checkpoint.origin}), quorum)
        if best is None or count >= best[0]:
            best = count, note
    if best is None and key is not None:
        hint = "`holdfast ledger prove` without --key takes the key that signs now"
        raise StoreError(f"no checkpoint that is kept has entry {entry} and is signed by that key", hint=hint)
    if best is None:
        raise LedgerError("its last checkpoint is missing", where=database.name, hint=RESTORE)
    return best[1]


def _text(entry: int, path: Sequence[bytes], note: Note, extra: bytes) -> bytes:
    head = f"c2sp.org/tlog-proof@v1\nextra {b64encode(extra).decode()}\nindex {entry}\n"
    hashes = "".join(f"{b64encode(each).decode()}\n" for each in path)
    return f"{head}{hashes}\n".encode() + format_note(note)
