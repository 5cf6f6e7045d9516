"""Envelopes: one way to write each, and a commitment that is HMAC."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.entry import (
    KEPT,
    KINDS,
    LONGEST,
    Envelope,
    Record,
    commitment,
    decode,
    decode_all,
    encode,
    pseudonym,
)
from holdfast.core.errors import FormatError

GOOD = Envelope(1, 1_780_000_000_000_000, "0" * 16, 7, "f" * 16, "run", "", 3, "a" * 64)


def test_an_envelope_is_this_text() -> None:
    assert encode(GOOD) == (
        b'{"v":1,"at":1780000000000000,"source":"0000000000000000","number":7,"session":"ffffffffffffffff",'
        b'"kind":"run","subject":"","length":3,"commitment":"' + b"a" * 64 + b'"}'
    )
    assert decode(encode(GOOD)) == GOOD
    assert set(KEPT) < set(KINDS)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"at": -1},
        {"at": 1.5},
        {"source": "0" * 15},
        {"source": "G" * 16},
        {"session": "F" * 16},
        {"kind": "other"},
        {"subject": "0" * 31},
        {"subject": "0" * 33},
        {"length": True},
        {"commitment": "a" * 63},
        {"name": "alice"},
    ],
)
def test_anything_else_is_none(change: dict[str, Any]) -> None:
    text = json.dumps({**json.loads(encode(GOOD)), **change}, separators=(",", ":")).encode()
    with pytest.raises(FormatError):
        decode(text)
    assert decode_all([encode(GOOD), text]) is None


@given(st.integers(0, len(encode(GOOD)) * 8 - 1))
def test_a_flipped_bit_is_another_envelope_or_none(bit: int) -> None:
    data = bytearray(encode(GOOD))
    data[bit // 8] ^= 1 << bit % 8
    try:
        assert encode(decode(bytes(data))) == bytes(data)
    except FormatError:
        assert decode_all([bytes(data)]) is None


@given(st.binary(max_size=400))
def test_any_bytes_are_an_envelope_or_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        decode(data)


@pytest.mark.parametrize(
    "data", [b" " + encode(GOOD), encode(GOOD).replace(b'"run"', b'"\\u0072un"'), encode(GOOD)[:-1], b"[" * 9999]
)
def test_there_is_one_way_to_write_it(data: bytes) -> None:
    with pytest.raises(FormatError):
        decode(data)


def test_many_are_decoded_as_one_is() -> None:
    assert decode_all([encode(GOOD)] * 3) == [GOOD] * 3
    assert decode_all([]) is None or decode_all([]) == []
    assert decode_all([3]) is None  # type: ignore[list-item]


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_a_commitment_is_hmac(salt: bytes, payload: bytes) -> None:
    assert commitment(salt, payload) == hmac.new(salt, payload, "sha256").hexdigest()
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(salt[1:], payload)


def test_a_pseudonym_depends_on_key_and_name() -> None:
    one = pseudonym(b"k" * 32, "identity/okta/alice")
    assert len(one) == 32
    assert len({one, pseudonym(b"l" * 32, "identity/okta/alice"), pseudonym(b"k" * 32, "identity/okta/bob")}) == 3


def test_what_cannot_be_sealed() -> None:
    Record("run", "0" * 32, b"x").check()
    for wrong in (Record("x", "", b""), Record("run", "alice", b""), Record("run", "", bytes(LONGEST + 1))):
        with pytest.raises(ValueError, match="entry of kind|pseudonym|bytes at most"):
            wrong.check()
