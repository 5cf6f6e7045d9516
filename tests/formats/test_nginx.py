"""Directives of nginx, nested as the server reads them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.nginx import Directive, read


def test_directives_nest():
    found = read(
        b"\xef\xbb\xbfuser www-data; # comment { ;\n"
        b'http {\n  server { listen 443 ssl; location ~ \\.php$ { return 404; } }\n  include "a b.conf";\n}\n'
    )
    assert found == [
        Directive("user", ("www-data",), 1),
        Directive("http", (), 2, (
            Directive("server", (), 3, (
                Directive("listen", ("443", "ssl"), 3),
                Directive("location", ("~", "\\.php$"), 3, (Directive("return", ("404",), 3),)),
            )),
            Directive("include", ("a b.conf",), 4),
        )),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("set $a '';", ("$a", "")),
        ("proxy_pass http://${backend}:8000/x;", ("http://${backend}:8000/x",)),
        ('return 200 "a \\"b\\" \\\\ \\n";', ("200", 'a "b" \\ \n')),
        ("a 'it\\'s';", ("it's",)),
        ("a b#c;", ("b#c",)),
        ("a\n  b\n  c;", ("b", "c")),
        ('if ($x = "") {}', ("($x", "=", "", ")")),
        ("a b\\;c;", ("b\\;c",)),
    ],
)
def test_words(text, args):
    (found,) = read(text.encode())
    assert found.args == args


def test_lua_is_skipped_to_its_end():
    lua = b"access_by_lua_block {\n local s = \"}\" -- }\n --[[ } ]] local t = {[1] = '}'} local u = [==[ } ]==]\n}\nlisten 1;"
    assert [each.name for each in read(lua)] == ["access_by_lua_block", "listen"]
    assert read(lua)[1].line == 5


@pytest.mark.parametrize(
    "text",
    ["a", "a {", "}", "a }", "{ }", ";", 'a "b', "a 'b", 'a "b"c;', "x_by_lua_block { {", "a {" * 51],
)
def test_what_the_server_refuses(text):
    with pytest.raises(FormatError) as caught:
        read(f"\n{text}".encode())
    assert caught.value.line == 2


def test_bounds():
    with pytest.raises(FormatError, match="bytes"):
        read(b"#" * ((4 << 20) + 1))
    with pytest.raises(FormatError, match="directives"):
        read(b"a;" * 100_001)


@settings(deadline=None)
@given(st.text(alphabet="ab \n;{}\"'\\#$_", max_size=80) | st.binary(max_size=120).map(lambda b: b.decode("latin-1")))
def test_nothing_but_the_error_escapes(text):
    try:
        found = read(text.encode())
    except FormatError as error:
        assert error.line >= 1
        assert error.column >= 0
        return
    assert all(each.name for each in found)
