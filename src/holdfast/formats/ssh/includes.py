"""Files that a configuration of OpenSSH includes, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

__all__ = ["DEPTH", "ROWS", "Files", "Include", "Lookup", "Problem"]

DEPTH = 16
"""How deep files may include files, as in OpenSSH."""
ROWS = 20_000
"""How many lines all files may have together, each counted as often as it is included."""

Files = Sequence[tuple[str, bytes | None]]
"""Path and content of each file; None is one that could not be read."""
Include = Callable[[str], Files | None]
"""Finds the files of a shell pattern: none where nothing matches, None where nobody could look."""


class Problem(NamedTuple):
    """What OpenSSH refuses; with `since` only builds before that version, or without that patch, do."""

    what: str
    path: str
    line: int
    since: str = ""


class Lookup:
    """Asks for each pattern once; files come in the order in which the C library lists them."""

    def __init__(self, include: Include) -> None:
        self._include = include
        self._found: dict[str, Files | None] = {}

    def __call__(self, pattern: str) -> Files | None:
        """The files of a pattern."""
        if pattern not in self._found:
            found = self._include(pattern)
            self._found[pattern] = None if found is None else sorted(found, key=lambda each: each[0].encode())
        return self._found[pattern]
