"""A request for instances of Lambda. Source: Lambda Cloud API, `instance-operations/launch` (checked 2026-11-30)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.collect.fields import Fields
from holdfast.collect.rented.machine import Machine, assets
from holdfast.core.asset import Asset, Edge
from holdfast.formats.yaml import Mapping

SOURCE = "lambda"
GPUS = re.compile(r"gpu_(\d{1,2})x_\w+", re.ASCII)


def is_request(document: Mapping) -> bool:
    """Whether a document asks Lambda for instances."""
    return isinstance(document.get("instance_type_name"), str) and "region_name" in document


def request(document: Mapping, path: str, line: int) -> Iterator[Asset | Edge]:
    """The instances that are asked for."""
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
    )
    yield from assets(machine, path, SOURCE)
