"""What a folder belongs to."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from holdfast.collect.repository import origin_of


def clone(folder: Path, url: str, before: str = "") -> str:
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text(f'{before}[core]\n\turl = x\n[remote "origin"]\n\tfetch = y\n\turl = {url}\n')
    return origin_of(str(folder))


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example/acme/ml.git",
        "https://GIT.example/acme/ml/",
        "https://jo:s3cret@git.example/acme/ml.git",
        "https://jo:s3@cret@git.example/acme/ml.git",
        "https://git.example/acme/ml.git?private_token=s3cret",
        "https://git.example/acme/ml#s3cret",
        "git@git.example:acme/ml.git",
        "jo:s3cret@git.example:acme/ml",
        "ssh://git@git.example/acme/ml.git",
        "ssh://git@git.example:2222/acme/ml.git",
        "https://jo:s3/cret@git.example/acme/ml.git",
    ],
)
def test_a_clone_is_called_like_every_other_and_without_credentials(tmp_path: Path, url: str) -> None:
    assert clone(tmp_path, url) == "git.example/acme/ml"


@pytest.mark.parametrize("url", ["/srv/git/ml.git", "file:///srv/ml", "https://git.example", '"https://jo:s3cret@h/x"'])
def test_another_address_says_nothing(tmp_path: Path, url: str) -> None:
    assert clone(tmp_path, url) == f"{socket.gethostname()}:{tmp_path}"


def test_only_the_origin_counts(tmp_path: Path) -> None:
    assert clone(tmp_path, "https://a/b", '[remote "fork"]\n\turl = https://c/d\n') == "a/b"


def test_a_folder_without_a_repository_is_called_by_host_and_path(tmp_path: Path) -> None:
    assert origin_of(str(tmp_path)) == f"{socket.gethostname()}:{tmp_path}"
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    assert origin_of(str(tmp_path)) == f"{socket.gethostname()}:{tmp_path}"


def test_a_pipe_in_place_of_the_configuration_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git/config")
    assert origin_of(str(tmp_path)).endswith(str(tmp_path))


def test_a_configuration_that_is_too_long_or_names_no_origin_says_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for text in ("x" * (1 << 19), '[remote "origin"]\n\tfetch = x\n'):
        (tmp_path / ".git/config").write_text(text)
        assert origin_of(str(tmp_path)).endswith(str(tmp_path))


def test_a_worktree_is_called_like_its_repository(tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.mkdir()
    clone(main, "https://git.example/acme/ml.git")
    kept = main / ".git/worktrees/other"
    kept.mkdir(parents=True)
    (kept / "commondir").write_text("../..\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").write_text(f"gitdir: {kept}\n")
    assert origin_of(str(other)) == "git.example/acme/ml"


def test_a_submodule_has_an_address_of_its_own(tmp_path: Path) -> None:
    kept = tmp_path / ".git/modules/part"
    kept.mkdir(parents=True)
    (kept / "config").write_text('[remote "origin"]\n\turl = https://git.example/acme/part\n')
    (tmp_path / "part").mkdir()
    (tmp_path / "part/.git").write_text("gitdir: ../.git/modules/part\n")
    assert origin_of(str(tmp_path / "part")) == "git.example/acme/part"
