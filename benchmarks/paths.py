"""Bars: the graph of an estate with a hundred thousand assets and a million edges, loaded and searched for routes."""

from __future__ import annotations

import random
import time

from harness import Row

from holdfast.core.path import Opening
from holdfast.core.relation import INTERNET
from holdfast.estate.paths.graph import Graph
from holdfast.estate.paths.graph import Row as Edge
from holdfast.estate.paths.openings import Openings
from holdfast.estate.paths.routes import shortest

NODES, EDGES, ENTRIES, TARGETS = 100_000, 1_000_000, 20, 200
RUNS = 5


def estate() -> tuple[list[Edge], list[Opening]]:
    """A random estate in which most of everything is reached: the worst case."""
    rng = random.Random(7)
    names = [_name(number) for number in range(NODES)]
    rows: list[Edge] = [(name, "reachable_from", INTERNET, True) for name in names[:ENTRIES]]
    while len(rows) < EDGES:
        tail, head = rng.randrange(NODES - TARGETS), rng.randrange(ENTRIES, NODES)
        rows.append((names[tail], "reads" if head >= NODES - TARGETS else "assumes", names[head], True))
    opened = [Opening(name, "rule", name, "high", "high", ("reachable_from",)) for name in names[:ENTRIES]]
    return rows, opened


def _name(number: int) -> str:
    kind = "endpoint" if number < ENTRIES else "bucket" if number >= NODES - TARGETS else "identity"
    return f"{kind}/estate/{number:06}"


def measure(corpora: str) -> list[Row]:
    """The best of several runs in CPU seconds."""
    del corpora
    rows, opened = estate()
    loads: list[float] = []
    searches: list[float] = []
    found = 0
    for _ in range(RUNS):
        started = time.process_time()
        openings = Openings(opened, rows)
        graph = Graph(rows, openings.opened)
        loads.append(time.process_time() - started)
        started = time.process_time()
        found = len(list(shortest(graph, openings, lambda asset: "internal")))
        searches.append(time.process_time() - started)
    note = f"{NODES} nodes, {EDGES} edges"
    return [
        Row("attack paths: loading the graph", min(loads), "CPU s", 1.0, note),
        Row("attack paths: the shortest to every store", min(searches), "CPU s", 0.2, f"{found} routes"),
    ]


if __name__ == "__main__":
    print(*measure(""), sep="\n")
