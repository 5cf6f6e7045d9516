"""TOML with places."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import toml
from holdfast.formats.toml import read


def test_values_come_with_the_line_of_their_key() -> None:
    found = read(b'\xef\xbb\xbfa = 1\n[b."c.d"]\n  e.f = true\n[[g]]\nx = {y = 2}\n[[g]]\n')
    assert found.value == {"a": 1, "b": {"c.d": {"e": {"f": True}}}, "g": [{"x": {"y": 2}}, {}]}
    assert [found.line(*path) for path in (("a",), ("b", "c.d"), ("b", "c.d", "e", "f"), ("g",))] == [1, 2, 3, 4]


def test_a_key_without_a_line_has_that_of_its_table() -> None:
    found = read(b"[g]\nx = {y = 2}\n")
    assert found.line("g", "x", "y") == 2
    assert found.line("nothing") == 1


@pytest.mark.parametrize(
    ("data", "what", "line"),
    [
        (b"a = \n", "Invalid value", 1),
        (b"a = 1\na = 2\n", "overwrite", 2),
        (b"a = 1\nb = '''\n", "Expected", 3),
        (b"\xff", "not text", 1),
        (b"a = " + b"[" * 50_000, "RecursionError", 0),
        (b"a." * 1000 + b"b = 1", "dots", 1),
        (b"#" * (toml.SIZE + 1), "bytes", 0),
        (b"a = " + b"9" * 5000, "ValueError", 0),
    ],
)
def test_what_is_no_toml_is_refused(data: bytes, what: str, line: int) -> None:
    with pytest.raises(FormatError, match=what) as error:
        read(data)
    assert error.value.line == line


def test_dots_in_comments_are_free() -> None:
    assert read(b"#" + b"." * 1000).value == {}


@given(
    st.lists(
        st.sampled_from(["[a", "]", "=", '"', "'''", "1", "\n", ".", "#", "{", ",", "x"]) | st.text(max_size=3),
        max_size=30,
    )
)
def test_any_text_gives_a_document_or_a_format_error(parts: list[str]) -> None:
    with suppress(FormatError):
        found = read("".join(parts).encode("utf-8", "replace"))
        assert all(line >= 1 for line in found.lines.values())
