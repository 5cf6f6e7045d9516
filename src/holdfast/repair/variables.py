"""Environment variables, as pods, compose files and build files give them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from holdfast.core.errors import RepairError
from holdfast.formats.yaml import load
from holdfast.repair import documents

LISTS = ("env", "environment")
"""What the list of a container's variables is called. Source: Kubernetes, core/v1 Container; Compose, services."""
LINE = re.compile(r"[^\n]*\n|[^\n]+")
PLAIN = re.compile(r"""(?:"[^"\\$\r\n]*"|'[^'\\$\r\n]*'|[^\s"'\\$]+)(?=\s|\Z)""")
"""A value that the builder takes as it is written."""
NAMED = re.compile(r"[ \t]*(?:=[ \t]*)?")


class Place(NamedTuple):
    """Where a variable stands in a document."""

    entry: list[str]
    value: list[str]
    """The scalar that holds its value."""
    prefix: str
    """What the scalar holds before it: `NAME=` in a list of texts."""


def put(text: str, steps: Sequence[str], name: str, value: str) -> str:
    """The document with a variable at another value. Raises RepairError where it is not given."""
    place = find(load(text.encode()), steps, name)
    if place is None:
        raise RepairError(f"`{name}` is set elsewhere")
    return documents.put(text, place.value, place.prefix + value)


def take(text: str, steps: Sequence[str], name: str) -> str:
    """The document without a variable. Raises RepairError."""
    place = find(load(text.encode()), steps, name)
    return text if place is None else documents.take(text, place.entry, len(place.entry) - 2)


def find(value: Any, steps: Sequence[str], name: str) -> Place | None:
    """Where the nearest container at or above `steps` gives a variable; the last of several counts."""
    holders: list[tuple[list[str], Any]] = []
    for depth in range(len(steps) + 1):
        holders.append((list(steps[:depth]), value))
        if depth < len(steps):
            value = value[int(steps[depth])] if isinstance(value, list) else value[steps[depth]]
    for way, holder in reversed(holders):
        for key in LISTS if isinstance(holder, dict) else ():
            found = _in(holder.get(key), [*way, key], name)
            if found is not None:
                return found
    return None


def _in(given: Any, way: list[str], name: str) -> Place | None:
    if isinstance(given, dict):
        return Place([*way, name], [*way, name], "") if name in given else None
    for number, item in reversed(list(enumerate(given if isinstance(given, list) else ()))):
        here = [*way, str(number)]
        if isinstance(item, str) and item.startswith(f"{name}="):
            return Place(here, here, f"{name}=")
        if isinstance(item, dict) and item.get("name") == name:
            return Place(here, [*here, "value"], "")
    return None


def in_build_file(text: str, line: int, column: int, name: str, value: str) -> str:
    """The build file with a variable of an ENV instruction at another value. Raises RepairError.

    The place, from 1, is where its name begins. Source: Dockerfile reference, ENV: `NAME=value ...` or `NAME value`.
    """
    lines = LINE.findall(text)
    at = column - 1
    if not 0 < line <= len(lines) or not lines[line - 1].startswith(name, at):
        raise RepairError("the variable is not where it was")
    here = lines[line - 1]
    start = NAMED.match(here, at + len(name))
    given = PLAIN.match(here, start.end() if start else 0)
    if given is None:
        raise RepairError("its value is put together from pieces")
    quote = given[0][0] if given[0][0] in "\"'" else ""
    written = value if re.fullmatch(r"[\w.,:/-]+", value) else json.dumps(value)
    lines[line - 1] = here[: given.start()] + (f"{quote}{value}{quote}" if quote else written) + here[given.end() :]
    return "".join(lines)
