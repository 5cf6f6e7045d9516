"""Kernel parameters: which assignment holds."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem
from holdfast.formats import sysctl
from holdfast.formats.sysctl import effective, read


def values(*texts: str, wanted: tuple[str, ...] = ()) -> dict[str, str | None]:
    rows = [row for text in texts for row in read(text.encode())]
    return {name: each.value for name, each in effective(rows, wanted).items()}


def test_rows_comments_and_rows_that_are_none() -> None:
    rows = read(b"# a\n ; b\n\n kernel.x = 1 2 \n-kernel/y=\nnonsense\n=3\n-\n-=4\n-net.z\n", "p")
    assert [(row.name, row.value, row.line, row.path) for row in rows] == [
        ("kernel.x", "1 2", 4, "p"), ("kernel.y", "", 5, "p"), ("net.z", None, 10, "p"),
    ]  # fmt: skip


def test_lines_that_set_nothing_are_told() -> None:
    problems: list[Problem] = []
    assert len(read(b"a.b = 1\nkernel.dmesg_restrict 1\n=3\n-\nkernel dmesg = 1\n-a.c\n- a.d = 1\n", "", problems)) == 2
    assert problems == [
        Problem(2, "no assignment, and so passed over: 'kernel.dmesg_restrict 1'"),
        Problem(3, "no assignment, and so passed over: '=3'"),
        Problem(4, "no assignment, and so passed over: '-'"),
        Problem(5, "no name of a parameter, and so without effect: 'kernel dmesg'"),
        Problem(7, "no name of a parameter, and so without effect: '- a.d'"),
    ]
    with pytest.raises(FormatError):
        read(b"x\n" * (sysctl.ROWS + 1), "", [])


@pytest.mark.parametrize(
    ("written", "dotted"),
    [
        ("net.ipv4.conf.enp3s0/200.forwarding", "net.ipv4.conf.enp3s0/200.forwarding"),
        ("net/ipv4/conf/enp3s0.200/forwarding", "net.ipv4.conf.enp3s0/200.forwarding"),
        ("kernel", "kernel"),
    ],
)
def test_both_separators_mean_one_name(written: str, dotted: str) -> None:
    assert sysctl.dotted(written) == dotted


def test_the_last_assignment_holds() -> None:
    assert values("kernel.a = 1\nkernel.b = 1\n", "kernel/a = 2\n") == {"kernel.a": "2", "kernel.b": "1"}


def test_patterns_reach_what_has_no_assignment_of_its_own() -> None:
    found = values(
        "net.ipv4.conf.all.rp_filter = 0\n",
        "net.ipv4.conf.*.rp_filter = 2\n-net.ipv6.conf.all.x\nnet.ipv6.conf.*.x = 1\n",
    )
    assert found == {
        "net.ipv4.conf.all.rp_filter": "0", "net.ipv4.conf.default.rp_filter": "2", "net.ipv6.conf.default.x": "1",
    }  # fmt: skip


def test_patterns_reach_what_is_asked_for() -> None:
    assert values("kernel.k* = 2\n-kernel.p*\n", wanted=("kernel.kptr", "kernel.panic")) == {"kernel.kptr": "2"}
    assert values("net.*.x = 1\n", wanted=("net.a.b.x",)) == {"net.a.b.x": "1"}


@pytest.mark.parametrize("data", [b"\0", b"#" * (sysctl.SIZE + 1), b"a=1\n" * (sysctl.ROWS + 1)])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@given(
    st.lists(
        st.sampled_from(["a.b", "a/b", "*", "=", "-", "\n", " ", "#", "[", "net.ipv4.conf.*.x=1\n"])
        | st.text(max_size=3)
    )
)
def test_any_text_gives_assignments_or_a_format_error(parts: list[str]) -> None:
    with suppress(FormatError):
        rows = read("".join(parts).encode("utf-8", "replace"), "", [])
        assert all(each.value is not None for each in effective(rows, ["a.b"]).values())


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0", "0"), ("0 # debug", "0"), ("0\t; x", "0"), ("0x0", "0"), ("0X1f", "31"), ("00", "0"), ("017", "15"), ("-1", "-1"),
        ("-0", "0"), ("1 2", "1"), ("0#x", None), ("0x", None), ("08", None), ("", None), ("yes", None), ("+1", None), ("1.5", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_the_kernel_reads_them(value: str, number: str | None) -> None:
    assert sysctl.number(value) == number


def test_which_parameters_are_one_number() -> None:
    assert sysctl.numeric("net.ipv4.conf.eth0.rp_filter")
    assert not sysctl.numeric("net.ipv6.conf.all.stable_secret")
    assert not sysctl.numeric("kernel.core_pattern")
