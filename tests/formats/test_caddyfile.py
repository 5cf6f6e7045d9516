"""Caddyfiles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.caddyfile import Directive, Site, sites
from holdfast.formats.caddyfile import read as first_level


def read(data: bytes) -> list[Site]:
    return [site for _, site in sites(("", each) for each in first_level(data))]


def test_sites_snippets_and_options():
    text = """\
{
    admin off # x
}
(login) {
    basic_auth {
        a b
    }
}
a.example, b.example,
c.example {
    import login
    import gone
    reverse_proxy localhost:1 "two words" `raw "x"`
}
d.example {
}
"""
    assert read(text.encode()) == [
        Site((), (Directive("admin", ("off",), 2),), 1),
        Site(("a.example", "b.example", "c.example"), (
            Directive("basic_auth", (), 5, (Directive("a", ("b",), 6),)),
            Directive("import", ("gone",), 12),
            Directive("reverse_proxy", ("localhost:1", "two words", 'raw "x"'), 13),
        ), 9),
        Site(("d.example",), (), 15),
    ]  # fmt: skip
    assert read(b"") == read(b"# nothing\n") == []


def test_the_only_site_needs_no_braces():
    (site,) = read(b"a.example\nreverse_proxy x:1 {\n  to y:2\n}\nlog\n")
    assert (site.addresses, [each.name for each in site.directives]) == (("a.example",), ["reverse_proxy", "log"])


@pytest.mark.parametrize(
    ("row", "args"),
    [
        ('a "b \\"c\\""', ('b "c"',)), ("a b#c", ("b#c",)), ('a "x"y', ("xy",)), ("a b \\\n c", ("b", "c")),
        ("a <<X\n  one\n  two\n  X", ("  one\n  two",)), ("a <<X\nX\n", ("",)), ("a {b}", ("{b}",)),
    ],
)  # fmt: skip
def test_words(row, args):
    assert read(f"s {{\n{row}\n}}\n".encode())[0].directives[0].args == args


@pytest.mark.parametrize(
    "text",
    [
        "}",
        "a {\n} b\n",
        "a {\n",
        'a "b',
        "a `b",
        "s {\n a <<X\n b\n}\n",
        "a\nb\n}\n",
        "a {\n" + "b {\n" * 51 + "}\n" * 52,
    ],
)
def test_what_caddy_refuses(text):
    with pytest.raises(FormatError):
        read(text.encode())


def test_bounds():
    with pytest.raises(FormatError, match="bytes"):
        read(b"#" * ((1 << 20) + 1))
    with pytest.raises(FormatError, match="too many"):
        read(b"s {\n" + b"a\n" * 50_001 + b"}\n")
    bomb = "".join(f"(s{n}) {{\n" + f"import s{n + 1}\n" * 10 + "}\n" for n in range(8))
    with pytest.raises(FormatError, match="more than"):
        read(f"{bomb}(s8) {{\nlog\n}}\na {{\nimport s0\n}}\n".encode())
    assert len(read(b"(a) {\nimport a\n}\ns {\nimport a\n}\n")) == 1


@settings(deadline=None)
@given(st.text(alphabet='ab \n{}"`\\#<X(),', max_size=60))
def test_nothing_but_the_error_escapes(text):
    try:
        read(text.encode())
    except FormatError as error:
        assert error.line >= 0
