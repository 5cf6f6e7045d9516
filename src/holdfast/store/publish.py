"""Publishes a ledger: tiles first, the checkpoint last, so that whoever sees a checkpoint finds its tiles.

The checkpoint's file is what this host remembers apart from the database: one that was rolled back, cut or forked does
not continue it. Source: C2SP tlog-tiles, tlog-checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from holdfast.core.checkpoint import Note
from holdfast.core.errors import FormatError
from holdfast.core.merkle import leaf_hash, peaks
from holdfast.formats.note import format_note, parse_note
from holdfast.store.database import Database, StoreError
from holdfast.store.elsewhere import forget_older, front_of, remember
from holdfast.store.ledger import FOR_GOOD, PUBLISHED, RESTORE, Ledger, LedgerError
from holdfast.store.tiles import (
    CHECKPOINT,
    ENTRIES,
    HEIGHT,
    WIDTH,
    Place,
    Tile,
    Tiler,
    entries_of,
    hashes_of,
    path_of,
)

__all__ = [
    "bundles",
    "check_published",
    "mark",
    "name_of",
    "publish",
    "publish_all",
    "published",
    "rebuild",
    "republish",
    "resumed",
    "root_at",
    "settle",
]


def published(folder: Place) -> Note | None:
    """The checkpoint that was published last. Raises LedgerError where the file is damaged."""
    data = folder.read(CHECKPOINT)
    if data is None:
        return None
    try:
        return parse_note(data)
    except FormatError as error:
        where = f"{folder.path}/{CHECKPOINT}"
        raise LedgerError(f"the published checkpoint is damaged: {error.what}", where=where, hint=RESTORE) from error


def check_published(ledger: Ledger, folder: Place) -> Note | None:
    """The published checkpoint, after a look whether the ledger continues it. Raises LedgerError."""
    note = published(folder)
    if note is None:
        return None
    where = f"{folder.path}/{CHECKPOINT}"
    size, now = note.checkpoint.size, ledger.size()
    if note.checkpoint.origin != ledger.origin:
        raise LedgerError(f"this is the checkpoint of {note.checkpoint.origin}", where=where, hint=RESTORE)
    if size > now:
        what = f"the ledger was rolled back: {size} entries were published, {now} are there"
        raise LedgerError(what, where=ledger.database.name, hint=RESTORE)
    root = root_at(ledger.database, size)
    if root is None:
        what = f"{size} entries are published there, and since then those around that size were pruned"
        hint = "whether they are the same cannot be told any more: put that copy aside, and publish anew"
        raise StoreError(what, where=where, hint=hint)
    if root != note.checkpoint.root:
        what = f"the ledger was forked: its first {size} entries are not those that were published"
        raise LedgerError(what, where=ledger.database.name, hint=RESTORE)
    return note


def root_at(database: Database, size: int) -> bytes | None:
    """The root over the first entries: of the checkpoint that is kept for it, else from the rows.

    None where these were pruned and nobody was known to have that size. Raises LedgerError where rows are missing.
    """
    for (text,) in database.rows("SELECT note FROM checkpoint WHERE size = ?", (size,)):
        try:
            return parse_note(text.encode()).checkpoint.root
        except FormatError:
            break
    tree = front_of(database)
    if size < tree.size:
        tree = front_of(database, size // WIDTH)
        for level, number in peaks(0, size)[(size // WIDTH).bit_count() :]:
            rows = database.rows("SELECT hash FROM node WHERE level = ? AND number = ?", (level, number))
            if not rows:
                return None
            tree.grow(bytes(rows[0][0]), level)
        return tree.root()
    for envelopes in bundles(database, tree.size, size):
        for envelope in envelopes:
            tree.append(leaf_hash(envelope))
    return tree.root()


def bundles(database: Database, first: int, last: int) -> Iterator[list[bytes]]:
    """The envelopes from `first` up to `last`, in lists that end where bundles end.

    Raises LedgerError where one is missing.
    """
    rows = iter(database.each("SELECT seq, envelope FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq", (first, last)))
    while first < last:
        wanted = min(WIDTH - first % WIDTH, last - first)
        found = list(islice(rows, wanted))
        if len(found) != wanted or (found[0][0], found[-1][0]) != (first, first + wanted - 1):
            what = f"of the entries {first} to {first + wanted - 1} some are not there any more"
            raise LedgerError(what, where=database.name, hint="`holdfast ledger verify` says whether they may")
        first += wanted
        yield [bytes(envelope) for _, envelope in found]


def resumed(folder: Place, note: Note | None) -> Tiler | None:
    """The unfinished tiles of a published tree, from its files; None where they do not add up to its root."""
    tiler = Tiler()
    if note is None:
        return tiler
    tiler.size = size = note.checkpoint.size
    try:
        if size % WIDTH:
            tiler.envelopes = entries_of(folder.read(path_of(ENTRIES, size >> HEIGHT, size % WIDTH)) or b"")
        tiler.levels = []
        for level in range(64 // HEIGHT):
            width = (size >> HEIGHT * level) % WIDTH
            path = path_of(level, size >> HEIGHT * (level + 1), width)
            tiler.levels.append(hashes_of((folder.read(path) if width else b"") or b""))
    except ValueError:
        return None
    same = tiler.range().root() == note.checkpoint.root and tiler.range().size == size
    return tiler if same and list(map(leaf_hash, tiler.envelopes)) == tiler.levels[0] else None


def rebuild(database: Database, size: int) -> Iterator[tuple[Tiler, list[Tile]]]:
    """All tiles of the first entries, from the rows: after each bundle the tiler and the tiles that are full."""
    tiler = Tiler()
    for (root,) in database.rows("SELECT root FROM pruned ORDER BY bundle"):
        yield tiler, list(tiler.skip(bytes(root)))
    for envelopes in bundles(database, tiler.size, size):
        yield tiler, list(tiler.add(envelopes, list(map(leaf_hash, envelopes))))
    yield tiler, list(tiler.partial())


def publish(ledger: Ledger, folder: Place, now: int) -> Note:
    """Publishes the last checkpoint, and answers it. Raises StoreError.

    What follows on the last published one is written, or everything where its tiles are not what they were.
    """
    with folder.locked():
        before = check_published(ledger, folder)
        tiler = resumed(folder, before)
        note = mark(ledger, now, folder, before)
        if note == before and tiler is not None:
            return note
        if before is None or tiler is None or before.checkpoint.size < front_of(ledger.database).size:
            publish_all(ledger.database, folder, note)
            folder.sweep(note.checkpoint.size)
        else:
            for envelopes in bundles(ledger.database, tiler.size, note.checkpoint.size):
                folder.immutable(tiler.add(envelopes, list(map(leaf_hash, envelopes))))
            settle(folder, tiler, note)
    return note


def republish(ledger: Ledger, folder: Place, now: int) -> Note:
    """Writes all tiles anew from the rows, also those that are damaged. Raises StoreError."""
    with folder.locked():
        note = mark(ledger, now, folder, check_published(ledger, folder))
        publish_all(ledger.database, folder, note)
        folder.sweep(note.checkpoint.size)
    return note


def settle(folder: Place, tiler: Tiler, note: Note) -> None:
    """Writes the unfinished tiles and then the checkpoint; unfinished ones of before go. Raises StoreError."""
    folder.immutable(tiler.partial())
    folder.replaceable(CHECKPOINT, format_note(note))
    folder.sweep(note.checkpoint.size)


def publish_all(database: Database, place: Place, note: Note) -> None:
    """Publishes everything in any place. Raises StoreError."""
    for _, tiles in rebuild(database, note.checkpoint.size):
        place.immutable(tiles)
    place.replaceable(CHECKPOINT, format_note(note))


def mark(ledger: Ledger, now: int, folder: Place | None = None, before: Note | None = None) -> Note:
    """The last checkpoint, which from now on is kept as published, as is the one before it. Raises LedgerError.

    `folder` is where it is about to be published, and `before` what is there until then.
    """
    with ledger.database.transaction():
        note = ledger.signed(now)
        size = note.checkpoint.size
        write = ledger.database
        write.run("UPDATE checkpoint SET kept = ? WHERE size = ? AND kept < ?", (PUBLISHED, size, FOR_GOOD))
        if folder is not None:
            remember(write, name_of(ledger, folder), size, before.checkpoint.size if before else None)
        forget_older(write)
    return note


def name_of(ledger: Ledger, folder: Place) -> str:
    """What the ledger knows a place by: a path means something on one host only."""
    return folder.path if "://" in folder.path else f"{folder.path} on {ledger.source}"
