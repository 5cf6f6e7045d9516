"""However a target is spelt, it is the same estate: a second run over what did not change has nothing new to say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.conftest import Run

ROOT = Path(__file__).parents[2]
PLANTED = ROOT / "tests/requirements"
TREES = [ROOT / "examples/estate", ROOT / "examples/estate-clean", PLANTED]
HOSTS = sorted(path.parent for path in PLANTED.glob("*/violation/*/etc"))


@pytest.fixture
def tree(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a tree, outside of this repository."""
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path / "home"))
    return shutil.copytree(request.param, tmp_path / "work/tree")


def said_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("tree", [*TREES, *HOSTS], ids=said_of, indirect=True)
def test_a_second_run_under_another_spelling_sees_no_change(
    tree: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    recorded = [
        holdfast("check", target, "--store", "--profile", "strict").err for target in (".", str(tree), "../tree")
    ]
    assert "(0 new, 0 changed, 0 gone)" not in recorded[0]
    for again in recorded[1:]:
        assert "(0 new, 0 changed, 0 gone)\n" in again


@pytest.mark.parametrize("tree", [*TREES, *HOSTS], ids=said_of, indirect=True)
def test_a_part_of_a_repository_is_the_same_from_above_and_from_within(
    tree: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree.parent / ".git").mkdir()
    monkeypatch.chdir(tree.parent)
    assert "(0 new, 0 changed, 0 gone)" not in holdfast("check", "tree", "--store", "--profile", "strict").err
    monkeypatch.chdir(tree)
    assert "(0 new, 0 changed, 0 gone)\n" in holdfast("check", ".", "--store", "--profile", "strict").err


@pytest.mark.parametrize("tree", TREES, ids=said_of, indirect=True)
def test_findings_keep_their_fingerprints(tree: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)

    def fingerprints(target: str) -> list[str]:
        found = json.loads(holdfast("check", target, "--profile", "strict", "--format", "json").out)
        return sorted(each["fingerprint"] for each in (*found["findings"], *found["unknown"]))

    assert fingerprints(".") == fingerprints(str(tree)) != []
