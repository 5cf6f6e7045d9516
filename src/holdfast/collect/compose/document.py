"""A compose file -> one `workload` per service. Source: the Compose Specification."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from holdfast.collect.compose.service import workload
from holdfast.collect.fields import Composed, Fields, Gathered
from holdfast.core.asset import Asset, Spot
from holdfast.formats.yaml import Mapping, Sequence

SOURCE = "compose"
NAME = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml", re.ASCII)
MAX_BASES = 16
"""Services that one may be built on, each extending the next."""


def is_compose(path: str, document: Mapping) -> bool:
    """Whether a document is a compose file: by its name, or by services that have an image or a build."""
    if not isinstance(document.get("services"), Mapping):
        return False
    if NAME.fullmatch(path.rpartition("/")[2]):
        return True
    services = document["services"].values()
    return "apiVersion" not in document and any(
        isinstance(item, Mapping) and ("image" in item or "build" in item) for item in services
    )


def compose(document: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The workloads of a compose file; files that it includes are examined where they lie."""
    root = Fields(document, "", "", {}, line)
    services, named = root.child("services"), root.child("volumes").data
    for name in services.data:
        service = services.child(name)
        if not service.data or "provider" in service:
            continue
        spots: dict[str, Spot] = {}
        fields = Fields(extended(service, services), service.pointer, "", spots, line)
        mark = services.data.marks[name]
        spots[""] = spots["containers[0]"] = Spot(line + mark.line, mark.column + 1, fields.pointer)
        yield Asset(f"workload/{path}/compose.{name}", workload(name, fields, named), SOURCE, path, spots)


def extended(service: Fields, services: Fields) -> Composed:
    """A service with what it takes from the services it extends.

    Where one of those is in another file, what this file leaves out is decided there.
    """
    whole, partial = _composed(service), False
    met = {id(service.data)}
    while "extends" in whole:
        reference = whole.pop("extends")
        elsewhere = isinstance(reference, Mapping) and "file" in reference
        name = reference.get("service") if isinstance(reference, Mapping) else reference
        base = services.child(name) if isinstance(name, str) and not elsewhere else service
        if not base.data or id(base.data) in met or len(met) > MAX_BASES:
            partial = True
            break
        met.add(id(base.data))
        whole = _merged(Fields(whole, service.pointer, "", {}, service.line), base)
    whole.partial = partial
    return whole


REPLACED = frozenset(("command", "entrypoint", "healthcheck"))
"""Lists and mappings that replace the base's, as single values do."""


def _merged(own: Fields, base: Fields) -> Composed:
    """One mapping on top of another: mappings are merged, lists follow the base's, other values replace it."""
    merged = _composed(own)
    for key, below in base.data.items():
        value: Any = own.data.get(key)
        if key not in own.data:
            merged[key], merged.marks[key], merged.places[key] = below, base.data.marks[key], base.place(key)
        elif key in REPLACED:
            continue
        elif isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = _merged(own.child(key), base.child(key))
        elif isinstance(value, Sequence) and isinstance(below, Sequence):
            both = Gathered([*below, *value])
            both.mark, both.marks = value.mark, [*below.marks, *value.marks]
            both.places = [
                *(base.item(key, index) for index in range(len(below))),
                *(own.item(key, index) for index in range(len(value))),
            ]
            merged[key] = both
    return merged


def _composed(fields: Fields) -> Composed:
    """A copy of a mapping that can take up values from elsewhere."""
    data = fields.data
    whole = Composed(data)
    whole.mark, whole.marks, whole.partial = data.mark, dict(data.marks), False
    whole.places = dict(data.places) if isinstance(data, Composed) else {}
    return whole
