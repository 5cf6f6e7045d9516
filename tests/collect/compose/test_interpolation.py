"""Variables in compose files: every form of the specification."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.collect.compose.interpolation import number, resolve, switch_of, text_of
from holdfast.core.fact import UNSET
from holdfast.formats.yaml import load


@pytest.mark.parametrize(
    ("text", "resolved", "complete"),
    [
        ("plain", "plain", True), ("", "", True), ("$$", "$", True), ("pa$$word", "pa$word", True), ("$${A}", "${A}", True),
        ("$A", "${A}", False), ("${A}", "${A}", False), ("${A:-d}", "d", True), ("${A-d}", "d", True), ("${A:-}", "", True),
        ("${A:?error text}", "${A}", False), ("${A?e}", "${A}", False), ("${A:+r}", "${A}", False), ("${A+r}", "${A}", False),
        ("${A:-${B:-c}}", "c", True), ("${A:-${B}}", "${B}", False), ("${A:-${B-${C:-x}}y}z", "xyz", True),
        ("a${A:-1}b${B:-2}c", "a1b2c", True), ("${A:-a$$b}", "a$b", True), ("$A$B", "${A}${B}", False),
        ("${A:-/x:y}", "/x:y", True), ("${}", "${}", False), ("$", "$", False), ("a$(b)", "a$(b)", False), ("$1", "$1", False),
        ("${A:-{x}}", "${A:-{x}}", False), ("${A", "${A", False), ("${A b}", "${A b}", False),
    ],
)  # fmt: skip
def test_a_default_is_put_in_and_what_has_none_stays(text, resolved, complete):
    assert resolve(text) == (resolved, complete)


def test_defaults_inside_defaults_are_followed_to_a_bound():
    def nested(depth: int) -> str:
        return "${A:-" * depth + "x" + "}" * depth

    assert resolve(nested(16)) == ("x", True)
    assert resolve(nested(17))[1] is False
    resolve(nested(100_000))
    resolve("${A:-" * 100_000)


@given(st.text(alphabet="$${}:-+?AB_ \0\1\2", max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_is_resolved_or_told_to_be_incomplete(text):
    resolved, complete = resolve(text)
    assert isinstance(resolved, str)
    if "$" not in text:
        assert (resolved, complete) == (text, True)


@pytest.mark.parametrize(
    ("value", "text", "switch", "count"),
    [
        ("~", None, False, None), ("true", "true", True, UNSET), ("false", "false", False, UNSET), ("5", "5", UNSET, 5),
        ("'5'", "5", UNSET, 5), ("'Yes'", "Yes", True, UNSET), ("1", "1", True, 1), ("'${A:-true}'", "true", True, UNSET),
        ("'${A}'", UNSET, UNSET, UNSET), ("[a]", UNSET, UNSET, UNSET), ("{a: b}", UNSET, UNSET, UNSET),
        ("'${A:-7}'", "7", UNSET, 7), ("1.5", "1.5", UNSET, UNSET), ("-3", "-3", UNSET, UNSET), ("12345678901", "12345678901", UNSET, UNSET),
    ],
)  # fmt: skip
def test_a_value_is_read_as_text_as_switch_or_as_number(value, text, switch, count):
    native = load(f"a: {value}\n".encode())["a"]
    assert (text_of(native), switch_of(native), number(native)) == (text, switch, count)
