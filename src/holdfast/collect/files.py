"""A file or a folder of files -> assets, in one pass."""

from __future__ import annotations

import os
from collections.abc import Iterator

from msgspec import Struct

from holdfast.collect.kubernetes.manifests import manifests
from holdfast.collect.tree import Entry, read_file, walk
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap, Read


class Options(Struct, frozen=True):
    """What to look at."""

    root: str
    """A file or a folder."""
    ignore: bool = True
    """Whether .gitignore is obeyed."""


def wanted(name: str) -> bool:
    """Whether a file of this name can hold something that is examined."""
    return name.endswith((".yaml", ".yml", ".json"))


def collect(options: Options) -> Iterator[Asset | Gap | Read]:
    """Every asset below the root, with what was read and what was not."""
    if os.path.isdir(options.root):
        entries = walk(options.root, ignore=options.ignore, wanted=wanted)
    else:
        entries = iter([Entry(options.root, options.root)])
    for entry in entries:
        if isinstance(entry, Gap):
            yield entry
            continue
        try:
            data = read_file(entry.full)
        except OSError as error:
            yield Gap(entry.path, f"cannot be read: {error.strerror}", "unreadable")
        except ValueError as error:
            yield Gap(entry.path, str(error), "unreadable")
        else:
            yield Read(entry.path)
            yield from examine(entry.path, data)


def examine(path: str, data: bytes) -> Iterator[Asset | Gap]:
    """The assets of one file; its name says which reader it gets."""
    yield from manifests(data, path)
