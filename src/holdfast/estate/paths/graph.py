"""The steps of an estate as a graph of numbers, searched level by level.

Nodes are numbered in the order of their ids and neighbours are taken in the order of their numbers, so an answer does
not depend on the order in which edges came. Only the search over many nodes is written for speed: plain lists of
numbers; what a step is, is looked up for the few steps of a route.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import compress
from operator import itemgetter
from typing import NamedTuple

from holdfast.core.relation import INTERNET, RELATIONS

__all__ = ["Graph", "Row"]

Row = tuple[str, str, str, bool]
"""Source, relation, target of an edge, and whether it is certain."""
NOTHING: tuple[int, ...] = ()
FLOWS = {name: relation.flow for name, relation in RELATIONS.items()}
PLAIN = frozenset(name for name, relation in RELATIONS.items() if relation.flow == "along" and not relation.opened_for)
"""Relations that are steps as they are."""
GATES = {name: relation.opened_for for name, relation in RELATIONS.items() if relation.opened_for}


class Found(NamedTuple):
    """The rows behind a step, and whether one of them is certain."""

    rows: list[Row]
    certain: bool


class Graph:
    """The steps that are open: those that need no finding, and those that a finding opens."""

    def __init__(self, rows: Iterable[Row], opened: Callable[[str, str], bool]) -> None:
        """`opened(source, relation)` says whether a finding opens the step of an edge from `source`."""
        self.rows = rows if isinstance(rows, list) else list(rows)
        self.names = sorted({INTERNET, *{row[0] for row in self.rows}, *{row[2] for row in self.rows}})
        self.numbers = {name: number for number, name in enumerate(self.names)}
        self.start = self.numbers[INTERNET]
        self.ahead: list[list[int]] = [[] for _ in self.names]
        """Node -> where its certain steps lead."""
        self.maybe: dict[int, list[int]] = {}
        """Node -> where its possible steps lead."""
        self.turned: list[Row] = []
        """Edges whose step leads against their direction."""
        self.opened = opened
        self.asked = False
        self.reached: dict[bool, list[int]] = {}
        self.waves: dict[bool, list[list[int]]] = {}
        """The nodes of each level, as they were found."""
        self._add()

    def _add(self) -> None:
        numbers, ahead = self.numbers, self.ahead
        for row in self.rows:
            source, relation, target, certain = row
            if relation not in PLAIN:
                source, target = self._pair(row)
                if not source:
                    continue
                if source != row[0]:
                    self.turned.append(row)
            if certain:
                ahead[numbers[source]].append(numbers[target])
            else:
                self.maybe.setdefault(numbers[source], []).append(numbers[target])

    def levels(self, *, possible: bool) -> list[int]:
        """How many steps away from the internet each node is, counted from 1; 0 for what is not reached."""
        if possible in self.reached:
            return self.reached[possible]
        level = self.reached[possible] = [0] * len(self.names)
        level[self.start] = depth = 1
        frontier = [self.start]
        waves = self.waves[possible] = []
        while frontier:
            depth += 1
            waves.append(frontier)
            found = set().union(*map(self.ahead.__getitem__, frontier))
            if possible:
                found.update(*(self.maybe[node] for node in self.maybe.keys() & frontier))
            frontier = [node for node in found if not level[node]]
            for node in frontier:
                level[node] = depth
        return level

    def backward(self, wanted: Iterable[int], *, possible: bool) -> dict[int, list[int]]:
        """For nodes that are reached, from where: only steps from one level to the next, towards `wanted`.

        One pass over the steps of nodes that are reached is enough for all of them.
        """
        asked = set(wanted)
        level = self.levels(possible=possible)
        deepest = max((level[node] for node in asked), default=0)
        by_level = self.waves[possible]
        ends: list[set[int]] = [set() for _ in range(deepest + 1)]
        for node in asked:
            ends[level[node]].add(node)
        found: dict[int, list[int]] = {}
        for depth in range(deepest - 1, 0, -1):
            beyond = ends[depth + 1]
            for node in by_level[depth - 1] if beyond else ():
                hit = beyond.intersection(self.ahead[node])
                if possible and node in self.maybe:
                    hit = hit.union(beyond.intersection(self.maybe[node]))
                for other in hit:
                    found.setdefault(other, []).append(node)
                if hit:
                    ends[depth].add(node)
        return found

    def describe(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Found]:
        """The open edges behind steps between two ids, in the order of control.

        The first question costs one pass over all edges; whoever asks more gets an index.
        """
        wanted = dict.fromkeys(pairs)
        if self.asked:
            found = {
                pair: [row for row in self._steps.get(pair[0], ()) if pair[1] in (row[0], row[2])] for pair in wanted
            }
        else:
            self.asked = True
            found = {pair: [] for pair in wanted}
            tails = {tail for tail, _ in wanted}
            ahead = compress(self.rows, map(tails.__contains__, map(itemgetter(0), self.rows)))
            for row in (*ahead, *(row for row in self.turned if row[0] not in tails)):
                pair = self._pair(row)
                if pair in found:
                    found[pair].append(row)
        return {pair: Found(sorted(rows), any(row[3] for row in rows)) for pair, rows in found.items()}

    def _pair(self, row: Row) -> tuple[str, str]:
        """The step of an edge in the order of control; two empty names for none that is open."""
        source, relation, target, _ = row
        flow, gate = FLOWS.get(relation, "none"), GATES.get(relation)
        closed = gate and ("*" in gate or source[: source.find("/")] in gate) and not self.opened(source, relation)
        if flow == "none" or closed:
            return "", ""
        return (source, target) if flow == "along" else (target, source)

    @cached_property
    def _steps(self) -> dict[str, list[Row]]:
        """Where a step starts -> its edges."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(self._pair(row)[0], []).append(row)
        return found

    def of_kinds(self, kinds: Iterable[str]) -> Iterator[int]:
        """The assets of some kinds: in the order of ids each kind is one run."""
        for kind in sorted(kinds):
            yield from range(bisect_left(self.names, f"{kind}/"), bisect_left(self.names, f"{kind}0"))

    def after(self, node: int, *, possible: bool) -> list[int]:
        """Where the steps of a node lead."""
        return [*self.ahead[node], *self.maybe.get(node, NOTHING)] if possible else self.ahead[node]

    def distances(self, target: int, *, possible: bool) -> dict[int, int]:
        """For every node from which a target is reached, how many steps away it is."""
        behind, maybe = self._turned
        found = {target: 0}
        frontier = [target]
        depth = 0
        while frontier:
            depth += 1
            before: list[int] = []
            for node in frontier:
                for other in (*behind[node], *(maybe.get(node, NOTHING) if possible else ())):
                    if other not in found:
                        found[other] = depth
                        before.append(other)
            frontier = before
        return found

    @cached_property
    def _turned(self) -> tuple[list[list[int]], dict[int, list[int]]]:
        """The steps against their direction."""
        behind: list[list[int]] = [[] for _ in self.names]
        for node, others in enumerate(self.ahead):
            for other in others:
                behind[other].append(node)
        maybe: dict[int, list[int]] = {}
        for node, others in self.maybe.items():
            for other in others:
                maybe.setdefault(other, []).append(node)
        return behind, maybe
