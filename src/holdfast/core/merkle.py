"""The Merkle tree of the ledger: hashes, the compact range that grows it, and both kinds of proof.

A *node* is a complete subtree, named by its level (0 is a leaf) and its index on that level; whoever asks for a proof
passes a function that answers the hash of a node.
Source: RFC 6962, section 2.1; the verification is that of RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "EMPTY",
    "SIZE",
    "Node",
    "Range",
    "consistency_path",
    "consistent",
    "included",
    "inclusion_path",
    "leaf_hash",
    "node_hash",
    "peaks",
    "root_of",
    "subtree",
]

SIZE = 32
"""Bytes of a hash."""
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""
Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of neighbouring nodes."""
    sha256 = hashlib.sha256
    while len(hashes) > 1:
        hashes = [sha256(b"\x01%b%b" % pair).digest() for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class Range:
    """A tree as far as its growth needs it: the roots of its complete subtrees, the largest first."""

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)

    @classmethod
    def unpacked(cls, size: int, packed: bytes) -> Range:
        """The range that `packed` wrote. Raises ValueError where the lengths differ."""
        if size < 0 or len(packed) != size.bit_count() * SIZE:
            raise ValueError(f"{len(packed)} bytes of hashes do not fit a tree of {size}")
        return cls(size, (packed[at : at + SIZE] for at in range(0, len(packed), SIZE)))

    def packed(self) -> bytes:
        """The hashes, one after the other."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> None:
        """Adds the hash of an entry."""
        self.grow(leaf, 0)

    def grow(self, node: bytes, level: int) -> None:
        """Adds a complete subtree; the size before must be a multiple of its own."""
        self.size += 1 << level
        filled = self.size >> level
        while not filled & 1:
            node = node_hash(self.hashes.pop(), node)
            filled >>= 1
        self.hashes.append(node)

    def root(self) -> bytes:
        """The Merkle Tree Hash."""
        return root_of(self.hashes)


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root of a tree of which these are the complete subtrees, the largest first."""
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def peaks(first: int, last: int) -> list[tuple[int, int]]:
    """The nodes that cover the leaves from `first` up to `last`; `first` is where a subtree that long may start."""
    found = []
    while first < last:
        level = (last - first).bit_length() - 1
        found.append((level, first >> level))
        first += 1 << level
    return found


def _hash(first: int, last: int, node: Node) -> bytes:
    return root_of([node(*place) for place in peaks(first, last)])


def _split(length: int) -> int:
    """The largest power of two that is smaller."""
    return 1 << (length - 1).bit_length() - 1


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]): from the leaf's sibling up. Raises ValueError where there is no such leaf."""
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} in a tree of {size}")
    path = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(_hash(middle, last, node))
            last = middle
        else:
            path.append(_hash(first, middle, node))
            first = middle
    return path[::-1]


def consistency_path(old: int, new: int, node: Node) -> list[bytes]:
    """PROOF(old, D[new]); empty for the empty and for the same tree. Raises ValueError where the old one is larger."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} does not come before one of {new}")
    if old in {0, new}:
        return []
    path = []
    first, last, whole = 0, new, True
    while last - first > 1 and old != last - first:
        middle = _split(last - first)
        if old <= middle:
            path.append(_hash(first + middle, last, node))
            last = first + middle
        else:
            path.append(_hash(first, first + middle, node))
            first, old, whole = first + middle, old - middle, False
    if not whole:
        path.append(_hash(first, last, node))
    return path[::-1]


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path proves that a leaf is at that index of the tree with that root."""
    if not 0 <= index < size:
        return False
    left, right, found = index, size - 1, leaf
    for step in path:
        if right == 0:
            return False
        if left & 1 or left == right:
            found = node_hash(step, found)
            while not left & 1 and left:
                left, right = left >> 1, right >> 1
        else:
            found = node_hash(found, step)
        left, right = left >> 1, right >> 1
    return right == 0 and found == root


def consistent(old: int, new: int, before: bytes, after: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path proves that the tree with the root `after` continues the one with the root `before`."""
    if not 0 <= old <= new or (old == 0 and before != EMPTY):
        return False
    if old in {0, new}:
        return not path and (old == 0 or before == after)
    steps = [before, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    left, right = old - 1, new - 1
    while left & 1:
        left, right = left >> 1, right >> 1
    first = last = steps[0]
    for step in steps[1:]:
        if right == 0:
            return False
        if left & 1 or left == right:
            first, last = node_hash(step, first), node_hash(step, last)
            while not left & 1 and left:
                left, right = left >> 1, right >> 1
        else:
            last = node_hash(last, step)
        left, right = left >> 1, right >> 1
    return right == 0 and first == before and last == after
