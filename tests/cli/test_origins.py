"""Several origins in one store: whose a run is, and whose an asset."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Run

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: chat}
spec: {containers: [{name: chat, image: "nginx:1.29@sha256:0000000000000000000000000000000000000000000000000000000000000000"}]}
"""


@pytest.fixture
def home(here: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own that has recorded nothing."""
    found = tmp_path_factory.mktemp("home") / "holdfast"
    monkeypatch.setenv("HOLDFAST_HOME", str(found))
    monkeypatch.delenv("HOLDFAST_STORE", raising=False)
    return found


def clone(folder: Path, name: str) -> None:
    (folder / ".git").mkdir(parents=True)
    (folder / ".git/config").write_text(f'[remote "origin"]\n\turl = https://git.example/acme/{name}.git\n')
    (folder / "pod.yaml").write_text(POD)


@pytest.fixture
def clones(home: Path, here: Path) -> Path:
    for name in ("a", "b"):
        clone(here / "src" / name, name)
    return here / "src"


@pytest.mark.parametrize(
    ("folder", "targets"), [(".", ("a", "b")), ("a", (".", "../b")), (".", (".",)), (".", ("a/pod.yaml", "b"))]
)
def test_a_run_is_of_one_repository(
    clones: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch, folder: str, targets: tuple[str, ...]
) -> None:
    monkeypatch.chdir(clones / folder)
    done = holdfast("check", *targets, "--store")
    assert (done.code, "nothing is recorded" in done.err, "holdfast check " in done.err) == (2, True, True)
    assert holdfast("inventory").code == 3


def test_several_targets_of_one_repository_are_a_run_of_it(
    clones: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clones)
    (clones / "a/more/.git").mkdir(parents=True)
    (clones / "a/more/pod.yaml").write_text(POD)
    assert holdfast("check", "a/pod.yaml", "a", "--store").code == 0
    assert {line.split(",")[2] for line in holdfast("inventory", "--format", "csv").out.splitlines()[1:]} == {
        "git.example/acme/a"
    }


def test_an_asset_of_several_origins_is_told_apart(
    clones: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clones)
    name = "workload/pod.yaml/Pod..chat"
    holdfast("check", "a", "--store")
    assert "ORIGIN" not in holdfast("inventory").out
    assert holdfast("incident", name).code == 0
    holdfast("check", "b", "--store")
    shown = holdfast("inventory").out
    assert ["ORIGIN" in shown, "git.example/acme/a" in shown, "git.example/acme/b" in shown] == [True] * 3
    done = holdfast("incident", name)
    assert (done.code, "git.example/acme/a, git.example/acme/b" in done.err, "--origin" in done.err) == (2, True, True)
    (clones / "b/pod.yaml").write_text(
        POD.replace("kind: Pod", "kind: Pod\n# owned").replace("name: chat", "name: chat, labels: {owner: us}", 1)
    )
    holdfast("check", "b", "--store")
    assert "owner        us" in holdfast("incident", name, "--origin", "git.example/acme/b").out
    assert "owner        us" not in holdfast("incident", name, "--origin", "git.example/acme/a").out
    assert holdfast("incident", name, "--origin", "nowhere").code == 2
    (clones / "b/pod.yaml").unlink()
    holdfast("check", "b", "--store")
    assert holdfast("incident", name).code == 0, "what is gone is asked for by its origin"
