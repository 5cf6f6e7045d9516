"""Slurm's host lists: `gpu[01-16,20],login`.

Source: scontrol(1) "show hostnames", src/common/hostlist.c of Slurm 26.11 (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

__all__ = ["expand"]

LENGTH = 1 << 16
"""Longest list, in characters."""
MOST = 1 << 16
"""Names that one list may stand for."""
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)


def expand(text: str) -> frozenset[str] | None:
    """The names that a list stands for; None where it is malformed, or for more than 65,536 names."""
    if len(text) > LENGTH:
        return None
    found: set[str] = set()
    for part in _parts(text):
        names = _names(part, MOST - len(found))
        if names is None:
            return None
        found.update(names)
    return frozenset(found)


def _parts(text: str) -> Iterator[str]:
    """The items between the commas that stand outside brackets."""
    depth, start = 0, 0
    for at, letter in enumerate(text):
        if letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
        elif letter == "," and depth <= 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _names(part: str, room: int) -> list[str] | None:
    part = part.strip()
    if not part:
        return []
    pieces = _BRACKETS.split(part)
    if any("[" in piece or "]" in piece for piece in pieces[::2]):
        return None
    choices: list[list[str]] = []
    total = 1
    for at, piece in enumerate(pieces):
        numbers = _numbers(piece, room) if at % 2 else [piece]
        if numbers is None:
            return None
        choices.append(numbers)
        total *= len(numbers)
        if not 0 < total <= room:
            return None
    return ["".join(choice) for choice in product(*choices)]


def _numbers(text: str, room: int) -> list[str] | None:
    """`01-03,7` -> 01, 02, 03, 7: as wide as the first number of the range is written."""
    found: list[str] = []
    for item in text.split(","):
        match = _RANGE.fullmatch(item.strip())
        if match is None:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first + len(found) >= room:
            return None
        found.extend(f"{number:0{len(match[1])}d}" for number in range(first, last + 1))
    return found
