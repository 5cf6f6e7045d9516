"""`holdfast fix`: a patch on standard output, talk on standard error, and files that change only with --write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.samples import BROKEN, FAILING, PASSING, RULE
from tests.conftest import Run

PATCH = """\
--- a/pod.yaml
+++ b/pod.yaml
@@ -5,5 +5,4 @@
 containers:
     - name: train
       image: registry.example/train:1
-      securityContext: {privileged: true}
       resources: {limits: {nvidia.com/gpu: 8}}
""".replace("\n containers", "\n   containers")


def test_a_patch_is_printed_and_nothing_is_written(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    done = holdfast("fix")
    assert (done.code, done.out) == (1, PATCH)
    assert f"to repair: pod.yaml:8: train: A container that asks for a GPU runs privileged [{RULE}]\n" in done.err
    assert "1 to repair in 1 file, 0 not repaired, " in done.err
    assert done.err.endswith("next: look at the patch, then run it with --write, or pipe it into `git apply`\n")
    assert (here / "pod.yaml").read_text() == FAILING
    subprocess.run(["git", "apply"], input=done.out.encode(), check=True)
    assert holdfast("check", "--rule", RULE).code == 0


def test_write_changes_the_file_and_a_second_run_nothing(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    done = holdfast("fix", "pod.yaml", "--write")
    assert (done.code, done.out) == (0, "")
    assert "repaired: pod.yaml:8: train" in done.err
    assert done.err.endswith("1 repaired in 1 file, 0 not repaired, 0 without a mechanical repair\n")
    first = (here / "pod.yaml").read_bytes()
    assert b"privileged" not in first
    again = holdfast("fix", "pod.yaml", "--write")
    assert (again.code, (here / "pod.yaml").read_bytes()) == (0, first)
    assert "0 repaired in 0 files" in again.err


def test_nothing_to_say_for_what_is_clean(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(PASSING)
    assert holdfast("fix", "--rule", RULE, "--quiet") == (0, "", "")


def test_what_cannot_be_read_counts(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(BROKEN)
    assert holdfast("fix").code == 3
    assert holdfast("fix", "none.yaml").code == 2
    assert "cannot be repaired" in holdfast("fix", "-").err


def test_a_refused_repair_says_why(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(f"# {{{{ .Values.x }}}}\n{FAILING}".replace("spec:", "# {{ .Values.y }}\nspec:"))
    done = holdfast("fix", "--write")
    assert done.code == 1
    assert "not repaired: pod.yaml:10: train" in done.err
    assert "a template fills in parts of the document" in done.err


def test_the_next_step_is_a_check_where_something_is_left(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING.replace("spec:\n", "spec:\n  hostIPC: true\n"))
    done = holdfast("fix", "pod.yaml", "--write")
    assert done.code == 0
    assert done.err.endswith("without a mechanical repair\nnext: holdfast check pod.yaml\n")


def test_long_lists_are_cut(here: Path, holdfast: Run) -> None:
    for number in range(25):
        (here / f"{number:02}.yaml").write_text(FAILING.replace("train}", f"t{number}}}"))
    done = holdfast("fix")
    assert done.err.count("to repair: ") == 20
    assert "... and 5 more\n" in done.err
    assert "25 to repair in 25 files" in done.err


def test_a_file_that_cannot_be_written_is_named(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "pod.yaml").write_text(FAILING)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    done = holdfast("fix", "--write", "--quiet")
    assert (done.code, done.err) == (1, "not written: pod.yaml: it may not be written\n")


def test_a_credential_beside_a_change_is_not_shown(here: Path, holdfast: Run) -> None:
    env = "      env: [{name: HF_TOKEN, value: hunter2hunter2}]\n"
    (here / "pod.yaml").write_text(FAILING.replace("      securityContext", env + "      securityContext"))
    done = holdfast("fix")
    assert (done.code, done.out) == (1, "")
    assert "not shown: pod.yaml: a credential stands beside the change; --write makes it\n" in done.err
    assert "hunter2" not in done.err
    assert holdfast("fix", "--write").code == 0


def test_a_terminal_is_not_steered(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "pod.yaml").write_text(FAILING.replace("      image", "      # \u202e evil\n      image"))
    assert "\u202e" in holdfast("fix").out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    done = holdfast("fix")
    assert "\u202e" not in done.out
    assert "# \\u202e evil" in done.out
    assert "-      securityContext: {privileged: true}\n" in done.out


def test_a_check_says_what_can_be_repaired(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    done = holdfast("check")
    assert "(`holdfast fix`" in " ".join(done.out.split())
    assert "1 of these can be repaired: holdfast fix\n" in done.out
    assert '"repairable": true' in holdfast("check", "--format", "json").out
    assert '"repairable": true' in holdfast("check", "--format", "sarif").out
    explained = holdfast("explain", RULE).out
    assert "Repairs  by itself (`holdfast fix`) in manifest, compose: remove `privileged`\n" in explained
    assert "      only where    " in explained
    assert "Repairs" not in holdfast("explain", "host-port").out
    assert "only where" not in holdfast("explain", "slurm-root-runs-jobs").out


SECRET = "      env: [{name: HF_TOKEN, value: hunter2hunter2}]\n      securityContext"


def test_the_next_step_fits_what_was_printed(here: Path, holdfast: Run) -> None:
    (here / "near.yaml").write_text(FAILING.replace("      securityContext", SECRET))
    done = holdfast("fix", "--rule", RULE)
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("next: run it with --write, which repairs what is not shown\n")
    (here / "other.yaml").write_text(FAILING)
    done = holdfast("fix", "--rule", RULE)
    assert "other.yaml" in done.out
    assert done.err.endswith("`git apply` repairs only the files that are shown\n")


def test_a_repair_that_is_not_known_to_be_safe_is_counted_apart(here: Path, holdfast: Run) -> None:
    paths = "spec:\n  hostPID: true\n"
    (here / "pod.yaml").write_text(FAILING.replace("spec:\n", paths))
    done = holdfast("fix", "--rule", RULE)
    assert (done.code, done.out) == (0, "")
    assert f"left to you: pod.yaml:9: train: A container that asks for a GPU runs privileged [{RULE}]\n" in done.err
    assert (
        "1 left to you: a repair exists, but it is not known to be safe here;"
        f" `holdfast explain {RULE}` says where it is\n"
    ) in done.err
    assert done.err.endswith("0 not repaired, 0 without a mechanical repair\nnext: holdfast check\n")
