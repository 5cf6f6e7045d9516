"""Who may write a file: its mode, its owner, and the folders above it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec import UNSET

from holdfast.collect.permissions import permissions
from holdfast.core.permissions import Permissions


@pytest.fixture
def host(tmp_path: Path) -> Path:
    root = tmp_path / "host"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_text(
        "root:x:0:0::/root:/bin/sh\nbroken\ntoor:x:0:0::/:/bin/sh\nslurm:x:64030:64030::/:/bin/false\n"
    )
    (root / "etc" / "group").write_text("root:x:0:\nslurm:x:64030:\n")
    os.chmod(root, 0o755)
    os.chmod(root / "etc", 0o755)
    return root


def of(path: Path, host: Path) -> Permissions:
    found = permissions(str(path), str(host))
    assert isinstance(found, Permissions)
    return found


def written(path: Path, mode: int) -> Path:
    path.write_text("x")
    os.chmod(path, mode)
    return path


def test_a_checkout_says_nothing(tmp_path: Path):
    assert permissions(str(written(tmp_path / "a", 0o600)), None) is UNSET


def test_what_is_not_there_is_absent(host: Path):
    assert permissions(str(host / "gone"), str(host)) is None


def test_what_cannot_be_asked_is_unobserved(host: Path):
    assert permissions(str(host / ("x" * 300)), str(host)) is UNSET


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, which only root may")
def test_owner_and_group_have_the_names_of_the_host(host: Path):
    path = written(host / "etc" / "key", 0o640)
    os.chown(path, 64030, 64030)
    found = of(path, host)
    assert (found.mode, found.owner, found.group) == ("0640", "slurm", "slurm")
    assert (found.group_readable, found.others_readable, found.group_writable, found.others_writable) == (
        True, False, False, False,
    )  # fmt: skip
    os.chown(path, 12345, 54321)
    found = of(path, host)
    assert (found.owner, found.group) == ("12345", "54321")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, which only root may")
def test_the_group_root_is_root(host: Path):
    path = written(host / "a", 0o664)
    os.chown(path, 0, 0)
    assert of(path, host).group_writable is False
    os.chown(path, 0, 64030)
    assert of(path, host).group_writable is True


@pytest.mark.parametrize(("mode", "loose"), [(0o755, False), (0o777, True), (0o1777, False)])
def test_a_folder_in_which_others_may_replace_the_file(host: Path, mode: int, loose: bool):
    folder = host / "opt" / "slurm"
    folder.mkdir(parents=True)
    path = written(folder / "prolog", 0o755)
    os.chmod(host / "opt", mode)
    os.chmod(folder, 0o755)
    assert of(path, host).loose_folder == ("/opt" if loose else None)
    os.chmod(host / "opt", 0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives folders away, which only root may")
def test_a_folder_of_somebody_else_is_loose(host: Path):
    folder = host / "home"
    folder.mkdir()
    path = written(folder / "prolog", 0o755)
    os.chown(folder, 64030, 0)
    assert of(path, host).loose_folder == "/home"
    os.chown(path, 64030, 0)
    assert of(path, host).loose_folder is None


def test_both_ends_of_a_link_count(host: Path):
    (host / "shared").mkdir()
    os.chmod(host / "shared", 0o777)
    written(host / "shared" / "real", 0o755)
    (host / "link").symlink_to(host / "shared" / "real")
    assert of(host / "link", host).loose_folder == "/shared"


def test_a_host_without_accounts_shows_numbers(tmp_path: Path):
    path = written(tmp_path / "a", 0o600)
    assert of(path, tmp_path).owner == str(os.getuid())


def test_on_the_machine_itself_paths_are_as_they_are():
    found = permissions("/etc/passwd", "/")
    assert isinstance(found, Permissions)
    assert found.owner == "root"
