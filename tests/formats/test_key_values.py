"""Rows of keys and values."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import key_values
from holdfast.formats.key_values import Setting, last, read


def test_rows_and_sections() -> None:
    found = read(b"# c\n; c\nA = 1\n[S]\na=2=3\nnone\n\n B=\n[bad\n")
    assert found == (Setting("", "A", "1", 3), Setting("S", "a", "2=3", 5), Setting("S", "B", "", 8))
    assert last(found)["a"].value == "2=3"


@pytest.mark.parametrize("data", [b"\0", b"#" * (key_values.SIZE + 1), b"a=1\n" * (key_values.ROWS + 1)])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@given(st.binary(max_size=100))
def test_any_bytes_give_settings_or_a_format_error(data: bytes) -> None:
    with suppress(FormatError):
        assert all(each.line >= 1 for each in read(data))
