"""Slurm's configuration files: `slurm.conf` and all that are written like it.

A line holds one setting (`Key=value`), or one record whose first pair says what it is about
(`PartitionName=gpu Nodes=...`). Keys are case-insensitive, the last value of a setting wins, `#` begins a
comment, a backslash at the end continues the line, and `Include` brings in another file.

Source: slurm.conf(5) and src/common/parse_config.c of Slurm 26.11 (checked 2026-11-30, alike in 22.05).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec import Struct, field

from holdfast.core.errors import FormatError

__all__ = ["Configuration", "Include", "Pair", "Record", "Trouble", "boolean", "items", "read"]

SIZE = 4 << 20
"""Longest file, in bytes."""
LINES = 200_000
"""Settings and records in all files together; what is included costs a line for each 64 bytes, and `INCLUDED`."""
INCLUDED = 32
"""What the look for an included file costs, in lines, each time: it takes as long as reading so many."""
DEPTH = 16
"""How many files may include one another; Slurm itself does not notice a cycle."""

Include = Callable[[str, str], tuple[str, bytes] | None]
"""(name, path of the file that includes it) -> path and text of the included file, None where it cannot be read."""

RECORDS = frozenset(
    (
        "nodename",
        "partitionname",
        "nodeset",
        "downnodes",
        "frontendname",
        "poweraction",
        "slurmctldhost",
        "name",
        "basepath",
        "autobasepath",
    )
)
"""First keys of lines that hold several pairs: `Name` of gres.conf and `BasePath` of job_container.conf too."""
REPEATED = frozenset(("prolog", "epilog", "prologslurmctld", "epilogslurmctld"))
"""Settings of which every line counts, not the last one alone."""

_PAIR = re.compile(r'\s*([\w.]+)\s*([-*+/]?)=\s*(?:"([^"]*)"(?=\s|$)|(\S+)(?=\s|$))', re.ASCII)
_INCLUDE = re.compile(r"include\s+(\S+)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.?)")
_TRUE = frozenset(("yes", "up", "true", "1"))
_FALSE = frozenset(("no", "down", "false", "0"))


class Pair(NamedTuple):
    """`Key=value`; lines and columns count from 1."""

    key: str
    """In lower case."""
    value: str
    path: str
    line: int
    column: int
    operator: str = ""
    """`+`, `-`, `*` or `/` before the equals sign."""


class Record(NamedTuple):
    """A line of several pairs: its first, which says what it is about, and all by key."""

    first: Pair
    pairs: dict[str, Pair]


class Trouble(NamedTuple):
    """Why Slurm would not read a line, or what could not be included."""

    path: str
    line: int
    what: str


class Configuration(Struct):
    """What a file and the files that it includes say."""

    settings: dict[str, Pair] = field(default_factory=dict)
    """The setting that wins, by key in lower case."""
    repeated: list[Pair] = field(default_factory=list)
    """Every line of the settings that may stand several times."""
    records: list[Record] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    """None: everything was read. Otherwise a setting that is not there may stand in what was not."""
    taken: int = 0
    """What was read of included files, in lines, each as often as it is included."""


def read(data: bytes, path: str, include: Include) -> Configuration:
    """A file with all that it includes. Raises FormatError for binary or oversized text."""
    found = Configuration()
    _read(data, path, include, found, 0)
    return found


def _read(data: bytes, path: str, include: Include, found: Configuration, depth: int) -> None:
    for number, line in _lines(data):
        included = _INCLUDE.match(line)
        if included is not None:
            _included(included[1], path, number, include, found, depth)
            continue
        pairs = list(_pairs(line, path, number))
        end = _end(line, len(pairs))
        if not pairs and not line.strip():
            continue
        if line[end:].strip() or (len(pairs) > 1 and pairs[0].key not in RECORDS):
            found.troubles.append(
                Trouble(path, number, "Slurm refuses the line: it is neither one setting nor a record")
            )
        elif pairs[0].key in RECORDS:
            found.records.append(Record(pairs[0], {pair.key: pair for pair in pairs}))
        else:
            found.settings[pairs[0].key] = pairs[0]
            if pairs[0].key in REPEATED:
                found.repeated.append(pairs[0])
        _bounded(found, number)


def _bounded(found: Configuration, line: int) -> None:
    """Raises FormatError when that is too much."""
    kept = len(found.settings) + len(found.records) + len(found.repeated) + len(found.troubles)
    if kept + found.taken > LINES:
        raise FormatError(f"more than {LINES} settings, or too many included files", line=line)


def _included(name: str, path: str, line: int, include: Include, found: Configuration, depth: int) -> None:
    """Reads what a line includes; `%c` is the cluster's name in lower case."""
    if "%c" in name:
        cluster = found.settings.get("clustername")
        if cluster is None:
            found.troubles.append(Trouble(path, line, f"`{name}` needs a ClusterName above it"))
            return
        name = name.replace("%c", cluster.value.lower())
    if "*" in name:
        found.troubles.append(Trouble(path, line, f"Slurm includes no patterns: `{name}` is skipped"))
        return
    if depth >= DEPTH:
        found.troubles.append(Trouble(path, line, f"`{name}` is included more than {DEPTH} deep: a cycle?"))
        return
    found.taken += INCLUDED
    _bounded(found, line)
    other = include(name, path)
    if other is None:
        found.troubles.append(Trouble(path, line, f"the included file `{name}` is not here"))
        return
    found.taken += len(other[1]) >> 6
    _bounded(found, line)
    _read(other[1], other[0], include, found, depth + 1)


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The number and text of each logical line: comments off, continuations joined, escapes taken out."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    if b"\0" in data:
        raise FormatError("binary, not text: it holds a NUL byte", line=data.count(b"\n", 0, data.index(b"\0")) + 1)
    start, kept = 0, ""
    for number, raw in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        line = _uncommented(raw)
        start = start or number
        stripped = line.rstrip()
        backslashes = len(stripped) - len(stripped.rstrip("\\"))
        if backslashes % 2:
            kept += stripped[: len(stripped) - backslashes]
            continue
        yield start, _ESCAPE.sub(r"\1", kept + line)
        start, kept = 0, ""
    if kept:
        yield start, _ESCAPE.sub(r"\1", kept)


def _uncommented(line: str) -> str:
    """The line up to the first `#` that no odd number of backslashes precedes."""
    at = line.find("#")
    while at >= 0:
        before = line[:at]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return before
        at = line.find("#", at + 1)
    return line


def _pairs(line: str, path: str, number: int) -> Iterator[Pair]:
    at = 0
    while (match := _PAIR.match(line, at)) is not None:
        value = match[3] if match[3] is not None else match[4]
        yield Pair(match[1].lower(), value, path, number, match.start(1) + 1, match[2])
        at = match.end()


def _end(line: str, count: int) -> int:
    """Where the first `count` pairs of a line end."""
    at = 0
    for _ in range(count):
        match = _PAIR.match(line, at)
        assert match is not None
        at = match.end()
    return at


def boolean(value: str) -> bool | None:
    """What a yes-or-no setting says; None for neither, which Slurm refuses."""
    lower = value.lower()
    return True if lower in _TRUE else False if lower in _FALSE else None


def items(value: str) -> list[str]:
    """The items of a list that commas part, without empty ones."""
    return [item.strip() for item in value.split(",") if item.strip()]
