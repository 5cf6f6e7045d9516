"""What goes wrong with a store: each has its own message, and none loses what was acknowledged."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.store.conftest import NOW, Place, decisions

from holdfast.app.store import Record, connect, home, open_store
from holdfast.cli.main import main
from holdfast.store.database import StoreError
from holdfast.store.keys import Keys, make_key, write_key
from holdfast.store.ledger import Ledger, LedgerError
from holdfast.store.migrate import migrate
from holdfast.store.publish import published
from holdfast.store.rotate import rotate
from holdfast.store.sqlite import Sqlite
from holdfast.store.tiles import Folder, Tiler, end_of, entries_of, hashes_of, path_of
from holdfast.trust.note import COSIGNATURE, ED25519


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"HOLDFAST_HOME": str(tmp_path / "home")}


def use(environment: dict[str, str], *records: Record) -> int:
    told: list[str] = []
    with open_store(environment=environment, tell=told.append) as store, store.database.transaction():
        store.ledger.seal(records, NOW)
    return len(told)


def test_the_folder_is_private_and_where_it_should_be(environment: dict[str, str], tmp_path: Path) -> None:
    use(environment, *decisions(3))
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    names = sorted(
        str(path.relative_to(tmp_path / "home")) for path in (tmp_path / "home").rglob("*") if path.is_file()
    )
    assert names == [
        "keys/ledger.key",
        "log/checkpoint",
        "log/tile/0/000.p/4",
        "log/tile/entries/000.p/4",
        "source",
        "store.db",
        "store.db.lock",
        "store.db.seal",
    ]
    assert home({"XDG_DATA_HOME": "/x"}) == "/x/holdfast"
    assert home({"XDG_DATA_HOME": "x", "HOLDFAST_HOME": ""}) == os.path.expanduser("~/.local/share/holdfast")


def test_a_store_that_is_not_there_or_elsewhere(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        connect(create=False, environment=environment)
    with pytest.raises(StoreError, match="this is no store"):
        connect("mysql://a/b", environment=environment)
    with pytest.raises(StoreError, match=r"postgresql://localhost(:9)?/x"):
        connect("", environment={**environment, "HOLDFAST_STORE": "postgresql://user:secret@localhost:9/x"})
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the folder cannot be made"):
        connect(environment={"HOLDFAST_HOME": str(tmp_path / "file/below")})


def test_the_clock_is_told_once(environment: dict[str, str]) -> None:
    with open_store(environment=environment):
        pass
    assert use(environment, *decisions(1)) == 1


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """Files cannot grow beyond a size: what a full disk does, for one process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_loses_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    use(environment, *decisions(50))
    with pytest.raises(StoreError, match="disk"), small_files(200_000):
        use(environment, Record("run", "", bytes(400_000)))
    use(environment, *decisions(5))
    database = Sqlite(str(tmp_path / "home/store.db"))
    assert database.rows("SELECT size FROM tree") == [(56,)]
    database.close()


def test_a_folder_that_cannot_be_written(environment: dict[str, str], tmp_path: Path) -> None:
    use(environment, *decisions(3))
    code = f"""
    import os
    import holdfast.app.ledger, holdfast.cli.ledger, holdfast.config, msgspec.json, cryptography.exceptions
    import cryptography.hazmat.primitives.asymmetric.ed25519
    from holdfast.cli.main import main
    os.setgid(65534), os.setuid(65534)
    os.environ["HOLDFAST_HOME"] = {str(tmp_path / "home")!r}
    raise SystemExit(main(["ledger", "rotate"]))
    """
    if os.getuid():
        pytest.skip("only root can become somebody else")
    for path in [tmp_path, *tmp_path.parents][:4]:
        if path.stat().st_uid == os.getuid() and path != Path("/tmp"):
            path.chmod(0o755)
    (tmp_path / "home").chmod(0o755)
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "HOLDFAST_HOME" in done.stderr


def test_a_newer_store_is_left_alone(environment: dict[str, str], tmp_path: Path) -> None:
    use(environment, *decisions(3))
    database = Sqlite(str(tmp_path / "home/store.db"))
    database.run("UPDATE meta SET value = '99' WHERE name = 'schema'")
    database.close()
    with pytest.raises(StoreError, match="the store has schema 99, newer than"):
        use(environment)


