"""HCL's native syntax: bodies, blocks, places, and what is refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.hcl.reader import read
from holdfast.formats.hcl.scan import MAX_BYTES, MAX_DEPTH
from holdfast.formats.hcl.syntax import Literal, Path


def refused(text):
    with pytest.raises(FormatError) as caught:
        read(text.encode() if isinstance(text, str) else text)
    return caught.value.what, caught.value.line, caught.value.column


def test_blocks_and_attributes_know_where_they_stood():
    body = read(
        b"\xef\xbb\xbf# first\r\n"
        b'resource "aws_s3_bucket" logs {\r\n'
        b'  bucket = "a" // why\r\n'
        b"  /* a\n comment */ tags = { Name = var.name }\n"
        b"  rule { on = true }\n"
        b"  empty {}\n"
        b"}\n"
        b'k = "\xc3\xa9" # no newline'
    )
    (block,) = body.blocks
    assert (block.type, block.labels) == ("resource", ("aws_s3_bucket", "logs"))
    assert body.source.place(block.at) == (2, 1)
    assert {name: body.source.place(each.at) for name, each in block.body.attributes.items()} == {
        "bucket": (3, 3),
        "tags": (5, 13),
    }
    assert [(each.type, body.source.place(each.at)) for each in block.body.blocks] == [
        ("rule", (6, 3)),
        ("empty", (7, 3)),
    ]
    assert block.body.attributes["bucket"].value == Literal("a")
    assert body.attributes["k"].value == Literal("\xe9")
    assert body.source.place(body.attributes["k"].at) == (9, 1)


def test_labels_may_hold_escapes_and_names_dashes():
    (block,) = read(b'a "b\\"c" d-e { f-g = h-i }').blocks
    assert block.labels == ('b"c', "d-e")
    assert block.body.attributes["f-g"].value == Path(("h-i",))


def test_nothing_is_an_empty_body():
    assert read(b"").attributes == {}
    assert read(b" \n# only this").blocks == ()


@pytest.mark.parametrize(
    ("text", "what", "line", "column"),
    [
        ("a = 1\na = 2", "`a` stands twice", 2, 1),
        ("a = ", "expected a value, got the end of the file", 1, 5),
        ("a =\n1", "expected a value, got the end of the line", 1, 4),
        ("a = 1 b = 2", "expected the end of the line, got b", 1, 7),
        ("a {", "expected `}`, got the end of the file", 1, 4),
        ("a { b = 1 c = 2 }", "expected the end of the line, got c", 1, 11),
        ("a {} }", "expected the end of the line, got }", 1, 6),
        ("}", "expected a name, got }", 1, 1),
        ("a.b = 1", "expected a name, got a.b", 1, 1),
        ("a 5 {}", "expected `=`, a label or `{`, got 5", 1, 3),
        ('a "x${1}" {}', 'expected `=`, a label or `{`, got "', 1, 3),
        ('a = "x', "a quote is not closed", 1, 5),
        ('a = "x\n"', "a quote is not closed", 1, 5),
        ('a = "\\q"', "no escape: \\q", 1, 6),
        ('a = "${1"', 'expected `}`, got "', 1, 9),
        ('a = "${1 2}"', "expected `}`, got 2", 1, 10),
        ('a = "%{ frob }"', "expected if, else, endif, for or endfor, got frob", 1, 9),
        ('a = "%{ if b }"', "`endif` is missing", 1, 16),
        ('a = "%{ endif }"', "`endif` closes nothing", 1, 8),
        ('a = "%{ for x of y }"', "expected `in`, got of", 1, 15),
        ("a = <<EOT\nx", "no line ends the text with EOT", 1, 5),
        ("a = <<EOT\n${ 1\nEOT\n", "expected `}`, got EOT", 3, 1),
        ("a = <<EOT\n${ 1 +\nEOT\n}\n", "`}` is missing", 3, 1),
        ("a = b.", "expected an attribute's name, got the end of the file", 1, 7),
        ("a = b.1234567890", "an index of more than 9 digits", 1, 6),
        ("a = f(1 2)", "expected `,` or `)`, got 2", 1, 9),
        ("a = [1 2]", "expected `,` or `]`, got 2", 1, 8),
        ("a = { b = 1 c = 2 }", "expected `,`, `}` or the end of the line, got c", 1, 13),
        ("a = { b 1 }", "expected `=` or `:`, got 1", 1, 9),
        ("a = p::1(2)", "expected a name, got 1", 1, 8),
        ("a = p::q", "expected `(`, got the end of the file", 1, 9),
        ("a = [for x in y]", "expected `:`, got ]", 1, 16),
        ("a = {for x in y : x}", "expected `=>`, got }", 1, 20),
        ("a = (1", "expected `)`, got the end of the file", 1, 7),
        ("a = b[1", "expected `]`, got the end of the file", 1, 8),
        ("a = b ? 1", "expected `:`, got the end of the file", 1, 10),
        ("a = ;", "no part of HCL", 1, 4),
        ("a = *", "expected a value, got *", 1, 5),
        (f"a = {'1' * 65}", "a number of more than 64 characters", 1, 5),
        ("a = 1e999", "a number beyond what a double holds", 1, 5),
        ("a = " + "1 + " * 300 + "1", "more than 200 operators in a row", 1, 809),
        ("a = b" + "[0]" * 300, "more than 200 selections in a row", 1, 606),
        ("a = b.*" + "[c]" * 300, "more than 200 selections in a row", 1, 8 + 600),
        ("a = b[*]" + ".0" * 300, "more than 200 selections in a row", 1, 9 + 402),
    ],
)  # fmt: skip
def test_what_hcl_refuses_is_refused_with_its_place(text, what, line, column):
    found = refused(text)
    assert found[0] == what
    if len(text) < 100:
        assert found[1:] == (line, column)


@pytest.mark.parametrize("opening", ["a = " + "(" * 9999, "a = " + "[" * 9999, "a = " + "{a=" * 9999, "a {\n" * 9999, "a = " + '"${' * 9999, "a = " + "!" * 9999, "a = " + "-" * 9999, "a = " + "f(" * 9999, "a = " + "b[" * 9999, "a = " + "b ? " * 9999, 'a = "' + "%{ if b }" * 9999, 'a = "' + "%{ for b in c }" * 9999 + '"', "a = " + "b ? c : " * 9999])  # fmt: skip
def test_nesting_is_bounded(opening):
    what, _, _ = refused(opening)
    assert f"nested more than {MAX_DEPTH} deep" in what or "not closed" in what or "is missing" in what


def test_size_and_encoding_are_checked():
    assert "at most" in refused(b" " * (MAX_BYTES + 1))[0]
    assert refused(b"a = 1\nb = \xff")[:2] == ("not UTF-8", 2)


@pytest.mark.parametrize("unit", ["/*", '"', "a\\", "$", "%", "${", "<<A\n", "#", "a.", "a-", "1e", "((", '"${"', "<<-A\n\n A\n", "a b ", "{", "~", ".0", "\u00e9"])  # fmt: skip
def test_hostile_repetition_takes_linear_time(unit):
    text = ("a = " + unit * (300_000 // len(unit))).encode()
    start = time.process_time()
    try:
        read(text)
    except FormatError:
        pass
    assert time.process_time() - start < 5


GRAMMAR = st.lists(
    st.sampled_from(
        ['"', "${", "}", "%{", "if ", "for x in ", "endfor", "endif", "else", "~", "<<-E\n", "\nE\n", "{", "[", "(", ")", "]",
         "a", ".b", ".0", "[*]", ".*", " = ", ":", "=>", "...", "?", "+", "-", "!", "&&", ",", "\n", "\\n", "\\u00e9", "1.5", "null",
         "f(", "::", "#c\n", "/*c*/", "$${", "\u00e9"]
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=600)
@given(GRAMMAR.map("".join))
def test_only_format_errors_escape(text):
    for prefix in ("", "a = ", 'a = "'):
        try:
            read((prefix + text).encode())
        except FormatError as error:
            assert error.line
