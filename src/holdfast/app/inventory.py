"""The use `inventory`: the assets of the store, their credentials, and what nobody declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from holdfast import __version__
from holdfast.core.errors import UsageError
from holdfast.core.inventory import Item, Selection
from holdfast.core.rule import SEVERITIES
from holdfast.core.run import day_of, micros, moment
from holdfast.estate.attributes import ATTRIBUTES
from holdfast.estate.inventory import LISTED
from holdfast.kinds import catalog
from holdfast.report.listing import as_csv, as_json, table
from holdfast.store.database import Database
from holdfast.store.query import items, relations

__all__ = ["FORMATS", "LISTED", "credentials", "everything", "held", "shown", "within"]

FORMATS = ("table", "json", "csv", "cyclonedx")
COLUMNS = ("kind", "asset", *ATTRIBUTES, "findings", "last seen")
ALL_COLUMNS = (
    *("kind", "asset", "origin", "source", "path", *ATTRIBUTES, "provider", "region", "law", "jurisdiction", "trust"),
    *(
        "holds",
        "credentials",
        "critical",
        "high",
        "medium",
        "low",
        "info",
        "first seen",
        "last seen",
        "changed",
        "declared",
    ),
)
"""What a program wants to know of each asset."""


def held(database: Database, selection: Selection, *, all_kinds: bool = False) -> list[Item]:
    """The assets of a selection: what is exposed first, then what has GPUs, then what holds data, then by id."""
    if not selection.kinds:  # zones of networks and the like are no assets
        selection = replace(selection, kinds=catalog.names() if all_kinds else LISTED)
    found = items(database, selection)
    return sorted(found, key=lambda item: (-item.weight, item.name, item.origin, item.source))


def within(now: datetime, days: int) -> int:
    """The time so many days ago, in microseconds since 1970 UTC."""
    return micros(now - timedelta(days=days))


def everything(
    database: Database, selection: Selection, format: str, now: datetime, *, all_kinds: bool = False
) -> bytes:
    """The assets of a selection in a format."""
    with database.snapshot():
        found = held(database, selection, all_kinds=all_kinds)
        depends: dict[str, list[str]] = {}
        if format == "cyclonedx":
            for source, _, target, _ in relations(database, [item.id for item in found]):
                depends.setdefault(source, []).append(target)
    return _listed(found, format, depends, now)


def credentials(database: Database, selection: Selection, format: str) -> bytes:
    """The credentials that the assets of a selection hold or speak of, each with its holders; never a value."""
    holders: dict[str, list[Item]] = {}
    for item in held(database, selection, all_kinds=True):
        for name in item.value("credentials").split(", "):
            if name:
                holders.setdefault(name, []).append(item)
    rows = [
        (name, item.name, item.value("owner"), item.value("exposure"), item.path)
        for name, found in sorted(holders.items())
        for item in found
    ]
    columns = ("credential", "holder", "owner", "exposure", "path")
    return shown("holdfast.credentials/1", "credentials", columns, rows, format)


def shown(schema: str, name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], format: str) -> bytes:
    """Rows in a format. Raises UsageError for a bill of materials, which they are not."""
    if format == "json":
        return as_json(schema, {name: [dict(zip(columns, row, strict=True)) for row in rows]})
    if format == "cyclonedx":
        raise UsageError("this list is no bill of materials", hint="one of table, json, csv")
    return as_csv(columns, rows) if format == "csv" else table(columns, rows)


def _listed(found: Sequence[Item], format: str, relations: Mapping[str, Sequence[str]], now: datetime) -> bytes:
    """The inventory in a format."""
    match format:
        case "json":
            return as_json("holdfast.inventory/1", {"assets": [_document(item) for item in found]})
        case "csv":
            return as_csv(ALL_COLUMNS, [_whole_row(item) for item in found])
        case "cyclonedx":
            from holdfast.report import cyclonedx

            return cyclonedx.render(found, cyclonedx.Options(__version__, now, relations))
        case _:
            several = len({item.origin for item in found}) > 1
            columns = (*COLUMNS[:2], *(["origin"] * several), *COLUMNS[2:])
            return table(columns, [_row(item, several=several) for item in found])


def _row(item: Item, *, several: bool) -> list[object]:
    """What people see of an asset, with its origin where there are several."""
    worst = ", ".join(f"{number} {severity}" for severity, number in item.open.items())
    name = item.name.partition("/")[2]
    seen = day_of(item.last_seen) if item.declared else "only named"
    origin = [item.origin] * several
    return [item.kind, name, *origin, *(item.value(name) or "-" for name in ATTRIBUTES), worst or "-", seen]


def _whole_row(item: Item) -> list[object]:
    values = (item.value(name) for name in (*ATTRIBUTES, "provider", "region", "law", "jurisdiction", "trust"))
    counts = (item.open.get(severity, 0) for severity in reversed(SEVERITIES))
    times = (moment(when).isoformat() for when in (item.first_seen, item.last_seen, item.changed))
    return [
        *(
            item.kind,
            item.name,
            item.origin,
            item.source,
            item.path,
            *values,
            item.value("holds"),
            item.value("credentials"),
        ),
        *(*counts, *times, "yes" if item.declared else "no"),
    ]


def _document(item: Item) -> dict[str, object]:
    return {
        "id": item.name,
        "kind": item.kind,
        "origin": item.origin,
        "source": item.source,
        "path": item.path,
        "attributes": {name: {"value": value, "from": said} for name, (value, said) in item.attributes.items()},
        "unknown": [name for name in ATTRIBUTES if not item.value(name)],
        "findings": dict(item.open),
        "first_seen": moment(item.first_seen).isoformat(),
        "last_seen": moment(item.last_seen).isoformat(),
        "changed": moment(item.changed).isoformat(),
        "gone": moment(item.gone).isoformat() if item.gone else None,
        "declared": item.declared,
    }
