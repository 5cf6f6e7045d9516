"""A request for instances of Lambda.

Source: Lambda Cloud API, `instance-operations/launch` (checked 2026-11-30): `user_data` is what cloud-init takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.collect.cloud.common import script_secrets
from holdfast.collect.fields import Fields
from holdfast.collect.rented.machine import Machine, assets
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.formats.yaml import Mapping

SOURCE = "lambda"
SHELL = re.compile(r"#![^\n]*sh\b")
GPUS = re.compile(r"gpu_(\d{1,2})x_\w+", re.ASCII)


def is_request(document: Mapping) -> bool:
    """Whether a document asks Lambda for instances."""
    return isinstance(document.get("instance_type_name"), str) and "region_name" in document


def request(document: Mapping, path: str, line: int) -> Iterator[Asset | Edge | Gap]:
    """The instances that are asked for, and what the text does that they start with."""
    root = Fields(document, "", "", {}, line)
    name, type = root.text("name", "", None), root.text("instance_type_name", "type", None)
    match = GPUS.match(type) if isinstance(type, str) else None
    machine = Machine(
        name=name if isinstance(name, str) else "instance",
        provider="lambda",
        spots=root.spots,
        region=root.text("region_name", "region", None),
        trust="datacenter",
        type=type,
        gpus=int(match[1]) if match else 0,
        interruptible=False,
        user_data="user_data" in root,
        secrets_in_user_data=script_secrets(root.get("user_data", "secrets_in_user_data")),
    )
    text = document.get("user_data")
    if isinstance(text, str) and SHELL.match(text):
        machine.argv = ["bash", "-c", text]
        root.note("user_data", "argv")
    yield from assets(machine, path, SOURCE)
    if isinstance(text, str) and not SHELL.match(text):
        yield from _document(text, path, root.spots.get("secrets_in_user_data", Spot(line, 1)))


def _document(text: str, path: str, spot: Spot) -> Iterator[Asset | Edge | Gap]:
    """What a text for cloud-init makes; all of it stands in one place of the request."""
    from holdfast.collect.host import cloud_init

    for item in cloud_init.read(text.encode(), path):
        if isinstance(item, Asset):
            yield replace(item, spots=dict.fromkeys(item.spots, spot))
        elif isinstance(item, Gap):
            yield replace(item, line=spot.line)
        else:
            yield item
