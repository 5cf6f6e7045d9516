"""The databases that the shared tests run on: SQLite always, PostgreSQL where a server is named.

`HOLDFAST_TEST_POSTGRES` holds a URL; every test gets a schema of its own there.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from holdfast.core.entry import Record
from holdfast.store.database import Database
from holdfast.store.files import verify
from holdfast.store.keys import Keys
from holdfast.store.ledger import Ledger
from holdfast.store.migrate import migrate
from holdfast.store.postgres import Postgres
from holdfast.store.publish import publish
from holdfast.store.serving import server
from holdfast.store.sqlite import Sqlite
from holdfast.store.tiles import Folder

SERVER = os.environ.get("HOLDFAST_TEST_POSTGRES", "")
Connect = Callable[[], Database]
NOW = 1_780_000_000_000_000


@pytest.fixture(params=["sqlite", *(["postgres"] if SERVER else [])])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connect]:
    """Makes connections to one and the same empty store; they are closed in the end."""
    opened: list[Database] = []
    schema = f"test_{secrets.token_hex(8)}"

    def sqlite() -> Database:
        (tmp_path / "home").mkdir(mode=0o700, exist_ok=True)
        opened.append(Sqlite(str(tmp_path / "home/store.db")))
        return opened[-1]

    def postgres() -> Database:
        database = Postgres(SERVER)
        opened.append(database)
        database.run(f"SET search_path TO {schema}")
        return database

    if request.param == "sqlite":
        yield sqlite
    else:
        with closing(Postgres(SERVER)) as server:
            server.run(f"CREATE SCHEMA {schema}")
            yield postgres
    for database in opened:
        database.close()
    if request.param == "postgres":
        with closing(Postgres(SERVER)) as server:
            server.run(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def database(connect: Connect) -> Database:
    """A store with the current schema."""
    found = connect()
    migrate(found)
    return found


class Place(NamedTuple):
    """A ledger with the folders that belong to it."""

    database: Database
    home: Path
    reconnect: Connect

    @property
    def log(self) -> Folder:
        return Folder(str(self.home / "log"))

    @property
    def keys(self) -> Keys:
        return Keys(str(self.home / "keys"))

    def open(self) -> Ledger:
        """The ledger, as another process opens it."""
        return Ledger.open(self.reconnect(), self.keys.folder, NOW)

    def seal(self, *records: Record, now: int = NOW) -> Ledger:
        """Seals records, all at once, and publishes."""
        ledger = self.open()
        with ledger.database.transaction():
            ledger.seal(records, now)
        publish(ledger, self.log, now)
        return ledger

    def problems(self) -> list[str]:
        """What verifying finds."""
        found = self.reconnect()
        if isinstance(found, Sqlite):
            found.settle()
        return [f"{where.rpartition('/')[2]}: {what}" for what, where in verify(found, self.log, self.keys).problems]


@pytest.fixture
def place(connect: Connect, database: Database, tmp_path: Path) -> Place:
    """An empty ledger on either database."""
    (tmp_path / "home").mkdir(mode=0o700, exist_ok=True)
    return Place(database, tmp_path / "home", connect)


@pytest.fixture
def serve() -> Iterator[Any]:
    """`serve(handle)` -> URL."""
    running = []

    def start(handle: Any) -> str:
        found = server("127.0.0.1:0", handle)
        threading.Thread(target=found.serve_forever, daemon=True).start()
        running.append(found)
        return f"http://127.0.0.1:{found.server_address[1]}"

    yield start
    for each in running:
        each.shutdown()
        each.server_close()


def decisions(count: int, start: int = 0) -> list[Record]:
    """Records that differ."""
    return [
        Record("decision", f"{number % 5:032x}", f"payload {number}".encode()) for number in range(start, start + count)
    ]
