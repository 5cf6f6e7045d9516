"""Rules of the audit system."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import audit_rules
from holdfast.formats.audit_rules import AuditRule, Control, Refused, in_effect, read


def test_rows() -> None:
    text = b"""# c
-D
-b 8192
-w /etc/passwd/ -p wa -k id
-a always,exit -F arch=b64 -S execve,execveat -S open -C uid!=euid -F euid=0 -k root
-a never,task
-A exit,always -F dir=/etc -F perm=w
-w /
-k nothing
-a always,exit -S 'open
"""
    assert read(text, "p") == (
        Control("-D", "", 2, "p"),
        Control("-b", "8192", 3, "p"),
        AuditRule(True, "exit", (), (), "/etc/passwd", "wa", 4, "p"),
        AuditRule(
            True, "exit", ("execve", "execveat", "open"), ("arch=b64", "uid!=euid", "euid=0"), "", "rwxa", 5, "p"
        ),
        AuditRule(False, "task", (), (), "", "rwxa", 6, "p"),
        AuditRule(True, "exit", (), ("dir=/etc", "perm=w"), "/etc", "w", 7, "p"),
        AuditRule(True, "exit", (), (), "/", "rwxa", 8, "p"),
        Refused("a rule needs -a, -A or -w", 9, "p"),
        AuditRule(True, "exit", ("'open",), (), "", "rwxa", 10, "p"),
    )


def test_what_holds_in_the_end() -> None:
    rows = read(b"-w /a\n-b 1\n-D\n-w /b\n-e 2\n-w /c\n")
    assert [row.line for row in in_effect(rows)] == [2, 4, 5]


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("watch /etc", "no flag stands first"),
        ("-a always,exit -S open openat", "'openat' belongs to no flag"),
        ("-Z 1", "no flag of auditctl: '-Z'"),
        ("--nothing", "no flag of auditctl: '--nothing'"),
        ("-w", "-w without a value"),
        ("-w etc/passwd -p wa", "a watch needs an absolute path, not 'etc/passwd'"),
        ("-w /etc/passwd -p wz", "permissions are r, w, x and a, not 'wz'"),
        ("-w /etc -p rwxar", "permissions are r, w, x and a, not 'rwxar'"),
        ("-a exit -S open", "a list and `always` or `never` are needed, not 'exit'"),
        ("-a always,entry -S open", "a list and `always` or `never` are needed, not 'always,entry'"),
        ("-A always,never", "a list and `always` or `never` are needed, not 'always,never'"),
        ("-a always,exit -F auid", "a field needs an operator and a value: 'auid'"),
        ("-F arch=b64 -a always,exit", "the list has to stand before the fields"),
        ("-a always,exit -w /etc", "one rule or watch a row"),
        ("-k x", "a rule needs -a, -A or -w"),
    ],
)
def test_rows_that_auditctl_refuses(row: str, wrong: str) -> None:
    (found,) = read(row.encode())
    assert isinstance(found, Refused)
    assert found.what == wrong


def test_values_may_stand_against_their_flags() -> None:
    assert read(b"-b8192\n-w/etc -pwa\n--backlog_wait_time=0\n") == (
        Control("-b", "8192", 1),
        AuditRule(True, "exit", (), (), "/etc", "wa", 2),
        Control("--backlog_wait_time", "0", 3),
    )
    assert read(b"-a possible,exit -S open\n-s\n-i\n") == (Control("-i", "", 3),)


def test_a_row_that_is_refused_ends_the_loading() -> None:
    text = b"-w /a\nnonsense\n-w /b\n"
    assert [row.line for row in in_effect(read(text))] == [1]
    assert [row.line for row in in_effect(read(b"-c\n" + text))] == [1, 2, 4]


@pytest.mark.parametrize("data", [b"\0", b"#" * (audit_rules.SIZE + 1), b"-w /a\n" * (audit_rules.ROWS + 1)])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@given(
    st.lists(
        st.sampled_from(
            [
                "-a ",
                "-w ",
                "-S ",
                "-p ",
                "always,exit ",
                "--x=",
                "-b8",
                "-F ",
                "path=",
                "never,task",
                "'",
                "\n",
                "-e 2\n",
                "-D\n",
            ]
        )
        | st.text(max_size=3),
        max_size=30,
    ).map("".join)
)
def test_any_text_gives_rows_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        assert len(in_effect(read(text.encode("utf-8", "replace")))) >= 0
