"""Several origins in one store: whose a run is, and whose an asset."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.conftest import Run

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: chat}
spec: {containers: [{name: chat, image: "nginx:1.29@sha256:0000000000000000000000000000000000000000000000000000000000000000"}]}
"""


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


CLOUD = 'provider "aws" { region = "eu-central-1" }\nresource "aws_instance" "gpu" { instance_type = "p5.48xlarge" }\n'


def test_papers_of_a_provider_count_in_whichever_origin_they_are_filed(
    clones: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> list[tuple[str, str]]:
        found = json.loads(holdfast("findings", "--format", "json").out)["findings"]
        return sorted(
            (each["origin"][-1], each["rule"]) for each in found if each["rule"].startswith("provider-without")
        )

    def check(name: str) -> None:
        monkeypatch.chdir(clones / name)
        holdfast("check", "--store")

    for name in ("a", "b"):
        (clones / name / "main.tf").write_text(CLOUD)
        check(name)
    soc2, iso = "provider-without-soc2-report", "provider-without-iso27001"
    assert missing() == [("a", iso), ("a", soc2), ("b", iso), ("b", soc2)]
    until = f"{date.today().year + 1}-01-31"
    papers = f"{{type: iso27001, until: {until}, file: x}}, {{type: soc2, until: {date.today()}, file: x}}"
    (clones / "a/holdfast.yaml").write_text(f"providers: [{{name: aws, papers: [{papers}]}}]\n")
    check("a")
    check("b")
    assert missing() == []
    (clones / "a/holdfast.yaml").unlink()
    check("a")
    assert missing() == [("a", iso), ("a", soc2)], "what b takes from a is nothing that a takes from b"
    check("b")
    assert missing() == [("a", iso), ("a", soc2), ("b", iso), ("b", soc2)]
