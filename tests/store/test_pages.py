"""The checksums of pages: what is damaged is told, and what was interrupted is finished."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from holdfast.store.database import StoreError
from holdfast.store.pages import Pages
from holdfast.store.sqlite import Sqlite


def filled(path: Path) -> Path:
    database = Sqlite(str(path / "store.db"))
    database.run("CREATE TABLE a (b)")
    database.insert("a", ("b",), ((bytes(1000),) for _ in range(200)))
    database.close()
    return path / "store.db"


def damage(path: Path) -> list[str]:
    pages = Pages(str(path))
    with pages.locked():
        return [line.partition(": ")[2] for line in pages.damaged()]


def test_a_store_that_was_closed_is_one_file_and_its_seal(tmp_path: Path) -> None:
    path = filled(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["store.db", "store.db.lock", "store.db.seal"]
    assert damage(path) == []


def test_damage_is_told(tmp_path: Path) -> None:
    path = filled(tmp_path)
    kept = path.read_bytes()
    chance = random.Random(1)
    for _ in range(50):
        at = chance.randrange(4096 * 2, len(kept))
        path.write_bytes(kept[:at] + bytes([kept[at] ^ 1 << chance.randrange(8)]) + kept[at + 1 :])
        assert damage(path) == [f"page {at // 4096 + 1} is not what was written"]
    path.write_bytes(kept[: 4096 * 20])
    assert "pages are missing" in damage(path)[-1]
    path.write_bytes(kept)
    seal = Path(f"{path}.seal")
    sums = seal.read_bytes()
    for wrong in (b"", sums[:-1], sums[:30] + b"x" + sums[31:]):
        seal.write_bytes(wrong)
        assert damage(path) == ["missing or damaged"]
    seal.write_bytes(sums)
    Path(f"{path}.lock").write_bytes(b"x")
    assert damage(path) == ["is not empty"]


def test_an_interrupted_move_of_the_log_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path)
    database = Sqlite(str(path))
    with database.transaction():
        database.insert("a", ("b",), ((bytes(2000),) for _ in range(200)))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(database.pages, "_reseal", killed)
        with pytest.raises(KeyboardInterrupt):
            database.settle()
    assert Path(f"{path}.seal-next").exists()
    database.connection.close()
    database.pages.release()
    assert damage(path) == []
    again = Sqlite(str(path))
    again.close()
    assert not Path(f"{path}.seal-next").exists()
    assert damage(path) == []


def test_without_the_option_of_newer_pythons_a_lock_keeps_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path)
    database = Sqlite(str(path))
    other = Sqlite(str(path))
    other.run("INSERT INTO a VALUES (1)")
    other.connection.close()
    other.pages.release()
    assert database.rows("SELECT count(*) FROM a") == [(201,)]
    database.close()
    assert damage(path) == []


def test_after_an_error_of_the_disk_nothing_is_tried_again(tmp_path: Path) -> None:
    import sqlite3

    database = Sqlite(str(filled(tmp_path)))
    error = database._trouble(sqlite3.OperationalError("disk I/O error"))
    assert "the disk reports an error" in str(error)
    with pytest.raises(StoreError, match="the disk reports an error"):
        database.rows("SELECT 1")
    database.close()
    assert "the store is damaged" in str(database._trouble(UnicodeDecodeError("utf-8", b"x", 0, 1, "x")))
    assert str(database._trouble(sqlite3.OperationalError("other"))).endswith("the store refuses: other")
