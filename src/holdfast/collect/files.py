"""A file or a folder of files -> assets, in one pass."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from msgspec import Struct

from holdfast.collect.documents import read_documents
from holdfast.collect.pipelines.paths import platform
from holdfast.collect.tree import Entry, read_file, utf8, walk
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read, template
from holdfast.core.suppression import MARKER, Directive, comments

MANIFEST = (".yaml", ".yml", ".json")
SCRIPTS = (".sh", ".bash", ".sbatch", ".slurm")
SUFFIXES = (*MANIFEST, *SCRIPTS, ".service")
DEVELOPMENT = frozenset(("devcontainer.json", ".devcontainer.json"))
BUILD_FILE = re.compile(
    r"(?:Dockerfile|Containerfile)(?:[.-](?!(?:[\w.-]+\.)?(?:dockerignore|md|rst|py|js|ts|go)$)[\w.-]+)?"
    r"|[\w.-]+\.(?:dockerfile|containerfile)",
    re.ASCII | re.IGNORECASE,
)
"""The names under which build files are kept; programs and texts about them have extensions of their own."""
TEMPLATE = re.compile(r".*\.(?:ya?ml|json|sh|service)\.(?:j2|jinja2?|tmpl|tpl|gotmpl|erb)", re.ASCII)
"""The names of templates of what is examined."""
SIGNS = (
    ("named.yaml", rb"(?m)^[ \t{]*[\"']?(?:apiVersion|services)[\"']?[ \t]*:"),
    ("Dockerfile", rb"(?mi)^[ \t]*FROM[ \t]+\S"),
    ("named.sh", rb"\A#!.*sh\b"),
    ("named.service", rb"(?m)^\[Service\]"),
)
"""A name that the right reader has, and what shows that it is right, for files whose own name says nothing."""
ALONE = 2000
"""Files that one process reads; what comes after is spread over all processors."""

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
    if name.endswith(SUFFIXES) or platform(name):
        return True
    return (BUILD_FILE.fullmatch(name) or TEMPLATE.fullmatch(name)) is not None


def collect(options: Options) -> Iterator[Item | Read]:
    """Every asset below the root, with what was read and what was not."""
    root = os.path.normpath(options.root)
    if not os.path.isdir(root):
        yield from _named(root)
        return
    prefix = "" if root == "." else f"{root}/"
    entries = walk(root, prefix, ignore=options.ignore, exclude=options.exclude, wanted=wanted)
    for entry in islice(entries, ALONE):
        yield from _entry(entry)
    following = next(entries, None)
    if following is not None:
        from holdfast.collect.parallel import spread

        for results in spread(_entries, chain([following], entries), _lost):
            yield from results


def _entries(entries: Sequence[Entry | Gap]) -> list[Item | Read]:
    return [item for entry in entries for item in _entry(entry)]


def _lost(entries: Sequence[Entry | Gap]) -> list[Item | Read]:
    """What is said of files whose process died: not read, never a pass."""
    reason = "the process that read it, or one beside it, ended; check it alone"
    return [entry if isinstance(entry, Gap) else Gap(entry.path, reason, "unreadable") for entry in entries]


def _entry(entry: Entry | Gap) -> Iterator[Item | Read]:
    if isinstance(entry, Gap):
        yield entry
        return
    try:
        data = utf8(read_file(entry.full))
    except OSError as error:
        yield Gap(entry.path, f"cannot be read: {error.strerror}", "unreadable")
    except ValueError as error:
        yield Gap(entry.path, str(error), "unreadable")
    else:
        yield Read(entry.path)
        yield from text(entry.path, data)


def _named(path: str) -> Iterator[Item | Read]:
    """A file that somebody named: links are followed, and a name that says nothing is no excuse."""
    entry = Entry(path, os.path.realpath(path))
    known = wanted(path.rpartition("/")[2])
    seen = list(_entry(entry))
    if any(not isinstance(item, Read | Directive) for item in seen):
        yield from seen
        return
    data = utf8(read_file(entry.full))
    if known:
        yield from seen
        yield from _understood(path, data, path.rpartition("/")[2])
        return
    name = kind_of(data)
    if name is None:
        yield Gap(path, "not a kind of file that is understood", "unreadable")
        return
    yield from seen
    yield from examine(path, data, name)


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
    if name.endswith(MANIFEST):
        from holdfast.collect.documents import broken

        yield from broken(data, path)
    elif name.endswith((*SCRIPTS, ".service")):
        from holdfast.collect.scripts import broken as broken_script

        yield from broken_script(data, path, unit=name.endswith(".service"))


def text(path: str, data: bytes, name: str = "") -> Iterator[Item]:
    """The assets of one text and the suppressions in its comments; `name` as for `examine`."""
    if MARKER in data:
        yield from comments(data.decode("utf-8", "replace"), path)
    if data.strip():
        yield from examine(path, data, name)


def examine(path: str, data: bytes, name: str = "") -> Iterator[Item]:
    """The assets of one file and how they relate; its name, or `name` instead, says which reader it gets."""
    name = name or path.rpartition("/")[2]
    if name in DEVELOPMENT:
        from holdfast.collect.devcontainer import devcontainer

        yield from devcontainer(data, path)
    elif platform(path) or platform(name):
        from holdfast.collect.pipelines.files import read_file as read_pipeline

        yield from read_pipeline(data, path)
    elif name.endswith(MANIFEST):
        yield from read_documents(data, path)
    elif name.endswith(SCRIPTS):
        from holdfast.collect.scripts import script

        yield from script(data, path)
    elif name.endswith(".service"):
        from holdfast.collect.scripts import unit

        yield from unit(data, path)
    elif TEMPLATE.fullmatch(name):
        if b"apiVersion" in data or b"services" in data or name.rpartition(".")[0].endswith((".sh", ".service")):
            yield template(path, 1)
    elif BUILD_FILE.fullmatch(name):
        from holdfast.collect.dockerfile import dockerfile

        yield from dockerfile(data, path)
