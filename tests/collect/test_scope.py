"""Names of assets however a target is spelt."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.collect.files import Options, collect
from holdfast.collect.scope import common_start, scopes
from holdfast.core.asset import Asset, Edge
from holdfast.kinds.cloud_init import CloudInit
from holdfast.kinds.pipeline import Pipeline

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: redis:7}]}\n"
NAMES = {"workload/sub/pod.yaml/Pod..p", "server/sub/pod.yaml/Pod..p.c.redis"}


def names(*targets: str) -> set[str]:
    renaming = scopes(targets, common_start(targets))
    found: set[str] = set()
    for target in targets:
        for item in collect(Options(target)):
            if isinstance(item, Asset | Edge):
                named = renaming[target](item) if target in renaming else item
                found |= {named.id} if isinstance(named, Asset) else {named.source, named.target}
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "fp" / "sub").mkdir(parents=True)
    (tmp_path / "fp" / "sub" / "pod.yaml").write_text(POD)
    return tmp_path / "fp"


@pytest.mark.parametrize("git", [True, False])
@pytest.mark.parametrize(
    ("folder", "target"),
    [(".", "."), (".", "sub"), (".", "sub/pod.yaml"), (".", "./sub/"), (".", "{}"), (".", "{}/sub/pod.yaml"), (".", "../fp")],
)  # fmt: skip
def test_a_name_is_the_path_in_the_repository(repository, monkeypatch, git, folder, target):
    if git:
        (repository / ".git").mkdir()
    monkeypatch.chdir(repository / folder)
    assert names(target.format(repository)) == NAMES


@pytest.mark.parametrize(
    ("folder", "target"), [("sub", "."), ("sub", "pod.yaml"), ("sub", ".."), ("..", "fp"), ("..", "fp/sub")]
)
def test_wherever_one_stands_in_it(repository, monkeypatch, folder, target):
    (repository / ".git").mkdir()
    monkeypatch.chdir(repository / folder)
    assert names(target) == NAMES


def test_outside_of_a_repository_and_of_the_current_folder_paths_count_from_the_target(repository, monkeypatch):
    monkeypatch.chdir("/")
    assert names(str(repository)) in (
        NAMES,
        {f"{n.partition('/')[0]}{repository}/{n.partition('/')[2]}" for n in NAMES},
    )
    monkeypatch.chdir(repository / "sub")
    assert names("../../fp") == NAMES
    assert names("../../fp/sub/pod.yaml") == names("pod.yaml")


def test_several_targets_with_one_start_are_named_alike_and_others_as_they_are_written(
    repository, monkeypatch, tmp_path
):
    (repository / ".git").mkdir()
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    monkeypatch.chdir(repository)
    assert names("sub", "../fp") == NAMES
    apart = ["sub", str(other), "-"]
    assert scopes(apart, common_start(apart)) == {}
    assert scopes(["-"], common_start(["-"])) == {}


@pytest.mark.parametrize(
    ("target", "path", "counted"),
    [
        ("{}/sub/file", "{}/sub/file", "sub/file"),
        ("{}/sub", "{}/sub/file", "sub/file"),
        ("{}", "{}/sub/file", "sub/file"),
        ("{}", "{}/", "."),
        ("{}/sub", "{}/sub/", "sub/"),
        ("{}", "/etc/elsewhere", "/etc/elsewhere"),
        ("../fp/sub", "../fp/sub/file", "sub/file"),
    ],
)
def test_facts_count_paths_from_where_names_do(repository, monkeypatch, target, path, counted):
    (repository / ".git").mkdir()
    (repository / "sub" / "file").touch()
    monkeypatch.chdir(repository)
    written = target.format(repository)
    rename = scopes([written], common_start([written]))[written]
    facts = rename(Asset("cloud_init/x", CloudInit(path=path.format(repository)), "config", "x")).facts
    assert facts == CloudInit(path=counted)


def test_facts_of_a_part_say_which_part_it_is(repository, monkeypatch):
    (repository / ".git").mkdir()
    monkeypatch.chdir(repository / "sub")
    rename = scopes(["."], common_start(["."]))["."]

    def counted(path: str) -> object:
        return rename(Asset("cloud_init/x", CloudInit(path=path), "config", "x")).facts.path

    assert [counted(each) for each in ("file", ".", "/etc/x")] == ["sub/file", "sub/", "/etc/x"]
    title = rename(Asset("pipeline/x", Pipeline(name="CI"), "github", "ci.yml"))
    called = rename(Asset("pipeline/x", Pipeline(name="ci.yml"), "github", "ci.yml"))
    assert (title.facts, called.facts) == (Pipeline(name="CI"), Pipeline(name="sub/ci.yml"))
