"""Files inside of files: what a cloud-init document or an Ansible task writes, read as those files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from holdfast.collect.readers import TOGETHER, load, reader_of
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap

Item = Asset | Edge | Gap


class Part(NamedTuple):
    """A file that another one writes."""

    path: str
    """Where it is written to: `/etc/docker/daemon.json`."""
    data: bytes
    line: int
    """The line (from 1) of the writing file on which the text begins."""
    whole: bool = True
    """False for lines that are put into a file of which the rest is not known."""


def read_parts(path: str, parts: list[Part]) -> Iterator[Item]:
    """What the parts of a file show, each at its place in that file; ids name the part as well."""
    members: dict[str, bytes] = {}
    lines: dict[str, int] = {}
    partial: set[str] = set()
    for part in parts:
        name = f"{path}#/{part.path.lstrip('/')}"
        if name in members and not part.whole:
            members[name] += b"\n" + part.data
        else:
            members[name], lines[name] = part.data, part.line
        if not part.whole:
            partial.add(name)
    families: dict[str, dict[str, bytes]] = {}
    for name, data in members.items():
        reader = reader_of(name)
        if reader in TOGETHER:
            families.setdefault(reader, {})[name] = data
        elif reader and data.strip():
            for item in load(reader)(data, name):
                yield _placed(item, path, lines, partial)
    for reader, family in families.items():
        for item in load(reader)(Files(family)):
            yield _placed(item, path, lines, partial)


def _placed(item: Item, path: str, lines: dict[str, int], partial: set[str]) -> Item:
    """An item at its place in the writing file."""
    if isinstance(item, Gap):
        return replace(item, path=path, line=lines.get(item.path, 1) + max(item.line - 1, 0))
    if isinstance(item, Edge):
        return item
    spots = {fact: Spot(lines.get(spot.path or item.path, 1) + spot.line - 1, 1) for fact, spot in item.spots.items()}
    return replace(item, path=path, spots=spots, partial=item.partial or item.path in partial)
