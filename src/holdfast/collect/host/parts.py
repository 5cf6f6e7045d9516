"""Files inside of files: what a cloud-init document or an Ansible task writes, read as those files themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.host.alternatives import ALWAYS, Branch, worlds
from holdfast.collect.host.line_edits import Edit, Unclear, put
from holdfast.collect.readers import (
    DOCUMENTS,
    KERNEL,
    LOGS,
    PAM,
    SCRIPT,
    SSH,
    STORAGE,
    SUDO,
    TOGETHER,
    load,
    reader_of,
)
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap, template
from holdfast.kinds.pam_service import PamService

Item = Asset | Edge | Gap
LINEWISE = frozenset((KERNEL, SUDO, STORAGE, LOGS, SCRIPT))
"""Readers of files whose rows mean something by themselves, so that a row can be judged without the rest."""
ADMITTING = re.compile(
    rb"^\s*-?auth\s+(?:sufficient|\[[^\]\n]{0,200}\bsuccess=done\b[^\]\n]{0,200}\])\s+(?:\S{0,200}/)?pam_permit\.so\b[^\n]*"
    rb"\n\s*(?:-?auth|@include)\s",
    re.MULTILINE,
)
"""A row that lets everybody in, before one that asks for something."""
SHOWN = 5
"""Files that a gap names."""


class Part(NamedTuple):
    """A file that another one writes."""

    path: str
    """Where it is written to: `/etc/docker/daemon.json`."""
    data: bytes
    line: int
    """The line (from 1) of the writing file on which the text begins."""
    whole: bool = True
    """False for lines that are put into a file of which the rest is not known."""
    filled: bool = False
    """Whether lines are missing that only exist when it is written."""
    encoded: bool = False
    """Whether its lines are not those of the writing file: all of it lies where it begins."""
    source: str = ""
    """The file whose text it is, where that is not the writing file's own."""
    branch: Branch = ALWAYS
    """What has to hold for it to be written."""
    edit: Edit | None = None
    """Where lines go that are put into a file, None for its end."""


class Row(NamedTuple):
    """A line of a file with its place in what wrote it."""

    text: bytes
    part: Part
    line: int


NOWHERE = Part("", b"", 1)
SEARCHED = 300_000
"""Lines that are looked at to find the place of others, in all that one file writes."""


class Budget:
    """What may still be looked at."""

    left = SEARCHED


def read_parts(path: str, parts: list[Part]) -> Iterator[Item]:
    """What the parts of a file show, each at its place in that file; ids name the part as well.

    Lines of files that mean something as a whole only are not judged, which is said once. What cannot lie on one host
    together is judged apart.
    """
    families: dict[str, list[Part]] = {}
    for part in parts:
        name = _name(path, part)
        reader = reader_of(name)
        families.setdefault(reader if reader in TOGETHER else name, []).append(part)
    budget = Budget()
    made: dict[str, list[_Tree]] = {}
    more: list[Gap] = []
    for family, those in families.items():
        lists, left = worlds(those)
        made[family] = [_Tree(path, world, budget) for world in lists]
        what = f"writes files under more than {len(lists)} conditions: those after that many were not judged"
        more += [Gap(path, what, "left_out", those[0].line)] if left else []
    trees = [tree for each in made.values() for tree in each]
    yield from dict.fromkeys([*(gap for tree in trees for gap in tree.gaps), *more])
    unjudged = {id(part) for tree in trees for part in tree.unjudged}
    yield from left_out(path, [part for part in parts if id(part) in unjudged])
    for family in sorted(made, key=TOGETHER.__contains__):
        yield from _once(tree.items() for tree in made[family])


def _name(path: str, part: Part) -> str:
    return f"{path}#/{part.path.lstrip('/')}"


