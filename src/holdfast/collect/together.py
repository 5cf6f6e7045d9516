"""Files that mean something together only: what was found of them, and what they name besides."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping

from holdfast.collect.tree import read_file, utf8
from holdfast.core.coverage import Gap, Read
from holdfast.core.suppression import MARKER, Directive, comments

MAX_BESIDE = 4 << 20
"""Longest file that is read because another one names it, in bytes."""
MAX_NAMED = 10_000
"""Files that are read because others name them."""
NEVER = ("/proc/", "/sys/", "/dev/")


class Files:
    """The files of one family below a target, and those that they name, never beyond the target's own confines."""

    def __init__(
        self,
        members: Mapping[str, bytes],
        confines: str = "",
        host: str | None = None,
        instead: Mapping[str, bytes] | None = None,
    ) -> None:
        """`members` are path -> text.

        `confines` is the real folder beyond which nothing is read, empty for no disk; `host` the real root of the
        host whose files these are, None where they only may become those of one; `instead` what takes the place of
        files.
        """
        self.members = dict(members)
        self.instead = instead or {}
        self.confines = confines
        self.host = host
        self.root = ""
        """The file or folder that is examined; empty where texts alone are."""
        self.values: tuple[str, ...] = ()
        """Files of values for charts."""
        self.render = "auto"
        """Whether what templates and overlays make is judged: `auto` within bounds, `always` or `never`."""
        self.also: list[Read | Gap | Directive] = []
        """What is said of files that were read because others name them."""
        self._missing: set[str] = set()

    @property
    def source(self) -> str:
        """What shows the facts: `host` for a host's own tree, `config` for files that may become those of one."""
        return "config" if self.host is None else "host"

    def __iter__(self) -> Iterator[str]:
        """The paths of the members, as they were found."""
        return iter(tuple(self.members))

    def named(self, *names: str) -> list[str]:
        """The members that have one of these names."""
        return [path for path in self if path.rpartition("/")[2] in names]

    def holds(self, path: str) -> bool:
        """Whether a file lies in what is examined, so that its own reader gets it."""
        root = posixpath.normpath(self.root) if self.root else ""
        if root == ".":
            return not path.startswith(("../", "/"))
        return not root or path == root or path.startswith(f"{root}/")

    def find(self, name: str, of: str, home: str) -> str | None:
        """The path of the file that `of` calls `name`, None where it is not there or must not be read.

        An absolute name counts from the root of the host, or of the image or repository that holds `etc`; `home` is
        the folder in which `of` lies on a host, for a copy of that folder alone.
        """
        return next((path for path in places(name, of, home) if self.read(path) is not None), None)

    def read(self, path: str) -> bytes | None:
        """The text of a file, None where it is not there or must not be read."""
        path = posixpath.normpath(path)
        if path not in self.members and path not in self._missing:
            data = self._beside(path)
            if data is None:
                self._missing.add(path)
            else:
                self.members[path] = data
                self.also.append(Read(path))
                if MARKER in data:
                    self.also.extend(comments(data.decode("utf-8", "replace"), path))
        return self.members.get(path)

    def folder(self, path: str) -> bool:
        """Whether a folder is here, if only an empty one."""
        real = _real(path)
        return bool(self.entries(path)) or (self._within(real) and os.path.isdir(real))

    def entries(self, folder: str) -> list[str]:
        """The names of the files in a folder, members and others, in the order of their bytes."""
        prefix = f"{posixpath.normpath(folder)}/".removeprefix("./")
        names = {path[len(prefix) :] for path in self.members if path.startswith(prefix)}
        real = _real(folder)
        if self._within(real) and os.path.isdir(real):
            try:
                names.update(os.listdir(real))
            except OSError as error:
                self.also.append(Gap(folder, f"the folder cannot be read: {error.strerror}", "unreadable"))
        return sorted(name for name in names if "/" not in name)

    def _beside(self, path: str) -> bytes | None:
        real = _real(path)
        if not self._within(real) or len(self.also) > MAX_NAMED or not os.path.isfile(real):
            return None
        try:
            return utf8(self.instead[path] if path in self.instead else read_file(real, MAX_BESIDE))
        except OSError as error:
            self.also.append(Gap(path, f"cannot be read: {error.strerror}", "unreadable"))
        except ValueError as error:
            self.also.append(Gap(path, str(error), "unreadable"))
        return None

    def _within(self, real: str) -> bool:
        inside = bool(self.confines) and (real == self.confines or real.startswith(self.confines.rstrip("/") + "/"))
        return inside and not real.startswith(NEVER)


def _real(path: str) -> str:
    """Where a path leads; nowhere for a name that no file can have, which the system refuses to look for."""
    return os.path.realpath(path) if "\0" not in path else ""


def root_of(path: str) -> str | None:
    """What lies above the `etc` in a path: the root of a host, an image or a tree that becomes one."""
    parts = path.split("/")
    return "/".join(parts[: parts.index("etc")]) if "etc" in parts[:-1] else None


def places(name: str, of: str, home: str) -> Iterator[str]:
    """Where the file or folder may lie that `of` calls `name`, the most likely place first."""
    folder = posixpath.dirname(of)
    if not name.startswith("/"):
        yield posixpath.join(folder, name)
        return
    root = root_of(of)
    if root is not None:
        yield f"{root}{name}" if root or of.startswith("/") else name[1:]
    if name.startswith(f"{home}/"):
        yield posixpath.join(folder, name[len(home) + 1 :])
    yield name


def confines(target: str) -> tuple[str, str | None]:
    """The real folder beyond which nothing is read for a target, and the root of the host that the target lies on.

    That is the whole host for its own `/etc`, the repository for what lies in one, the root of an unpacked image, and
    for all else the target's own folder.
    """
    real = os.path.realpath(target)
    folder = real if os.path.isdir(real) else os.path.dirname(real)
    if f"{real}/".startswith("/etc/"):
        return "/", "/"
    root, above = None, folder
    while above != "/":
        if os.path.lexists(f"{above}/.git"):
            return above, root
        if root is None and os.path.isfile(f"{above}/etc/passwd"):
            root = above
        above = os.path.dirname(above)
    return root or folder, root
