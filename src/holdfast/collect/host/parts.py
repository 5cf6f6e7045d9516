"""Files inside of files: what a cloud-init document or an Ansible task writes, read as those files themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

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


NOWHERE = Part("", b"", 1)


def read_parts(path: str, parts: list[Part]) -> Iterator[Item]:
    """What the parts of a file show, each at its place in that file; ids name the part as well.

    Lines of files that mean something as a whole only are not judged, which is said once.
    """
    members: dict[str, bytes] = {}
    lines: dict[str, Part] = {}
    partial: set[str] = set()
    unjudged: list[Part] = []
    for part in parts:
        name = f"{path}#/{part.path.lstrip('/')}"
        if not part.whole and name not in members:
            name = alone(name, part.data)
            if not name:
                unjudged.append(part)
                continue
        if part.filled and reader_of(name):
            yield template(path, part.line)
        if name in members and not part.whole:
            members[name] += b"\n" + part.data
        else:
            members[name], lines[name] = part.data, part
        if not part.whole:
            partial.add(name)
    yield from left_out(path, unjudged)
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


def _placed(item: Item, path: str, lines: dict[str, Part], partial: set[str]) -> Item:
    """An item at its place in the writing file, or in the one whose text that writes."""
    if isinstance(item, Edge):
        return item
    if isinstance(item, Gap):
        source, line = _place(lines.get(item.path, NOWHERE), max(item.line, 1))
        return replace(item, path=source or path, line=line)
    spots = {}
    for fact, spot in item.spots.items():
        source, line = _place(lines.get(spot.path or item.path, NOWHERE), spot.line)
        spots[fact] = Spot(line, 1, "", source)
    facts = _of_rows(item.facts) if isinstance(item.facts, PamService) and item.path in partial else item.facts
    return replace(item, path=path, facts=facts, spots=spots, partial=item.partial or item.path in partial)


def _place(part: Part, line: int) -> tuple[str, int]:
    """The file and line of a line of a part."""
    return part.source, part.line if part.encoded else part.line + line - 1


def _of_rows(facts: PamService) -> PamService:
    """What rows show of a service whose other rows are not known."""
    shown = {name: getattr(facts, name) for name in ("name", "path", "fragment", "modules")}
    return PamService(**shown, admits_everyone=facts.admits_everyone or UNSET)
