"""A file or a folder of files -> assets, in one pass; files that belong together come last, together."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice

from msgspec import Struct

from holdfast.collect.readers import DOCUMENTS, SCRIPT, TOGETHER, UNIT, load, reader_of
from holdfast.collect.tree import Entry, read_file, utf8, walk
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read, Rendered
from holdfast.core.suppression import MARKER, Directive, comments

SIGNS = (
    ("named.yaml", rb"(?m)^[ \t{]*[\"']?(?:apiVersion|services)[\"']?[ \t]*:"),
    ("Dockerfile", rb"(?mi)^[ \t]*FROM[ \t]+\S"),
    ("named.sh", rb"\A#!.*sh\b"),
    ("named.service", rb"(?m)^\[Service\]"),
)
"""A name that the right reader has, and what shows that it is right, for files whose own name says nothing."""
ALONE = 2000
"""Files that one process reads; what comes after is spread over all processors."""

Item = Asset | Edge | Gap | Directive | Rendered
STDIN = "-"


class Options(Struct, frozen=True):
    """What to look at."""

    root: str
    """A file or a folder."""
    ignore: bool = True
    """Whether .gitignore is obeyed."""
    exclude: tuple[str, ...] = ()
    """What else is left out, as in .gitignore."""
    instead: Mapping[str, bytes] = {}
    """Path -> what is examined in place of the file: a change that is not made yet."""
    render: str = "auto"
    """Whether what overlays and charts make is judged: `auto`, `always` or `never`."""
    values: tuple[str, ...] = ()
    """Files of values for charts."""


def collect(options: Options) -> Iterator[Item | Read]:
    """Every asset below the root, with what was read and what was not."""
    root = os.path.normpath(options.root)
    said: set[str | Directive] = set()
    for item in _collect(root, options):
        if isinstance(item, Read | Directive):  # several files may name one
            key = item.path if isinstance(item, Read) else item
            if key not in said:
                said.add(key)
                yield item
        elif isinstance(item, Asset) and item.source == "config" and item.facts.kind == "server":
            from holdfast.collect.permissions import on_host

            yield on_host(item, root)
        else:
            yield item


def _collect(root: str, options: Options) -> Iterator[Item | Read]:
    if not os.path.isdir(root):
        yield from _named(root, options)
        return
    prefix = "" if root == "." else f"{root}/"
    together = _Together(options)
    found = walk(root, prefix, ignore=options.ignore, exclude=options.exclude, wanted=reader_of)
    entries = together.without(found)
    for entry in islice(entries, ALONE):
        yield from _entry(entry, options.instead)
    following = next(entries, None)
    if following is not None:
        from holdfast.collect.parallel import spread

        work = partial(_entries, instead=options.instead)
        for results in spread(work, chain([following], entries), _lost):
            yield from results
    yield from together.read(root)


class _Together:
    """The files that are read together, set aside while the others are read."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.entries: dict[str, list[Entry]] = {}
        self.seen: set[str] = set()
        """What was walked, or read because another file names it."""

    def without(self, entries: Iterable[Entry | Gap]) -> Iterator[Entry | Gap]:
        """The entries that are read alone."""
        for entry in entries:
            self.seen.add(entry.path)
            reader = reader_of(entry.path) if isinstance(entry, Entry) else ""
            if isinstance(entry, Entry) and reader in TOGETHER:
                self.entries.setdefault(reader, []).append(entry)
            else:
                yield entry

    def read(self, root: str) -> Iterator[Item | Read]:
        """What the files set aside show, one family after the other."""
        for reader, entries in self.entries.items():
            members: dict[str, bytes] = {}
            for entry in entries:
                yield from _loaded(entry, members, self.options.instead)
            beside = set()
            for item in _family(reader, members, root, self.options):
                if isinstance(item, Read | Directive):
                    if item.path in self.seen:
                        continue  # said already
                    beside.add(item.path)
                yield item
            self.seen |= beside


def _family(
    reader: str, members: Mapping[str, bytes], root: str = "", options: Options | None = None
) -> Iterator[Item | Read]:
    """What files show that are read together; with a root, those beside them that they name too."""
    from holdfast.collect.together import Files, confines

    files = Files(members, *confines(root), options.instead if options else {}) if root else Files(members)
    files.root = root
    if options is not None:
        files.render, files.values = options.render, options.values
    yield from load(reader)(files)
    yield from files.also


