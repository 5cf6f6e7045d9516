"""Where the store is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from holdfast.app.store import clock, connect, home, open_store, stored
from holdfast.core.entry import Record
from holdfast.store.database import StoreError


def test_the_folder_is_named_or_below_the_folder_of_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home({"HOLDFAST_HOME": "/x/y"}) == "/x/y"
    assert home({"XDG_DATA_HOME": "/data"}) == "/data/holdfast"
    assert home({"XDG_DATA_HOME": "data"}) == home({}) == str(tmp_path / ".local/share/holdfast")


def test_a_store_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    there = {"HOLDFAST_HOME": str(tmp_path / "home")}
    assert not stored(environment=there)
    with pytest.raises(StoreError, match="there is no store"):
        connect(create=False, environment=there)
    with open_store(environment=there) as store:
        assert store.log.path.startswith(store.home) if hasattr(store.log, "path") else True
    assert stored(environment=there)
    assert stored("postgresql://db/x", {})
    assert [os.stat(path).st_mode & 0o077 for path in (tmp_path / "home", tmp_path / "home/store.db")] == [0, 0]


def test_a_clock_that_went_back_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"HOLDFAST_HOME": str(tmp_path / "home")}
    said: list[str] = []

    def seal(at: int) -> None:
        with open_store(environment=there, tell=said.append) as store, store.database.transaction():
            store.ledger.seal([Record("run", "", b"x")], at)

    seal(clock())
    assert said == []
    seal(clock() - 3_600_000_000)
    assert said
    assert "behind the last entry of the ledger" in said[0]
    assert abs(clock() - time.time_ns() // 1000) < 5_000_000


@pytest.mark.parametrize("where", ["garbage", "jo:s3cret@h/db", "my sql://s3cret@h"])
def test_what_is_no_store_is_not_quoted(where: str) -> None:
    with pytest.raises(StoreError) as error:
        connect(where, environment={})
    assert "s3cret" not in str(error.value)