def test_a_damaged_page(environment: dict[str, str], tmp_path: Path) -> None:
    use(environment, *decisions(3000))
    path = tmp_path / "home/store.db"
    data = bytearray(path.read_bytes())
    data[4096 * 20 : 4096 * 400] = bytes(4096 * 380)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged|ledger was changed"):
        use(environment, *decisions(3))
    path.write_bytes(b"x" * 9999)
    with pytest.raises(StoreError, match="is no store"):
        use(environment)


def test_keys_that_cannot_be_used(place: Place, tmp_path: Path) -> None:
    ledger = place.seal(*decisions(3))
    path = Path(place.keys.path)
    kept = path.read_bytes()
    path.chmod(0o644)
    with pytest.raises(StoreError, match="other users may read"):
        place.open()
    path.chmod(0o600)
    for change, says in (
        (kept[:-1], "no private key"),
        (kept.replace(b"holdfast/", b"holdfasu/"), "damaged"),
        (b"", "no private key"),
    ):
        path.write_bytes(change)
        with pytest.raises(StoreError, match=says):
            place.open()
    write_key(str(path), make_key(ledger.origin, COSIGNATURE, os.urandom))
    with pytest.raises(StoreError, match="another algorithm"):
        place.open()
    write_key(str(path), make_key(ledger.origin, ED25519, os.urandom))
    with pytest.raises(StoreError, match="not the key that signs this ledger"):
        place.open()
    path.unlink()
    with pytest.raises(StoreError, match="the key that signs this ledger is missing"):
        place.open()
    path.write_bytes(kept)
    path.chmod(0o600)
    (path.parent.parent / "source").write_bytes(b"0" * 16 + b" 00000000\n")
    with pytest.raises(StoreError, match="the id of this installation is damaged"):
        place.open()
    with pytest.raises(StoreError, match="cannot be written"):
        Keys(str(path / "below")).make("a")


