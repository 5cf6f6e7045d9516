"""Ships envelopes to a collector on another host (`collect.py`), each batch under a checkpoint signed for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from holdfast.core.checkpoint import Checkpoint, Note
from holdfast.core.errors import FormatError
from holdfast.core.merkle import Range, leaf_hash
from holdfast.formats.note import decimal, format_note
from holdfast.store.collect import Batch, extensions_of, name_of_log
from holdfast.store.database import StoreError
from holdfast.store.elsewhere import front_of, remember
from holdfast.store.ledger import RESTORE, Ledger, LedgerError
from holdfast.store.proofs import Pruned, grown
from holdfast.store.publish import bundles, mark
from holdfast.store.serving import Answer, ask
from holdfast.store.tiles import Folder

__all__ = ["ship", "signed"]

BATCH = 5000
"""Envelopes that go at once."""
SECOND = 1_000_000


class Part(NamedTuple):
    """The next envelopes, and the tree with them."""

    first: int
    envelopes: list[bytes]
    root: bytes


def ship(ledger: Ledger, url: str, now: int, folder: Folder | None = None) -> int:
    """Sends what the collector lacks, and answers how many entries that were; `folder` is where tiles are.

    Raises StoreError, LedgerError.
    """
    base = url.rstrip("/")
    note = mark(ledger, now)
    size = note.checkpoint.size
    start = _size(ledger, ask(f"{base}/{name_of_log(ledger.origin)}/size"), url)
    if start > size:
        what = f"the ledger was rolled back: the collector has {start} entries, {size} are there"
        raise LedgerError(what, where=ledger.database.name, hint=RESTORE)
    front = front_of(ledger.database)
    begins = not start and bool(front.size)
    if start < front.size and not begins:
        what = f"the collector has {start} entries, and those below {front.size} were pruned here since"
        hint = f"keep its folder, and start it with another one: it begins with entry {front.size}"
        raise StoreError(what, where=url, hint=hint)
    first = front.size if begins else start
    try:
        tree = grown(ledger.database, folder, first, note)
    except Pruned as error:  # between the two looks
        raise StoreError(error.what, where=url, hint="repeat the command") from error
    for part in _parts(ledger, tree, note):  # nothing is signed before all of it is what was signed already
        end = part
    if end.root != note.checkpoint.root:
        raise LedgerError("its entries are not those that were signed", where=ledger.database.name, hint=RESTORE)
    for part in _parts(ledger, tree, note):
        hashes = [each.hex() for each in front.hashes] if begins and part.first == first else []
        batch = Batch(ledger.origin, part.first, hashes, [envelope.decode() for envelope in part.envelopes])
        _send(ledger, url, signed(ledger, batch, part.root, now))
    with ledger.database.transaction():
        remember(ledger.database, f"collector {re.sub('//[^/]*@', '//', base)}", size)
    return size - first


def signed(ledger: Ledger, batch: Batch, root: bytes, now: int) -> Batch:
    """A batch with its checkpoint, which says when it was sent."""
    extensions = extensions_of(batch, now // SECOND)
    checkpoint = Checkpoint(ledger.origin, batch.first + len(batch.envelopes), root, extensions)
    note = Note(checkpoint, (ledger.signer.sign(checkpoint, now // SECOND),))
    return replace(batch, checkpoint=format_note(note).decode())


def _parts(ledger: Ledger, tree: Range, note: Note) -> Iterator[Part]:
    """Batches up to a checkpoint: at least one, so that there is a sign of life."""
    tree = Range(tree.size, tree.hashes)
    flat = chain.from_iterable(bundles(ledger.database, tree.size, note.checkpoint.size))
    while True:
        first, envelopes = tree.size, list(islice(flat, BATCH))
        for envelope in envelopes:
            tree.append(leaf_hash(envelope))
        yield Part(first, envelopes, tree.root())
        if tree.size == note.checkpoint.size:
            return


def _send(ledger: Ledger, url: str, batch: Batch) -> None:
    answer = ask(f"{url.rstrip('/')}/ship", msgspec.json.encode(batch))
    if answer.status == 422:
        what = f"the collector refuses: {answer.body.decode('utf-8', 'replace').strip()[:200]}"
        raise LedgerError(what, where=ledger.database.name, hint=RESTORE)
    if answer.status == 403:
        what = "the collector does not know the key that signs"
        raise StoreError(what, where=url, hint=f"there, add --log {ledger.key()}")
    if answer.status == 409:
        raise StoreError("somebody else ships to this collector", where=url, hint="repeat the command")
    if answer.status != 200:
        raise StoreError(f"the collector answers {answer.status}", where=url)


def _size(ledger: Ledger, answer: Answer, url: str) -> int:
    if answer.status != 200:
        hint = f"there, add --log {ledger.key()}"
        raise StoreError(f"the collector does not know this ledger: it answers {answer.status}", where=url, hint=hint)
    try:
        return decimal(answer.body.decode("ascii", "replace").rstrip("\n"))
    except FormatError as error:
        raise StoreError("this is no collector", where=url) from error
