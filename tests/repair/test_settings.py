"""Lines of configuration files: the one that counts is changed, a new one stands where it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import RepairError
from holdfast.formats.slurm.conf import read
from holdfast.repair.settings import drop, put

SSHD = "Port 22\n#PasswordAuthentication yes\n\nMatch User git\n  PasswordAuthentication yes\n"


@pytest.mark.parametrize(
    ("path", "before", "key", "value", "after"),
    [
        ("cgroup.conf", "ConstrainDevices=no  # why\n", "ConstrainDevices", "yes", "ConstrainDevices=yes  # why\n"),
        ("a/cgroup.conf", "constraindevices = NO\n", "ConstrainDevices", "yes", "constraindevices = yes\n"),
        ("cgroup.conf", "X=1\nX=2\n", "X", "3", "X=1\nX=3\n"),
        ("cgroup.conf", "A=1\n", "X", "3", "A=1\nX=3\n"),
        ("cgroup.conf", "A=1", "X", "3", "A=1\nX=3"),
        ("cgroup.conf", "A=1\r\nB=2\r\n", "X", "3", "A=1\r\nB=2\r\nX=3\r\n"),
        ("cgroup.conf", "", "X", "3", "X=3\n"),
        ("slurm.conf", "# X=1 is bad\n#Xy=2\nA=1\n", "X", "3", "# X=1 is bad\nX=3\n#Xy=2\nA=1\n"),
        ("slurm.conf", 'X="a b"\n', "X", "3", "X=3\n"),
        ("slurm.conf", "XY=1\nX=3\n", "X", "3", "XY=1\nX=3\n"),
        ("etc/enroot/enroot.conf", "E_A    yes\n", "E_A", "no", "E_A    no\n"),
        ("etc/enroot/enroot.conf", "e_a yes\n", "E_A", "no", "e_a yes\nE_A no\n"),
        (
            "etc/ssh/sshd_config",
            SSHD,
            "PasswordAuthentication",
            "no",
            SSHD.replace("yes\n\n", "yes\nPasswordAuthentication no\n\n"),
        ),
        ("etc/ssh/sshd_config", SSHD, "X11Forwarding", "no", SSHD.replace("Match", "X11Forwarding no\nMatch")),
        ("etc/ssh/sshd_config.d/a.conf", "port 1\nPort 2\n", "Port", "3", "port 3\nPort 2\n"),
        ("etc/sysctl.d/9.conf", "a.b=1\n", "a.b", "2", "a.b=2\n"),
        ("etc/sysctl.conf", "", "a.b", "2", "a.b = 2\n"),
        ("etc/ssh/sshd_config", "LogLevel = QUIET # x\n", "LogLevel", "INFO", "LogLevel = INFO # x\n"),
        ("pg/postgresql.conf", "a off  # b\n", "a", "on", "a on  # b\n"),
        ("pg/postgresql.conf", "p='md5'\n", "p", "x-y", "p=x-y\n"),
        ("pg/postgresql.conf", "", "p", "on", "p = on\n"),
        ("redis.conf", "protected-mode no\n", "protected-mode", "yes", "protected-mode yes\n"),
    ],
)
def test_a_setting_is_put(path: str, before: str, key: str, value: str, after: str) -> None:
    assert put(before, path, key, value) == after
    assert put(after, path, key, value) == after


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.conf", "X=1\n", "not known how this file is written"),
        ("my-slurm.conf", "X=1\n", "not known"),
        ("slurm.conf", "A=1,\\\n2\n", "continued by a backslash"),
    ],
)
def test_what_is_not_understood_is_refused(path: str, text: str, reason: str) -> None:
    with pytest.raises(RepairError, match=reason):
        put(text, path, "X", "2")


def test_a_setting_of_a_part_is_changed_where_it_was_found() -> None:
    after = SSHD.replace("  PasswordAuthentication yes", "  PasswordAuthentication no")
    assert put(SSHD, "sshd_config", "PasswordAuthentication", "no", 5) == after
    assert put(after, "sshd_config", "PasswordAuthentication", "no", 5) == after
    assert put(SSHD, "sshd_config", "Port", "23", 5) == SSHD.replace("22", "23")


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("  ssl_protocols TLSv1 TLSv1.1 TLSv1.2; # old\n", "  ssl_protocols TLSv1.2; # old\n"),
        ("server { listen 443; ssl_protocols TLSv1.3  TLSv1; }", "server { listen 443; ssl_protocols TLSv1.3; }"),
        ("{ssl_protocols TLSv1.2   TLSv1.3 ;}", "{ssl_protocols TLSv1.2   TLSv1.3 ;}"),
    ],
)
def test_words_are_taken_out_of_a_setting(line: str, after: str) -> None:
    assert drop(f"x;\n{line}", 2, "ssl_protocols", ["TLSv1", "TLSv1.1"]) == f"x;\n{after}"
    assert drop(f"x;\n{after}", 2, "ssl_protocols", ["TLSv1", "TLSv1.1"]) == f"x;\n{after}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ssl_protocols TLSv1;\n", "nothing would be left"),
        ("ssl_protocols TLSv1\n  TLSv1.2;\n", "not on that line alone"),
        ("ssl_protocols TLSv1 TLSv1.2; ssl_protocols TLSv1;", "not on that line alone"),
        ("# ssl_protocols TLSv1 TLSv1.2;", "not on that line alone"),
        ("ssl_protocols $versions TLSv1;", "not on that line alone"),
        ("", "not on that line alone"),
    ],
)
def test_a_list_that_is_not_understood_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RepairError, match=reason):
        drop(text, 1, "ssl_protocols", ["TLSv1"])


LINES = st.sampled_from(["A=1", "x=no", "X = yes # a", "#X=2", "  X=no", "NodeName=n X=5", "", "# c", 'X="q"'])


@given(st.lists(LINES), st.booleans())
def test_slurm_reads_the_value_and_every_other_line_stays(lines: list[str], ends: bool) -> None:
    text = "\n".join(lines) + "\n" * (ends and bool(lines))
    after = put(text, "slurm.conf", "X", "new")
    assert read(after.encode(), "slurm.conf", lambda *_: None).settings["x"].value == "new"
    old, new = text.splitlines(), after.splitlines()
    assert sum(line not in new for line in old) <= 1
    assert len(new) - len(old) in (0, 1)
