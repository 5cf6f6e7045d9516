"""Brings a store to the schema of this program: forwards only, one numbered file after the other."""

from __future__ import annotations

import os
import re

from holdfast.store.database import Database, StoreError

__all__ = ["FOLDER", "LATEST", "migrate", "refuse_newer", "version"]

FOLDER = os.path.join(os.path.dirname(__file__), "migrations")
LATEST = 1
"""The number of the last file in `FOLDER`."""


def version(database: Database) -> int:
    """The schema of a store; 0 for an empty one. Raises StoreError, also for what another program keeps there."""
    tables = database.tables()
    if tables and not {"meta", "run", "entry"} <= tables:
        hint = "restore the store from a copy, or give it a place where nothing else is"
        raise StoreError(f"this is no store: it has a table `{min(tables)[:60]}`", where=database.name, hint=hint)
    if not tables:
        return 0
    found = database.rows("SELECT value FROM meta WHERE name = 'schema'")
    text = str(found[0][0]) if found else "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        hint = "restore the store from a copy; it was damaged or changed"
        raise StoreError(f"the store has a schema that is no number: {text[:20]!r}", where=database.name, hint=hint)
    return int(text)


def refuse_newer(database: Database, latest: int = LATEST) -> int:
    """The schema of a store that this program can read. Raises StoreError for a newer one."""
    found = version(database)
    if found > latest:
        hint = "use the version of holdfast that wrote it, or a later one"
        raise StoreError(f"the store has schema {found}, newer than {latest}", where=database.name, hint=hint)
    return found


def migrate(database: Database, latest: int = LATEST) -> None:
    """Applies what is missing. Raises StoreError, also where the store is newer than this program."""
    if _current(database, latest):
        return
    with database.transaction():
        if _current(database, latest):  # another process was faster
            return
        for number in range(version(database) + 1, latest + 1):
            for statement in statements(number):
                database.run(re.sub(r"\{(\w+)\}", lambda match: database.types[match[1]], statement))
        database.run("DELETE FROM meta WHERE name = 'schema'")
        database.run("INSERT INTO meta (name, value) VALUES ('schema', ?)", (str(latest),))


def _current(database: Database, latest: int) -> bool:
    return refuse_newer(database, latest) == latest


def statements(number: int) -> list[str]:
    """The statements of one file, without its comments."""
    with open(os.path.join(FOLDER, f"{number:04}.sql"), encoding="utf-8") as file:
        text = re.sub(r"--[^\n]*", "", file.read())
    return [statement.strip() for statement in text.split(";") if statement.strip()]
