"""Walks a folder and reads files safely: bounded, never through a symbolic link, never from a device."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from holdfast.core.coverage import Gap

MAX_FILE = 64 << 20
"""Longest file that is read, in bytes."""
NEVER = frozenset((".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".terraform", ".tox", ".mypy_cache"))
"""Folders of tools, never of authors."""


class Entry(NamedTuple):
    """A regular file: its path relative to the root, with `/`, and its path for opening."""

    path: str
    full: str


def walk(root: str, *, ignore: bool, wanted: Callable[[str], bool]) -> Iterator[Entry | Gap]:
    """The wanted files below `root`, in a stable order. `wanted` sees the file's name; `ignore` obeys .gitignore."""
    stack: list[tuple[str, str, tuple[Ignore, ...]]] = [(root, "", ())]
    while stack:
        folder, prefix, ignores = stack.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield Gap(prefix.rstrip("/") or ".", f"the folder cannot be read: {error.strerror}", "unreadable")
            continue
        if ignore and any(entry.name == ".gitignore" for entry in entries):
            ignores = (*ignores, Ignore(folder, prefix))
        folders = []
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink():
                if wanted(entry.name):
                    yield Gap(path, "a symbolic link; its target is examined where it lies", "left_out")
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER and not any(rule.matches(f"{path}/") for rule in ignores):
                    folders.append((entry.path, f"{path}/", ignores))
            elif wanted(entry.name) and not any(rule.matches(path) for rule in ignores):
                yield Entry(path, entry.path)
        stack.extend(reversed(folders))


class Ignore:
    """One .gitignore file, compiled when the first path is asked about. Source: gitignore(5)."""

    def __init__(self, folder: str, prefix: str) -> None:
        self.file = os.path.join(folder, ".gitignore")
        self.prefix = prefix
        self.match: Callable[[str], bool] | None = None

    def matches(self, path: str) -> bool:
        """Whether the file ignores `path` (relative to the walk's root; folders end with `/`)."""
        if self.match is None:
            from pathspec import GitIgnoreSpec

            try:
                lines = read_file(self.file, limit=1 << 20).decode("utf-8", "replace").splitlines()
            except (OSError, ValueError):
                lines = []
            self.match = GitIgnoreSpec.from_lines(lines).match_file
        return self.match(path[len(self.prefix) :])


def read_file(path: str, limit: int = MAX_FILE) -> bytes:
    """The bytes of a regular file. Raises OSError, or ValueError with the reason when it is too large or no file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("not a regular file")
        if status.st_size > limit:
            raise ValueError(f"{status.st_size} bytes, at most {limit} are read")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(limit + 1)[:limit]
    finally:
        os.close(descriptor)


def name_of(path: str) -> str:
    """The last step of a path."""
    return PurePosixPath(path).name
