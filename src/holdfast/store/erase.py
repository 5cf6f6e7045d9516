"""What may go: payloads that somebody has to erase, and whole bundles at the front. Both are entries themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from holdfast.core.entry import KEPT, Record, decode
from holdfast.core.errors import UsageError
from holdfast.core.merkle import leaf_hash, subtree
from holdfast.store.attestations import restate
from holdfast.store.database import Database, Row, StoreError, by_ids
from holdfast.store.elsewhere import behind, borders, front_of, sizes_known
from holdfast.store.ledger import PUBLISHED, Ledger, changed
from holdfast.store.publish import bundles
from holdfast.store.rows import NO_RUNS, changed_row, runs_below
from holdfast.store.statements import Erasure, KeyChange, Retention, ranges_of, read, written
from holdfast.store.tiles import ENTRIES, HEIGHT, WIDTH, Folder, path_of

__all__ = ["entries_about", "erase", "prune", "remove_pruned"]


def entries_about(database: Database, subject: str) -> Iterator[int]:
    """The entries with a payload about a pseudonym."""
    sql = "SELECT e.seq, e.envelope FROM entry e JOIN payload p ON p.seq = e.seq ORDER BY e.seq"
    needle = f'"subject":"{subject}"'.encode()
    for seq, envelope in database.each(sql):
        if needle in envelope and decode(bytes(envelope)).kind not in KEPT:
            yield seq


def erase(ledger: Ledger, entries: Iterable[int], reason: str, now: int) -> int:
    """Erases payloads and salts, inside a transaction, and answers how many were there; an entry says so and why.

    An attestation goes with its entry: its row says the same.

    Raises StoreError for entries that do not exist, or whose payload the ledger is judged by.
    """
    database = ledger.database
    wanted = sorted(set(entries))
    sql = "SELECT e.seq, e.envelope, p.seq FROM entry e LEFT JOIN payload p ON p.seq = e.seq WHERE e.seq IN {ids}"
    found = {seq: (bytes(envelope), payload) for seq, envelope, payload in by_ids(database, sql, wanted)}
    for seq in wanted:
        if seq not in found:
            raise StoreError(f"there is no entry {seq}", where=database.name)
        kind = decode(found[seq][0]).kind
        if kind in KEPT:
            raise StoreError(f"entry {seq} is of kind {kind}: the ledger is judged by it", where=database.name)
    there = [seq for seq in wanted if found[seq][1] is not None]
    if there:
        ledger.seal([Record("erasure", "", written(Erasure(ranges_of(there), reason)))], now)
        database.run_many("DELETE FROM payload WHERE seq = ?", ((seq,) for seq in there))
        database.run_many("DELETE FROM attestation WHERE entry = ?", ((seq,) for seq in there))
    return len(there)


def prune(ledger: Ledger, below: int, reason: str, now: int, *, leave_behind: bool = False) -> int:
    """Deletes whole bundles below an entry that are published, inside a transaction, and answers how many entries went.

    The roots of the bundles stay, so that later entries can still be proved, and so do the hashes around the sizes
    that somebody elsewhere has; what the entries say of rows is sealed anew. `leave_behind`: also what some place
    elsewhere lacks. Raises UsageError for that without it, StoreError, and LedgerError where rows are not what was
    sealed.
    """
    database = ledger.database
    sql = "SELECT COALESCE(MAX(size), 0) FROM checkpoint WHERE kept >= ?"
    below = min(below, *database.rows(sql, (PUBLISHED,))[0]) // WIDTH * WIDTH
    front = front_of(database)
    before = front.size
    if below <= before:
        return 0
    late = "; ".join(f"{place} has {size} entries" for place, size in behind(database, below))
    if late and not leave_behind:
        hint = (
            "bring it up to date (publish, cosign, ship) or name a smaller number; --leave-behind prunes all the same"
        )
        raise UsageError(f"somebody elsewhere lacks entries below {below}: {late}", hint=hint)
    last, keys = _said(database, before, below)
    what = changed_row(database, before, below, last.runs if last else NO_RUNS)
    if what:
        raise changed(database, what)
    roots: list[Row] = []
    nodes: list[Row] = []
    sizes = sizes_known(database)
    for envelopes in bundles(database, before, below):
        bundle, leaves = front.size >> HEIGHT, list(map(leaf_hash, envelopes))
        roots.append((bundle, subtree(leaves)))
        nodes += borders(bundle, leaves, sizes)
        front.grow(roots[-1][1], HEIGHT)
    database.insert("pruned", ("bundle", "root"), roots)
    database.insert("node", ("level", "number", "hash"), nodes)
    rule = Retention(below, front.root().hex(), keys, runs_below(database, below), reason)
    ledger.seal([Record("retention", "", written(rule))], now)
    restate(database, ledger, below, now)
    database.run("DELETE FROM payload WHERE seq < ?", (below,))
    database.run("DELETE FROM entry WHERE seq < ?", (below,))
    return below - before


def _said(database: Database, before: int, below: int) -> tuple[Retention | None, list[tuple[int, str]]]:
    """The last rule, and the keys that were announced below an entry, those of bundles that went earlier included."""
    sql = "SELECT e.seq, e.envelope, p.content FROM entry e JOIN payload p ON p.seq = e.seq WHERE e.seq >= ?"
    found: list[tuple[int, str]] = []
    last: Retention | None = None
    for seq, envelope, content in database.each(f"{sql} ORDER BY e.seq", (before,)):
        if b'"kind":"key"' in envelope and seq < below:
            found.append((seq, read(bytes(content), KeyChange).key))
        elif b'"kind":"retention"' in envelope:
            last = read(bytes(content), Retention)
    return last, [*(last.keys if last else ()), *found]


def remove_pruned(database: Database, folder: Folder) -> None:
    """Deletes the published tiles of entries that are gone; those above them stay. Raises StoreError."""
    for (bundle,) in database.rows("SELECT bundle FROM pruned ORDER BY bundle"):
        folder.remove(path_of(ENTRIES, bundle))
        folder.remove(path_of(0, bundle))
