"""From an estate with planted mistakes to a patch, to files that are repaired, to a check that finds less."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"
REPAIRED = {
    "privilege-escalation-allowed": 5,
    "image-asks-for-every-driver-capability": 1,
    "seccomp-not-set": 2,
    "slurm-gpus-unconstrained": 1,
    "slurm-root-runs-jobs": 1,
    "route-accepts-old-tls": 1,
}


def rules(holdfast: Run) -> dict[str, int]:
    found = json.loads(holdfast("check", "--profile", "strict", "--format", "json").out)["findings"]
    count: dict[str, int] = {}
    for finding in found:
        count[finding["rule"]] = count.get(finding["rule"], 0) + 1
    return count


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_estate_is_repaired(here: Path, holdfast: Run) -> None:
    for name in ("patched", "written"):
        shutil.copytree(EXAMPLES / "estate", here / name)
    os.chdir(here / "patched")
    before, untouched = rules(holdfast), contents(here / "patched")
    dry = holdfast("fix", "--profile", "strict")
    assert dry.code == 1
    assert contents(here / "patched") == untouched
    subprocess.run(["git", "apply", "-"], input=dry.out.encode(), check=True)
    os.chdir(here / "written")
    assert holdfast("fix", "--profile", "strict", "--write").code == 0
    assert contents(here / "written") == contents(here / "patched")
    after = rules(holdfast)
    assert {rule: count - after.get(rule, 0) for rule, count in before.items() if count != after.get(rule)} == REPAIRED
    assert set(after) <= set(before)
    again = holdfast("fix", "--profile", "strict")
    assert (again.code, again.out) == (0, "")


def test_the_clean_twin_has_nothing_to_repair(here: Path, holdfast: Run) -> None:
    done = holdfast("fix", str(EXAMPLES / "estate-clean"))
    assert (done.code, done.out) == (0, "")
