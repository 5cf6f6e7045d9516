"""Results on standard output, talk on standard error, and nothing that steers a terminal."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.cli.samples import FAILING, PASSING, RULE
from tests.conftest import Run

from holdfast.cli.check import Progress

COMMAND = [sys.executable, "-m", "holdfast"]


def shell(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=60, check=False, **options)  # type: ignore[call-overload,no-any-return]


def on_a_terminal(arguments: list[str], folder: Path, env: Mapping[str, str]) -> tuple[int, bytes]:
    """Exit code and output of a command whose standard output is a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen([*COMMAND, *arguments], cwd=folder, stdout=slave, stderr=subprocess.PIPE, env=env) as child:
        os.close(slave)
        output = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            output += piece
        os.close(master)
    return child.returncode, output


def test_a_real_process_answers_as_documented(here: Path) -> None:
    (here / "pod.yaml").write_text(FAILING)
    done = shell("check", "--rule", RULE)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"pod.yaml:8:25" in done.stdout
    assert b"\x1b" not in done.stdout


def test_a_full_disk_is_told_in_one_line(here: Path) -> None:
    (here / "pod.yaml").write_text(FAILING)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, "check"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        b"holdfast: standard output: cannot be written: No space left on device\n",
    )


def test_colour_is_for_terminals_that_want_it(here: Path) -> None:
    (here / "pod.yaml").write_text(FAILING)
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    code, coloured = on_a_terminal(["check", "--rule", RULE], here, plain)
    assert (code, b"\x1b[1;31mhigh" in coloured) == (1, True)
    assert b"\x1b[" not in on_a_terminal(["check", "--rule", RULE], here, {**plain, "NO_COLOR": "1"})[1]
    assert b"\x1b[" in on_a_terminal(["check", "--rule", RULE], here, {**plain, "NO_COLOR": ""})[1]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_told_apart_from_success(here: Path, unbuffered: str) -> None:
    (here / "pods.yaml").write_text("---\n".join([FAILING] * 1500))  # more than any pipe holds
    line = f"{' '.join(COMMAND)} check --rule {RULE} --format json"
    script = f"{line} | head -1; echo ${{PIPESTATUS[0]}}"
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60, check=True, env=env)
    assert (done.stdout, done.stderr) == (b"{\n141\n", b"")


def test_names_that_no_encoding_holds_are_shown_all_the_same(here: Path) -> None:
    done = shell("explain", RULE, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"})
    assert done.returncode == 0
    os.mkdir(b"caf\xe9")
    Path(os.fsdecode(b"caf\xe9"), "pod.yaml").write_text(FAILING)
    for form in ("text", "json", "sarif", "junit", "ocsf", "html"):
        done = shell("check", "--rule", RULE, "--format", form)
        assert (done.returncode, done.stderr) == (1, b""), form
        done.stdout.decode("utf-8")


def test_the_version_is_printed(holdfast: Run) -> None:
    for flag in ("--version", "-V"):
        done = holdfast(flag)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("holdfast 0.")


def test_standard_input_is_a_target(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FAILING.encode())))
    done = holdfast("check", "-", "--rule", RULE)
    assert done.code == 1
    assert "  --> -:8:25\n  7 |" in done.out
    assert "1 file read" in done.out


def test_standard_input_without_end_is_refused(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.app.check.MAX_INPUT", 16)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"#" * 17)))
    done = holdfast("check", "-")
    assert done.code == 2
    assert "standard input is longer than 16 bytes" in done.err


def test_output_goes_to_a_file_without_escape_codes(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    done = holdfast("check", "--rule", RULE, "--output", "out.txt")
    assert done == (1, "", "")
    assert "[gpu-container-privileged]" in (here / "out.txt").read_text()


def test_quiet_says_only_what_went_wrong(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    assert holdfast("check", "--rule", RULE, "--quiet") == (1, "", "")
    assert holdfast("check", "--quiet", "--output", "out.json", "--format", "json").out == ""
    assert (here / "out.json").stat().st_size
    assert "there is no file" in holdfast("check", "--quiet", "nowhere").err


def test_help_shows_an_example_first(holdfast: Run) -> None:
    from holdfast.cli.main import COMMANDS

    for command in COMMANDS:
        done = holdfast(command, "--help")
        assert (done.code, done.err) == (0, "")
        head = done.out.partition("options:")[0].partition("positional arguments:")[0]
        assert f"\n  holdfast {command}" in head
    for action in ("list", "test", "new", "export"):
        assert f"\n  holdfast rules {action}" in holdfast("rules", action, "--help").out
    assert "\n  holdfast check" in holdfast("--help").out
    assert "holdfast check" in holdfast().err


def test_hostile_names_never_steer_the_terminal(here: Path, holdfast: Run) -> None:
    (here / "a\x1b[2Jb\u202e.yaml").write_text(FAILING.replace("name: train", 'name: "t\\e[31m\\u202e"'))
    assert "a\\x1b[2Jb\\u202e.yaml:8:25" in holdfast("check", "--rule", RULE).out
    shown = holdfast("check", "--rule", RULE, "--format", "json")
    fingerprint = shown.out.partition('"fingerprint": "')[2][:32]
    for done in (
        holdfast("check", "--rule", RULE),
        shown,
        holdfast("why", fingerprint),
        holdfast("accept", fingerprint, "--reason", "x\x1b[31m", "--example", "e\x1b.yaml"),
        holdfast("check", "\x1b[31mnowhere"),
        holdfast("\x1b[31m"),
        holdfast("check", "--\x1b[31m"),
        holdfast("explain", "\x1b[31m"),
    ):
        assert done.code != 70
        assert "\x1b" not in done.out + done.err
        assert "\u202e" not in done.err


def test_progress_shows_after_a_second_and_is_wiped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr("holdfast.cli.check.time.monotonic", lambda: now[0])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = Progress(quiet=False)
    progress.read(1)
    progress.done()
    assert capsys.readouterr().err == ""
    now[0] = 1.5
    progress.read(7)
    progress.read(8)
    progress.done()
    assert capsys.readouterr().err == "\r7 files read\r\x1b[K"
    silent = Progress(quiet=True)
    now[0] = 9.0
    silent.read(9)
    assert capsys.readouterr().err == ""


def test_a_clean_folder_is_quickly_said(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(PASSING)
    assert holdfast("check", "--rule", RULE).out == "no findings · 1 file read, 1 workload, 1 rule\n"
