"""Files that are on disk, whole, before the call returns; an error of the disk is never tried again."""

from __future__ import annotations

import os

__all__ = ["sync_folder", "write_durably"]


def write_durably(path: str, data: bytes, mode: int = 0o600) -> None:
    """Replaces a file by a new one of these bytes; a reader sees the old one or the new one. Raises OSError."""
    partial = f"{path}.partial"
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    os.rename(partial, path)
    sync_folder(os.path.dirname(path))


def sync_folder(folder: str) -> None:
    """Makes the names in a folder durable. Raises OSError."""
    handle = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
