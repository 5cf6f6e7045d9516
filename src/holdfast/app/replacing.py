"""Writes a changed file in the place of the old one: whole or not at all, with its owner, mode and attributes."""

from __future__ import annotations

import os
import tempfile

from holdfast.collect.tree import read_file
from holdfast.core.errors import RepairError


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Puts `after` in the place of `before`. Raises RepairError, and then nothing has changed.

    A file that was changed since it was read is left alone. Source: rename(2): it replaces a name atomically.
    """
    try:
        if read_file(path) != before:
            raise RepairError("it was changed meanwhile; run it again")
        if not os.access(path, os.W_OK):
            raise RepairError("it may not be written")
        _replace(path, after)
    except (OSError, ValueError) as error:
        raise RepairError(f"cannot be written: {getattr(error, 'strerror', None) or error}") from error


def _replace(path: str, data: bytes) -> None:
    folder = os.path.dirname(path) or "."
    descriptor, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=folder)
    placed = False
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _like(file.fileno(), path)
            os.fsync(file.fileno())
        os.rename(temporary, path)
        placed = True
    finally:
        if not placed:
            os.unlink(temporary)
    _sync(folder)


def _like(descriptor: int, path: str) -> None:
    """Gives a new file what belongs to the old one. Raises OSError where that is not allowed."""
    old, new = os.stat(path), os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)
    for name in os.listxattr(path) if hasattr(os, "listxattr") else ():
        value = os.getxattr(path, name)
        if name not in os.listxattr(descriptor) or os.getxattr(descriptor, name) != value:
            os.setxattr(descriptor, name, value)


def _sync(folder: str) -> None:
    """Makes the new name last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
