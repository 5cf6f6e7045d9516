"""Every exit code, for its documented reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.samples import BROKEN, FAILING, PASSING, RULE, TEMPLATE, UNDECIDED, own_rule
from tests.conftest import Run

from holdfast.cli.main import EXIT_CODES
from holdfast.core.rule import SEVERITIES


def test_the_codes_are_these() -> None:
    assert list(EXIT_CODES) == [0, 1, 2, 3, 70, 130, 141]


@pytest.mark.parametrize(
    ("texts", "options", "code"),
    [
        ([PASSING], [], 0),
        ([FAILING], [], 1),
        ([FAILING], ["--fail-on", "critical"], 0),
        ([BROKEN], [], 3),
        ([BROKEN, FAILING], [], 1),
        ([UNDECIDED], [], 3),
        ([UNDECIDED], ["--fail-on", "critical"], 0),
        ([UNDECIDED], ["--fail-on", "critical", "--strict-coverage"], 3),
        ([TEMPLATE], [], 0),
        ([TEMPLATE], ["--strict-coverage"], 3),
        ([TEMPLATE, FAILING], ["--strict-coverage"], 1),
        ([], [], 0),
    ],
)
def test_what_is_found_decides(here: Path, holdfast: Run, texts: list[str], options: list[str], code: int) -> None:
    for number, text in enumerate(texts):
        (here / f"{number}.yaml").write_text(text)
    assert holdfast("check", "--rule", RULE, *options).code == code


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("threshold", SEVERITIES)
def test_every_severity_counts_from_its_threshold_on(here: Path, holdfast: Run, severity: str, threshold: str) -> None:
    (here / "rules").mkdir()
    (here / "rules/our-rule.yaml").write_text(own_rule("our-rule", severity))
    (here / "pod.yaml").write_text(PASSING)
    done = holdfast("check", "pod.yaml", "--rules", "rules", "--rule", "our-rule", "--fail-on", threshold)
    assert done.code == int(SEVERITIES.index(severity) >= SEVERITIES.index(threshold))


def test_the_settings_give_the_threshold_unless_the_command_line_does(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    (here / "holdfast.yaml").write_text("fail_on: critical\n")
    assert holdfast("check", "pod.yaml", "--rule", RULE).code == 0
    assert holdfast("check", "pod.yaml", "--rule", RULE, "--fail-on", "high").code == 1


def test_what_is_no_regular_file_cannot_be_read(here: Path, holdfast: Run) -> None:
    os.mkfifo(here / "pipe.yaml")
    done = holdfast("check")
    assert done.code == 3
    assert "not read pipe.yaml: not a regular file" in done.out


def test_a_symbolic_link_is_left_out_and_counts_only_under_strict_coverage(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(PASSING)
    (here / "link.yaml").symlink_to("pod.yaml")
    assert holdfast("check").code == 0
    assert holdfast("check", "--strict-coverage").code == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "COMMAND"),
        (["chekc"], "did you mean `check`?"),
        (["zzz"], "one of check, explain"),
        (["check", "--fial-on", "high"], "there is no `--fial-on` here; did you mean `--fail-on`?"),
        (["check", "--fail-on=hihg"], "there is no `hihg`; did you mean `high`?"),
        (["check", "--qqqqqq"], "there is no `--qqqqqq` here\n"),
        (["check", "--fail", "high"], "did you mean `--fail-on`?"),
        (["init", "here"], "there is no `here` here"),
        (["rules"], "required: ACTION"),
        (["rules", "test", "a.yaml", "--trce"], "there is no `--trce` here; did you mean `--trace`?"),
        (["rules", "tset"], "did you mean `test`?"),
        (["check", "nowhere"], "there is no file or folder `nowhere`"),
        (["check", "--rule", "gpu-contaner-privileged"], "did you mean `gpu-container-privileged`?"),
        (["check", "--rule", "qqqqqq"], "`holdfast rules list` shows all of them"),
        (["check", "--rules", "nowhere"], "there is no rule file or folder `nowhere`"),
        (["check", "--profile", "none"], "one of ai-default, strict, cis"),
        (["check", "--config", "nowhere"], "nowhere: the settings cannot be read: No such file"),
        (["check", "--baseline", "nowhere"], "the baseline cannot be read: No such file"),
        (["check", "--output", "no/where"], "no/where: cannot be written: No such file"),
        (["check", "--write-baseline", "no/where"], "no/where: cannot be written: No such file"),
        (["explain", "gpu-contaner-privileged"], "did you mean `gpu-container-privileged`?"),
        (["explain", "qqqqqq"], "`holdfast rules list` shows all of them"),
        (["kinds", "show", "workloads"], "did you mean `workload`?"),
        (["kinds", "show", "qqqqqq"], "one of "),
        (["rules", "new", "workloads"], "did you mean `workload`?"),
        (["rules", "test", "nowhere"], "there is no rule file or folder `nowhere`"),
        (["why", "abc"], "at least 6 characters"),
        (["why", "abcdef"], "no finding has the fingerprint abcdef"),
        (["accept", "abcdef"], "required: --reason"),
        (["accept", "abcdef", "--reason", "x", "--until", "soon"], "a day is written as 2027-01-31"),
    ],
    ids=" ".join,
)
def test_wrong_usage_says_what_was_meant(here: Path, holdfast: Run, arguments: list[str], says: str) -> None:
    done = holdfast(*arguments)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_a_bug_is_one_line_that_quotes_nothing(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("hunter2 stood in the file")

    monkeypatch.setattr("holdfast.cli.check.check", broken)
    done = holdfast("check")
    assert done.code == 70
    assert done.err.startswith("holdfast: internal error: ValueError at test_exit_codes.py:")
    assert done.err.count("\n") == 1
    assert "hunter2" not in done.err
    monkeypatch.setenv("HOLDFAST_TRACEBACK", "1")
    assert "hunter2 stood in the file" in holdfast("check").err


def test_a_damaged_installation_is_no_fault_of_the_user(
    here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.engine.rulebook.SHIPPED", "nowhere.json")
    done = holdfast("check")
    assert done.code == 70
    assert "make rulebook" in done.err


def test_an_interrupt_is_not_a_bug(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("holdfast.cli.check.check", interrupted)
    assert holdfast("check") == (130, "", "")
