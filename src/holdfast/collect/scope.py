"""Names assets alike however a target is spelt: by the path in their repository."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Kind, Part

__all__ = ["common_start", "named_from", "repositories_below", "scopes", "starts"]

Rename = Callable[[Asset | Edge], Asset | Edge]


def common_start(targets: Sequence[str]) -> str:
    """The folder from which the paths of all targets count, empty where they have none in common.

    That is the repository that holds the target, or else the current folder, or for a target elsewhere itself.
    """
    found = starts(targets)
    return next(iter(found)) if len(found) == 1 else ""


def starts(targets: Sequence[str]) -> dict[str, str]:
    """The folders from which the paths of targets count, each with the first target that does."""
    found: dict[str, str] = {}
    for target in targets:
        if target != "-":
            found.setdefault(_start(os.path.realpath(target)), target)
    return found


def repositories_below(start: str, paths: Iterable[str]) -> list[str]:
    """The repositories that hold files of a folder which is none itself, sorted; a submodule is a part of its own."""
    if not start or os.path.lexists(os.path.join(start, ".git")):
        return []
    folders = {os.path.dirname(os.path.realpath(path)) for path in paths if path != "-"}
    below: dict[str, bool] = {}
    for folder in folders:
        inside = folder
        while inside.startswith(f"{start.rstrip('/')}/") and inside not in below:
            below[inside] = os.path.lexists(os.path.join(inside, ".git"))
            inside = os.path.dirname(inside)
    return sorted(folder for folder, is_one in below.items() if is_one)


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
    """Puts `below` where ids and facts have the target as it was written; `.` stands for nothing in both."""

    def renamed(id_: str) -> str:
        kind, _, name = id_.partition("/")
        if written == ".":
            return f"{kind}/{below}/{name}"
        if name.startswith(f"{written}/"):
            name = name[len(written) + 1 :]
        return f"{kind}/{name}" if below == "." else f"{kind}/{below}/{name}"

    def moved(path: str) -> str:
        if written == ".":
            return path if path.startswith("/") else f"{below}/" if path == "." else f"{below}/{path}"
        if path == written:
            return below
        if not path.startswith(f"{written}/"):
            return path
        rest = path[len(written) + 1 :]
        return (rest or ".") if below == "." else f"{below}/{rest}"  # a folder by itself is `.`, or ends in a slash

    def rename(item: Asset | Edge) -> Asset | Edge:
        if isinstance(item, Asset):
            return replace(item, id=renamed(item.id), facts=_placed(item, moved))
        return replace(item, source=renamed(item.source), target=renamed(item.target))

    return rename


def _placed(asset: Asset, moved: Callable[[str], str]) -> Kind:
    """The facts of an asset, with what they say of files counted from where ids count."""
    facts = asset.facts
    found: dict[str, object] = {}
    if asset.path and getattr(facts, "name", None) == asset.path:  # what has no name of its own is called by its file
        found["name"] = moved(asset.path)
    for place in facts.places:
        field, _, inner = place.partition(".")
        value = getattr(facts, field)
        if isinstance(value, str):
            found[field] = moved(value)
        elif isinstance(value, list):
            found[field] = [_element(each, inner, moved) for each in value]
    return replace(facts, **found) if found else facts


def _element(each: str | Part, inner: str, moved: Callable[[str], str]) -> str | Part:
    if isinstance(each, str):
        return moved(each)
    value = getattr(each, inner)
    return replace(each, **{inner: moved(value)}) if isinstance(value, str) else each
