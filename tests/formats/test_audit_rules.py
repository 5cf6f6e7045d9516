"""Rules of the audit system."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import audit_rules
from holdfast.formats.audit_rules import AuditRule, Control, in_effect, read


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
        AuditRule(True, "exit", ("'open",), (), "", "rwxa", 10, "p"),
    )


def test_what_holds_in_the_end() -> None:
    rows = read(b"-w /a\n-b 1\n-D\n-w /b\n-e 2\n-w /c\n")
    assert [row.line for row in in_effect(rows)] == [2, 4, 5]


@pytest.mark.parametrize("data", [b"\0", b"#" * (audit_rules.SIZE + 1), b"-w /a\n" * (audit_rules.ROWS + 1)])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@given(
    st.lists(
        st.sampled_from(["-a ", "-w ", "-S ", "-F ", "path=", "never,task", "'", "\n", "-e 2\n", "-D\n"])
        | st.text(max_size=3),
        max_size=30,
    ).map("".join)
)
def test_any_text_gives_rows_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        assert len(in_effect(read(text.encode("utf-8", "replace")))) >= 0
