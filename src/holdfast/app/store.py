"""Opens what is remembered: the folder, the database in it or elsewhere, its schema and its ledger.

with open_store(settings.store) as store, store.database.transaction():
    entries = store.ledger.seal([Record("run", "", payload)], clock())
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import NamedTuple

from holdfast.core.entry import Record
from holdfast.store.database import Database, StoreError
from holdfast.store.keys import Keys
from holdfast.store.ledger import Ledger
from holdfast.store.migrate import migrate
from holdfast.store.postgres import Postgres
from holdfast.store.publish import check_published, publish
from holdfast.store.sqlite import Sqlite
from holdfast.store.tiles import Folder

__all__ = ["Record", "Store", "clock", "connect", "home", "open_store", "stored"]

POSTGRES = ("postgresql://", "postgres://")
FILE, KEYS, LOG = "store.db", "keys", "log"
TOLERATED = 1_000_000
"""Microseconds by which a clock may go back before that is told."""


class Store(NamedTuple):
    """An open store."""

    database: Database
    ledger: Ledger
    home: str
    """The folder of this installation: keys, published checkpoints, and the database unless it is elsewhere."""

    @property
    def log(self) -> Folder:
        """Where tiles and checkpoints are published."""
        return Folder(os.path.join(self.home, LOG))

    @property
    def keys(self) -> Keys:
        """The files with the keys."""
        return Keys(os.path.join(self.home, KEYS))


def clock() -> int:
    """Microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000


def home(environment: Mapping[str, str] = os.environ) -> str:
    """The folder: HOLDFAST_HOME, or `holdfast` below XDG_DATA_HOME, which is ~/.local/share by default."""
    data = environment.get("XDG_DATA_HOME", "")
    data = data if os.path.isabs(data) else os.path.expanduser("~/.local/share")
    folder = environment.get("HOLDFAST_HOME") or os.path.join(data, "holdfast")
    try:
        return os.path.abspath(folder)
    except OSError:  # there is no current folder
        raise StoreError("the folder of the store is relative to one that is gone", where=folder) from None


def connect(configured: str = "", *, create: bool = True, environment: Mapping[str, str] = os.environ) -> Database:
    """The database: a postgresql:// URL (the settings', or HOLDFAST_STORE), else a file in the folder.

    Raises StoreError: no such store, no right to it, damaged.
    """
    where = environment.get("HOLDFAST_STORE") or configured
    if where.startswith(POSTGRES):
        return Postgres(where)
    if where:
        hint = "a postgresql:// URL; without one the store is a file in HOLDFAST_HOME"
        scheme, found, _ = where.partition("://")
        name = f"{scheme}://..." if found and scheme.isalnum() else "HOLDFAST_STORE or `store` in the settings"
        raise StoreError("this is no store", where=name, hint=hint)  # all of it may hold a password
    folder = home(environment)
    if create:
        _make(folder)
    return Sqlite(os.path.join(folder, FILE), create=create)


def stored(configured: str = "", environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a store: a file in the folder, or the URL of a database, which is not asked."""
    where = environment.get("HOLDFAST_STORE") or configured
    return bool(where) or os.path.exists(os.path.join(home(environment), FILE))


@contextmanager
def open_store(
    configured: str = "",
    *,
    create: bool = True,
    environment: Mapping[str, str] = os.environ,
    tell: Callable[[str], object] = sys.stderr.write,
) -> Iterator[Store]:
    """A store whose schema is current and whose ledger is the one that was signed last.

    Raises StoreError, and LedgerError where the ledger was rolled back, cut or forked.
    """
    folder = home(environment)
    with closing(connect(configured, create=create, environment=environment)) as database:
        _make(folder)
        migrate(database)
        ledger = Ledger.open(database, os.path.join(folder, KEYS), clock())
        store = Store(database, ledger, folder)
        check_published(ledger, store.log)
        yield store
        if isinstance(database, Sqlite) and database.read_only:
            return
        publish(ledger, store.log, clock())
        if ledger.backwards > TOLERATED:
            seconds = ledger.backwards / 1_000_000
            tell(f"holdfast: the clock runs {seconds:.0f} s behind the last entry of the ledger\n")


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        hint = "set HOLDFAST_HOME to a folder that this user may write"
        raise StoreError(f"the folder cannot be made: {error.strerror}", where=folder, hint=hint) from error
