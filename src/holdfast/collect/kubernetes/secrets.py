"""Secret -> `stored_secret`. Source: the Kubernetes API reference, core/v1 Secret."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.fields import TEMPLATED, Fields, written
from holdfast.collect.kubernetes.elements import Reader, Table, name_of, namespace_of, plain
from holdfast.core.fact import Fact, Secret
from holdfast.formats.servers.masking import is_placeholder
from holdfast.formats.yaml import Mapping
from holdfast.kinds.stored_secret import SecretEntry, StoredSecret

SHIPPED = frozenset((
    "minio123", "minioadmin", "12341234",
    "$2y$12$4K/VkmDd1q1Orb3xAt82zu8gk7Ad6ReFR4LCP9UeYE90NLiN9Df72",
    "$2y$12$ruoM7FqXrpVgaol44eRZW.4HWS8SAvg6KYVVSCIwKQPBmTpCm.EeO",
))  # fmt: skip
"""Passwords of kubeflow/manifests: the object store of pipelines, and the user of Dex with its hashes over time."""
MAX_ENTRIES = 1000


def secret(fields: Fields) -> StoredSecret:
    """The facts of a Secret."""
    entries: list[SecretEntry] = []
    for key in ("data", "stringData"):
        for name, value in _values(fields, key):
            place = fields.child(key)
            path = f"entries[{len(entries)}]"
            Fields(place.data, place.pointer, path, fields.spots, fields.line).note(name, "value")
            fields.spots[path] = fields.spots[f"{path}.value"]
            entries.append(entry(name, _decoded(value) if key == "data" else value))
    return StoredSecret(
        name=name_of(fields),
        namespace=namespace_of(fields),
        type=fields.text("type", "type", "Opaque"),
        entries=UNSET if any(_unread(fields.data.get(key)) for key in ("data", "stringData")) else entries,
    )


def _values(fields: Fields, key: str) -> Iterator[tuple[str, Fact[str]]]:
    found = fields.data.get(key)
    for name, value in list(found.items())[:MAX_ENTRIES] if isinstance(found, Mapping) else ():
        yield str(name), written(value) if value is None or plain(value) else UNSET


def _unread(value: object) -> bool:
    return value is not None and not isinstance(value, Mapping)


def _decoded(value: Fact[str]) -> Fact[str]:
    """What base64 stands for; the text itself where it is none."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return value


def entry(name: str, value: Fact[str]) -> SecretEntry:
    """One key with its value in plain text."""
    if not isinstance(value, str) or TEMPLATED.search(value):
        return SecretEntry(name=name, shipped=UNSET)
    bare = value.strip()
    if not bare or is_placeholder(bare):
        return SecretEntry(name=name, value=None, shipped=False)
    return SecretEntry(name=name, value=Secret(value), shipped=bare in SHIPPED)


READERS: Table = {("", "Secret"): Reader(StoredSecret, secret)}
