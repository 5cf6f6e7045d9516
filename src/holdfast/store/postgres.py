"""The store of a team: PostgreSQL through psycopg."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote, urlsplit

from holdfast.store.database import Row, StoreError

if TYPE_CHECKING:
    import psycopg

__all__ = ["Postgres"]

WRITER = 0x686F6C64
"""The advisory lock that makes writers wait for one another."""
FETCHED = 2000
"""Rows that a long query fetches at once."""
SETTINGS = "-c synchronous_commit=on -c timezone=UTC -c lock_timeout=60000"


class Postgres:
    """A connection to a database; raises StoreError where PostgreSQL raises anything."""

    types: ClassVar[Mapping[str, str]] = {
        "key": "BIGINT PRIMARY KEY",
        "bytes": "BYTEA",
        "whole": "BIGINT",
        "packed": "",
    }

    def __init__(self, url: str) -> None:
        self.name = _named(url)
        try:
            import psycopg
        except ImportError as error:
            hint = "install it: pip install 'holdfast[postgres]'"
            raise StoreError("PostgreSQL needs the library psycopg", where=self.name, hint=hint) from error
        self.errors = (psycopg.Error, UnicodeError)
        try:
            given = psycopg.conninfo.conninfo_to_dict(url).get("options") or ""
            options = f"{given} {SETTINGS}"  # a schema that the URL names stays; what durability needs comes last
            self.connection: psycopg.Connection[Row] = psycopg.connect(url, autocommit=True, options=options)
        except self.errors as error:
            hint = "is the server there, and may this user use the database? PGPASSWORD or ~/.pgpass hold the password"
            said = _said(error)
            for secret in {urlsplit(url).password or "", unquote(urlsplit(url).password or "")} - {""}:
                said = said.replace(secret, "***")  # libpq quotes what it cannot read
            raise StoreError(said, where=self.name, hint=hint) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and one writer at a time; durable once it has ended."""
        with self._told(), self.connection.transaction():
            self.connection.execute("SELECT pg_advisory_xact_lock(%s)", (WRITER,))
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads of one state, while others write."""
        with self._told(), self.connection.transaction():
            self.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs a statement and answers how many rows it changed."""
        with self._told():
            return self.connection.execute(_marked(sql), values or None).rowcount

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._told():
            return self.connection.execute(_marked(sql), values or None).fetchall()

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows of a query that may be longer than memory; nothing else is run before it ends."""
        with self._told(), self.connection.transaction(), self.connection.cursor(name="each") as cursor:
            cursor.itersize = FETCHED
            yield from cursor.execute(_marked(sql), values or None)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Many rows at once."""
        sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"  # our own names
        with self._told(), self.connection.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)

    def run_many(self, sql: str, rows: Iterable[Row]) -> None:
        """One statement for each of many rows of values."""
        with self._told(), self.connection.cursor() as cursor:
            cursor.executemany(_marked(sql), rows)

    def tables(self) -> set[str]:
        """The names of the tables that are there."""
        found = self.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        return {name for (name,) in found}

    def close(self) -> None:
        """Ends the connection; what was committed is safe before, too."""
        self.connection.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self.errors as error:
            raise StoreError(_said(error), where=self.name) from error


def _named(url: str) -> str:
    """The URL without user, password and options. Raises StoreError where it is unclear which part the password is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("//?@")
    if "@" in parts.path or ("@" in parts.query + parts.fragment and "@" not in parts.netloc):
        hint = "postgresql://user@host:5432/database; what stands for itself in a password is written as %40, %2F, %3F"
        raise StoreError("this URL cannot be understood", where="postgresql://...", hint=hint)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _marked(sql: str) -> str:
    """The statement with this library's marks for parameters."""
    return sql.replace("%", "%%").replace("?", "%s") if "?" in sql else sql


def _said(error: Exception) -> str:
    return f"PostgreSQL refuses: {str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}"
