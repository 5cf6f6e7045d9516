"""Directives of redis.conf, word by word as the server splits them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.redis_conf import Directive, read


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("bind 127.0.0.1 -::1", ["127.0.0.1", "-::1"]),
        ("  PORT\t0 ", ["0"]),
        ('requirepass "a \\"b\\" \\x41\\n\\q"', ['a "b" A\nq']),
        ("requirepass 'it\\'s \\n'", ["it's \\n"]),
        ('notify-keyspace-events ""', [""]),
        ("save", []),
        ('a b"c d"', ["bc d"]),
    ],
)
def test_words(line, words):
    (found,) = read(f"# comment\n\n{line}\r\n".encode())
    assert found == Directive(line.split()[0].lower(), tuple(words), 3)


@pytest.mark.parametrize("text", ['a "b', "a 'b", 'a "b"c', "a 'b'c", 'a\n"', 'a "b\\"'])
def test_an_open_quote_is_an_error(text):
    with pytest.raises(FormatError) as caught:
        read(text.encode())
    assert (caught.value.line, caught.value.column > 0) == (text.count("\n") + 1, True)


def test_bounds():
    with pytest.raises(FormatError, match="bytes, more than"):
        read(b"#" * ((4 << 20) + 1))
    with pytest.raises(FormatError, match="directives"):
        read(b"a\n" * 100_001)
    assert read(b"\0\n\0 \0") == []


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_nothing_but_the_error_escapes(data):
    try:
        found = read(data)
    except FormatError:
        return
    assert all(each.name == each.name.lower() and each.line >= 1 for each in found)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(blacklist_categories=("Cs",)), max_size=8), max_size=5))
def test_quoted_words_come_back(words):
    quoted = " ".join('"' + "".join(f"\\x{b:02x}" for b in word.encode("latin-1", "replace")) + '"' for word in words)
    (found,) = read(f"x {quoted}".encode())
    assert list(found.words) == [word.encode("latin-1", "replace").decode("latin-1") for word in words]
