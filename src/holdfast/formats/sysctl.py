"""Kernel parameters: `sysctl.conf` and `sysctl.d/*.conf`, and which of several assignments holds.

Names are given with dots. Patterns reach the instances that every host has (`all`, `default`) and the parameters that
are asked for; the interfaces of a host are not in its files.

Sources: sysctl.d(5) of systemd 252 and 257, sysctl.conf(5) of procps 4.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem, decoded

__all__ = ["Assignment", "effective", "read"]

SIZE = 1 << 20
ROWS = 10_000
_GLOB = re.compile(r"[*?\[]")
_BLANK = re.compile(r"\S\s")
_INSTANCES = re.compile(r"^(net\.ipv[46]\.(?:conf|neigh))\.\*\.([^*?\[]+)$")
EVERY_HOST = ("all", "default")
"""Instances of `net.ipv4.conf.*` that need no interface."""


class Assignment(NamedTuple):
    """`name = value`; `value` is None for `-name`, which takes the name out of every pattern."""

    name: str
    value: str | None
    line: int
    path: str = ""


def read(data: bytes, path: str = "", problems: list[Problem] | None = None) -> tuple[Assignment, ...]:
    """The assignments in their order; lines that are none are ignored, as by systemd, and added to `problems`.

    Raises FormatError for more than 1 MiB or 10,000 rows, and for text that is binary.
    """
    found: list[Assignment] = []
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        row = raw.strip()
        if not row or row[0] in "#;":
            continue
        name, equals, value = row.partition("=")
        name = name.strip()
        if equals and problems is not None and _BLANK.search(name):
            problems.append(Problem(line, f"no name of a parameter, and so without effect: {name[:60]!r}"))
        elif equals and name.strip("-"):
            found.append(Assignment(dotted(name.removeprefix("-")), value.strip(), line, path))
        elif not equals and name.startswith("-") and len(name) > 1:
            found.append(Assignment(dotted(name[1:]), None, line, path))
        elif problems is not None:
            problems.append(Problem(line, f"no assignment, and so passed over: {row[:60]!r}"))
        if len(found) + len(problems or ()) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)


def dotted(name: str) -> str:
    """A name with dots between its parts: where the first separator is a slash, slashes and dots change places."""
    slash, dot = name.find("/"), name.find(".")
    swapped = slash >= 0 and (dot < 0 or slash < dot)
    return name.translate(str.maketrans("/.", "./")) if swapped else name


def effective(assignments: Iterable[Assignment], wanted: Iterable[str] = ()) -> dict[str, Assignment]:
    """Which assignment of each parameter holds: the last of its own, else the last pattern that it fits.

    `wanted` are names besides those that are written out for which patterns are looked at.
    """
    own: dict[str, Assignment] = {}
    patterns: dict[str, Assignment] = {}
    for each in assignments:
        into = patterns if _GLOB.search(each.name) else own
        into.pop(each.name, None)
        into[each.name] = each
    found = {name: each for name, each in own.items() if each.value is not None}
    for pattern, each in patterns.items():
        instance = _INSTANCES.match(pattern)
        names = [f"{instance[1]}.{some}.{instance[2]}" for some in EVERY_HOST] if instance else []
        names += [name for name in wanted if fnmatchcase(name.replace(".", "/"), pattern.replace(".", "/"))]
        for name in names:
            if name not in own and each.value is not None:
                found[name] = each
    return found
