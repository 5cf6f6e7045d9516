"""A file or a folder of files -> assets, in one pass."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from msgspec import Struct

from holdfast.collect.documents import read_documents
from holdfast.collect.tree import Entry, read_file, walk
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read
from holdfast.core.suppression import MARKER, Directive, comments

MANIFEST = (".yaml", ".yml", ".json")
SUFFIXES = (*MANIFEST, ".sh", ".service")
DEVELOPMENT = frozenset(("devcontainer.json", ".devcontainer.json"))
BUILD_FILE = re.compile(
    r"(?:Dockerfile|Containerfile)(?:[.-](?!dockerignore$)[\w.-]+)?|[\w.-]+\.(?:dockerfile|containerfile)",
    re.ASCII | re.IGNORECASE,
)
"""The names under which build files are kept."""


Item = Asset | Edge | Gap | Directive
STDIN = "-"


class Options(Struct, frozen=True):
    """What to look at."""

    root: str
    """A file or a folder."""
    ignore: bool = True
    """Whether .gitignore is obeyed."""
    exclude: tuple[str, ...] = ()
    """What else is left out, as in .gitignore."""


def wanted(name: str) -> bool:
    """Whether a file of this name can hold something that is examined."""
    return name.endswith(SUFFIXES) or BUILD_FILE.fullmatch(name) is not None


def collect(options: Options) -> Iterator[Item | Read]:
    """Every asset below the root, with what was read and what was not."""
    root = os.path.normpath(options.root)
    if os.path.isdir(root):
        prefix = "" if root == "." else f"{root}/"
        entries = walk(root, prefix, ignore=options.ignore, exclude=options.exclude, wanted=wanted)
    else:
        entries = iter([Entry(root, root)])
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
            yield from text(entry.path, data)


def text(path: str, data: bytes) -> Iterator[Item]:
    """The assets of one text and the suppressions in its comments."""
    if MARKER in data:
        yield from comments(data.decode("utf-8", "replace"), path)
    if data.strip():
        yield from examine(path, data)


def examine(path: str, data: bytes) -> Iterator[Item]:
    """The assets of one file and how they relate; its name says which reader it gets."""
    name = path.rpartition("/")[2]
    if name in DEVELOPMENT:
        from holdfast.collect.devcontainer import devcontainer

        yield from devcontainer(data, path)
    elif name.endswith(MANIFEST) or path == STDIN:
        yield from read_documents(data, path)
    elif name.endswith(".sh"):
        from holdfast.collect.scripts import script

        yield from script(data, path)
    elif name.endswith(".service"):
        from holdfast.collect.scripts import unit

        yield from unit(data, path)
    elif BUILD_FILE.fullmatch(name):
        from holdfast.collect.dockerfile import dockerfile

        yield from dockerfile(data, path)
