"""CycloneDX 1.6: the inventory as a bill of materials, with models, data, services and machines.

Source: CycloneDX specification 1.6, JSON schema.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from holdfast.core.inventory import Item
from holdfast.core.run import moment
from holdfast.report.listing import lines
from holdfast.report.wording import whole

__all__ = ["Options", "render"]

SERVICES = frozenset(("endpoint", "server", "gateway", "route", "managed_notebook", "queue", "managed_cluster"))
"""Kinds that are services; everything else is a component."""
TYPES = {
    "served_model": "machine-learning-model",
    "bucket": "data",
    "database": "data",
    "dataset": "data",
    "workload": "container",
    "image": "container",
    "instance": "device",
    "managed_secret": "cryptographic-asset",
    "stored_secret": "cryptographic-asset",
    "encryption_key": "cryptographic-asset",
    "script": "file",
    "unit": "file",
    "kernel": "operating-system",
}
"""Kind -> type of component; `platform` for the others."""


class Options(Struct, frozen=True):
    """What the document says of itself."""

    version: str
    """Of this program."""
    now: datetime
    relations: Mapping[str, Sequence[str]] = {}
    """Asset id -> ids of what it depends on."""


def render(items: Iterable[Item], options: Options) -> bytes:
    """The document, ended by a line feed; the same inventory gives the same serial number."""
    digest = hashlib.sha256()
    names: set[str] = set()
    refs: set[str] = set()
    components: list[bytes] = []
    services: list[bytes] = []
    for item in items:
        names.add(item.name)
        ref = _free(whole(item.name), refs)
        refs.add(ref)
        digest.update(f"{item.origin}\0{item.source}\0{item.name}\0{item.changed}\n".encode("utf-8", "surrogatepass"))
        (services if item.kind in SERVICES else components).append(msgspec.json.encode(_part(item, ref)))
    dependencies = (
        {"ref": whole(name), "dependsOn": sorted({whole(target) for target in targets if target in names})}
        for name, targets in sorted(options.relations.items())
        if name in names
    )
    head = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{UUID(bytes=digest.digest()[:16], version=5)}",
        "version": 1,
        "metadata": {
            "timestamp": options.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {"components": [{"type": "application", "name": "holdfast", "version": options.version}]},
        },
    }
    parts = [msgspec.json.format(msgspec.json.encode(head), indent=2).removesuffix(b"\n}")]
    for name, elements in (
        ("components", lines(map(msgspec.Raw, components))),
        ("services", lines(map(msgspec.Raw, services))),
        ("dependencies", lines(dependencies)),
    ):
        parts += [f',\n  "{name}": '.encode(), *elements]
    return b"".join([*parts, b"\n}\n"])


def _free(name: str, taken: set[str]) -> str:
    """The reference of an id, numbered where several sources show what they call alike."""
    numbered = (f"{name}#{number}" for number in count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def _part(item: Item, ref: str) -> dict[str, Any]:
    """A component or a service; what CycloneDX has no field for becomes a property."""
    part: dict[str, Any] = {} if item.kind in SERVICES else {"type": TYPES.get(item.kind, "platform")}
    part |= {"bom-ref": ref, "name": whole(item.name.rpartition("/")[2]) or whole(item.name)}
    if item.kind in SERVICES:
        exposure = item.value("exposure")
        if exposure:
            part["x-trust-boundary"] = exposure == "public"
        provider = item.value("provider")
        if provider:
            part["provider"] = {"name": whole(provider)}
    properties = {
        "kind": item.kind,
        "origin": item.origin,
        "source": item.source,
        "path": item.path,
        "declared": "true" if item.declared else "false",
        "first-seen": moment(item.first_seen).isoformat(),
        "last-seen": moment(item.last_seen).isoformat(),
        **{name.replace("_", "-"): value for name, (value, _) in sorted(item.attributes.items())},
        **{f"open-{severity}": str(number) for severity, number in item.open.items()},
    }
    part["properties"] = [
        {"name": f"holdfast:{name}", "value": whole(value)} for name, value in properties.items() if value
    ]
    return part
