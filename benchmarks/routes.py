"""Attack paths on 100,000 nodes and 1,000,000 edges: loading, and the shortest path to every sensitive store."""

from __future__ import annotations

import os
import random
import tempfile
from typing import Any

from harness import Row

from holdfast.core.path import Opening
from holdfast.estate.paths.graph import Graph
from holdfast.estate.paths.openings import Openings
from holdfast.estate.paths.routes import shortest
from holdfast.store.graph import edges
from holdfast.store.migrate import migrate
from holdfast.store.sqlite import Sqlite
from store import cpu

NODES, EDGES, ENTRIES, TARGETS = 100_000, 1_000_000, 20, 200


def generated() -> tuple[list[tuple[str, str, str, bool]], list[Any], list[str]]:
    """Edges at random, so that nearly every node is reached; entries with a finding; stores of restricted data."""
    draw = random.Random(1)
    names = [f"identity/cloud/role-{number}" for number in range(NODES - ENTRIES - TARGETS)]
    entries = [f"server/cloud/server-{number}" for number in range(ENTRIES)]
    stores = [f"bucket/cloud/store-{number}" for number in range(TARGETS)]
    nodes = [*names, *entries]
    rows = [(entry, "reachable_from", "zone/internet", True) for entry in entries]
    for _ in range(EDGES - ENTRIES - TARGETS):
        rows.append((draw.choice(nodes), "assumes", draw.choice(names), True))
    rows += [(draw.choice(names), "reads", store, True) for store in stores]
    openings = [
        Opening(f"f{number}", "r", entry, "high", "high", ("reachable_from",)) for number, entry in enumerate(entries)
    ]
    return rows, openings, stores


def measure(corpora: str) -> list[Row]:
    """Loading from rows in memory, loading from the store, and the search."""
    del corpora

    rows, found, _ = generated()
    held: dict[str, Any] = {}

    def load() -> None:
        held["openings"] = Openings(found, rows)
        held["graph"] = Graph(rows, held["openings"].opened)

    loading = cpu(load)
    searching = cpu(
        lambda: held.update(told=list(shortest(held["graph"], held["openings"], lambda name: "restricted")))
    )
    note = f"{len(held['told'])} of {TARGETS} stores are reached"
    return [
        Row("1,000,000 edges: load", loading, "CPU s", 1),
        Row("1,000,000 edges: shortest path to every sensitive store", searching, "CPU s", 0.2, note),
        *_stored(rows),
    ]


def _stored(rows: list[tuple[str, str, str, bool]]) -> list[Row]:

    names = sorted({name for row in rows for name in (row[0], row[2])})
    keys = {name: number for number, name in enumerate(names, 1)}
    with tempfile.TemporaryDirectory() as home:
        database = Sqlite(os.path.join(home, "store.db"))
        migrate(database)
        columns = ("id", "origin", "source", "name", "kind", "path", "declared", "attributes", "digest", "answers")
        with database.transaction():
            database.insert(
                "asset",
                (*columns, "rules", "weight", "first_run", "changed_run"),
                (
                    (keys[name], "o", "s", name, name.partition("/")[0], "", 1, "{}", "", "", "", 0, 1, 1)
                    for name in names
                ),
            )
            triples = sorted({(keys[source], relation, keys[target], 1) for source, relation, target, _ in rows})
            database.insert("edge", ("source", "relation", "target", "certain"), triples)
        cost = cpu(lambda: edges(database))
        database.close()
    return [Row("1,000,000 edges: read them from SQLite", cost, "CPU s", None)]
