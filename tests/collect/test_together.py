"""Files that belong together: what they name is found, and nothing beyond their confines is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from holdfast.collect import together
from holdfast.collect.together import Files, confines, places, root_of
from holdfast.core.coverage import Gap, Read
from holdfast.core.suppression import Directive


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/etc/slurm/slurm.conf", ""),
        ("etc/slurm/slurm.conf", ""),
        ("image/etc/slurm.conf", "image"),
        ("/mnt/a/etc/b/etc/c", "/mnt/a"),
        ("slurm/slurm.conf", None),
        ("etc", None),
    ],
)
def test_the_root_of_a_path(path, root):
    assert root_of(path) == root


@pytest.mark.parametrize(
    ("name", "of", "found"),
    [
        ("nodes.conf", "/etc/slurm/slurm.conf", ["/etc/slurm/nodes.conf"]),
        ("/etc/slurm/n", "/etc/slurm/slurm.conf", ["/etc/slurm/n", "/etc/slurm/n", "/etc/slurm/n"]),
        ("/opt/p", "image/etc/slurm/slurm.conf", ["image/opt/p", "/opt/p"]),
        ("/etc/slurm/n", "etc/slurm/slurm.conf", ["etc/slurm/n", "etc/slurm/n", "/etc/slurm/n"]),
        ("/etc/slurm/a/n", "roles/x/slurm.conf", ["roles/x/a/n", "/etc/slurm/a/n"]),
        ("/opt/p", "slurm.conf", ["/opt/p"]),
    ],
)
def test_where_a_named_file_may_lie(name, of, found):
    assert list(places(name, of, "/etc/slurm")) == found


def test_members_are_found_without_a_disk():
    files = Files({"etc/slurm/slurm.conf": b"", "etc/slurm/nodes.conf": b"x"})
    assert files.find("/etc/slurm/nodes.conf", "etc/slurm/slurm.conf", "/etc/slurm") == "etc/slurm/nodes.conf"
    assert files.find("gone.conf", "etc/slurm/slurm.conf", "/etc/slurm") is None
    assert files.named("nodes.conf") == ["etc/slurm/nodes.conf"]
    assert files.entries("etc/slurm") == ["nodes.conf", "slurm.conf"]
    assert files.entries("elsewhere") == []
    assert files.also == []


def test_what_a_file_names_is_read_once(tmp_path: Path):
    (tmp_path / "nodes.conf").write_text("# holdfast:ignore[a-rule]: why\n")
    main = str(tmp_path / "slurm.conf")
    files = Files({main: b""}, str(tmp_path))
    for _ in range(2):
        assert files.find("nodes.conf", main, "/etc/slurm") == str(tmp_path / "nodes.conf")
    read, directive = files.also
    assert isinstance(read, Read)
    assert isinstance(directive, Directive)
    assert files.entries(str(tmp_path)) == ["nodes.conf", "slurm.conf"]


def test_nothing_beyond_the_confines_is_read(tmp_path: Path):
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "outside.conf").write_text("x")
    (inside / "link.conf").symlink_to(tmp_path / "outside.conf")
    files = Files({str(inside / "a.conf"): b""}, str(inside))
    for name in ("../outside.conf", str(tmp_path / "outside.conf"), "link.conf", "/proc/self/environ"):
        assert files.find(name, str(inside / "a.conf"), "/etc/x") is None
    assert files.entries(str(tmp_path)) == ["in"] or files.entries(str(tmp_path)) == []
    everything = Files({"/etc/a": b""}, "/")
    assert everything.read("/proc/self/environ") is None
    assert Files({"a": b""}).read("/etc/passwd") is None


def test_a_file_that_cannot_be_read_is_a_gap(tmp_path: Path, monkeypatch):
    (tmp_path / "big").write_bytes(b"x" * 100)
    monkeypatch.setattr(together, "MAX_BESIDE", 10)
    files = Files({}, str(tmp_path))
    assert files.read(str(tmp_path / "big")) is None
    (gap,) = files.also
    assert isinstance(gap, Gap)
    assert "at most 10" in gap.reason

    def refuse(path: str, limit: int) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(together, "read_file", refuse)
    (tmp_path / "closed").write_bytes(b"")
    assert files.read(str(tmp_path / "closed")) is None
    assert "Permission denied" in files.also[-1].reason


def test_a_folder_that_cannot_be_listed_is_a_gap(tmp_path: Path, monkeypatch):
    files = Files({}, str(tmp_path))

    def refuse(path: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    assert files.entries(str(tmp_path)) == []
    (gap,) = files.also
    assert "the folder cannot be read" in gap.reason


def test_the_confines_of_a_target(tmp_path: Path):
    assert confines("/etc") == ("/", "/")
    assert confines("/etc/passwd") == ("/", "/")
    repository = tmp_path / "repo"
    (repository / ".git").mkdir(parents=True)
    (repository / "a" / "b").mkdir(parents=True)
    assert confines(str(repository / "a" / "b")) == (str(repository), None)
    image = tmp_path / "image"
    (image / "etc" / "slurm").mkdir(parents=True)
    (image / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    assert confines(str(image / "etc" / "slurm")) == (str(image), str(image))
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "slurm.conf").write_text("")
    assert confines(str(plain / "slurm.conf")) == (str(plain), None)
