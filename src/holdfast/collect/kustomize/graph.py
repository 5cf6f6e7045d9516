"""Which overlays each file goes through before it is applied.

An overlay that no other one names is applied as it is; what it names may be named by others, too.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from holdfast.collect.kustomize.document import NAMES, Kustomization

MAX_WAYS = 20_000
"""Ways through all overlays that are followed."""
Way = tuple[Kustomization, ...]
"""Overlays that change something, the innermost first."""


class Graph:
    """Every kustomization by its folder, and the ways from files to what is applied."""

    def __init__(self, nodes: Mapping[str, Kustomization]) -> None:
        self.nodes = nodes
        self.used: dict[str, dict[tuple[str, ...], Way]] = {}
        """File -> the distinct ways that it takes, each under the paths of its overlays."""
        self.left = MAX_WAYS
        self.cycles: dict[frozenset[str], str] = {}
        """Folders that name one another in a circle, and the file that closes it."""
        named = {place for node in nodes.values() for place in (*node.resources, *node.components)}
        for folder, node in nodes.items():
            if folder not in named and not _is_component(node, nodes):
                self._walk(node, (), ())
        for folder, node in nodes.items():  # cycles, and components that nobody names
            if folder in named and not any(file in self.used for file in self._files(node)) and not node.components:
                self._walk(node, (), ())

    def _files(self, node: Kustomization) -> Iterator[str]:
        return (place for place in node.resources if self.folder(place) is None)

    def folder(self, place: str) -> str | None:
        """The folder of the kustomization that a path names, None for a file."""
        if place in self.nodes:
            return place
        folder, name = posixpath.split(place)
        return folder if name in NAMES and folder in self.nodes else None

    def _walk(self, node: Kustomization, outer: Way, around: tuple[str, ...]) -> None:
        if node.folder in around:
            circle = around[around.index(node.folder) :]
            self.cycles.setdefault(frozenset(circle), self.nodes[circle[-1]].path)
            return
        if self.left <= 0:
            return
        self.left -= 1
        around = (*around, node.folder)
        # Components change what the resources beside them are, before the overlay itself does.
        parts = [self.nodes[place] for place in node.components if place in self.nodes]
        inner: Way = (*(part for part in parts if part.changes), *((node,) if node.changes else ()))
        way = (*inner, *outer)
        for place in (*node.resources, *(place for part in parts for place in part.resources)):
            folder = self.folder(place)
            if folder is not None:
                self._walk(self.nodes[folder], way, around)
            else:
                self.used.setdefault(place, {})[tuple(each.path for each in way)] = way


def _is_component(node: Kustomization, nodes: Mapping[str, Kustomization]) -> bool:
    return any(node.folder in other.components for other in nodes.values())
