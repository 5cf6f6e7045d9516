"""The tree: known roots, agreement with another implementation, and proofs that hold only for what they prove."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from holdfast.core.merkle import (
    EMPTY,
    Node,
    Range,
    consistency_path,
    consistent,
    included,
    inclusion_path,
    leaf_hash,
    node_hash,
    subtree,
)

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The tree that implementations of Certificate Transparency are tested with: leaves, and the root after each."""


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(size)]


def nodes(hashes: list[bytes]) -> Node:
    return lambda level, index: subtree(hashes[index << level : (index + 1) << level])


def root(hashes: list[bytes]) -> bytes:
    tree = Range()
    for leaf in hashes:
        tree.append(leaf)
    return tree.root()


def test_known_roots() -> None:
    tree = Range()
    assert tree.root() == EMPTY
    for data, expected in zip(INPUTS, ROOTS, strict=True):
        tree.append(leaf_hash(bytes.fromhex(data)))
        assert tree.root().hex() == expected


@given(st.integers(0, 70))
@settings(max_examples=40, deadline=None)
def test_another_implementation_agrees(size: int) -> None:
    other = InmemoryTree(algorithm="sha256")
    hashes = []
    for number in range(size):
        other.append_entry(number.to_bytes(4, "big"))
        hashes.append(leaf_hash(number.to_bytes(4, "big")))
    assert size == 0 or other.get_root() == root(hashes)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_an_inclusion_proof_holds_and_any_flipped_bit_breaks_it(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    path = inclusion_path(index, size, nodes(hashes))
    assert included(hashes[index], index, size, path, root(hashes))
    parts = [hashes[index], root(hashes), *path]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    assert not included(parts[0], index, size, parts[2:], parts[1])
    assert not included(hashes[index], index, size, [*path, hashes[0]], root(hashes))
    assert not path or not included(hashes[index], index, size, path[:-1], root(hashes))
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index)) if size > 1 else -1
    assert not included(hashes[index], other, size, path, root(hashes))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_consistency_proof_holds_and_any_flipped_bit_breaks_it(data: st.DataObject) -> None:
    new = data.draw(st.integers(0, 300))
    old = data.draw(st.integers(0, new))
    hashes = leaves(new)
    path = consistency_path(old, new, nodes(hashes))
    before, after = root(hashes[:old]), root(hashes)
    assert consistent(old, new, before, after, path)
    assert not consistent(old, new, flipped(before, 3), after, path)
    assert old == 0 or not consistent(old, new, before, flipped(after, 3), path)
    assert not consistent(old, new, before, after, [*path, EMPTY])
    if path:
        which = data.draw(st.integers(0, len(path) - 1))
        wrong = [*path]
        wrong[which] = flipped(path[which], data.draw(st.integers(0, 255)))
        assert not consistent(old, new, before, after, wrong)
        assert not consistent(old, new, before, after, path[:-1])
        assert not consistent(old, new, before, after, [])


def flipped(hash: bytes, bit: int) -> bytes:
    return (int.from_bytes(hash, "big") ^ 1 << bit).to_bytes(32, "big")


def test_there_are_no_proofs_of_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="no entry 3"):
        inclusion_path(3, 3, nodes(leaves(3)))
    with pytest.raises(ValueError, match="does not come before"):
        consistency_path(4, 3, nodes(leaves(3)))
    assert not included(EMPTY, 0, 0, [], EMPTY)
    assert not consistent(3, 2, EMPTY, EMPTY, [])


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_range_is_what_its_row_says(size: int, more: int) -> None:
    hashes = leaves(size + more)
    tree = Range()
    for leaf in hashes[:size]:
        tree.append(leaf)
    again = Range.unpacked(tree.size, tree.packed())
    for leaf in hashes[size:]:
        again.append(leaf)
    assert again.root() == root(hashes)
    with pytest.raises(ValueError, match="do not fit"):
        Range.unpacked(tree.size + 1, tree.packed() + b"x")


def test_whole_subtrees_grow_it_as_their_leaves_do() -> None:
    hashes = leaves(12)
    tree = Range()
    tree.grow(subtree(hashes[:4]), 2)
    tree.grow(subtree(hashes[4:8]), 2)
    for leaf in hashes[8:]:
        tree.append(leaf)
    assert tree.root() == root(hashes) == node_hash(subtree(hashes[:8]), subtree(hashes[8:]))
