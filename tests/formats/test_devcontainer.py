"""`devcontainer.json`: JSON with comments, and the place of every value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.asset import Spot
from holdfast.core.errors import FormatError
from holdfast.formats import devcontainer
from holdfast.formats.devcontainer import read

FILE = b"""\
// a development container
{
  "image": "nvidia/cuda:12.4.1-devel", /* with
     the compiler */
  "runArgs": ["--gpus", "all", "--privileged",],
  "a/b~c": {"n": -1.5e2, "t": true, "z": null,},
}
"""


def data(text: str) -> object:
    return read(text.encode())[0]


def test_reads_comments_and_trailing_commas() -> None:
    found, _ = read(FILE)
    assert found == {
        "image": "nvidia/cuda:12.4.1-devel",
        "runArgs": ["--gpus", "all", "--privileged"],
        "a/b~c": {"n": -150.0, "t": True, "z": None},
    }


def test_gives_the_place_of_every_key_and_element_by_pointer() -> None:
    _, spots = read(FILE)
    assert spots == {
        pointer: Spot(line, column, pointer)
        for pointer, line, column in [
            ("", 2, 1),
            ("/image", 3, 3),
            ("/runArgs", 5, 3),
            ("/runArgs/0", 5, 15),
            ("/runArgs/1", 5, 25),
            ("/runArgs/2", 5, 32),
            ("/a~1b~0c", 6, 3),
            ("/a~1b~0c/n", 6, 13),
            ("/a~1b~0c/t", 6, 26),
            ("/a~1b~0c/z", 6, 37),
        ]
    }


def test_the_last_of_equal_keys_wins_with_its_place() -> None:
    found, spots = read(b'{"a": 1,\n"a": 2}')
    assert found == {"a": 2}
    assert spots["/a"] == Spot(2, 1, "/a")


def test_strings_are_decoded() -> None:
    assert data(r'"a\n\u00e4\ud83d\ude00\"//\/"') == 'a\nä😀"///'
    assert data(r'"\ud800"') == "\ufffd"


def test_byte_order_mark_is_skipped() -> None:
    assert read(b"\xef\xbb\xbf 1")[0] == 1


@pytest.mark.parametrize("text", ["{}", "[]", "0", '""', "false", " [ [ ] , { } , ] "])
def test_small_documents_are_read(text: str) -> None:
    assert data(text) == {"{}": {}, "[]": [], "0": 0, '""': "", "false": False}.get(text, [[], {}])


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("{", 1, 2),
        ("[1 2]", 1, 4),
        ("[1}", 1, 3),
        ("[,]", 1, 2),
        ("[1,,2]", 1, 4),
        ("[[] []]", 1, 5),
        ('{"a" 1}', 1, 6),
        ('{"a":\n}', 2, 1),
        ("{a: 1}", 1, 2),
        ('{"a": 1 "b": 2}', 1, 9),
        ('{"a": tru}', 1, 7),
        ("[01]", 1, 2),
        ("[1.]", 1, 2),
        ("'a'", 1, 1),
        ('"a\nb"', 1, 1),
        (r'"\x"', 1, 1),
        ("1 2", 1, 3),
        ("1 /* open", 1, 3),
        ("\n\n  nope", 3, 3),
        ("[1e999]", 1, 2),
        ("9" * 500, 1, 1),
        ("[" * 65 + "]" * 65, 1, 66),
        ("﻿", 1, 1),
    ],
)
def test_errors_say_where(text: str, line: int, column: int) -> None:
    with pytest.raises(FormatError) as refused:
        read(text.encode())
    assert (refused.value.line, refused.value.column) == (line, column)


def test_sixty_four_levels_are_read() -> None:
    text = "[" * 64 + "]" * 64
    assert data(text) == json.loads(text)


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    with pytest.raises(FormatError, match="UTF-8") as refused:
        read(b'{\n"a": "\xff"}')
    assert refused.value.line == 2


@pytest.mark.parametrize(
    "text",
    [
        " " * (devcontainer.SIZE + 1),
        "[" + "1," * (devcontainer.VALUES + 1) + "]",
        '{"' + "k" * 500_000 + '": [' + "1," * 1000 + "]}",
    ],
    ids=["bytes", "values", "pointers"],
)
def test_too_much_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        read(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 500_000,
        "//" * 500_000,
        '"' + "\\u0041" * 170_000,
        "[" + '"a",' * 99_000,
        "{" * 1000,
        "-" * 1_000_000,
    ],
)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    with pytest.raises(FormatError):
        read(text.encode())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.booleans())
def test_reads_json_as_the_standard_library_does(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=1)
    found, spots = read(text.encode())
    assert found == value
    assert "" in spots


@given(
    st.lists(st.sampled_from([*'{}[]:,"/*\\ \n', "//", '"a"', "1", "-", ".5", "true", "\\u12", "é"]), max_size=30).map(
        "".join
    )
)
def test_any_text_gives_data_or_a_format_error(text: str) -> None:
    try:
        _, spots = read(text.encode())
    except FormatError as refused:
        places = [(refused.line, refused.column)]
    else:
        places = [(spot.line, spot.column) for spot in spots.values()]
    assert all(line >= 1 and column >= 1 for line, column in places)
