"""What machines of a cloud are handed to do at their first boot: read as the user data that it is.

Sources, checked 2026-11-30: Terraform AWS provider 6 (`user_data`, `user_data_base64`), Google provider 7
(`metadata_startup_script`, `metadata`), AzureRM provider 4 (`custom_data`, `user_data`), Nebius provider
(`cloud_init_user_data`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from holdfast.collect.cloud.common import decoded, name_of, script_secrets
from holdfast.collect.cloud.resource import Resource, nested
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.known import Text, known
from holdfast.kinds.cloud_init import CloudInit

NAMES = ("user_data", "user_data_base64", "custom_data", "cloud_init_user_data", "metadata_startup_script")
ENTRIES = ("startup-script", "user-data")
"""Entries of Google's metadata that a machine runs."""
HOLE = "${_}"
"""Stands for a piece of text that nobody knows yet."""


def read(resource: Resource) -> Iterator[Asset | Edge | Gap]:
    """What the user data of a machine makes, all of it at the attribute that holds it."""
    for name, text in _texts(resource):
        from holdfast.collect.host import cloud_init

        data = text.encode("utf-8", "replace")
        if not cloud_init.KINDS.match(data):
            continue
        spot = resource.spot(name.partition("/")[0])
        told = script_secrets(text)
        for item in cloud_init.read(data, f"{name_of(resource)}/{name}"):
            yield _placed(item, resource.path, spot, told if isinstance(told, list) else [])


def _texts(resource: Resource) -> Iterator[tuple[str, str]]:
    """The attributes that hold user data, as text in which holes stand for what is not known."""
    attributes = resource.attributes
    found: list[tuple[str, Any]] = [(name, attributes[name]) for name in NAMES if name in attributes]
    blocks = nested(known(attributes.get("os_profile")))
    block = known(blocks[0]) if blocks else None
    if isinstance(block, Mapping) and "custom_data" in block:
        found.append(("os_profile", block["custom_data"]))
    metadata = known(attributes.get("metadata"))
    if isinstance(metadata, Mapping):
        found += [(f"metadata/{name}", metadata[name]) for name in ENTRIES if name in metadata]
    for name, value in found:
        text = decoded(known(value))
        if isinstance(text, Text):
            text = "".join(piece if isinstance(piece, str) else HOLE for piece in text.pieces)
        if isinstance(text, str):
            yield name, text.removeprefix(HOLE).removesuffix(HOLE).lstrip("\n")


def _placed(item: Asset | Edge | Gap, path: str, spot: Spot, told: list[str]) -> Asset | Edge | Gap:
    """An item at the attribute; credentials that the machine itself shows are not told again."""
    if isinstance(item, Gap):
        return replace(item, path=path, line=spot.line)
    if not isinstance(item, Asset):
        return item
    facts = item.facts
    if isinstance(facts, CloudInit) and isinstance(facts.credentials, list):
        facts = replace(facts, credentials=[name for name in facts.credentials if name not in told])
    here = spot._replace(path="")
    return replace(item, path=path, facts=facts, spots=dict.fromkeys(("", *item.spots), here))
