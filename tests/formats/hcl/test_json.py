"""HCL's JSON syntax: the same bodies as the native one gives."""

from __future__ import annotations

import json as standard

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.hcl import json
from holdfast.formats.hcl.evaluate import evaluate
from holdfast.formats.hcl.scope import Scope

BLOCKS = {"resource": 2, "locals": 0, "variable": 1, "terraform": 0}


def read(text, blocks=BLOCKS):
    return json.read(text if isinstance(text, bytes) else text.encode(), blocks)


def test_keys_that_are_blocks_become_blocks_with_their_labels():
    body = read(
        """{
  "//": "a comment",
  "resource": {"aws_s3_bucket": [{"a": {"bucket": "x-${s}", "//": 1}}, {"b": [{"n": 1}, {"n": 2}]}]},
  "locals": {"dynamic": "${1 + 1}"},
  "terraform": [],
  "other": [null, true, -1.5, {"k${s}": ["\\u00e9\\ud83d\\ude00", "$${no}"]}]
}"""
    )
    assert [(block.type, block.labels, body.source.place(block.at)) for block in body.blocks] == [
        ("resource", ("aws_s3_bucket", "a"), (3, 35)),
        ("resource", ("aws_s3_bucket", "b"), (3, 73)),
        ("resource", ("aws_s3_bucket", "b"), (3, 73)),
        ("locals", (), (4, 3)),
    ]
    scope = Scope({"s": "t"})
    assert evaluate(body.blocks[0].body.attributes["bucket"].value, scope) == "x-t"
    assert evaluate(body.blocks[3].body.attributes["dynamic"].value, scope) == 2
    assert evaluate(body.attributes["other"].value, scope) == [None, True, -1.5, {"kt": ["\xe9\U0001f600", "${no}"]}]
    assert body.source.place(body.blocks[0].body.attributes["bucket"].at) == (3, 41)
    assert list(body.attributes) == ["other"]


def test_dynamic_blocks_have_their_content_as_a_block():
    body = read(
        '{"resource": {"a": {"b": {"dynamic": {"ingress": {"for_each": [1], "content": {"port": "${ingress.value}"}}}}}}}'
    )
    (dynamic,) = body.blocks[0].body.blocks
    assert (dynamic.type, dynamic.labels, [each.type for each in dynamic.body.blocks]) == (
        "dynamic",
        ("ingress",),
        ["content"],
    )


@pytest.mark.parametrize(
    ("text", "what", "line", "column"),
    [
        ("", "expected a value", 1, 1), ("[]x", "not JSON", 1, 3), ("{}{}", "expected the end", 1, 3), ("1", "expected an object", 1, 1), ('{"a": }', "expected a value", 1, 7), ('{"a" 1}', "expected :", 1, 6), ('{"a": 1', "expected , or }", 1, 8), ("{1: 2}", "expected a key", 1, 2),
        ('{"a": [1 2]}', "expected , or ]", 1, 10), ('{"a": 01}', "expected , or }", 1, 8), ('{"a": nul}', "not JSON", 1, 6), ('{"a": "\n"}', "not JSON", 1, 6), ('{"a": 1, "a": 2}', "`a` stands twice", 1, 10), ('{"a": "\\x"}', "no escape of JSON", 1, 7), ('{"a": 1e999}', "a number that is too large", 1, 7),
        ('{"a": "${"}', "in this text at 1:3: expected a value, got the end of the file", 1, 7), ('{"resource": {"a": 1}}', "expected an object", 1, 20), ("[" * 60, "nested more than 50 deep", 1, 51), ('{"a": 1,}', "expected a key", 1, 9), ('{"a": "', "not JSON", 1, 6), ('{"a": ]}', "expected a value", 1, 7), ('{"a": ,}', "expected a value", 1, 7),
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_place(text, what, line, column):
    with pytest.raises(FormatError) as caught:
        read(text)
    assert (caught.value.what, caught.value.line, caught.value.column) == (what, line, column)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(exclude_characters="$%", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_values_without_templates_are_what_json_says(value, ascii):
    text = standard.dumps({"v": value}, ensure_ascii=ascii, indent=ascii or None)
    assert evaluate(read(text).attributes["v"].value, Scope()) == value


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                '{"',
                '"',
                "}",
                "[",
                "]",
                ",",
                ":",
                '"resource"',
                '"a"',
                "1",
                "-",
                "\\",
                "${",
                " ",
                "\n",
                "null",
                '"dynamic": {"x": {',
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_only_format_errors_escape(text):
    try:
        read(text)
    except FormatError as error:
        assert error.line
