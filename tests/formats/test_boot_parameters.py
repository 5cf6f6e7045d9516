"""The kernel's command line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import boot_parameters
from holdfast.formats.boot_parameters import Assigned, grub, parameters


def test_parameters() -> None:
    text = 'quiet iommu=pt iommu=off "dyndbg=file a +p" systemd.debug-shell -- init=/bin/sh'
    assert parameters(text) == {"quiet": "", "iommu": "off", "dyndbg": "file a +p", "systemd.debug_shell": ""}


def test_assignments_as_a_shell_reads_them() -> None:
    text = b'#A=1\nA=\'x y\'\nexport B="p $A q"\nC=${A}z\\ w # no\nD+=1\nB+=" r"\nif true; then\n'
    found = grub(text, {})
    assert {name: each.value for name, each in found.items()} == {"A": "x y", "B": "p x y q r", "C": "x yz w", "D": "1"}
    assert found["B"].line == 6
    assert all(each.complete for each in found.values())


@pytest.mark.parametrize("text", [b'A="$X"', b"A=`x`", b"A=$(x)", b'B="$X"\nA=$B', b'B="$X"\nA=1\nA+=$B'])
def test_what_cannot_be_known_is_marked(text: bytes) -> None:
    assert grub(text, {})["A"].complete is False


def test_a_file_builds_on_those_before_it() -> None:
    assert grub(b'A="$A b"', {"A": Assigned("a", 1)}) == {"A": Assigned("a b", 1)}


@pytest.mark.parametrize(
    "data",
    [b"A=1\0", b"#" * (boot_parameters.SIZE + 1), b"A=0123456789\n" + b"A=$A$A\n" * 30],
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        grub(data, {})


@given(
    st.lists(
        st.sampled_from(["A=", "B+=", '"', "'", "$A", "${B}", "\\", "\n", " ", "`", "--"]) | st.text(max_size=3),
        max_size=30,
    ).map("".join)
)
def test_any_text_gives_variables_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        for each in grub(text.encode("utf-8", "replace"), {}).values():
            assert isinstance(parameters(each.value), dict)