def test_a_rotation_that_was_interrupted_is_finished(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = place.seal(*decisions(3))

    def killed(*_: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(Keys, "succeed", killed)
        with pytest.raises(InterruptedError):
            rotate(ledger, NOW)
    assert place.open().key() != ledger.key()
    place.seal(*decisions(3))
    assert place.problems() == []
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "announce", killed)
        with pytest.raises(InterruptedError):
            rotate(place.open(), NOW)
    place.seal(*decisions(3))  # the key was never announced: the one before goes on
    rotate(place.open(), NOW)
    assert place.problems() == []


def test_no_other_kinds_are_sealed(place: Place) -> None:
    ledger = place.open()
    with pytest.raises(ValueError, match="no entry of kind x"), ledger.database.transaction():
        ledger.seal([Record("x", "", b"")], NOW)
    with ledger.database.transaction():
        assert not ledger.seal([], NOW)


def test_a_published_checkpoint_of_another_ledger(place: Place) -> None:
    place.seal(*decisions(3))
    path = place.home / "log/checkpoint"
    path.write_bytes(path.read_bytes().replace(b"holdfast/", b"holdfasu/"))
    with pytest.raises(LedgerError, match="this is the checkpoint of holdfasu"):
        place.seal(*decisions(3))
    path.write_bytes(b"x")
    with pytest.raises(LedgerError, match="the published checkpoint is damaged"):
        published(place.log)


def test_a_folder_of_tiles_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = Folder(str(tmp_path / "file"))
    for act in (lambda: folder.immutable([("a/b", b"x")]), lambda: folder.replaceable("a", b"x")):
        with pytest.raises(StoreError, match="cannot be published"):
            act()
    assert folder.read("a") is None
    (tmp_path / "a").mkdir()
    for act in (lambda: Folder(str(tmp_path)).read("a"), lambda: Folder(str(tmp_path)).remove("a")):
        with pytest.raises(StoreError, match="cannot be published"):
            act()
    Folder(str(tmp_path)).remove("b")


def test_where_tiles_are() -> None:
    assert path_of(0, 1234067) == "tile/0/x001/x234/067"
    assert path_of(-1, 5, 7) == "tile/entries/005.p/7"
    assert end_of("tile/0/x001/x234/067") == 1234068 * 256
    assert end_of("tile/1/000.p/3") == 3 * 256
    assert end_of("other") is None
    for cut in (b"\0", b"\0\2x"):
        with pytest.raises(ValueError, match="the bundle ends"):
            entries_of(cut)
    with pytest.raises(ValueError, match="within a hash"):
        hashes_of(b"x")


def test_a_large_tree_has_the_tiles_of_the_specification() -> None:
    tiler = Tiler()
    leaf = bytes(32)
    tiles = dict(tiler.add([b"x"] * 70_000, [leaf] * 70_000)) | dict(tiler.partial())
    assert len([path for path in tiles if path.startswith("tile/0/") and ".p" not in path]) == 273
    assert {"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"} <= set(
        tiles
    )
    assert tiler.range().size == 70_000


def test_what_another_program_keeps_is_left_alone(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with closing(sqlite3.connect(tmp_path / "home/store.db")) as foreign:
        foreign.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(StoreError, match="this is no store: it has a table `bookmarks`") as refused:
        use(environment)
    assert "a place where nothing else is" in refused.value.hint
    with closing(sqlite3.connect(tmp_path / "home/store.db")) as foreign:
        assert foreign.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


def test_a_store_that_can_only_be_read_is_read(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(environment, *decisions(3))
    real = os.open

    def read_only(path: str, flags: int, *rest: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(path, flags, *rest)

    monkeypatch.setenv("HOLDFAST_HOME", environment["HOLDFAST_HOME"])
    monkeypatch.setattr(os, "open", read_only)
    with open_store(environment=environment) as store:
        assert store.ledger.size() == 4
        with pytest.raises(StoreError, match="the store is read-only"), store.database.transaction():
            store.ledger.seal(decisions(1), NOW)
    assert main(["ledger", "verify"]) == 0
    assert "all is as it was sealed: 4 entries" in capsys.readouterr().out
    (tmp_path / "home/store.db-wal").write_bytes(b"x" * 10)
    with pytest.raises(StoreError, match="its log was not moved into it"), open_store(environment=environment):
        pass


def test_several_that_open_a_store_for_the_first_time_wait_for_each_other(tmp_path: Path) -> None:
    for round in range(5):
        path = str(tmp_path / f"{round}.db")
        start = threading.Barrier(4)

        def begin(path: str = path, start: threading.Barrier = start) -> None:
            start.wait()
            with closing(Sqlite(path)) as database:
                migrate(database)

        with ThreadPoolExecutor(4) as pool:
            for future in [pool.submit(begin) for _ in range(4)]:
                future.result()


@pytest.mark.parametrize("schema", ["abc", "-1", "", "9" * 5000])
def test_a_schema_that_is_no_number(environment: dict[str, str], tmp_path: Path, schema: str) -> None:
    use(environment, *decisions(1))
    database = Sqlite(str(tmp_path / "home/store.db"))
    database.run("UPDATE meta SET value = ? WHERE name = 'schema'", (schema,))
    database.close()
    with pytest.raises(StoreError, match="a schema that is no number"):
        use(environment)


def test_a_newer_store_is_not_verified(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(environment, *decisions(1))
    database = Sqlite(str(tmp_path / "home/store.db"))
    database.run("UPDATE meta SET value = '99' WHERE name = 'schema'")
    database.close()
    monkeypatch.setenv("HOLDFAST_HOME", environment["HOLDFAST_HOME"])
    assert main(["ledger", "verify"]) == 3
    assert "the store has schema 99, newer than" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.EROFS, os.strerror(errno.EROFS)), "read-only file system"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "the disk is full"),
        (sqlite3.OperationalError("database or disk is full"), "the disk is full"),
    ],
)
def test_what_a_disk_says_is_told_with_what_to_do(tmp_path: Path, error: Exception, says: str) -> None:
    database = Sqlite(str(tmp_path / "store.db"))
    with pytest.raises(StoreError, match=says) as told, database._told():
        raise error
    assert told.value.hint
    database.close()
