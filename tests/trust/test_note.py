"""Signatures under checkpoints: each algorithm signs what its specification says, and verifies nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.checkpoint import Checkpoint, Note, Signature
from holdfast.trust.note import COSIGNATURE, ED25519, ML_DSA_44, Signer, Verifier, key_id, signed_by

CHECKPOINT = Checkpoint("example.com/log", 5, b"r" * 32)
TYPES = (ED25519, COSIGNATURE, ML_DSA_44)


def signer(type: int, name: str = "example.com/key") -> Signer:
    return Signer(name, type, bytes(range(32)))


@pytest.mark.parametrize("type", TYPES)
def test_it_signs_and_verifies(type: int) -> None:
    key = signer(type)
    signature = key.sign(CHECKPOINT, 1_700_000_000)
    assert key.verifier.time(CHECKPOINT, signature.value) == (0 if type == ED25519 else 1_700_000_000)
    assert signed_by(Note(CHECKPOINT, (signature,)), [key.verifier]) == [key.verifier]
    other = Signer("example.com/key", type, bytes(32))
    assert signed_by(Note(CHECKPOINT, (signature,)), [other.verifier]) == []


def test_the_key_of_the_specification_has_this_id() -> None:
    public = bytes.fromhex("e93279 1ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4".replace(" ", ""))
    assert key_id("example.com/foo", ED25519, public).hex() == "530d903a"


@pytest.mark.parametrize("type", TYPES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_flipped_bit_of_a_signature_breaks_it(type: int, data: st.DataObject) -> None:
    key = signer(type)
    value = bytearray(key.sign(CHECKPOINT, 7).value)
    bit = data.draw(st.integers(0, len(value) * 8 - 1))
    value[bit // 8] ^= 1 << bit % 8
    assert key.verifier.time(CHECKPOINT, bytes(value)) is None
    note = Note(CHECKPOINT, (Signature(key.verifier.name, key.id, bytes(value)),))
    assert signed_by(note, [key.verifier]) is None


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize(
    "other",
    [
        Checkpoint("x", 5, b"r" * 32),
        Checkpoint("example.com/log", 6, b"r" * 32),
        Checkpoint("example.com/log", 5, b"s" * 32),
    ],
)
def test_another_checkpoint_is_not_signed(type: int, other: Checkpoint) -> None:
    key = signer(type)
    assert key.verifier.time(other, key.sign(CHECKPOINT, 7).value) is None


def test_what_cannot_be_used() -> None:
    assert not Verifier("a", 2, b"x" * 32).usable()
    assert Verifier("a", 2, b"x" * 32).time(CHECKPOINT, b"") is None
    assert Verifier("a", ED25519, b"x" * 31).time(CHECKPOINT, b"x" * 64) is None
    assert signer(ED25519).verifier.time(CHECKPOINT, b"x" * 63) is None
    with pytest.raises(ValueError, match="255 bytes"):
        signer(ML_DSA_44, "n" * 256).sign(CHECKPOINT, 1)
    with pytest.raises(ValueError, match="end of time"):
        signer(COSIGNATURE).sign(CHECKPOINT, 1 << 63)
    long = Checkpoint("o" * 300, 1, b"r" * 32)
    assert signer(ML_DSA_44).verifier.time(long, b"x" * 2428) is None
