"""The walk through a folder: order, what is left out, and what must never be opened."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from holdfast.collect.tree import MAX_FILE, Entry, read_file, utf8, walk
from holdfast.core.coverage import Gap


def grow(root: Path, *files: str, **texts: str) -> None:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")


def walked(root: Path, *, ignore: bool = True, exclude: tuple[str, ...] = ()) -> list[str]:
    found = walk(str(root), "", ignore=ignore, exclude=exclude, wanted=lambda path: path.endswith(".yaml"))
    return [f"{item.path}: {item.reason}" if isinstance(item, Gap) else item.path for item in found]


def test_files_come_in_a_stable_order_with_their_place_for_opening(tmp_path: Path):
    grow(tmp_path, "b.yaml", "a/z.yaml", "a/b/c.yaml", "c.txt")
    assert walked(tmp_path) == ["b.yaml", "a/z.yaml", "a/b/c.yaml"]
    (first, *_) = walk(str(tmp_path), "here/", ignore=False, exclude=(), wanted=lambda path: path == "here/b.yaml")
    assert first == Entry("here/b.yaml", str(tmp_path / "b.yaml"))


def test_folders_of_tools_are_left_out(tmp_path: Path):
    grow(tmp_path, ".git/a.yaml", "node_modules/a.yaml", "x/.venv/a.yaml", "a.yaml")
    assert walked(tmp_path, ignore=False) == ["a.yaml"]


def test_a_nested_gitignore_takes_in_again_what_an_outer_one_left_out(tmp_path: Path):
    grow(tmp_path, "a.yaml", "in/a.yaml", "in/b.yaml", "out/a.yaml", "in/deep/a.yaml")
    (tmp_path / ".gitignore").write_text("a.yaml\nout/\n")
    (tmp_path / "in/.gitignore").write_text("!a.yaml\n/b.yaml\n")
    assert walked(tmp_path) == ["in/a.yaml", "in/deep/a.yaml"]
    assert walked(tmp_path, ignore=False) == ["a.yaml", "in/a.yaml", "in/b.yaml", "in/deep/a.yaml", "out/a.yaml"]


def test_a_folder_that_is_left_out_is_not_entered_whatever_lies_in_it(tmp_path: Path):
    grow(tmp_path, "out/a.yaml")
    (tmp_path / ".gitignore").write_text("out/\n!out/a.yaml\n")
    (tmp_path / "out/.gitignore").write_text("!*\n")
    assert walked(tmp_path) == []


def test_the_repository_above_the_target_counts_up_to_its_top(tmp_path: Path):
    grow(tmp_path, "top/repo/part/a.yaml", "top/repo/part/b.yaml", "top/repo/part/sub/c.yaml")
    (tmp_path / "top/.gitignore").write_text("*.yaml\n")
    (tmp_path / "top/repo/.git").mkdir()
    (tmp_path / "top/repo/.gitignore").write_text("/part/a.yaml\nsub/\n")
    (tmp_path / "top/repo/part/.gitignore").write_text("!sub/\n")
    assert walked(tmp_path / "top/repo/part") == ["b.yaml", "sub/c.yaml"]
    assert walked(tmp_path / "top/repo") == ["part/b.yaml", "part/sub/c.yaml"]


def test_outside_a_repository_only_files_below_the_target_count(tmp_path: Path):
    grow(tmp_path, "part/a.yaml")
    (tmp_path / ".gitignore").write_text("*.yaml\n")
    assert walked(tmp_path / "part") == ["a.yaml"]


def test_a_target_that_its_repository_ignores_was_named_all_the_same(tmp_path: Path):
    grow(tmp_path, "build/a.yaml")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("build/\n")
    assert walked(tmp_path) == []
    assert walked(tmp_path / "build") == ["a.yaml"]


def test_exclusions_speak_of_paths_below_the_target_even_without_gitignore(tmp_path: Path):
    grow(tmp_path, "a/x.yaml", "b/x.yaml", "b/y.yaml")
    assert walked(tmp_path, ignore=False, exclude=("/b/x.yaml", "a/")) == ["b/y.yaml"]
    assert walked(tmp_path, exclude=("*.yaml", "!y.yaml")) == ["b/y.yaml"]


@pytest.mark.parametrize("content", [b"\xff\xfe*\n", b"\xef\xbb\xbfa.yaml\r\n", b"#" * ((1 << 18) + 1)])
def test_an_odd_gitignore_is_obeyed_as_far_as_it_can_be_read(tmp_path: Path, content: bytes):
    grow(tmp_path, "a.yaml", "b.yaml")
    (tmp_path / ".gitignore").write_bytes(content)
    assert walked(tmp_path)[-1] == "b.yaml"


def test_a_gitignore_that_is_a_folder_ignores_nothing(tmp_path: Path):
    grow(tmp_path, "a.yaml", ".gitignore/b.yaml")
    assert walked(tmp_path) == ["a.yaml", ".gitignore/b.yaml"]


def test_links_are_told_and_never_followed(tmp_path: Path):
    grow(tmp_path, "in/a.yaml", "out.yaml")
    (tmp_path / "in/up").symlink_to("..")
    (tmp_path / "in/loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "in/out.yaml").symlink_to("../out.yaml")
    (tmp_path / "in/round").symlink_to("round")
    (tmp_path / "in/through").symlink_to("a.yaml/nothing")
    reason = "a symbolic link, which is not followed"
    assert walked(tmp_path / "in") == ["a.yaml", f"loop.yaml: {reason}", f"out.yaml: {reason}", f"up: {reason}"]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_says_what_a_text_is_in(codec):
    text = "é: 1" if codec in ("utf-16", "utf-32") else "\ufeffé: 1"
    assert utf8(text.encode(codec)).removeprefix(b"\xef\xbb\xbf") == "é: 1".encode()


def test_text_in_utf_8_stays_and_what_is_cut_off_is_replaced():
    assert utf8("é".encode()) == "é".encode()
    assert utf8(b"\xff\xfea\0b") == "a\ufffd".encode()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_a_gap(tmp_path: Path):
    grow(tmp_path, "shut/a.yaml", "b.yaml")
    (tmp_path / "shut").chmod(0)
    try:
        assert walked(tmp_path) == ["b.yaml", "shut: the folder cannot be read: Permission denied"]
    finally:
        (tmp_path / "shut").chmod(0o700)


def test_a_folder_that_is_gone_is_a_gap(tmp_path: Path):
    assert walked(tmp_path / "gone") == [".: the folder cannot be read: No such file or directory"]


def test_only_regular_files_of_a_bearable_size_are_read(tmp_path: Path):
    (tmp_path / "plain").write_bytes(b"text")
    assert read_file(str(tmp_path / "plain")) == b"text"
    assert read_file(str(tmp_path / "plain"), limit=4) == b"text"
    with pytest.raises(ValueError, match="4 bytes, at most 3 are read"):
        read_file(str(tmp_path / "plain"), limit=3)
    huge = tmp_path / "huge"
    huge.touch()
    os.truncate(huge, 1 << 30)
    with pytest.raises(ValueError, match=f"{1 << 30} bytes, at most {MAX_FILE} are read"):
        read_file(str(huge))


def test_pipes_sockets_devices_folders_and_links_are_not_opened(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/etc/hostname")
    for name in (str(tmp_path / "pipe"), str(tmp_path / "folder"), "/dev/zero"):
        with pytest.raises(ValueError, match="not a regular file"):
            read_file(name)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        for name in ("socket", "link", "gone"):
            with pytest.raises(OSError):
                read_file(str(tmp_path / name))
