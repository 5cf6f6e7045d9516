"""Protocol buffers in text form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.protobuf_text import Field, Message, read


def test_fields_messages_and_lists():
    text = """\
# a model
name: "add" 'sub'; backend: "python",
input [ { name: "A" dims: [ -1, 4 ] }, < name: "B" > ]
instance_group { kind: KIND_GPU }
empty: []
[a.b/c.d-e]: { x: - 1.5e-3 }
"""
    assert read(text.encode()) == Message((
        Field("name", "addsub", 2, 1), Field("backend", "python", 2, 20),
        Field("input", Message((Field("name", "A", 3, 11), Field("dims", "-1", 3, 21), Field("dims", "4", 3, 21))), 3, 1),
        Field("input", Message((Field("name", "B", 3, 42),)), 3, 1),
        Field("instance_group", Message((Field("kind", "KIND_GPU", 4, 18),)), 4, 1),
        Field("[a.b/c.d-e]", Message((Field("x", "-1.5e-3", 6, 16),)), 6, 1),
    ))  # fmt: skip
    assert read(b"") == read(b"\xef\xbb\xbf# nothing") == Message()


def test_asking_for_fields():
    message = read(b"a: 1 a: 2 m { x: 1 } m { y: 2 } m: 3")
    assert (message.text("a"), message.text("b", "c"), message.text("m")) == ("2", "c", "3")
    assert [field.name for field in message.message("m").fields] == ["x", "y"]
    assert message.last("a") == Field("a", "2", 1, 6)
    assert message.last("b") is None
    assert message.message("a") == Message()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\n\t\"\\"', '\n\t"\\'), (r"'\x41\101\u0042\U00000043'", "AABC"), (r'"\ud800"', "\ufffd"), (r'"\q"', "q"),
        ("true", "true"), ("0x1F", "0x1F"), (".5f", ".5f"), ("-inf", "-inf"),
    ],
)  # fmt: skip
def test_scalars(text, value):
    assert read(f"a: {text}".encode()).text("a") == value


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a", 1, 2), ("a: ", 1, 4), ("a {", 1, 4), ("}", 1, 1), ("a: }", 1, 4), ('a: "b', 1, 4), ("a: [1 2]", 1, 7), ("a 1", 1, 3),
        ("\na: { b: 1 >", 2, 11), ("[a", 1, 3), ("a: \u00e9", 1, 4), ("1: 2", 1, 1), ("a: [1,]", 1, 7),
    ],
)  # fmt: skip
def test_what_is_no_message(text, line, column):
    with pytest.raises(FormatError) as caught:
        read(text.encode())
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize("text", ["a {" * 51 + "}" * 51, "a:1 " * 50_001, "#" * (1 << 20) + "#"])
def test_bounds(text):
    with pytest.raises(FormatError):
        read(text.encode())


def test_as_deep_as_allowed():
    assert read(("a {" * 50 + "}" * 50).encode()).last("a") is not None


PIECES = [
    "a",
    ":",
    "{",
    "}",
    "<",
    ">",
    "[",
    "]",
    ",",
    ";",
    '"x"',
    "'y'",
    "-",
    "1",
    ".5",
    "#",
    "\n",
    "\\",
    " ",
    "/",
    ".",
]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map(lambda x: "".join(x).encode())
    )
)
def test_any_bytes_give_a_message_or_the_typed_error(data):
    try:
        assert isinstance(read(data), Message)
    except FormatError as error:
        assert error.line >= 0
