"""Routes from the internet to stores of data: the shortest to each, and of the others what tells something new.

For each store the shortest route is told, over certain steps alone where there is one, else over possible ones. Another
entry has a route of its own only where that meets none of the routes that are told before the store; else it is named
beside the route that it joins. Between routes of one length the names decide, so the answer is always the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from holdfast.core.path import Opening, Route, Step
from holdfast.estate.paths.classes import STORES, known_class, order
from holdfast.estate.paths.cut import cheapest
from holdfast.estate.paths.graph import Found, Graph, Row
from holdfast.estate.paths.openings import Openings

__all__ = ["MAX_TOLD", "ranked", "routes", "shortest"]

MAX_TOLD = 100
"""Most stores for which further entries and the cheapest cut are looked for."""
ClassOf = Callable[[str], str | None]
Way = tuple[int, ...]
"""The nodes of a route, the internet first."""


def routes(
    rows: Iterable[Row],
    found: Iterable[Opening],
    class_of: ClassOf,
    limit: int = MAX_TOLD,
    wanted: Callable[[Route], bool] = lambda route: True,
) -> list[Route]:
    """The routes to the stores that are wanted, what matters most first.

    Those to the first `limit` stores have their cheapest cut and further entries beside them.
    """
    rows = rows if isinstance(rows, list) else list(rows)
    openings = Openings(found, rows)
    graph = Graph(rows, openings.opened)
    told = [route for route in ranked(list(shortest(graph, openings, class_of))) if wanted(route)]
    cuts = {route.target: cheapest(graph, openings, route.target) for route in told[:limit]}
    every = [each for route in told[:limit] for each in _with_others(graph, openings, route)]
    return ranked([*(replace(route, cut=cuts[route.target]) for route in every), *told[limit:]])


def ranked(found: Sequence[Route]) -> list[Route]:
    """By class, certainty, how bad the findings are that open it, and length; then by name."""

    def place(route: Route) -> tuple[object, ...]:
        severity, confidence = route.strength
        matter = (-order(route.data_class), not route.certain, -severity, -confidence)
        return (*matter, len(route.steps), route.target, route.entry)

    return sorted(found, key=place)


def shortest(graph: Graph, openings: Openings, class_of: ClassOf) -> Iterator[Route]:
    """The shortest route to every store that is reached and not public."""
    stores = {number: known_class(class_of(graph.names[number])) for number in graph.of_kinds(STORES)}
    asked = {number: each for number, each in stores.items() if each != "public"}
    level = graph.levels(possible=False)
    certain = [number for number in asked if level[number]]
    ways = _ways(graph, certain, possible=False)
    if graph.maybe:
        level = graph.levels(possible=True)
        others = [number for number in asked if level[number] and number not in ways]
        ways.update(_ways(graph, others, possible=True))
    steps = graph.describe(pair for way in ways.values() for pair in _pairs(graph, way))
    for number, way in sorted(ways.items()):
        yield _route(graph, openings, way, steps, asked[number])


def _ways(graph: Graph, targets: Sequence[int], *, possible: bool) -> dict[int, Way]:
    """A shortest way to each target: of the nodes that lead on, always the first by name."""
    back = graph.backward(targets, possible=possible)
    found: dict[int, Way] = {}
    for target in targets:
        way = [target]
        while way[-1] != graph.start:
            way.append(min(back[way[-1]]))
        found[target] = tuple(reversed(way))
    return found


def _pairs(graph: Graph, way: Way) -> Iterator[tuple[str, str]]:
    names = [graph.names[number] for number in way]
    return pairwise(names)


def _route(graph: Graph, openings: Openings, way: Way, known: dict[tuple[str, str], Found], data_class: str) -> Route:
    steps = tuple(_step(openings, pair, known[pair]) for pair in _pairs(graph, way))
    entry, target = graph.names[way[1]], graph.names[way[-1]]
    return Route(entry, target, data_class, steps, certain=all(step.certain for step in steps))


def _step(openings: Openings, pair: tuple[str, str], found: Found) -> Step:
    """A step by the first relation that makes it, a certain one if there is one."""
    source, relation, _, certain = min(found.rows, key=lambda row: (not row[3], row[1]))
    return Step(pair[0], relation, pair[1], certain, openings.of(source, relation))


def _with_others(graph: Graph, openings: Openings, route: Route) -> Iterator[Route]:
    """A route with the entries that join it, and the routes that have nothing in common with it."""
    target = graph.numbers[route.target]
    distance = graph.distances(target, possible=not route.certain)
    entries = sorted(
        (distance[number], number)
        for number in graph.after(graph.start, possible=not route.certain)
        if number in distance
    )
    first = tuple(graph.numbers[step.target] for step in route.steps)
    kept: list[tuple[set[int], Way, list[str]]] = [(set(first[:-1]), first, [])]
    for _, entry in entries:
        if entry == first[0] or entry == target:
            continue
        way = _onward(graph, entry, target, distance, possible=not route.certain)
        joined = next((row for row in kept if not row[0].isdisjoint(way)), None)
        if joined is None:
            kept.append((set(way[:-1]), way, []))
        else:
            joined[2].append(graph.names[entry])
    ways = [(graph.start, *way) for _, way, _ in kept]
    known = graph.describe(pair for way in ways for pair in _pairs(graph, way))
    for way, (_, _, also) in zip(ways, kept, strict=True):
        yield replace(_route(graph, openings, way, known, route.data_class), also=tuple(also))


def _onward(graph: Graph, node: int, target: int, distance: dict[int, int], *, possible: bool) -> Way:
    way = [node]
    while way[-1] != target:
        nearer = distance[way[-1]] - 1
        way.append(min(each for each in graph.after(way[-1], possible=possible) if distance.get(each) == nearer))
    return tuple(way)
