"""Assets: what exists, with its facts and where each of them stands in the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Self

from msgspec import Struct

from holdfast.core.fact import Kind

__all__ = ["Asset", "Edge", "Elsewhere", "Spot", "spot"]


class Spot(NamedTuple):
    """A place in a source; `line` and `column` count from 1, `pointer` is RFC 6901 (may be empty)."""

    line: int
    column: int
    pointer: str = ""

    @property
    def path(self) -> str:
        """The file, empty where it is the asset's own."""
        return ""


class Elsewhere(Spot):
    """A place in a file that the asset's own file includes."""

    _path: str

    def __new__(cls, line: int, column: int, pointer: str = "", path: str = "") -> Self:
        """`path` is the included file."""
        self = super().__new__(cls, line, column, pointer)
        self._path = path
        return self

    @property
    def path(self) -> str:
        """The included file."""
        return self._path


def spot(line: int, column: int, path: str, of: str) -> Spot:
    """A place in the file `path`, for an asset whose own file is `of`."""
    return Spot(line, column) if path in ("", of) else Elsewhere(line, column, "", path)


class Asset(Struct, frozen=True):
    """Something that exists.

    `spots` maps a fact path (`containers[0].privileged`, or `""` for the whole asset) to its place;
    a path without a spot of its own lies where its longest recorded prefix lies.
    """

    id: str
    """`kind/scope/name`; never with a line number in it."""
    facts: Kind
    source: str
    """What showed it: `manifest`, `compose`, `dockerfile`, `devcontainer`, `script`, `unit`, ..."""
    path: str = ""
    """The file, relative to the target, with `/` between folders; `-` is standard input."""
    spots: Mapping[str, Spot] = {}
    suppressions: tuple[tuple[str, str], ...] = ()
    """(rule id, reason and date) pairs that the object itself carries, as an annotation."""
    partial: bool = False
    """Whether another object decides what this one leaves out (a ServingRuntime, the base of a patch)."""

    @property
    def kind(self) -> str:
        """The kind's name."""
        return self.facts.kind

    def spot(self, path: str) -> Spot:
        """The place of a fact: its own, or that of the nearest recorded ancestor."""
        while path:
            found = self.spots.get(path)
            if found is not None:
                return found
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        return self.spots.get("", Spot(1, 1))


class Edge(Struct, frozen=True):
    """A typed relation between two asset ids."""

    source: str
    relation: str
    target: str
