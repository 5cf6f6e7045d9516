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
from holdfast.core.merkle import consistency_path, consistent, included, inclusion_path, leaf_hash, subtree
from holdfast.formats.note import format_note, parse_note
from holdfast.store.database import Database, StoreError
from holdfast.store.ledger import RESTORE, LedgerError, last_note
from holdfast.store.tiles import HEIGHT, WIDTH, Folder, hashes_of, path_of

__all__ = ["Nodes", "consistency", "inclusion", "proof_of"]


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
        if len(rows) != last - first:
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


def proof_of(database: Database, folder: Folder | None, entry: int) -> bytes:
    """The proof of an entry as a file: envelope, what is left of the payload, path and checkpoint.

    Raises StoreError: no such entry, or one that was pruned.
    """
    with database.snapshot():
        sql = "SELECT e.envelope, p.salt, p.content FROM entry e LEFT JOIN payload p ON p.seq = e.seq WHERE e.seq = ?"
        rows = database.rows(sql, (entry,))
        if not rows:
            raise StoreError(
                f"there is no entry {entry}", where=database.name, hint="`holdfast ledger show` lists them"
            )
        envelope, salt, content = rows[0]
        note = _best(database, entry)
        path = inclusion(database, folder, entry, note, leaf_hash(bytes(envelope)))
    extra = {"envelope": bytes(envelope).decode()}
    if salt is not None:
        extra |= {"salt": bytes(salt).hex(), "payload": b64encode(content).decode()}
    return _text(entry, path, note, msgspec.json.encode(extra))


def _best(database: Database, entry: int) -> Note:
    """The checkpoint that most keys signed and that has the entry; of several the largest."""
    best: Note | None = None
    for (text,) in database.rows("SELECT note FROM checkpoint WHERE size > ? ORDER BY size", (entry,)):
        try:
            note = parse_note(text.encode())
        except FormatError:
            continue
        if best is None or len(note.signatures) >= len(best.signatures):
            best = note
    best = best or last_note(database)
    if best is None:
        raise LedgerError("its last checkpoint is missing", where=database.name, hint=RESTORE)
    return best


def _text(entry: int, path: Sequence[bytes], note: Note, extra: bytes) -> bytes:
    head = f"c2sp.org/tlog-proof@v1\nextra {b64encode(extra).decode()}\nindex {entry}\n"
    hashes = "".join(f"{b64encode(each).decode()}\n" for each in path)
    return f"{head}{hashes}\n".encode() + format_note(note)
