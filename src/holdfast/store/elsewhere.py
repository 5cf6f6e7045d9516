"""Who else has how much of this ledger: folders, buckets, other hosts, witnesses, collectors.

What they have is what a fork would be told by, so it stays provable: the checkpoints that they hold are kept, and
where the entries around such a size are pruned, the hashes on both sides of it stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.merkle import Range, peaks, subtree
from holdfast.store.database import Database
from holdfast.store.tiles import HEIGHT, WIDTH

__all__ = ["behind", "borders", "forget_older", "front_of", "known_size", "remember", "sizes_known"]


def remember(database: Database, place: str, size: int, earlier: int | None = None) -> None:
    """Notes what a place has, or is about to get while it still has `earlier`; inside a transaction."""
    rows = database.rows("SELECT size, earlier FROM known WHERE place = ?", (place,))
    if earlier is None:
        earlier = rows[0][0] if rows else size
    if not rows:
        database.run("INSERT INTO known (place, size, earlier) VALUES (?, ?, ?)", (place, size, earlier))
    elif rows[0] != (size, earlier):
        database.run("UPDATE known SET size = ?, earlier = ? WHERE place = ?", (size, earlier, place))


def known_size(database: Database, place: str) -> int:
    """What a place had last; 0 for one that was never heard of."""
    rows = database.rows("SELECT size FROM known WHERE place = ?", (place,))
    return int(rows[0][0]) if rows else 0


def behind(database: Database, below: int) -> list[tuple[str, int]]:
    """The places that lack entries below this one, and what they have."""
    return [
        (str(row[0]), int(row[1]))
        for row in database.rows("SELECT place, size FROM known WHERE size < ? ORDER BY size, place", (below,))
    ]


def forget_older(database: Database) -> None:
    """Of the checkpoints that were published, the last two stay, and those that somebody elsewhere has."""
    sizes = [row[0] for row in database.rows("SELECT size FROM checkpoint WHERE kept = 1 ORDER BY size DESC LIMIT 2")]
    database.run(
        "DELETE FROM checkpoint WHERE kept = 1 AND size < ?"
        " AND size NOT IN (SELECT size FROM known UNION SELECT earlier FROM known)",
        (min(sizes, default=0),),
    )


def front_of(database: Database, bundles: int | None = None) -> Range:
    """The tree over the entries that were pruned, or over the first bundles of these."""
    front = Range()
    for (root,) in database.rows("SELECT root FROM pruned ORDER BY bundle")[:bundles]:
        front.grow(bytes(root), HEIGHT)
    return front


def sizes_known(database: Database) -> list[int]:
    """The sizes whose roots somebody may ask for."""
    sql = "SELECT size FROM checkpoint UNION SELECT size FROM known UNION SELECT earlier FROM known"
    return sorted(row[0] for row in database.rows(sql))


def borders(bundle: int, leaves: Sequence[bytes], sizes: Sequence[int]) -> Iterator[tuple[int, int, bytes]]:
    """The nodes of a bundle on both sides of these sizes: level, index, hash. Together they give its root."""
    places = set()
    for size in sizes:
        at = size - bundle * WIDTH
        if 0 < at < WIDTH:
            places.update(peaks(0, at))
            while at < WIDTH:
                level = (at & -at).bit_length() - 1
                places.add((level, at >> level))
                at += 1 << level
    for level, index in sorted(places):
        node = subtree(leaves[index << level : (index + 1) << level])
        yield level, (bundle << HEIGHT - level) + index, node
