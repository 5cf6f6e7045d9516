"""The store: recording 100,000 assets, seeing them again, and turning the pages of 1,000,000 findings."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from generated import findings, run, sightings
from harness import Row
from paths import estate

from holdfast.store.database import Database
from holdfast.store.files import verify
from holdfast.store.graph import Names, edges
from holdfast.store.keys import Keys
from holdfast.store.ledger import Ledger
from holdfast.store.migrate import migrate
from holdfast.store.postgres import Postgres
from holdfast.store.record import record
from holdfast.store.sqlite import Sqlite
from holdfast.store.tiles import Folder

FINDINGS = 1_000_000


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process that a piece of work takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def measure(corpora: str) -> list[Row]:
    """SQLite always; PostgreSQL where HOLDFAST_TEST_POSTGRES names a server: its own time is not in the number."""
    del corpora
    rows = [*_recording("SQLite", ""), *_pages(), *_edges()]
    server = os.environ.get("HOLDFAST_TEST_POSTGRES", "")
    return [*rows, *(_recording("PostgreSQL", server) if server else [])]


def _recording(name: str, server: str) -> list[Row]:

    assets = list(sightings())
    with tempfile.TemporaryDirectory() as folder:
        database: Database
        if server:
            database = Postgres(server)
            database.run("DROP SCHEMA IF EXISTS bench CASCADE")
            database.run("CREATE SCHEMA bench")
            database.run("SET search_path TO bench")
        else:
            database = Sqlite(os.path.join(folder, "store.db"))
        migrate(database)
        ledger = Ledger.open(database, os.path.join(folder, "keys"), 1)
        first = cpu(lambda: record(database, ledger, run(assets)))
        again = cpu(lambda: record(database, ledger, run(assets)))
        database.close()
    return [
        Row(f"{name}: record 100,000 assets with 300,000 relations", first, "CPU s", 6),
        Row(f"{name}: record them again, unchanged", again, "CPU s", 3),
    ]


def _pages() -> list[Row]:
    """Each question is a process of its own: what it costs to start Python is taken off."""
    assets = list(sightings(20_000))
    with tempfile.TemporaryDirectory() as home:
        path = os.path.join(home, "store.db")
        database = Sqlite(path)
        migrate(database)
        ledger = Ledger.open(database, os.path.join(home, "keys"), 1)
        recorded = cpu(lambda: record(database, ledger, run(assets, list(findings(assets, FINDINGS)))))
        database.close()
        checked = cpu(lambda: verify(Sqlite(path), Folder(os.path.join(home, "log")), Keys(os.path.join(home, "keys"))))
        rows = [
            Row("record 1,000,000 findings", recorded, "CPU s", None),
            Row("verify them: entries, payloads, rows and pages", checked, "CPU s", None),
        ]
        for what, wanted in QUESTIONS.items():
            code = QUESTION.format(path=path, wanted=wanted)
            told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            rows.append(Row(f"1,000,000 findings: {what}", float(told.stdout), "CPU s", 0.1))
        return rows


def _edges() -> list[Row]:
    """The graph that `paths` searches, read from the store."""
    rows, _ = estate()

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
        cost = cpu(lambda: edges(database, Names(database)))
        database.close()
    return [Row("1,000,000 edges: read them from SQLite", cost, "CPU s", None)]


QUESTIONS = {
    "open the list": "Wanted()",
    "filter by severity": "Wanted(at_least='high')",
    "filter by rule": "Wanted(rule='rule-7')",
    "filter by owner": "Wanted(owner='team-3')",
    "filter by rule and owner": "Wanted(rule='rule-7', owner='team-3')",
    "filter by asset": "Wanted(asset='workload/apps/7/deploy.yaml/Deployment.ns7.w7')",
    "the 5,000th page": "Wanted(after=(1, 500_000))",
    "suppressed ones, of which there are none": "Wanted(state='suppressed')",
}
QUESTION = """
import time
from holdfast.core.inventory import Wanted
from holdfast.store.query import findings
from holdfast.store.sqlite import Sqlite
from holdfast.store.tiles import Folder
database = Sqlite({path!r})
before = time.process_time()
findings(database, {wanted})
print(time.process_time() - before)
database.close()
"""