def _entries(entries: Sequence[Entry | Gap], instead: Mapping[str, bytes]) -> list[Item | Read]:
    return [item for entry in entries for item in _entry(entry, instead)]


def _lost(entries: Sequence[Entry | Gap]) -> list[Item | Read]:
    """What is said of files whose process died: not read, never a pass."""
    reason = "the process that read it, or one beside it, ended; check it alone"
    return [entry if isinstance(entry, Gap) else Gap(entry.path, reason, "unreadable") for entry in entries]


def _entry(entry: Entry | Gap, instead: Mapping[str, bytes]) -> Iterator[Item | Read]:
    if isinstance(entry, Gap):
        yield entry
        return
    loaded: dict[str, bytes] = {}
    yield from _loaded(entry, loaded, instead)
    for path, data in loaded.items():
        yield from examine(path, data)


def _loaded(entry: Entry, into: dict[str, bytes], instead: Mapping[str, bytes]) -> Iterator[Gap | Read | Directive]:
    """Reads a file `into` a mapping of paths, and says whether it could be read and what its comments suppress."""
    try:
        data = utf8(instead[entry.path] if entry.path in instead else read_file(entry.full))
    except OSError as error:
        yield Gap(entry.path, f"cannot be read: {error.strerror}", "unreadable")
    except ValueError as error:
        yield Gap(entry.path, str(error), "unreadable")
    else:
        yield Read(entry.path)
        into[entry.path] = data
        if MARKER in data:
            yield from comments(data.decode("utf-8", "replace"), entry.path)


def _named(path: str, options: Options) -> Iterator[Item | Read]:
    """A file that somebody named: links are followed, and a name that says nothing is no excuse."""
    loaded: dict[str, bytes] = {}
    seen = list(_loaded(Entry(path, os.path.realpath(path)), loaded, options.instead))
    data, reader = loaded.get(path, b""), reader_of(path)
    name = path if reader or not loaded else kind_of(data)
    if name is None:
        yield Gap(path, "not a kind of file that is understood", "unreadable")
        return
    yield from seen
    together = reader in TOGETHER
    found = list(_family(reader, loaded, path, options) if together else examine(path, data, name))
    yield from found
    if reader and not found and loaded:
        yield from _understood(path, data, name)


def kind_of(data: bytes) -> str | None:
    """A name that the right reader has, for a text whose own name says nothing."""
    return next((name for name, sign in SIGNS if re.search(sign, data)), None)


def standard_input(data: bytes) -> Iterator[Item | Read]:
    """What a text shows that has no name; one that shows nothing must at least be of a kind that is understood."""
    data = utf8(data)
    if not data.strip():
        yield Gap(STDIN, "standard input is empty; did the program before it fail?", "unreadable")
        return
    yield Read(STDIN)
    name = kind_of(data) or "named.yaml"
    found = list(text(STDIN, data, name))
    yield from found
    if not any(isinstance(item, Asset | Gap) for item in found):
        if kind_of(data) is None:
            yield Gap(STDIN, "not a kind of text that is understood", "unreadable")
        else:
            yield from _understood(STDIN, data, name)


def _understood(path: str, data: bytes, name: str) -> Iterator[Gap]:
    """The gap that a named file is which shows nothing because it cannot be read at all."""
    reader = reader_of(name)
    if reader == DOCUMENTS:
        from holdfast.collect.documents import broken

        yield from broken(data, path)
    elif reader in (SCRIPT, UNIT):
        from holdfast.collect.scripts import broken as broken_script

        yield from broken_script(data, path, unit=reader == UNIT)


def text(path: str, data: bytes, name: str = "") -> Iterator[Item | Read]:
    """The assets of one text and the suppressions in its comments; `name` as for `examine`."""
    if MARKER in data:
        yield from comments(data.decode("utf-8", "replace"), path)
    yield from examine(path, data, name)


def examine(path: str, data: bytes, name: str = "") -> Iterator[Item | Read]:
    """The assets of one file and how they relate; its name, or `name` instead, says which reader it gets."""
    reader = reader_of(name or path)
    if not reader or not data.strip():
        return
    if reader in TOGETHER:
        yield from _family(reader, {path: data})
    else:
        yield from load(reader)(data, path)
