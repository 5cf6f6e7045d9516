"""The cheapest set of things to do after which nothing leads to a store: a true minimum cut.

Closing a step costs the effort of all findings that open it, and taking a right away its own; a step that follows from
where something runs cannot be cut. A finding that opens several steps is counted at each of them, so a cut is never
dearer than told, and may be cheaper. Of several cheapest cuts the one nearest to the internet is told.

Source: Edmonds and Karp, "Theoretical improvements in algorithmic efficiency for network flow problems" (1972).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from holdfast.core.path import Cut, Opening
from holdfast.core.relation import RELATIONS
from holdfast.estate.paths.graph import Found, Graph
from holdfast.estate.paths.openings import Openings

__all__ = ["MAX_STEPS", "cheapest"]

MAX_STEPS = 20_000
"""Most steps between the internet and a store among which a cut is looked for."""
NEVER = 1 << 40
"""The capacity of a step that cannot be cut."""


class Price(NamedTuple):
    """What closing a step takes."""

    effort: int
    findings: tuple[Opening, ...] = ()
    gated: str = ""
    """The relation that the findings open."""
    rights: tuple[str, ...] = ()


def cheapest(graph: Graph, openings: Openings, target: str) -> tuple[Cut, ...]:
    """What to do, in the order of names; empty where nothing leads there, or more than can be looked through."""
    number = graph.numbers[target]
    pairs = _between(graph, number)
    if not pairs or len(pairs) > MAX_STEPS:
        return ()
    names = graph.names
    found = graph.describe((names[tail], names[head]) for tail, head in pairs)
    prices = {(tail, head): _price(openings, found[names[tail], names[head]]) for tail, head in pairs}
    left: dict[int, dict[int, int]] = {}
    for (tail, head), price in prices.items():
        left.setdefault(tail, {})[head] = price.effort
        left.setdefault(head, {}).setdefault(tail, 0)
    inside = _saturate(left, graph.start, number)
    cut = sorted(pair for pair in pairs if pair[0] in inside and pair[1] not in inside)
    return tuple(each for tail, head in cut for each in _done(names[tail], names[head], prices[tail, head]))


def _done(tail: str, head: str, price: Price) -> Iterator[Cut]:
    """What is to be done about a step: repair what opens it, take away the rights that make it."""
    if price.findings:
        effort = sum(each.effort for each in price.findings)
        yield Cut(tail, price.gated, head, price.findings, effort)
    for relation in price.rights:
        yield Cut(tail, relation, head, (), RELATIONS[relation].effort)


def _between(graph: Graph, target: int) -> list[tuple[int, int]]:
    """The steps, certain and possible, that lie on a way from the internet to a node, or on a detour of one."""
    level = graph.levels(possible=True)
    if not level[target]:
        return []
    leading = graph.distances(target, possible=True)
    pairs = {
        (node, other)
        for node in leading
        if level[node] and node != target
        for other in graph.after(node, possible=True)
        if other in leading and other != graph.start
    }
    return sorted(pairs)


def _price(openings: Openings, found: Found) -> Price:
    findings: dict[str, Opening] = {}
    rights: dict[str, int] = {}
    gated = ""
    for source, name, _, _ in found.rows:
        relation = RELATIONS[name]
        if relation.needs_finding(source[: source.find("/")]):
            gated = name
            findings.update((each.finding, each) for each in openings.of(source, name))
        elif relation.effort:
            rights[name] = relation.effort
        else:
            return Price(NEVER)
    told = tuple(findings.values())
    # Reading and writing are given together, and taken away in one act.
    effort = sum(each.effort for each in told) + max(rights.values(), default=0)
    return Price(effort, told, gated, tuple(rights))


def _saturate(left: dict[int, dict[int, int]], start: int, target: int) -> set[int]:
    """Sends what the steps can carry along shortest ways; answers what is still reached from the start."""
    while True:
        came = _reached(left, start)
        if target not in came:
            return set(came)
        way = [target]
        while way[-1] != start:
            way.append(came[way[-1]])
        way.reverse()
        steps = list(pairwise(way))
        amount = min(left[tail][head] for tail, head in steps)
        for tail, head in steps:
            left[tail][head] -= amount
            left[head][tail] = left[head].get(tail, 0) + amount


def _reached(left: dict[int, dict[int, int]], start: int) -> dict[int, int]:
    """Each node that is reached over steps which can still carry something -> from where."""
    came = {start: start}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for other, room in left.get(node, {}).items():
            if room and other not in came:
                came[other] = node
                waiting.append(other)
    return came
