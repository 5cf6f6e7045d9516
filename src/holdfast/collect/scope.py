"""Names assets alike however a target is spelt: by the path in their repository."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from holdfast.core.asset import Asset, Edge

__all__ = ["common_start", "named_from", "scopes"]

Rename = Callable[[Asset | Edge], Asset | Edge]


def common_start(targets: Sequence[str]) -> str:
    """The folder from which the paths of all targets count, empty where they have none in common.

    That is the repository that holds the target, or else the current folder, or for a target elsewhere itself.
    """
    starts = {_start(os.path.realpath(target)) for target in targets if target != "-"}
    return starts.pop() if len(starts) == 1 else ""


def scopes(targets: Sequence[str], start: str) -> dict[str, Rename]:
    """What gives the assets below each target their names; a target is left out whose paths are those names already.

    Targets that have no start in common keep the names that their paths give.
    """
    found: dict[str, Rename] = {}
    for target in targets if start else ():
        if target == "-":
            continue
        written = os.path.normpath(target)
        below = os.path.relpath(os.path.realpath(target), start)
        if written != below:
            found[target] = _renaming(written, below)
    return found


def named_from(start: str) -> Callable[[str], str]:
    """Gives a path the name that it has from a start."""

    @functools.cache
    def named(path: str) -> str:
        folder, name = os.path.split(path)
        return os.path.relpath(os.path.join(os.path.realpath(folder), name), start) if start and path != "-" else path

    return named


def _start(path: str) -> str:
    """The folder from which the paths of a target count."""
    above = path
    while True:
        if os.path.lexists(os.path.join(above, ".git")):
            return above
        parent = os.path.dirname(above)
        if parent == above:
            break
        above = parent
    here = os.path.realpath(os.curdir)
    if os.path.commonpath([here, path]) == here:
        return here
    return path if os.path.isdir(path) else os.path.dirname(path)


def _renaming(written: str, below: str) -> Rename:
    """Puts `below` where ids have the target as it was written; `.` stands for nothing in both."""

    def renamed(id_: str) -> str:
        kind, _, name = id_.partition("/")
        if written == ".":
            return f"{kind}/{below}/{name.removeprefix('./')}"  # a module of this folder
        if name.startswith(f"{written}/"):
            name = name[len(written) + 1 :]
        return f"{kind}/{name}" if below == "." else f"{kind}/{below}/{name}"

    def rename(item: Asset | Edge) -> Asset | Edge:
        if isinstance(item, Asset):
            return replace(item, id=renamed(item.id))
        return replace(item, source=renamed(item.source), target=renamed(item.target))

    return rename
