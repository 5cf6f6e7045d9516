"""The tree as files that never change: tiles of 256 hashes and bundles of 256 entries. Source: C2SP tlog-tiles.

`Tiler` turns entries into tiles as they come; `Folder` keeps them. Both are derived: the rows are the truth.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from holdfast.core.merkle import SIZE, Range, subtree
from holdfast.store.database import StoreError
from holdfast.store.durable import sync_folder, write_durably

__all__ = [
    "CHECKPOINT",
    "ENTRIES",
    "HEIGHT",
    "WIDTH",
    "Folder",
    "Place",
    "Tile",
    "Tiler",
    "bundle_of",
    "end_of",
    "entries_of",
    "hashes_of",
    "path_of",
    "torn",
    "unfinished",
]

HEIGHT = 8
WIDTH = 1 << HEIGHT
CHECKPOINT = "checkpoint"
ENTRIES = -1
"""The level under which bundles of entries go here."""
LENGTH = struct.Struct(">H")
TILE = re.compile(r"tile/(entries|\d{1,2})/((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?")
Tile = tuple[str, bytes]
"""A path and what belongs there."""


def path_of(level: int, index: int, width: int = WIDTH) -> str:
    """Where a tile is."""
    digits = f"{index:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    kind = "entries" if level == ENTRIES else str(level)
    return f"tile/{kind}/{name}" + (f".p/{width}" if width < WIDTH else "")


def unfinished(size: int) -> list[str]:
    """Where the unfinished tiles of a tree are."""
    widths = [(level, (size >> HEIGHT * max(level, 0)) % WIDTH) for level in range(ENTRIES, 64 // HEIGHT)]
    return [path_of(level, size >> HEIGHT * (max(level, 0) + 1), width) for level, width in widths if width]


def end_of(path: str) -> int | None:
    """The number of the first entry after those of a tile; None for what is no tile."""
    found = TILE.fullmatch(path)
    if found is None:
        return None
    level = 0 if found[1] == "entries" else int(found[1])
    index = int(found[2].replace("/", "").replace("x", ""))
    return (index * WIDTH + int(found[3] or WIDTH)) << HEIGHT * level


def bundle_of(envelopes: Iterable[bytes]) -> bytes:
    """A bundle: every entry after its length."""
    pack = LENGTH.pack
    return b"".join([pack(len(envelope)) + envelope for envelope in envelopes])


def torn(bundle: bytes) -> int:
    """Bytes after the last whole entry of a bundle."""
    at = 0
    while at + 2 <= len(bundle) and (end := at + 2 + LENGTH.unpack_from(bundle, at)[0]) <= len(bundle):
        at = end
    return len(bundle) - at


def entries_of(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ValueError where it is cut."""
    found, at = [], 0
    while at < len(bundle):
        if at + 2 > len(bundle):
            raise ValueError("the bundle ends within a length")
        (length,) = LENGTH.unpack_from(bundle, at)
        found.append(bundle[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(bundle):
        raise ValueError("the bundle ends within an entry")
    return found


class Tiler:
    """The unfinished tiles of a tree."""

    def __init__(self) -> None:
        self.size = 0
        self.envelopes: list[bytes] = []
        self.levels: list[list[bytes]] = [[]]

    def add(self, envelopes: Sequence[bytes], leaves: Sequence[bytes]) -> Iterator[Tile]:
        """Adds entries and answers the tiles that this fills."""
        at = 0
        while at < len(leaves):
            room = WIDTH - len(self.envelopes)
            self.envelopes += envelopes[at : at + room]
            self.levels[0] += leaves[at : at + room]
            self.size += len(leaves[at : at + room])
            at += room
            if len(self.envelopes) == WIDTH:
                yield path_of(ENTRIES, (self.size - 1) >> HEIGHT), bundle_of(self.envelopes)
                self.envelopes = []
                yield from self._carry(0)

    def skip(self, root: bytes) -> Iterator[Tile]:
        """Adds a whole bundle whose entries are gone, by its root; its own tiles are not answered."""
        self.size += WIDTH
        yield from self._push(1, root)

    def _push(self, level: int, node: bytes) -> Iterator[Tile]:
        if level == len(self.levels):
            self.levels.append([])
        self.levels[level].append(node)
        if len(self.levels[level]) == WIDTH:
            yield from self._carry(level)

    def _carry(self, level: int) -> Iterator[Tile]:
        """Ends a tile."""
        full, self.levels[level] = self.levels[level], []
        yield path_of(level, (self.size >> HEIGHT * (level + 1)) - 1), b"".join(full)
        yield from self._push(level + 1, subtree(full))

    def partial(self) -> Iterator[Tile]:
        """The unfinished tiles."""
        if self.envelopes:
            yield path_of(ENTRIES, self.size >> HEIGHT, len(self.envelopes)), bundle_of(self.envelopes)
        for level, hashes in enumerate(self.levels):
            if hashes:
                yield path_of(level, self.size >> HEIGHT * (level + 1), len(hashes)), b"".join(hashes)

    def range(self) -> Range:
        """The tree."""
        tree = Range()
        for level in reversed(range(len(self.levels))):
            for node in self.levels[level]:
                tree.grow(node, HEIGHT * level)
        return tree


class Place(Protocol):
    """Where tiles go: a folder or object storage. Raises StoreError."""

    path: str
    """What messages call it."""

    def locked(self) -> AbstractContextManager[None]:
        """While nobody else on this host publishes there."""

    def immutable(self, tiles: Iterable[Tile]) -> None:
        """Keeps tiles for ever; they are durable once this returns."""

    def replaceable(self, path: str, data: bytes) -> None:
        """Replaces what is there; durable once this returns."""

    def read(self, path: str) -> bytes | None:
        """What is there; None for nothing."""

    def sweep(self, size: int) -> None:
        """The unfinished tiles of other trees than the one of this size may go."""


class Folder:
    """Tiles on disk."""

    def __init__(self, path: str) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While nobody else on this host publishes there."""
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _trouble(error, self.path) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def immutable(self, tiles: Iterable[Tile]) -> None:
        """Keeps tiles for ever; they are durable once this returns."""
        written: list[int] = []
        folders: set[str] = set()
        try:
            try:
                for path, data in tiles:
                    written.append(self._written(os.path.join(self.path, path), data, folders))
            finally:  # together they cost the disk little more than one alone
                for handle in written:
                    os.fsync(handle)
                    os.close(handle)
            for folder in folders:
                sync_folder(folder)
        except OSError as error:
            raise _trouble(error, self.path) from error

    def _written(self, path: str, data: bytes, folders: set[str]) -> int:
        folder = os.path.dirname(path)
        if folder not in folders:
            while not os.path.isdir(folder):
                folders.add(os.path.dirname(folder))
                folder = os.path.dirname(folder)
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            folders.add(os.path.dirname(path))
        partial = f"{path}.partial"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.rename(partial, path)
        return handle

    def replaceable(self, path: str, data: bytes) -> None:
        """Replaces what is there; durable once this returns."""
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            write_durably(os.path.join(self.path, path), data)
        except OSError as error:
            raise _trouble(error, self.path) from error

    def read(self, path: str) -> bytes | None:
        """What is there; None for nothing. Raises StoreError."""
        try:
            with open(os.path.join(self.path, path), "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _trouble(error, self.path) from error

    def remove(self, path: str) -> None:
        """Deletes a tile, and the folder of partial ones that this empties. Raises StoreError."""
        try:
            os.unlink(os.path.join(self.path, path))
            folder = os.path.dirname(os.path.join(self.path, path))
            if folder.endswith(".p") and not os.listdir(folder):
                os.rmdir(folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise _trouble(error, self.path) from error

    def sweep(self, size: int) -> None:
        """Deletes unfinished tiles of other trees than the one of this size, and what a crash left half written."""
        keep = set(unfinished(size))
        for level in range(ENTRIES, 64 // HEIGHT):
            folder = os.path.dirname(path_of(level, size >> HEIGHT * (max(level, 0) + 1)))
            for name in self._names(folder):
                if name.endswith(".partial"):
                    self.remove(f"{folder}/{name}")
                elif name.endswith(".p"):
                    for width in self._names(f"{folder}/{name}"):
                        if f"{folder}/{name}/{width}" not in keep:
                            self.remove(f"{folder}/{name}/{width}")

    def _names(self, folder: str) -> list[str]:
        try:
            return os.listdir(os.path.join(self.path, folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def paths(self) -> Iterator[str]:
        """Every file."""
        for folder, _, names in os.walk(self.path):
            for name in names:
                yield os.path.relpath(os.path.join(folder, name), self.path)


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes in a tile. Raises ValueError where it is cut."""
    if len(tile) % SIZE:
        raise ValueError("the tile ends within a hash")
    return [tile[at : at + SIZE] for at in range(0, len(tile), SIZE)]


def _trouble(error: OSError, where: str) -> StoreError:
    hint = "the ledger itself is safe; make room or mend the folder, and repeat the command"
    return StoreError(f"cannot be published: {error.strerror}", where=where, hint=hint)
