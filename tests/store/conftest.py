"""The databases that the shared tests run on: SQLite always, PostgreSQL where a server is named.

`HOLDFAST_TEST_POSTGRES` holds a URL; every test gets a schema of its own there.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.store.database import Database
from holdfast.store.migrate import migrate
from holdfast.store.postgres import Postgres
from holdfast.store.sqlite import Sqlite

SERVER = os.environ.get("HOLDFAST_TEST_POSTGRES", "")
Connect = Callable[[], Database]


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
