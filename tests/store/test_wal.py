"""A damaged log is told: SQLite would end at the damage without a word."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from holdfast.store.database import StoreError
from holdfast.store.files import unreadable
from holdfast.store.sqlite import Sqlite


def crashed(path: Path) -> Path:
    """A copy of a store with five transactions in its log, as a crash leaves it."""
    (path / "a").mkdir()
    database = Sqlite(str(path / "a/store.db"))
    database.run("CREATE TABLE a (b)")
    for _ in range(4):
        with database.transaction():
            database.run("INSERT INTO a VALUES (1)")
    shutil.copytree(path / "a", path / "b")
    database.close()
    return path / "b/store.db"


def test_a_log_that_a_crash_left_is_read(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    wal = Path(f"{path}-wal")
    wal.write_bytes(wal.read_bytes()[:-100])  # the last transaction is torn: nobody was told that it is there
    database = Sqlite(str(path))
    assert database.rows("SELECT count(*) FROM a") == [(3,)]
    database.close()


@pytest.mark.parametrize("at", [5, 20, 32 + 5, 32 + 10, 32 + 500, 32 + 4120 + 700])
def test_a_damaged_log_is_told(tmp_path: Path, at: int) -> None:
    path = crashed(tmp_path)
    wal = Path(f"{path}-wal")
    data = bytearray(wal.read_bytes())
    data[at] ^= 4
    wal.write_bytes(data)
    with pytest.raises(StoreError, match="the log is damaged") as told:
        Sqlite(str(path))
    (problem, *_) = unreadable(str(path), told.value).problems
    assert problem.what.startswith("the log is damaged")
    assert wal.read_bytes() == data
