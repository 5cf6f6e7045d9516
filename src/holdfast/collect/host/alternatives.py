"""What decides whether a task runs, and which of the files that tasks write can lie on one host together.

Sources: Ansible documentation, "Conditionals", "Blocks" and "Patterns: targeting hosts and groups" (12), checked
2026-11-30: each condition of a list has to hold, a task takes on those of the blocks around it, and `rescue` runs where
a task of the block failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar

__all__ = ["ALWAYS", "Branch", "conditions", "hosts", "worlds"]

Branch = frozenset[tuple[str, str]]
"""What has to hold for a task: names, each with its value; one after `!` is what it must not have."""
ALWAYS: Branch = frozenset()


class Written(Protocol):
    """A file, or lines of one, that is written."""

    @property
    def path(self) -> str:
        """Where it is written to."""

    @property
    def data(self) -> bytes:
        """Its text."""

    @property
    def whole(self) -> bool:
        """False for lines that are put into a file."""

    @property
    def branch(self) -> Branch:
        """What has to hold for it to be written."""


P = TypeVar("P", bound=Written)
WORLDS = 50
"""Alternatives of one family of files that are judged."""
SIZE = 32 << 20
"""Bytes of all of them, though two are judged of any size."""
OVERHEAD = 500
"""Bytes that each file counts besides its text."""
LONGEST = 1_000
"""Characters of a condition that is taken apart."""
ROWS = 100
"""Lines of a part whose names are looked at."""
COMPARED = re.compile(r"(?P<name>[\w.\[\]'\"]+) *(?P<sign>[!=]=) *(?P<value>'[^']*'|\"[^\"]*\"|\w+)", re.ASCII)
NEGATED = re.compile(r"(?P<name>[^ ]+) (?:is|(?=not in ))(?P<sign> ?not) (?P<rest>.+)")
YES, NO = "yes", "!yes"
WORD = re.compile(rb"[^\s=:]+")


def conditions(when: Any) -> Branch:
    """What `when` asks for."""
    rows = when if isinstance(when, list) else [when] if when is not None else []
    return frozenset(atom for row in rows for atom in _atoms(str(row) if isinstance(row, str | int | float) else ""))


def hosts(pattern: Any) -> Branch:
    """What the hosts of a play ask for; all of them nothing."""
    text = ",".join(each for each in pattern if isinstance(each, str)) if isinstance(pattern, list) else str(pattern)
    return frozenset([("hosts", text.strip())]) if text.strip() not in ("all", "*") else ALWAYS


def _atoms(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a condition that all have to hold; a very long one is taken as it is."""
    if len(text) > LONGEST:
        yield text, YES
        return
    text = " ".join(text.split())
    for each in [text] if " or " in text or "(" in text else text.split(" and "):
        compared, negated = COMPARED.fullmatch(each), NEGATED.fullmatch(each)
        if compared is not None:
            yield compared["name"], ("!" if compared["sign"] == "!=" else "") + compared["value"].strip("'\"")
        elif negated is not None:
            word = "in" if negated["rest"].startswith("in ") else "is"
            yield f"{negated['name']} {word} {negated['rest'].removeprefix('in ')}", NO
        else:
            yield each.removeprefix("not "), NO if each.startswith("not ") else YES


def worlds(parts: Sequence[P]) -> tuple[list[list[P]], bool]:
    """The parts as they may lie on one host together: all of them, or one list for each that another one excludes.

    Also whether there are more such lists than are made.
    """
    branches = list(dict.fromkeys(part.branch for part in parts))
    split = _split(parts, branches) if len(branches) > 1 else []
    if not split:
        return [list(parts)], False
    size = sum(len(part.data) + OVERHEAD for part in parts)
    most = min(WORLDS, max(2, SIZE // size))
    return [list(_world(parts, branch)) for branch in split[:most]], len(split) > most


def _targets(part: Written) -> list[tuple[str, bytes]]:
    """What a part sets: a whole file, or what its lines are named after."""
    if part.whole:
        return [(part.path, b"")]
    words = (WORD.search(row) for row in part.data.split(b"\n")[:ROWS])
    return [(part.path, word[0].lower()) for word in words if word is not None and word[0][:1] not in (b"#", b"[")]


def _split(parts: Sequence[Written], branches: Sequence[Branch]) -> list[Branch]:
    """The branches that others exclude, or that set something otherwise than these."""
    values: dict[str, set[str]] = {}
    for name, value in (atom for branch in branches for atom in branch):
        values.setdefault(name, set()).add(value)
    told: dict[tuple[str, bytes], dict[Branch, list[bytes]]] = {}
    paths: dict[str, set[Branch]] = {}
    for part in parts:
        paths.setdefault(part.path, set()).add(part.branch)
        for target in _targets(part):
            told.setdefault(target, {}).setdefault(part.branch, []).append(part.data)
    found = {branch for branch in branches if any(len(values[name]) > 1 for name, _ in branch)}
    for (path, word), said in told.items():
        if len({tuple(texts) for texts in said.values()}) > 1:
            found |= said.keys()
        if not word and len(paths[path]) > len(said):
            found |= paths[path]
    return [branch for branch in branches if branch in found]


def _world(parts: Sequence[P], branch: Branch) -> Iterator[P]:
    """The parts that lie on a host for which a branch holds; what it sets itself is not set by others."""
    own = {target for part in parts if part.branch == branch for target in _targets(part)}
    paths = {path for path, _ in own}
    excluded = cache(lambda other: _contradict(branch, other))
    for part in parts:
        otherwise = (
            (path, b"") in own or (path, word) in own or (not word and path in paths) for path, word in _targets(part)
        )
        if part.branch <= branch or not (excluded(part.branch) or any(otherwise)):
            yield part


def _contradict(branch: Branch, other: Branch) -> bool:
    """Whether no host has both."""
    given: dict[str, set[str]] = {}
    for name, value in branch:
        given.setdefault(name, set()).add(value)
    return any(_differ(value, each) for name, value in other for each in given.get(name, ()))


def _differ(value: str, other: str) -> bool:
    denied = value.startswith("!") + other.startswith("!")
    return value != other if not denied else denied == 1 and value.lstrip("!") == other.lstrip("!")
