"""The one interface to both databases: plain SQL that both understand, with `?` for parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol

from holdfast.core.errors import HoldfastError

__all__ = ["CHUNK", "Database", "Row", "StoreError", "by_ids", "next_id"]

Row = tuple[Any, ...]
CHUNK = 500
"""Most values in one `IN (...)`; SQLite of older systems takes 999 parameters in a statement."""


class StoreError(HoldfastError):
    """The store cannot be opened, read or written: full or read-only disk, newer schema, damage, another process.

    Nothing of the transaction that it ended is kept.
    """

    exit_code = 3


class Database(Protocol):
    """A connection. Every method raises StoreError; after one that a disk caused, all of them do."""

    types: ClassVar[Mapping[str, str]]
    """What stands for `{key}`, `{bytes}`, `{real}` and `{packed}` in migrations."""
    name: str
    """What messages call it: a path, or a URL without its password."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, and one writer at a time; durable once it has ended."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Several reads of one state, while others write."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs a statement and answers how many rows it changed."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows of a query that may be longer than memory; nothing else is run before it ends."""

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Many rows at once."""

    def run_many(self, sql: str, rows: Iterable[Row]) -> None:
        """One statement for each of many rows of values."""

    def tables(self) -> set[str]:
        """The names of the tables that are there."""

    def close(self) -> None:
        """Ends the connection; what was committed is safe before, too."""


def next_id(database: Database, table: str) -> int:
    """The next free id of a table, inside of a transaction: there is one writer at a time."""
    return int(database.rows(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")[0][0])  # noqa: S608  # our own names


def by_ids(database: Database, sql: str, ids: Sequence[Any], *values: Any) -> Iterator[Row]:
    """The rows of a query with `IN {ids}`, for any number of ids; further values come after it."""
    for start in range(0, len(ids), CHUNK):
        batch = ids[start : start + CHUNK]
        yield from database.rows(sql.replace("{ids}", f"({', '.join('?' * len(batch))})"), [*batch, *values])
