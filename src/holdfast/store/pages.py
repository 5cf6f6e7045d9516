"""Seals the pages of a SQLite file with checksums, so that damage anywhere in it is found.

SQLite checks the structure of what it reads, not the bytes; unused parts of a page, and values, may change unseen. In
WAL mode the file changes only when the log is moved into it. `settle` is the one place where that happens: it takes a
lock, notes which pages the log holds, moves the log, and writes the checksums of these pages. A process that dies in
between leaves the note, and whoever comes next finishes the work.

Files beside the store: `NAME.seal` (a CRC-32 for each page), `NAME.seal-next` (the note), `NAME.lock` (empty).
Source: SQLite, "Database File Format", section 4 "The Write-Ahead Log".
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import struct
import zlib
from array import array
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from holdfast.store.durable import write_durably
from holdfast.store.wal import damage_of, pages_in

__all__ = ["LARGEST_WAL", "Pages"]

LARGEST_WAL = 16 << 20
"""Bytes of log from which on it is moved into the file after a commit."""
MAGIC = b"holdfast seal 1\n"
HEADER = struct.Struct(">II")
"""Page size and number of pages, after the magic; then the checksums, and one over everything before it."""
SMALL = 4096
"""Bytes of a store in which nothing was written yet."""
WRONG = 0xFFFFFFFF
"""What makes any checksum a wrong one."""
NO_CHECKPOINT_ON_CLOSE = 1006
"""SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE of sqlite3.h, which Python names from 3.12 on."""
SHARED_FIRST, SHARED_SIZE = 0x40000002, 510
"""The bytes of the file that SQLite locks. Source: os.h of SQLite."""


class Pages:
    """The checksums of the pages of one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.seal, self.next, self.lock = f"{path}.seal", f"{path}.seal-next", f"{path}.lock"
        self.guard = -1

    def keep_closed(self, connection: sqlite3.Connection) -> None:
        """Sees to it that the last connection to close leaves the log alone: what it moved would not be sealed.

        Before Python 3.12 SQLite cannot be told. It does it only where it gets an exclusive lock on the file, and a
        lock of an open file description of our own keeps it from that. Raises OSError.
        """
        configure = getattr(connection, "setconfig", None)
        if configure is not None:
            configure(NO_CHECKPOINT_ON_CLOSE, True)
            return
        self.guard = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        self._guard(fcntl.F_RDLCK)

    def let_close(self, connection: sqlite3.Connection) -> None:
        """Lets the last connection remove the files of the log, which is empty. Raises OSError."""
        configure = getattr(connection, "setconfig", None)
        if configure is not None:
            configure(NO_CHECKPOINT_ON_CLOSE, False)
        else:
            self._guard(fcntl.F_UNLCK)

    def _guard(self, lock: int) -> None:
        request = struct.pack("hhqqi", lock, os.SEEK_SET, SHARED_FIRST, SHARED_SIZE, 0)
        if hasattr(fcntl, "F_OFD_SETLK"):  # elsewhere the log is empty by then, unless a process died just now
            fcntl.fcntl(self.guard, fcntl.F_OFD_SETLK, request)

    def release(self) -> None:
        """Gives the guard back, once the connection is closed: closing the file earlier would drop SQLite's locks."""
        if self.guard >= 0:
            os.close(self.guard)
            self.guard = -1

    def torn(self) -> str:
        """What is wrong with the log, in words: whoever opens the file would lose what is behind it. Raises OSError."""
        if not self.log_size():
            return ""
        with self.locked():
            return damage_of(f"{self.path}-wal")

    def log_size(self) -> int:
        """Bytes in the write-ahead log."""
        try:
            return os.stat(f"{self.path}-wal").st_size
        except FileNotFoundError:
            return 0

    def settle(self, connection: sqlite3.Connection) -> None:
        """Moves the log into the file, as far as readers let it, and seals the pages that this changed.

        Raises OSError and sqlite3.Error.
        """
        with self.locked():
            noted, logged = self._noted(), pages_in(f"{self.path}-wal")
            changed = noted | logged
            if not changed and os.path.exists(self.seal):
                return
            spoiled = self._spoiled(logged - noted)
            write_durably(self.next, array("I", sorted(changed)).tobytes())
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._reseal(changed, spoiled)
            os.unlink(self.next)

    def _spoiled(self, numbers: set[int]) -> set[int]:
        """Those of the pages that are not what was written: what the log brings was built on the damage."""
        known = self._read()
        if known is None:
            return set()
        size, sums = known
        found = set()
        with open(self.path, "rb") as file:
            for number in sorted(page for page in numbers if 0 < page <= len(sums)):
                file.seek((number - 1) * size)
                if zlib.crc32(file.read(size)) != sums[number - 1]:
                    found.add(number)
        return found

    def locked(self) -> AbstractContextManager[None]:
        """While no other process moves the log into the file, or adds to it."""
        return self._held(fcntl.LOCK_EX)

    def writing(self) -> AbstractContextManager[None]:
        """While a transaction of this process may add to the log: what it adds is not moved unseen."""
        return self._held(fcntl.LOCK_SH)

    @contextmanager
    def _held(self, how: int) -> Iterator[None]:
        try:
            handle = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if error.errno != errno.EROFS or not os.path.exists(self.lock):
                raise
            handle = os.open(self.lock, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)

    def damaged(self) -> list[str]:
        """What is wrong with the file, its seal or its log, in words; to be called while `locked`.

        Pages whose sealing was interrupted have no checksum yet and are left to the other checks.
        """
        found = []
        if os.path.exists(self.lock) and os.stat(self.lock).st_size:
            found.append(f"{self.lock}: is not empty")
        if torn := damage_of(f"{self.path}-wal"):
            found.append(f"{self.path}-wal: {torn}")
        skipped = self._noted()
        known = self._read()
        if known is None:
            # A process that died while it made the store left one page at most, with nothing in it.
            fresh = not os.path.exists(self.seal) and os.stat(self.path).st_size <= SMALL
            return found if fresh else [*found, f"{self.seal}: missing or damaged"]
        size, sums = known
        count = 0
        for number, page in enumerate(self._pages(size), 1):
            count = number
            if number not in skipped and (number > len(sums) or zlib.crc32(page) != sums[number - 1]):
                found.append(f"{self.path}: page {number} is not what was written")
        if count < len(sums):
            found.append(f"{self.path}: {len(sums) - count} pages are missing")
        return found

    def _pages(self, size: int) -> Iterator[bytes]:
        with open(self.path, "rb") as file:
            while page := file.read(size):
                yield page

    def _read(self) -> tuple[int, array[int]] | None:
        """The page size and the checksums; None where the seal is missing or damaged."""
        try:
            with open(self.seal, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return None
        start = len(MAGIC) + HEADER.size
        if not data.startswith(MAGIC) or len(data) < start + 4 or zlib.crc32(data[:-4]).to_bytes(4, "big") != data[-4:]:
            return None
        size, count = HEADER.unpack_from(data, len(MAGIC))
        sums = array("I")
        sums.frombytes(data[start:-4])
        return (size, sums) if count == len(sums) and size else None

    def _reseal(self, changed: set[int], spoiled: set[int]) -> None:
        """Writes the checksums of what changed; a page that was spoiled keeps a wrong one, so that it stays told."""
        with open(self.path, "rb") as file:
            head = file.read(100)
            size = int.from_bytes(head[16:18], "big")
            size = 65536 if size == 1 else size
            count = os.fstat(file.fileno()).st_size // size
            known = self._read()
            sums = known[1][:count] if known is not None and known[0] == size else array("I")
            if known is None:
                changed = set(range(1, count + 1))
            changed |= set(range(len(sums) + 1, count + 1))
            sums.extend([0] * (count - len(sums)))
            # A frame of the log that never reached the disk reads as page 0.
            for number in sorted(page for page in changed if 0 < page <= count):
                file.seek((number - 1) * size)
                sums[number - 1] = zlib.crc32(file.read(size)) ^ (WRONG if number in spoiled else 0)
        data = MAGIC + HEADER.pack(size, count) + sums.tobytes()
        write_durably(self.seal, data + zlib.crc32(data).to_bytes(4, "big"))

    def _noted(self) -> set[int]:
        """The pages of an interrupted move."""
        try:
            with open(self.next, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return set()
        noted = array("I")
        noted.frombytes(data[: len(data) // noted.itemsize * noted.itemsize])
        return set(noted)
