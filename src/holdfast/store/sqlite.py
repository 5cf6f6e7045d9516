"""The store in one file: SQLite with a write-ahead log, each commit on disk before it is acknowledged."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import Any, ClassVar
from urllib.parse import quote

from holdfast.store.database import Row, StoreError
from holdfast.store.pages import LARGEST_WAL, Pages

__all__ = ["Sqlite"]

WAIT = 60.0
"""Seconds that a writer waits for another one."""
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # WAL with NORMAL loses acknowledged commits when the power fails
    "PRAGMA wal_autocheckpoint = 0",  # `Pages` moves the log into the file, and seals what that changed
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA case_sensitive_like = ON",  # as in PostgreSQL, and in the patterns of the settings
    "PRAGMA secure_delete = ON",  # what is erased is overwritten, not only unlinked
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
)
TROUBLE = (
    ("database or disk is full", "the disk is full", "make room and repeat the command; nothing was recorded"),
    ("no space left", "the disk is full", "make room and repeat the command; nothing was recorded"),
    (
        "read-only file system",
        "the store is on a read-only file system",
        "set HOLDFAST_HOME to another folder",
    ),
    ("disk i/o error", "the disk reports an error", "look at the system's log; nothing of this run was recorded"),
    ("readonly database", "the store is read-only", "give this user the right to write it, or set HOLDFAST_HOME"),
    ("permission denied", "the store cannot be opened", "set HOLDFAST_HOME to a folder that this user may write"),
    ("unable to open", "the store cannot be opened", "set HOLDFAST_HOME to a folder that this user may write"),
    ("locked", "another process writes to the store", "repeat the command once that one has ended"),
    ("malformed", "the store is damaged", "restore it from a copy; `holdfast ledger verify` says what is damaged"),
    ("not a database", "this file is no store", "restore it from a copy, or set HOLDFAST_HOME to another folder"),
)
"""What SQLite says, in lower case -> what happened, and what to do next."""


class Sqlite:
    """A connection to a store in a file; raises StoreError where SQLite raises anything."""

    types: ClassVar[Mapping[str, str]] = {
        "key": "INTEGER PRIMARY KEY",
        "bytes": "BLOB",
        "whole": "INTEGER",
        "packed": " WITHOUT ROWID",
    }

    def __init__(self, path: str, *, create: bool = True) -> None:
        self.name = path
        self.dead: StoreError | None = None
        if not create and not os.path.exists(path):
            hint = "`holdfast check --store` makes one"
            raise StoreError("there is no store", where=path, hint=hint)
        fresh = not os.path.exists(path)
        try:
            self.pages = Pages(path)
            self.read_only = not _writable(path)
            if torn := self.pages.torn():
                hint = "restore the store from a copy; `holdfast ledger verify` says what else is damaged"
                raise StoreError(torn, where=path, hint=hint)
            if self.read_only:
                self.connection = self._snapshot(path)
                return
            # Two that make the same file a WAL one at the same time do not wait for each other.
            with nullcontext() if os.stat(path).st_size else self.pages.locked():
                self.connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None, check_same_thread=False)
                for pragma in PRAGMAS:
                    self.connection.execute(pragma)
            self.pages.keep_closed(self.connection)
            if fresh:
                self.pages.settle(self.connection)
        except (sqlite3.Error, OSError, UnicodeError) as error:
            raise self._trouble(error) from error

    def _snapshot(self, path: str) -> sqlite3.Connection:
        """A connection to a store that nobody can write, as an auditor has it: SQLite's log must be empty there."""
        if self.pages.log_size():
            hint = "open it once where it can be written, then mount it again"
            raise StoreError("the store is read-only, and its log was not moved into it", where=path, hint=hint)
        return sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True, isolation_level=None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and one writer at a time; durable once it has ended."""
        with ExitStack() as stack:
            with self._told():
                stack.enter_context(self.pages.writing())
            self.run("BEGIN IMMEDIATE")
            ended = False
            try:
                yield
                self.run("COMMIT")
                ended = True
            finally:
                if not ended:
                    with suppress(sqlite3.Error):
                        self.connection.execute("ROLLBACK")
        if self.pages.log_size() > LARGEST_WAL:
            self.settle()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads of one state, while others write."""
        self.run("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self.connection.execute("COMMIT")

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs a statement and answers how many rows it changed."""
        with self._told():
            return self.connection.execute(sql, values).rowcount

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._told():
            return self.connection.execute(sql, values).fetchall()

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows of a query that may be longer than memory; nothing else is run before it ends."""
        with self._told():
            yield from self.connection.execute(sql, values)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Many rows at once."""
        marks = ", ".join("?" * len(columns))
        self.run_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608  # our names

    def run_many(self, sql: str, rows: Iterable[Row]) -> None:
        """One statement for each of many rows of values."""
        with self._told():
            self.connection.executemany(sql, rows)

    def tables(self) -> set[str]:
        """The names of the tables that are there."""
        return {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def settle(self) -> None:
        """Moves the log into the file and seals the pages that this changed."""
        with self._told():
            self.pages.settle(self.connection)

    def close(self) -> None:
        """Ends the connection; what was committed is safe before, too."""
        try:
            if self.dead is None and not self.read_only and not self.connection.in_transaction:
                self.settle()
                if not self.pages.log_size():
                    self.pages.let_close(self.connection)
        finally:
            self.connection.close()
            self.pages.release()

    @contextmanager
    def _told(self) -> Iterator[None]:
        if self.dead is not None:
            raise self.dead
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeError) as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> StoreError:
        # A message that quotes a damaged page is no text.
        said = "malformed" if isinstance(error, UnicodeError) else str(error)
        for sign, what, hint in TROUBLE:
            if sign in said.lower():
                found = StoreError(what, where=self.name, hint=hint)
                # After an error of the disk nobody knows what was written: trying again could acknowledge what is lost.
                if sign in ("disk i/o error", "malformed"):
                    self.dead = found
                return found
        return StoreError(f"the store refuses: {said}", where=self.name)


def _writable(path: str) -> bool:
    """Makes the file, which SQLite would let others read; False where its file system can only be read.

    Raises OSError.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        if error.errno != errno.EROFS or not os.path.exists(path):
            raise
        return False
    return True
