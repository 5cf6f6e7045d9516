"""Flags as Go's pflag reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from holdfast.collect.kubernetes.components.flags import Flags, collected, duration, read

SWITCHES = frozenset({"profiling"})


def test_the_last_one_wins_and_lists_add_up() -> None:
    flags = read(["--a=1", "--a", "2", "--l=x,y", "--l", "z", "--profiling", "--end"], SWITCHES)
    assert flags.text("a", "") == "2"
    assert flags.words("l") == ["x", "y", "z"]
    assert flags.switch("profiling", False) is True
    assert flags.switch("end", False) is True
    assert "a" in flags
    assert "b" not in flags


def test_what_is_not_given_has_its_default_only_where_nothing_else_can_set_it() -> None:
    whole, part = read([], SWITCHES), read(["$ARGS"], SWITCHES)
    assert (whole.text("a", None), whole.switch("a", True), whole.number("a", 3)) == (None, True, 3)
    assert (whole.words("a", ["x"]), whole.named("a"), whole.seconds("a", 9)) == (["x"], False, 9)
    assert whole.gate("a") is None
    for found in (
        part.text("a", None),
        part.switch("a", True),
        part.number("a", 3),
        part.words("a"),
        part.seconds("a", 9),
    ):
        assert found is UNSET
    assert part.named("a") is UNSET
    assert part.gate("a") is UNSET


def test_what_a_program_would_refuse_or_a_variable_holds_is_unobserved() -> None:
    flags = read(
        ["--n=x", "--s=maybe", "--v=$(V)", "--t=$X", "--e=", "--d=soon", "--feature-gates=A=true,B=false"], SWITCHES
    )
    assert flags.number("n", 0) is UNSET
    assert flags.switch("s", True) is UNSET
    assert flags.text("v", "") is UNSET
    assert flags.words("t") is UNSET
    assert flags.text("e", None) is None
    assert flags.named("e") is False
    assert flags.named("e", "v") is True
    assert flags.seconds("d", 1) is UNSET
    assert (flags.gate("A"), flags.gate("B"), flags.gate("C")) == (True, False, None)


def test_words_that_are_no_flags() -> None:
    flags = read(["serve", "-", "--a", "--b", "--", "--c=1"], SWITCHES)
    assert flags.complete
    assert set(flags.given) == {"a", "b"}
    assert collected([("--x", "1")], complete=False).given == {"x": ["1"]}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4h0m0s", 14400),
        ("0", 0),
        ("0s", 0),
        ("1m30s", 90),
        ("1500ms", 1),
        ("2h45m", 9900),
        ("5", UNSET),
        ("x5s", UNSET),
    ],
)
def test_durations(text: str, seconds: object) -> None:
    assert duration(text) == seconds


@given(st.lists(st.text(max_size=20), max_size=20))
def test_any_words_can_be_read(words: list[str]) -> None:
    flags = read(words, SWITCHES)
    assert isinstance(flags, Flags)
    for name in flags.given:
        (
            flags.text(name, None),
            flags.switch(name, None),
            flags.number(name, None),
            flags.words(name),
            flags.seconds(name, 0),
        )
