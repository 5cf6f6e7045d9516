"""Variables in the words of commands: quoted, taken apart, or run as program text."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.shell.expansions import expansions


def seen(text: str) -> list[tuple[str, bool, bool]]:
    return [
        (found.name, found.quoted, found.evaluated) for found in expansions(text, lambda name: name.startswith("J"))
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rm $J", [("J", False, False)]),
        ("rm ${J}", [("J", False, False)]),
        ("rm /a/$J/b", [("J", False, False)]),
        ("rm ${J:-x}", [("J", False, False)]),
        ("$J a", [("J", False, False)]),
        ('rm "$J"', [("J", True, False)]),
        ('rm "a ${J} b"', [("J", True, False)]),
        ('rm "$(ls $J)"', [("J", False, False)]),
        ("rm '$J'", []),
        ("rm $K", []),
        ("x=$J", []),
        ("export x=$J", []),
        ("[ -d $J ] && ls", []),
        ("[[ $J == a ]]", []),
        ("cat <<< $J", []),
        ("cat <<E\n$J\nE", []),
        ("for f in $J; do :; done", []),
        ('eval "$J"', [("J", True, True)]),
        ("sh -c 'x' $J", [("J", False, True)]),
        ('bash -lc "cd $J"', [("J", True, True)]),
        ('su - u -c "touch $J"', [("J", True, True)]),
        ('bash script "$J"', [("J", True, False)]),
        ("rm ${!J}", [("J", False, False)]),
        ("echo ${#}", []),
    ],
)
def test_expansions(text, found):
    assert seen(text) == found


def test_an_expansion_has_its_place():
    (found,) = expansions("\nécho $J\n", lambda name: name == "J")
    assert (found.line, found.column) == (2, 6)


def test_long_text_is_refused():
    with pytest.raises(FormatError):
        expansions("x" * (1 << 21), bool)


@given(st.text(alphabet="$J{}\"'`()|&;<> \nabc[]=", max_size=60))
def test_any_text(text):
    with suppress(FormatError):
        expansions(text, bool)
