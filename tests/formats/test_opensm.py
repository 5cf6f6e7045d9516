"""OpenSM's options and partitions."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import opensm
from holdfast.formats.opensm import Member, Option, Partition, number, options, partitions


def test_options() -> None:
    found = options(b"# c\nm_key 0x1 # key\n\tsa_key\t2\n\nm_key  3\nflag\n")
    assert found == {"m_key": Option("3", 5), "sa_key": Option("2", 3), "flag": Option("", 6)}


@pytest.mark.parametrize(
    ("text", "value"),
    [("0x10", 16), ("010", 8), ("10", 10), (" 0 ", 0), ("0xg", None), ("", None), ("1_0", None), ("1" * 50, None), ("09", None), ("\u0661", None)],
)  # fmt: skip
def test_numbers(text: str, value: int | None) -> None:
    assert number(text) == value


def test_partitions() -> None:
    found = partitions(
        b"# c\nDefault=0x7fff, ipoib : # head\n  mgid=ff12::1,sl=1\n  ALL, SELF=full;Own = 0x8001, defmember=full : 0x1, 0x2=limi,\n"
        b" 0x3=both, NONE;\nAuto , ipoib : 0x4=odd ;\n;\nOpen=0x9:\n ALL_CAS=f"
    )
    assert found == (
        Partition("Default", 0x7FFF, (Member("ALL", "limited", 4), Member("SELF", "full", 4)), 2),
        Partition("Own", 1, (Member("0x1", "full", 4), Member("0x2", "limited", 4), Member("0x3", "both", 5)), 4),
        Partition("Auto", None, (Member("0x4", "limited", 6),), 6),
        Partition("Open", 9, (Member("ALL_CAS", "full", 9),), 8),
    )


def test_what_opensm_gives_up_on_is_refused() -> None:
    with pytest.raises(FormatError) as failure:
        partitions(b"Default=0x7fff : ALL ;\nno head here\n")
    assert failure.value.line == 2


@pytest.mark.parametrize(
    "data", [b"\0", b"#" * (opensm.SIZE + 1), b"\n" * (opensm.ROWS + 1), b"a=1:" + b"ALL," * (opensm.MEMBERS + 1)]
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        partitions(data)


PIECES = st.sampled_from(
    [b"Default", b"=", b"0x7fff", b",", b":", b";", b"ALL", b"full", b"\n", b" ", b"mgid", b"defmember", b"#", b"\xff"]
)


@given(st.binary(max_size=100) | st.lists(PIECES, max_size=30).map(b"".join))
def test_any_bytes_give_partitions_or_a_format_error(data: bytes) -> None:
    with suppress(FormatError):
        assert all(each.line >= 1 for each in partitions(data))
    with suppress(FormatError):
        assert all(each.line >= 1 for each in options(data).values())


@given(st.text(max_size=50))
def test_any_text_is_a_number_or_none(text: str) -> None:
    assert number(text) is None or number(text) >= 0 or text.strip().startswith("-")
