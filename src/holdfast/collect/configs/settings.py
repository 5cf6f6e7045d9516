"""The settings of one server, gathered from its files, and the asset that they describe."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.collect.permissions import permissions
from holdfast.collect.together import Files, places
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.permissions import Permissions
from holdfast.formats.servers.recognise import configured
from holdfast.formats.yaml import Mapping as Table
from holdfast.kinds.server import Server

HOLES = (b"{{", b"{%", b"<%")
"""What templates hold that something else fills in."""
VARIABLES = {"grafana": "gf"}
"""How the variables of a product begin that do not begin with its name."""
MAX_SETTINGS = 20_000
"""Settings of one server that are kept."""
MAX_VALUE = 8192
"""Characters of one value that are kept."""


class Settings:
    """Names with their last values, and where those stand."""

    def __init__(self, path: str) -> None:
        """`path` is the file that the server is started with."""
        self.path = path
        self.values: dict[str, str | UnsetType] = {}
        self.complete = True
        """False where more may be set than was seen."""
        self.variables = True
        """Whether variables of the environment may set more."""
        self.spots: dict[str, Spot] = {}

    def text(self, name: str, default: str = "") -> str:
        """The text that a name is set to."""
        value = self.values.get(name)
        return value if isinstance(value, str) else default

    def put(self, name: str, value: str | UnsetType, line: int, column: int = 1, path: str = "") -> None:
        """Sets a name, over what was set before; `path` is the file where that is another than the first."""
        name = name.replace("_", "-")
        if isinstance(value, str) and any(hole in value for hole in ("{{", "{%", "<%")):
            value = "$"  # something else fills it in
        if len(self.values) >= MAX_SETTINGS and name not in self.values:
            return
        self.values[name] = value[:MAX_VALUE] if isinstance(value, str) else value
        self.spots[name] = Spot(line, column, "", path)

    def places(self, facts: Mapping[str, Sequence[str]]) -> dict[str, Spot]:
        """Where the facts stand that these settings decide, the first setting that is there."""
        found = {"": Spot(1, 1)}
        for fact, names in facts.items():
            place = next((self.spots[name] for name in names if name in self.spots), None)
            if place is not None:
                found[fact] = place
        return found


def asset(
    product: str,
    settings: Settings,
    places: Mapping[str, Sequence[str]] = {},
    *,
    program: str = "",
    words: Sequence[str] = (),
    files: Files | None = None,
    partial: bool = False,
    **facts: Any,
) -> Iterator[Asset]:
    """The server that settings describe, nothing where they are no server's; `facts` are put over its own.

    `partial` is for files that by their nature say little of the server: what they leave out is not asked.
    """
    server = configured(
        product, settings.values, program, words, complete=settings.complete, variables=settings.variables
    )
    if server is not None:
        changed = replace(server, permissions=mode(settings.path, files), **facts)
        spots = settings.places(places)
        short: dict[str, Spot] = {}
        for name, place in settings.spots.items():
            own = name.partition(".")[2]  # without the class that owns it, where the product's file takes that off
            short[own] = place
            option = own if own in (changed.options or ()) else name
            spots[f'options["{option}"]'] = place
        if changed.env:
            known = {_bare(f"{VARIABLES.get(product, product)}{name}"): place for name, place in settings.spots.items()}
            spots |= {f'env["{name}"]': known[key] for name in changed.env if (key := _bare(name)) in known}
        every = {**short, **settings.spots}
        for index, each in enumerate(changed.file_secrets or ()):
            stands = every.get(each.name) if isinstance(each.name, str) else None
            if stands is not None:
                spots[f"file_secrets[{index}]"] = stands
        found = described(changed, settings.path, files, spots)
        due = () if settings.complete or partial else ("options_complete",)  # the file itself names what may set more
        yield replace(found, partial=partial, due=due) if partial or due else found


def _bare(name: str) -> str:
    """A setting's name as its variable has it too: `AIRFLOW__API__HOST` is `api.host` of Airflow."""
    return "".join(filter(str.isalnum, name)).lower()


def described(server: Server, path: str, files: Files | None, spots: Mapping[str, Spot]) -> Asset:
    """A server as its file shows it."""
    shown_by = source(files)
    placed = replace(server, on_host=shown_by == "host")
    return Asset(f"server/{path}/config.{server.product}", placed, shown_by, path, spots)


def source(files: Files | None) -> str:
    """What shows a file: a host's own tree, or a repository."""
    return "config" if files is None else files.source


def mode(path: str, files: Files | None) -> Fact[Permissions]:
    """Who may read and write a file, unobserved for a repository."""
    return UNSET if files is None else permissions(path, files.host)


def unreadable(path: str, what: str, error: FormatError, data: bytes) -> Gap:
    """The gap that a file is which cannot be read; a template is none that should have been."""
    if any(hole in data for hole in HOLES):
        return template(path, max(error.line, 1))
    return Gap(path, f"not readable as {what}: {error.what}", "unreadable", error.line)


def missing(path: str, name: str, line: int) -> Gap:
    """The gap that a file is which another one names and which is not here."""
    return Gap(path, f"it includes {name}, which is not here", "left_out", line)


def flat(table: Table, prefix: str = "") -> Iterator[tuple[str, str, int, int]]:
    """The scalar values of a YAML or JSON document as (dotted name, text, line, column).

    A list of scalars is joined by commas; mappings in a list have their index from 0 in the name.
    """
    stack: list[tuple[Table, str]] = [(table, prefix)]
    left = MAX_SETTINGS
    while stack and left > 0:
        current, lead = stack.pop()
        for key, value in current.items():
            left -= 1
            mark = current.marks[key]
            if isinstance(value, Table):
                stack.append((value, f"{lead}{key}."))
            elif isinstance(value, list) and any(isinstance(item, Table) for item in value):
                stack += [(item, f"{lead}{key}.{at}.") for at, item in enumerate(value) if isinstance(item, Table)]
            elif isinstance(value, list):
                texts = [text(item) for item in value if not isinstance(item, dict | list)]
                yield f"{lead}{key}", ",".join(texts), mark.line + 1, mark.column + 1
            else:
                yield f"{lead}{key}", text(value), mark.line + 1, mark.column + 1


def text(value: object) -> str:
    """A scalar as configuration files write it; null is empty."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def matching(files: Files, pattern: str, of: str, home: str) -> Iterable[str]:
    """The files that an include names, whose last part may hold `*` and `?`, in the order of their names."""
    from fnmatch import fnmatchcase

    folder, _, name = pattern.rpartition("/")
    if not any(sign in name for sign in "*?["):
        found = files.find(pattern, of, home)
        return () if found is None else (found,)
    for candidate in places(folder or ".", of, home):
        names = [each for each in files.entries(candidate) if fnmatchcase(each, name) and not each.startswith(".")]
        paths = [path for each in names if files.read(path := posixpath.normpath(f"{candidate}/{each}")) is not None]
        if paths:
            return paths
    return ()
