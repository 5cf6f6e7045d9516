"""INI files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.ini import Setting, read


def test_settings():
    text = "\ufeffapp = x\n# c\n; c\n[a.b] ; c\nk = v = w\nk2: v2\nlong = one\n  two\n[c]\n  in = 1\nempty =\n"
    assert read(text.encode()) == [
        Setting("", "app", "x", 1), Setting("a.b", "k", "v = w", 5), Setting("a.b", "k2", "v2", 6),
        Setting("a.b", "long", "one\ntwo", 7), Setting("c", "in", "1", 10), Setting("c", "empty", "", 11),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[a", "no setting", "[a]\n= x"])
def test_what_cannot_be_read(text):
    with pytest.raises(FormatError):
        read(text.encode())


def test_bounds():
    with pytest.raises(FormatError, match="bytes"):
        read(b"#" * ((4 << 20) + 1))
    with pytest.raises(FormatError, match="settings"):
        read(b"a=1\n" * 50_001)


@settings(deadline=None)
@given(st.text(alphabet="ab[]=:#; \n\t", max_size=60) | st.text(max_size=30))
def test_nothing_but_the_error_escapes(text):
    try:
        found = read(text.encode("utf-8", "replace"))
    except FormatError as error:
        assert error.line >= 1
        return
    assert all(each.name for each in found)