class _Tree:
    """The files that lie on a host once the parts are written, one after the other."""

    def __init__(self, path: str, parts: list[Part], budget: Budget) -> None:
        self.path = path
        self.members: dict[str, bytes] = {}
        self.lines: dict[str, Part] = {}
        self.rows: dict[str, list[Row]] = {}
        """The lines of files into which others were put."""
        self.budget = budget
        self.partial: set[str] = set()
        self.unjudged: list[Part] = []
        self.gaps: list[Gap] = []
        for part in parts:
            self.put(part)

    def put(self, part: Part) -> None:
        """Writes a part."""
        name = _name(self.path, part)
        if not part.whole and name not in self.members:
            name = alone(name, part.data)
            if not name:
                self.unjudged.append(part)
                return
        if part.filled and reader_of(name):
            self.gaps.append(template(self.path, part.line))
        if name in self.members and not part.whole:
            if not self.edited(name, part):
                self.unjudged.append(part)
                return
        else:
            self.members[name], self.lines[name] = part.data, part
            self.rows.pop(name, None)
        if not part.whole:
            self.partial.add(name)

    def edited(self, name: str, part: Part) -> bool:
        """Puts a part into the lines of a file; False where nobody can tell the place."""
        rows, base = self.rows.get(name), self.lines[name]
        self.budget.left -= len(rows) if rows is not None else base.data.count(b"\n") + 1
        if self.budget.left < 0:
            return False
        if rows is None:
            rows = self.rows[name] = list(_rows(base))
        found, at = list[int](), len(rows)
        try:
            if part.edit is not None:
                found, at = put([row.text for row in rows], part.edit, part.data)
        except Unclear:
            if base.whole:
                return False
        for place in reversed(found):
            rows[place : place + 1] = _rows(part)
        if at >= 0:
            rows[at:at] = _rows(part)
        return True

    def items(self) -> Iterator[Item]:
        """What the files show."""
        families: dict[str, dict[str, bytes]] = {}
        for name, written in self.members.items():
            data = b"\n".join(row.text for row in self.rows[name]) if name in self.rows else written
            reader = reader_of(name)
            if reader in TOGETHER:
                families.setdefault(reader, {})[name] = data
            elif reader and data.strip():
                for item in load(reader)(data, name):
                    yield self.placed(item)
        for reader, family in families.items():
            for item in load(reader)(Files(family)):
                yield self.placed(item)

    def placed(self, item: Item) -> Item:
        """An item at its place in the writing file, or in the one whose text that writes."""
        if isinstance(item, Edge):
            return item
        if isinstance(item, Gap):
            source, line = self.place(item.path, max(item.line, 1))
            return replace(item, path=source or self.path, line=line)
        spots = {}
        for fact, spot in item.spots.items():
            source, line = self.place(spot.path or item.path, spot.line)
            spots[fact] = Spot(line, 1, "", source)
        partial = item.path in self.partial
        facts = _of_rows(item.facts) if isinstance(item.facts, PamService) and partial else item.facts
        return replace(item, path=self.path, facts=facts, spots=spots, partial=item.partial or partial)

    def place(self, name: str, line: int) -> tuple[str, int]:
        """The file and line of a line of a part."""
        rows = self.rows.get(name, ())
        part = self.lines.get(name, NOWHERE)
        if rows:
            _, part, line = rows[min(line, len(rows)) - 1]
        return part.source, part.line if part.encoded else part.line + line - 1


def _rows(part: Part) -> Iterator[Row]:
    return (Row(text, part, line) for line, text in enumerate(part.data.split(b"\n"), 1))


def _once(worlds: Iterable[Iterable[Item]]) -> Iterator[Item]:
    """What several worlds show, without what an earlier one showed; another asset of the same id is numbered."""
    assets: dict[str, list[Asset]] = {}
    others: set[Edge | Gap] = set()
    for world in worlds:
        items = list(world)
        names: dict[str, str] = {}
        for item in items:
            if isinstance(item, Asset):
                seen = assets.setdefault(item.id, [])
                same = [at for at, each in enumerate(seen) if (each.facts, each.partial) == (item.facts, item.partial)]
                at = same[0] if same else len(seen)
                names[item.id] = f"{item.id}~{at + 1}" if at else item.id
                if not same:
                    seen.append(item)
                    yield replace(item, id=names[item.id])
        for item in items:
            if isinstance(item, Asset):
                continue
            told = item if isinstance(item, Gap) else _renamed(item, names)
            if told not in others:
                others.add(told)
                yield told


def _renamed(edge: Edge, names: Mapping[str, str]) -> Edge:
    """An edge between assets that have other ids now."""
    return replace(edge, source=names.get(edge.source, edge.source), target=names.get(edge.target, edge.target))


def alone(name: str, data: bytes = b"") -> str:
    """The name under which lines of a file are read without the rest of it; empty where they mean nothing so."""
    reader = reader_of(name)
    if reader == SSH and name.endswith("/sshd_config"):
        # The first value holds, and files of this folder come first.
        return f"{name}.d/lines.conf"
    if reader == SSH:
        return name if "authorized_keys" in name or "sshd_config.d/" in name else ""
    admitting = reader == PAM and ADMITTING.search(data) is not None
    return name if admitting or reader in LINEWISE or not reader else ""


def left_out(path: str, parts: list[Part]) -> Iterator[Gap]:
    """The gap that changed lines are which nobody can judge without the rest of their files, once for all of them."""
    told = [part for part in parts if reader_of(part.path) != DOCUMENTS or part.path.startswith("/etc/")]
    names = list(dict.fromkeys(part.path for part in told))
    if names:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        reason = f"changes lines of {', '.join(names[:SHOWN])}{more}: not judged without the rest"
        yield Gap(path, reason, "left_out", told[0].line)


def _of_rows(facts: PamService) -> PamService:
    """What rows show of a service whose other rows are not known."""
    shown = {name: getattr(facts, name) for name in ("name", "path", "fragment", "modules")}
    return PamService(**shown, admits_everyone=facts.admits_everyone or UNSET)
