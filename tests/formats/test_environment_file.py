"""Environment files of units."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.environment_file import read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1\nB = two words \n", {"A": "1", "B": "two words"}),
        ("# A=1\n; B=2\n\nno row\n1X=2\nC=#x\n", {"C": "#x"}),
        ('A="x \\"y\\" $Z"\nB=\'it\\n\'\n', {"A": 'x "y" $Z', "B": "it\\n"}),
        ("A=one\\\n two\nB=a\\ b\n", {"A": "one two", "B": "a b"}),
        ("A=\nA=2\r\n", {"A": "2"}),
        ("A=x'y'\"z\"\nB=1", {"A": "xyz", "B": "1"}),
        ("A='open\nB=1\n", {"A": "'open\nB=1"}),
        ("A='two\nrows'\nB=1\n", {"A": "two\nrows", "B": "1"}),
        ("", {}),
    ],
)
def test_rows(text, found):
    assert read(text.encode()) == found


def test_bounds():
    with pytest.raises(FormatError, match="bytes"):
        read(b"#" * ((1 << 20) + 1))
    with pytest.raises(FormatError, match="variables"):
        read("".join(f"A{n}=1\n" for n in range(10_001)).encode())


@settings(deadline=None)
@given(st.text(alphabet="AB=\"'\\\\\n #;1", max_size=60) | st.text(max_size=30))
def test_nothing_escapes(text):
    assert all(name for name in read(text.encode("utf-8", "replace")))
