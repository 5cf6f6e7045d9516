"""The accelerators of a compose service. Source: the Compose Specification, gpus, devices and deploy."""

from __future__ import annotations

from collections.abc import Sequence as Listed
from typing import Any

from msgspec import UNSET, UnsetType

from holdfast.collect.compose.interpolation import text_of
from holdfast.collect.fields import Fields
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, Sequence
from holdfast.kinds.workload import EnvVar

ALL = -1
VISIBLE = "NVIDIA_VISIBLE_DEVICES"
NONE = frozenset(("", "none", "void"))


def gpus(service: Fields, devices: Fact[list[str]], env: Fact[list[EnvVar]]) -> tuple[Fact[int], list[str]]:
    """How many, -1 for all of the host's, and by what name they are asked for."""
    counts: list[Fact[int]] = []
    names: list[str] = []
    for request in _requests(service):
        names.append(str(request.get("driver") or "gpu"))
        counts.append(_count(request))
    if "gpus" in service and not isinstance(service.data["gpus"], Sequence):
        names.append("gpus")
        counts.append(_number(service.get("gpus", "gpu_count")))
    for name in devices if isinstance(devices, list) else ():
        kind, equals, which = name.partition("=")  # a device of the Container Device Interface
        if equals and "/" in kind:
            names.append(kind)
            counts.append(ALL if which == "all" else 1)
            service.note("devices", "gpu_count")
    if not counts and text_of(service.data.get("runtime")) == "nvidia":
        service.note("runtime", "gpu_count")
        names.append("nvidia")
        counts.append(_visible(env))
    return _sum(counts), names


def _sum(counts: Listed[Fact[int]]) -> Fact[int]:
    if ALL in counts:
        return ALL
    known = [count for count in counts if isinstance(count, int)]
    return sum(known) if len(known) == len(counts) else UNSET


def _requests(service: Fields) -> list[Mapping]:
    """Device requests for accelerators; under `gpus` all are."""
    reservations = service.child("deploy").child("resources").child("reservations")
    found: list[Mapping] = []
    for fields, key in ((reservations, "devices"), (service, "gpus")):
        value = fields.data.get(key)
        for item in value if isinstance(value, Sequence) else ():
            if isinstance(item, Mapping) and (key == "gpus" or _accelerates(item)):
                fields.note(key, "gpu_count")
                found.append(item)
    return found


def _accelerates(request: Mapping) -> bool:
    capabilities = request.get("capabilities")
    named = set(map(str, capabilities)) if isinstance(capabilities, Sequence) else set()
    return bool(named & {"gpu", "nvidia", "compute", "tpu"}) or "driver" in request


def _count(request: Mapping) -> Fact[int]:
    ids = request.get("device_ids")
    if isinstance(ids, Sequence):
        return len(ids)
    return _number(request.get("count", "all"))


def _number(value: Any) -> Fact[int]:
    found: str | UnsetType | None = text_of(value)
    if found == "all" or found == "-1":
        return ALL
    return int(found) if isinstance(found, str) and found.isdecimal() and len(found) < 6 else UNSET


def _visible(env: Fact[list[EnvVar]]) -> Fact[int]:
    """What the NVIDIA runtime hands over: without the variable, whatever the image says."""
    for variable in env if isinstance(env, list) else ():
        if variable.name == VISIBLE:
            value = str.__str__(variable.value) if isinstance(variable.value, str) else None
            if value is None:
                return UNSET
            return ALL if value == "all" else 0 if value in NONE else len(value.split(","))
    return UNSET
