"""Files of a repository that GitLab CI configurations include."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read

JOB = "{0}:\n  script: [make]\n"
MISSING = "the file {} that it includes is not there, or beyond what is examined"


def tree(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def seen(folder: Path, monkeypatch: pytest.MonkeyPatch, target: str = ".") -> list[object]:
    monkeypatch.chdir(folder)
    return list(collect(Options(target)))


def paths(items: list[object]) -> list[str]:
    return sorted(item.path for item in items if isinstance(item, Asset))


def reasons(items: list[object]) -> list[tuple[str, str, int]]:
    return [(item.path, item.reason, item.line) for item in items if isinstance(item, Gap)]


@pytest.mark.parametrize(
    ("include", "found"),
    [
        ("ci/build.yml", ["ci/build.yml"]),
        ("/ci/build.yml", ["ci/build.yml"]),
        ("ci/*.yml", ["ci/build.yml", "ci/test.yml"]),
        ("ci/**.yml", ["ci/.gitlab/ci/deep.yml", "ci/build.yml", "ci/more/again.yml", "ci/test.yml"]),
        ("ci/**/again.yml", ["ci/more/again.yml"]),
        ("*/test.yml", ["ci/test.yml"]),
        ("ci/gone.yml", []),
        ("ci/*.yaml", []),
        ("../ci/build.yml", []),
        ("*/*/*/*.yml", []),
        ("x" * 2000, []),
        ("/", []),
    ],
)
def test_files_that_are_included(include, found, tmp_path, monkeypatch):
    files = {
        ".gitlab-ci.yml": f"stages: [a]\ninclude:\n  - local: '{include}'\n",
        "ci/build.yml": JOB.format("build"),
        "ci/test.yml": JOB.format("test"),
        "ci/.gitlab/ci/deep.yml": JOB.format("deep"),
        "ci/more/again.yml": JOB.format("again"),
    }
    tree(tmp_path, files)
    items = seen(tmp_path, monkeypatch)
    assert set(paths(items)) == {".gitlab-ci.yml", "ci/.gitlab/ci/deep.yml", *found}
    edges = [item.target for item in items if isinstance(item, Edge)]
    assert edges == [f"pipeline/{path}/gitlab" for path in found]
    expected = [] if found else [(".gitlab-ci.yml", MISSING.format(include.lstrip("/")[:200] or include), 3)]
    assert [(path, reason.replace("file /", "file "), line) for path, reason, line in reasons(items)] == [
        (path, reason.replace("file /", "file "), line) for path, reason, line in expected
    ]


def test_a_repository_below_what_is_examined(tmp_path, monkeypatch):
    files = {
        "app/.gitlab-ci.yml": "include: /ci/a.yml\n",
        "app/ci/a.yml": f"include: /ci/more/b.yml\n{JOB.format('a')}",
        "app/ci/more/b.yml": f"include: [/ci/a.yml, /ci/gone.yml]\n{JOB.format('b')}",
        "ci/more/b.yml": JOB.format("another"),
    }
    tree(tmp_path, files)
    items = seen(tmp_path, monkeypatch)
    assert paths(items) == ["app/.gitlab-ci.yml", "app/ci/a.yml", "app/ci/more/b.yml"]
    assert reasons(items) == [("app/ci/more/b.yml", MISSING.format("/ci/gone.yml"), 1)]
    assert sorted(item.path for item in items if isinstance(item, Read)) == sorted(files)


def test_a_file_that_is_named_takes_those_of_its_repository(tmp_path, monkeypatch):
    tree(tmp_path, {".git/HEAD": "", ".gitlab-ci.yml": "include: ci/a.yml\n", "ci/a.yml": JOB.format("a")})
    items = seen(tmp_path, monkeypatch, ".gitlab-ci.yml")
    assert paths(items) == [".gitlab-ci.yml", "ci/a.yml"]
    assert reasons(items) == []


def test_what_is_not_read_here_is_said_once(tmp_path, monkeypatch):
    text = (
        "include:\n  - local: $WHICH\n  - remote: https://ci.example/a.yml\n  - project: group/x\n    file: a.yml\n"
        "  - template: Jobs/SAST.gitlab-ci.yml\ngen:\n  trigger:\n    include:\n      - artifact: made.yml\n        job: x\n"
    )
    tree(tmp_path, {".gitlab-ci.yml": text, ".gitlab/ci/a.yml": f"include: {{project: g}}\n{JOB.format('a')}"})
    assert sorted(reasons(seen(tmp_path, monkeypatch))) == [
        (".gitlab-ci.yml", "what it includes from elsewhere is not read: https://ci.example/a.yml and 3 more", 3),
        (".gitlab-ci.yml", "which file it includes as $WHICH is decided when the pipeline runs", 2),
        (".gitlab/ci/a.yml", "what it includes from elsewhere is not read: g", 1),
    ]


def test_links_to_folders_are_not_followed(tmp_path, monkeypatch):
    tree(tmp_path, {".gitlab-ci.yml": "include: ['ci/**.yml', 'ci/*.yml']\n", "ci/a.yml": JOB.format("a")})
    (tmp_path / "ci" / "loop").symlink_to(tmp_path / "ci", target_is_directory=True)
    assert paths(seen(tmp_path, monkeypatch)) == [".gitlab-ci.yml", "ci/a.yml"]


def test_an_included_file_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    tree(tmp_path, {".gitlab-ci.yml": "include: ci/a.yml\n", "ci/a.yml": "a: [\n"})
    (gap,) = (item for item in seen(tmp_path, monkeypatch) if isinstance(item, Gap) and item.kind == "unreadable")
    assert gap.path == "ci/a.yml"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (
            {".gitlab-ci.yml": "x:\n  extends: .gone\n  script: [make]\n"},
            [(".gone, which the job x extends, is in none of the files", 1)],
        ),
        (
            {".gitlab-ci.yml": "stages: [a]\nx:\n  extends: y\n  script: [a]\ny:\n  extends: [x]\n"},
            [("the jobs y and x extend one another: GitLab refuses it", 5)],
        ),
        (
            {".gitlab-ci.yml": "x:\n  extends: x\n  script: [a]\n"},
            [("the jobs x and x extend one another: GitLab refuses it", 1)],
        ),
        ({".gitlab-ci.yml": "include: b.yml\nx:\n  extends: .b\n  script: [a]\n", "b.yml": ".b: {image: a}\n"}, []),
        ({".gitlab-ci.yml": "a: {script: [x]}\nb: {extends: a}\nc: {extends: [a, b]}\n"}, []),
    ],
)
def test_what_a_job_extends_and_nobody_has(files, found, tmp_path, monkeypatch):
    tree(tmp_path, files)
    gaps = reasons(seen(tmp_path, monkeypatch))
    assert [(reason, line) for _, reason, line in gaps] == found


def test_what_may_be_in_a_file_from_elsewhere_is_not_missed_twice(tmp_path, monkeypatch):
    tree(tmp_path, {".gitlab-ci.yml": "include: {project: a/b, file: c.yml}\nx:\n  extends: .gone\n  script: [a]\n"})
    assert len(reasons(seen(tmp_path, monkeypatch))) == 1
