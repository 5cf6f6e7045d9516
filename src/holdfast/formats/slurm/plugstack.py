"""plugstack.conf: the SPANK plugins that Slurm loads into its daemons and commands.

Source: spank(7) "CONFIGURATION" and src/common/spank.c of Slurm 26.11 (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from holdfast.core.errors import FormatError

__all__ = ["Entry", "Include", "read"]

SIZE = 1 << 20
DEPTH = 16
ENTRIES = 10_000
"""Most lines with those of included files, each as often as it is included; a file costs one for each 256 bytes too."""
Include = Callable[[str, str], list[tuple[str, bytes]] | None]
"""(pattern, path of the including file) -> path and text of each file that fits; None where the folder is not here."""


class Entry(NamedTuple):
    """A plugin, or with an empty plugin what is included, or could not be read."""

    plugin: str
    required: bool
    arguments: tuple[str, ...]
    path: str
    line: int
    trouble: str = ""
    included: str = ""
    """The pattern of an include; the plugins of its files follow, or why there are none."""


def read(data: bytes, path: str, include: Include) -> Iterator[Entry]:
    """The plugins of a file and of those that it includes. Raises FormatError for binary or oversized text."""
    return _Reader(include).read(data, path, 0)


class _Reader:
    """Reads a file with what it includes."""

    def __init__(self, include: Include) -> None:
        self.include = include
        self.left = ENTRIES

    def spend(self, count: int, line: int) -> None:
        """Pays for so many lines: files that include others ten times over grow without end."""
        self.left -= count
        if self.left < 0:
            raise FormatError(f"more than {ENTRIES} lines with all that it includes", line=line)

    def read(self, data: bytes, path: str, depth: int) -> Iterator[Entry]:
        """The plugins of one of the files."""
        if len(data) > SIZE:
            raise FormatError(f"{len(data)} bytes, more than {SIZE}")
        if b"\0" in data:
            raise FormatError("binary, not text: it holds a NUL byte")
        self.spend(len(data) >> 8, 1)
        for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            self.spend(1, number)
            first, rest = words[0], words[1:]
            if first == "include" and rest:
                yield from self.included(rest[0], path, number, depth)
            elif first in ("required", "optional") and rest:
                yield Entry(rest[0], first == "required", tuple(rest[1:]), path, number)
            else:
                yield Entry("", False, (), path, number, "not a line of plugstack.conf: required, optional or include")

    def included(self, pattern: str, path: str, line: int, depth: int) -> Iterator[Entry]:
        """The plugins of the files of a pattern."""
        yield Entry("", False, (), path, line, included=pattern)
        files = self.include(pattern, path) if depth < DEPTH else None
        if files is None:
            reason = "is not here" if depth < DEPTH else f"is included more than {DEPTH} deep: a cycle?"
            yield Entry("", False, (), path, line, f"the included `{pattern}` {reason}")
            return
        for other, data in files:
            self.spend(1, line)
            yield from self.read(data, other, depth + 1)
