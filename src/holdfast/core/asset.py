"""Assets: what exists, with its facts and where each of them stands in the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.fact import Kind, Secret

__all__ = ["Asset", "Edge", "Spot"]


class Spot(NamedTuple):
    """A place in a source; `line` and `column` count from 1, `pointer` is RFC 6901 (may be empty)."""

    line: int
    column: int
    pointer: str = ""
    path: str = ""
    """The file, where that is not the asset's own: what it includes or what belongs to it."""


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
    glimpsed: bool = False
    """Whether only something that is said of it was seen, and not the thing itself: nothing else is asked of it."""
    due: tuple[str, ...] = ()
    """Facts that this one should have shown although its sort of source cannot: it says that more decides them."""
    hidden: tuple[Secret, ...] = ()
    """Credentials in its source that no fact holds: they are never printed."""
    labels: Mapping[str, str] = {}
    """Labels, tags and annotations of what its source declares."""
    within: tuple[str, ...] = ()
    """What it lies in, and its parts, by address or name; empty where its source says nothing of the sort."""
    realm: str = ""
    """The account of a provider in which its source puts it; where that is not known, `login` and what decides it:
    things with another one may lie in another account. Empty where the source says nothing, as for most."""

    @property
    def kind(self) -> str:
        """The kind's name."""
        return self.facts.kind

    def spot(self, path: str) -> Spot:
        """The place of a fact: its own, or that of the nearest recorded ancestor."""
        return self.spots.get(self.recorded(path), Spot(1, 1))

    def recorded(self, path: str) -> str:
        """The fact itself or its nearest ancestor with a place; empty for the whole asset."""
        while path and path not in self.spots:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return path


class Edge(Struct, frozen=True):
    """A typed relation between two asset ids, or an asset and a zone of the network."""

    source: str
    relation: str
    target: str
    certain: bool = True
    """Whether every fact that it follows from was seen; otherwise it is possible, and may not hold."""
