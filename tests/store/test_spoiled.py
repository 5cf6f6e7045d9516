"""A page that somebody changed stays told, whatever is written after it."""

from __future__ import annotations

from pathlib import Path

from holdfast.store.migrate import migrate
from holdfast.store.sqlite import Sqlite


def damaged(path: Path) -> list[str]:
    database = Sqlite(str(path))
    try:
        with database.pages.locked():
            return database.pages.damaged()
    finally:
        database.close()


def write(path: Path, name: str) -> None:
    database = Sqlite(str(path))
    migrate(database)
    with database.transaction():
        database.run("INSERT INTO meta (name, value) VALUES (?, ?)", (name, "x" * 20))
    database.close()


def test_a_spoiled_page_is_not_sealed_anew_by_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, "first")
    assert damaged(path) == []
    data = bytearray(path.read_bytes())
    at = data.rindex(b"first") + 5
    data[at : at + 20] = b"y" * 20
    path.write_bytes(data)
    before = damaged(path)
    assert len(before) == 1
    write(path, "second")
    assert damaged(path) == before
    write(path, "third")
    assert damaged(path) == before
