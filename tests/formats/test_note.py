"""Signed notes as text: the specification's examples, one way to write each, and nothing but FormatError for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.note import (
    LONGEST,
    base64_bytes,
    decimal,
    format_note,
    key_text,
    parse_checkpoint,
    parse_key,
    parse_note,
    parse_private_key,
    parse_signatures,
    private_key_text,
)

NOTE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def test_the_example_of_the_specification() -> None:
    note = parse_note(NOTE.encode())
    assert (note.checkpoint.origin, note.checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert note.signatures[0].id.hex() == "033de0ae"
    assert format_note(note) == NOTE.encode()
    assert key_text(parse_key(KEY)) == KEY


def test_a_private_key_is_one_line() -> None:
    key = parse_key(KEY)
    assert parse_private_key(private_key_text(key)) == key
    for wrong in (b"", KEY.encode(), private_key_text(key) + b"\n", private_key_text(key)[:-1]):
        with pytest.raises(FormatError):
            parse_private_key(wrong)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("20852163", "020852163"),
        ("20852163", "-1"),
        ("20852163", "9" * 19),
        ("20852163", "٣"),
        ("CsUY", "CsU"),
        ("q2I=", "q2J="),
        ("\n\n", "\n"),
        ("\n\n", "\n\n\n"),
        ("— ", "- "),
        ("— example", "—  example"),
        ("sofa Az", "so+fa Az"),
        ("\n—", "\n\t—"),
        ("YQ8=\n", "YQ8="),
        ("Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=", "AAAAAA=="),
        ("\n\n", "\n" + "x\n" * 17 + "\n"),
    ],
)
def test_what_is_no_note(old: str, new: str) -> None:
    assert old in NOTE
    with pytest.raises(FormatError):
        parse_note(NOTE.replace(old, new).encode())


def test_extension_lines_are_kept() -> None:
    text = NOTE.replace("\n\n", "\nmore\n\n").encode()
    assert parse_note(text).checkpoint.extensions == ("more",)
    assert format_note(parse_note(text)) == text


@pytest.mark.parametrize(
    "text", ["a+b", "a b+00000000+AQ==", "a+0000000+AQE=", "a+0000000g+AQE=", "a+0000000A+AQE=", "a+00000000+AQ==", ""]
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(FormatError):
        parse_key(text)


def test_too_long_and_too_many_are_refused() -> None:
    with pytest.raises(FormatError):
        parse_note(b"x" * (LONGEST + 1))
    with pytest.raises(FormatError):
        parse_signatures("— a AAAAAAA=\n" * 65)
    with pytest.raises(FormatError):
        base64_bytes("AA==", 2)
    assert decimal("0") == 0


@pytest.mark.parametrize("parse", [parse_note, parse_private_key])
@given(data=st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_only_its_own_error_escapes(parse: Callable[[bytes], Any], data: bytes) -> None:
    with pytest.raises(FormatError):
        parse(data)


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_a_flipped_bit_is_another_note_or_none(bit: int) -> None:
    data = bytearray(NOTE.encode())
    data[bit // 8] ^= 1 << bit % 8
    try:
        assert format_note(parse_note(bytes(data))) == bytes(data)
    except FormatError:
        pass


@given(st.text(max_size=80))
def test_lines_and_keys_as_text(text: str) -> None:
    for parse in (parse_checkpoint, parse_signatures, parse_key):
        with pytest.raises(FormatError):
            parse(text)  # type: ignore[operator]
