"""Sections of HAProxy's configuration."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.haproxy import Line, Section, read


def test_sections():
    text = "# x\nglobal\n  log /dev/log local0\n\ndefaults web\n  mode http\nfrontend a from web\n\tbind :80 # y\nbackend b\n listen x\n"
    assert read(text.encode()) == [
        Section("global", "", "", (Line(("log", "/dev/log", "local0"), 3),), 2),
        Section("defaults", "web", "", (Line(("mode", "http"), 6),), 5),
        Section("frontend", "a", "web", (Line(("bind", ":80"), 8),), 7),
        Section("backend", "b", "", (Line(("listen", "x"), 10),), 9),
    ]
    assert read(b"") == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('a "b c" d', ("a", "b c", "d")), ("a 'b \\c' ''", ("a", "b \\c", "")), ("a b\\ c\\#\\n", ("a", "b c#\n")),
        ("a \\x41 x'y'\"z\"", ("a", "A", "xyz")), ('a "\\"b\'"', ("a", "\"b'")), ("a b#c", ("a", "b")), ("a \\", ("a", "\\")),
        ('a "x#y z"', ("a", "x#y z")), ("a \\xZZ", ("a", "xZZ")),
    ],
)  # fmt: skip
def test_words(row, words):
    assert read(f"global\n {row}\n".encode())[0].lines[0].words == words


@pytest.mark.parametrize("text", ["bind :80", "global\n a 'b", 'global\n a "b'])
def test_what_cannot_be_read(text):
    with pytest.raises(FormatError):
        read(text.encode())


def test_bounds():
    with pytest.raises(FormatError, match="bytes"):
        read(b"#" * ((4 << 20) + 1))
    with pytest.raises(FormatError, match="lines"):
        read(b"\n" * 100_001)


@settings(deadline=None)
@given(st.text(alphabet="ab \n\"'\\#x4", max_size=60).map(lambda text: f"global\n{text}") | st.text(max_size=40))
def test_nothing_but_the_error_escapes(text):
    try:
        found = read(text.encode("utf-8", "replace"))
    except FormatError as error:
        assert error.line >= 1
        return
    assert all(line.words for section in found for line in section.lines)
