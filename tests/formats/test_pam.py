"""Rows of PAM, and what a stack comes to."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem
from holdfast.formats.pam import rows
from holdfast.formats.pam.rows import include, read
from holdfast.formats.pam.stack import Sub, admits, modules


def test_rows() -> None:
    text = b"""# c
-auth\t[success=1 default=ignore] /lib/security/pam_unix.so  nullok  [a b\\]c] # no
AUTH Required pam_deny.so \\
  x=1
@include common-auth
account substack system-auth
nonsense
auth required
"""
    found = read(text, "p")
    assert [(row.type, row.control, row.module, row.arguments, row.line) for row in found] == [
        ("auth", "success=1 default=ignore", "pam_unix", ("nullok", "a b\\]c"), 2),
        ("auth", "required", "pam_deny", ("x=1",), 3),
        ("@include", "include", "common-auth", (), 5),
        ("account", "substack", "system-auth", (), 6),
    ]
    assert [include(row) for row in found] == [None, None, "common-auth", "system-auth"]
    assert found[0].path == "p"


def test_rows_that_pam_refuses_are_told() -> None:
    problems: list[Problem] = []
    text = b"""auth required pam_unix.so
nonsense
auth requird pam_unix.so
auth [success=ok default=stop] pam_unix.so
auth [success=1 default=ignore] pam_unix.so
auth [success=0] pam_unix.so
-session optional pam_x.so
@include
account include x
"""
    read(text, "", problems=problems)
    assert problems == [
        Problem(2, "not a row of PAM; whatever needs it is refused"),
        Problem(3, "no control of PAM: 'requird'; whatever needs it is refused"),
        Problem(4, "no control of PAM: 'success=ok default=stop'; whatever needs it is refused"),
        Problem(6, "no control of PAM: 'success=0'; whatever needs it is refused"),
        Problem(8, "not a row of PAM; whatever needs it is refused"),
    ]
    with pytest.raises(FormatError):
        read(b"x\n" * (rows.ROWS + 1), problems=[])


def test_pam_conf_names_its_services() -> None:
    (row,) = read(b"SSHD auth required pam_unix.so\nsshd auth\n", services=True)
    assert (row.service, row.module) == ("sshd", "pam_unix")


@pytest.mark.parametrize("data", [b"\0", b"#" * (rows.SIZE + 1), b"auth required a\n" * (rows.ROWS + 1)])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


def open_to(text: str) -> tuple[bool, bool]:
    stack = read(text.encode())
    return admits(stack, some=False), admits(stack, some=True)


@pytest.mark.parametrize(
    ("text", "everybody", "some"),
    [
        ("", False, False),
        ("auth required pam_unix.so", False, False),
        ("auth required pam_permit.so", True, True),
        ("auth sufficient pam_permit.so\nauth required pam_unix.so", True, True),
        ("auth required pam_unix.so\nauth sufficient pam_permit.so", False, False),
        ("auth requisite pam_unix.so\nauth required pam_permit.so", False, False),
        ("auth sufficient pam_unix.so\nauth required pam_permit.so", True, True),
        ("auth optional pam_unix.so\nauth optional pam_permit.so", True, True),
        ("auth required pam_env.so\nauth sufficient pam_unix.so", False, False),
        ("auth required pam_env.so\nauth sufficient pam_unix.so\nauth required pam_deny.so", False, False),
        # Debian's common-auth, and one that jumps too far
        (
            "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so",
            False,
            False,
        ),
        ("auth [default=1] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so", True, True),
        ("auth [default=9] pam_unix.so\nauth required pam_permit.so", False, False),
        ("auth sufficient pam_wheel.so trust\nauth required pam_unix.so", False, True),
        ("auth required pam_succeed_if.so\nauth required pam_unix.so", False, False),
        ("auth required pam_succeed_if.so", False, True),
        ("auth required pam_unix.so\nauth [default=reset] pam_echo.so\nauth required pam_permit.so", True, True),
        ("auth [success=bogus] pam_permit.so", False, False),
        ("auth [success=die] pam_permit.so\nauth required pam_permit.so", False, False),
        ("auth [success=done] pam_permit.so\nauth required pam_deny.so", True, True),
        ("auth [success] pam_permit.so", False, False),
    ],
)
def test_whom_a_stack_admits(text: str, everybody: bool, some: bool) -> None:
    assert open_to(text) == (everybody, some)


def test_a_substack_ends_for_itself_alone() -> None:
    (permit,), (deny,) = read(b"auth sufficient pam_permit.so"), read(b"auth required pam_deny.so")
    assert admits((permit, deny), some=False) is True
    assert admits((Sub((permit, deny)), deny), some=False) is False
    assert admits((Sub((permit, deny)),), some=False) is True
    assert list(modules((Sub((permit, deny)), deny))) == [permit, deny, deny]


PIECES = st.sampled_from(
    [
        "auth ",
        "required ",
        "[success=1 default=die] ",
        "pam_permit.so",
        "pam_unix.so",
        "\n",
        "[",
        "]",
        "\\",
        "#",
        "@include x\n",
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_any_text_gives_rows_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        found = read(text.encode("utf-8", "replace"), problems=[])
        assert admits(found, some=False) <= admits(found, some=True)
