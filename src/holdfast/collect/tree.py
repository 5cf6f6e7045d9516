"""Walks a folder and reads files safely: bounded, never through a symbolic link, never from a device."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from holdfast.collect.ignoring import Patterns
from holdfast.core.coverage import Gap

MAX_FILE = 64 << 20
"""Longest file that is read, in bytes."""
MAX_IGNORE = 1 << 18
"""Longest .gitignore that is obeyed, in bytes."""
NEVER = frozenset((".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".terraform", ".tox", ".mypy_cache"))
"""Folders of tools, never of authors."""


class Entry(NamedTuple):
    """A regular file: its path relative to the root, with `/`, and its path for opening."""

    path: str
    full: str


def walk(
    root: str, prefix: str, *, ignore: bool, exclude: Sequence[str], wanted: Callable[[str], object]
) -> Iterator[Entry | Gap]:
    """The wanted files below `root`, in a stable order; `prefix` is put before their paths.

    `wanted` sees a file's path; `ignore` obeys .gitignore; `exclude` holds patterns of the same syntax.
    """
    first = tuple(_inherited(root, prefix)) if ignore else ()
    if exclude:
        first = (*first, Ignore("", len(prefix), "", exclude))
    stack = [(root, prefix, first)]
    while stack:
        folder, here, ignores = stack.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield Gap(here.rstrip("/") or ".", f"the folder cannot be read: {error.strerror}", "unreadable")
            continue
        if ignore and any(entry.name == ".gitignore" for entry in entries):
            ignores = (*ignores, Ignore(os.path.join(folder, ".gitignore"), len(here)))
        folders = []
        for entry in entries:
            path = here + entry.name
            if entry.is_symlink():
                if wanted(path) or _leads_to_folder(entry):
                    yield Gap(path, "a symbolic link, which is not followed", "left_out")
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER and not ignored(f"{path}/", ignores):
                    folders.append((entry.path, f"{path}/", ignores))
            elif wanted(path) and not ignored(path, ignores):
                yield Entry(path, entry.path)
        stack.extend(reversed(folders))


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    """Whether a link leads to a folder; one in a circle, or through a file, leads nowhere."""
    try:
        return link.is_dir()
    except OSError:
        return False


class Ignore:
    """The patterns of one .gitignore file, compiled when the first path is asked about. Source: gitignore(5)."""

    def __init__(self, file: str, cut: int, lead: str = "", patterns: Sequence[str] = ()) -> None:
        self.file = file
        self.cut = cut
        """How much of a walked path lies above the file's folder."""
        self.lead = lead
        """What lies between the file's folder and the walk's root, for files above it."""
        self.lines = patterns
        self.patterns: Patterns | None = None

    def matches(self, path: str) -> bool | None:
        """True: ignored; False: taken in again by a `!` pattern; None: not spoken of."""
        if self.patterns is None:
            self.patterns = Patterns(self.read())
        inside = self.lead + path[self.cut :]
        return self.patterns.check(inside.removesuffix("/"), folder=inside.endswith("/"))

    def read(self) -> Sequence[str]:
        """The lines; a .gitignore that cannot be read ignores nothing."""
        if not self.file:
            return self.lines
        try:
            return read_file(self.file, limit=MAX_IGNORE).decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
        except (OSError, ValueError):
            return ()


def ignored(path: str, ignores: Sequence[Ignore]) -> bool:
    """Whether a path (folders end with `/`) is ignored; the deepest file that speaks of it decides."""
    for ignore in reversed(ignores):
        answer = ignore.matches(path)
        if answer is not None:
            return answer
    return False


def _inherited(root: str, prefix: str) -> Iterator[Ignore]:
    """The .gitignore files above `root`, up to the repository's top, the highest first."""
    found: list[Ignore] = []
    folder, lead = os.path.abspath(root), ""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent, name = os.path.split(folder)
        if parent == folder:
            return  # no repository: only files below the root count
        folder, lead = parent, f"{name}/{lead}"
        file = os.path.join(folder, ".gitignore")
        if os.path.isfile(file):
            found.append(Ignore(file, len(prefix), lead))
    yield from reversed(found)


ENCODINGS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks of encodings other than UTF-8. Source: The Unicode Standard, 23.8."""


def utf8(data: bytes) -> bytes:
    """A text in UTF-8, whatever its byte order mark says it is in; what cannot be decoded is replaced."""
    for mark, encoding in ENCODINGS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").encode()
    return data


def read_file(path: str, limit: int = MAX_FILE) -> bytes:
    """The bytes of a regular file. Raises OSError, or ValueError with the reason when it is too large or no file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("not a regular file")
        if status.st_size > limit:
            raise ValueError(f"{status.st_size} bytes, at most {limit} are read")
        data = os.read(descriptor, status.st_size + 1)
        if len(data) == status.st_size:
            return data
        with open(descriptor, "rb", closefd=False) as file:  # it grows, or says nothing of its size as /proc does
            return (data + file.read(limit))[:limit]
    finally:
        os.close(descriptor)
