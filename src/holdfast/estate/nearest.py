"""Finds an object by name among files that may hold several of that name.

In one cluster a name means one object. In a repository it may mean one per application or overlay, and the one
meant is the one whose folder is nearest: the closest folder above the asker that holds any.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")
MAX_FOLDERS = 32
"""Most folders above a file that are considered, the closest first; the root always is."""


class Nearest(Generic[T]):
    """Objects by name and folder."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, Hashable], list[T]] = {}

    def add(self, path: str, name: Hashable, item: T) -> None:
        """Remembers an object of the file `path`."""
        for folder in folders(path):
            self.found.setdefault((folder, name), []).append(item)

    def find(self, path: str, name: Hashable) -> list[T]:
        """Those of that name which are nearest to the file `path`."""
        for folder in folders(path):
            found = self.found.get((folder, name))
            if found:
                return found
        return []


def folders(path: str) -> tuple[str, ...]:
    """The folder of a file and those above it, the closest first, the root last."""
    return _upwards(path.rpartition("/")[0])


@lru_cache(maxsize=1024)
def _upwards(folder: str) -> tuple[str, ...]:
    found: list[str] = []
    while folder and len(found) < MAX_FOLDERS:
        found.append(folder)
        folder = folder.rpartition("/")[0]
    return (*found, "")
