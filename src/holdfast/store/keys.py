"""The files of an installation that signs: its key, and the id under which it counts its entries.

A private key is one line, `PRIVATE+KEY+NAME+ID+BASE64`; the id is a hash over name and public key, so that a changed
letter anywhere is noticed. Source: C2SP signed-note; the form of the private key is that of Go's sumdb/note.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable

from holdfast.core.errors import FormatError
from holdfast.formats.note import Key, parse_private_key, private_key_text
from holdfast.store.database import StoreError
from holdfast.store.durable import sync_folder, write_durably
from holdfast.trust.note import ED25519, ML_DSA_44, SEED, Signer

__all__ = ["Keys", "Random", "make_key", "new_origin", "read_key", "write_key"]

Random = Callable[[int], bytes]
KEY, EXTRA, SOURCE = "ledger.key", "ledger-ml-dsa-44.key", "source"
TALL = 1 << 16
"""Bytes that are read of a file at most."""


class Keys:
    """The folder of them."""

    def __init__(self, folder: str, random: Random = os.urandom) -> None:
        self.folder = folder
        self.random = random

    @property
    def path(self) -> str:
        """Where the key is that signs."""
        return os.path.join(self.folder, KEY)

    @property
    def next(self) -> str:
        """Where a key is that is about to be announced."""
        return f"{self.path}.next"

    def successor(self) -> Signer | None:
        """The key that is about to be announced, or was. Raises StoreError."""
        return read_key(self.next, (ED25519,)) if os.path.exists(self.next) else None

    def succeed(self) -> None:
        """Puts it in its place. Raises StoreError."""
        try:
            os.rename(self.next, self.path)
            sync_folder(self.folder)
        except OSError as error:
            raise StoreError(f"cannot be renamed: {error.strerror}", where=self.next) from error

    def exist(self) -> bool:
        """Whether there is a key."""
        return os.path.exists(self.path)

    def make(self, origin: str) -> None:
        """Writes a first key. Raises StoreError."""
        write_key(self.path, make_key(origin, ED25519, self.random))

    def signer(self) -> Signer:
        """The key that signs. Raises StoreError."""
        return read_key(self.path, (ED25519,))

    def extra(self) -> Signer | None:
        """The second, post-quantum key, if there is one. Raises StoreError."""
        path = os.path.join(self.folder, EXTRA)
        return read_key(path, (ML_DSA_44,)) if os.path.exists(path) else None

    def make_extra(self, origin: str) -> Signer:
        """Writes a post-quantum key. Raises StoreError."""
        write_key(os.path.join(self.folder, EXTRA), make_key(origin, ML_DSA_44, self.random))
        return read_key(os.path.join(self.folder, EXTRA), (ML_DSA_44,))

    def source(self) -> str:
        """The id of this installation, made on first use. Raises StoreError.

        It lies beside the folder: a host that is given a copy of the keys counts its entries apart.
        """
        path = os.path.join(os.path.dirname(self.folder), SOURCE)
        if not os.path.exists(path):
            id = self.random(8).hex()
            _written(path, f"{id} {zlib.crc32(id.encode()):08x}\n".encode())
        data = _read(path)
        found = re.fullmatch(rb"([0-9a-f]{16}) ([0-9a-f]{8})\n", data)
        if found is None or int(found[2], 16) != zlib.crc32(found[1]):
            raise StoreError("the id of this installation is damaged", where=path, hint="restore the file from a copy")
        return found[1].decode()


def new_origin(random: Random) -> str:
    """A name for a log."""
    return f"holdfast/{random(8).hex()}"


def make_key(name: str, type: int, random: Random) -> Signer:
    """A new key."""
    return Signer(name, type, random(SEED))


def write_key(path: str, signer: Signer) -> None:
    """Writes a private key so that only this user reads it. Raises StoreError."""
    name, type, _ = signer.verifier
    _written(path, private_key_text(Key(name, signer.id, type, signer.seed)))


def read_key(path: str, types: tuple[int, ...]) -> Signer:
    """A private key of one of these algorithms. Raises StoreError: missing, open to others, damaged."""
    data = _read(path)
    if os.stat(path).st_mode & 0o077:
        raise StoreError("other users may read this private key", where=path, hint=f"chmod 600 {path}")
    try:
        name, id, type, seed = parse_private_key(data)
    except FormatError as error:
        raise StoreError(f"this is no private key: {error.what}", where=path, hint="restore it from a copy") from error
    if type not in types or len(seed) != SEED:
        raise StoreError("this private key is for another algorithm", where=path)
    signer = Signer(name, type, seed)
    if signer.id != id:
        raise StoreError("this private key is damaged", where=path, hint="restore it from a copy")
    return signer


def _written(path: str, data: bytes) -> None:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        write_durably(path, data)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", where=path) from error


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(TALL)
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}", where=path) from error
