"""The files of one host among those of many: its root, and drop-in folders that several roots of it share."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from holdfast.collect.together import Files

HOMES = ("etc", "run", "usr/local/lib", "usr/lib", "lib")
"""Where a host keeps drop-in folders, the strongest first. Sources: sysctl.d(5), modprobe.d(5), journald.conf(5)."""


def root_of(path: str, *levels: str) -> str:
    """What lies above a host's `etc` (or `usr/lib`, `run`) in a path, with a `/` at its end unless it is empty.

    The `levels` are names of folders in it. A role that holds a `sysctl.d` alone stands for the hosts that it is
    rolled out to; so does the folder of a file by itself.
    """
    parts = path.split("/")[:-1]
    level = next((at for at in range(len(parts) - 1, -1, -1) if parts[at] in levels), -1)
    if level >= 0:
        parts = parts[:level]
        for home in HOMES:
            steps = home.split("/")
            if parts[-len(steps) :] == steps:
                parts = parts[: -len(steps)]
                break
    elif "etc" in parts:
        parts = parts[: len(parts) - 1 - parts[::-1].index("etc")]
    return "".join(f"{part}/" for part in parts)


def below(files: Files, root: str, path: str) -> str:
    """A path of the host, `etc/sysctl.conf`, as a path of the files: without `etc` in a tree that has none."""
    there = f"{root}{path}"
    return there if files.read(there) is not None else f"{root}{path.removeprefix('etc/')}"


def drop_ins(files: Files, root: str, folder: str, suffix: str = ".conf") -> list[str]:
    """The files of a drop-in folder that count, in the order of their names, whichever folder they lie in.

    A file hides those of the same name in weaker folders; a link to /dev/null hides them and says nothing.
    """
    found: dict[str, str] = {}
    for home in (*(f"{root}{home}/{folder}" for home in HOMES), f"{root}{folder}"):
        for name in files.entries(home):
            if name.endswith(suffix):
                found.setdefault(name, f"{home}/{name}")
    return [path for _, path in sorted(found.items()) if os.path.realpath(path) != os.devnull]


def by_root(paths: Sequence[str], *levels: str) -> Iterator[tuple[str, list[str]]]:
    """The files of each host, in order of their roots."""
    roots: dict[str, list[str]] = {}
    for path in paths:
        roots.setdefault(root_of(path, *levels), []).append(path)
    yield from sorted(roots.items())
