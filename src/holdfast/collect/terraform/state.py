"""States as Terraform and OpenTofu keep them: exact values, for the resources that are.

Source: terraform, internal/states/statefile/version4.go (1.13); OpenTofu keeps the same (1.10) unless it encrypts it
("State and Plan Encryption"). Checked 2026-11-30.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from holdfast.collect.cloud import documents
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.terraform import plan
from holdfast.core.coverage import Gap

__all__ = ["VERSION", "is_state", "read"]

VERSION = 4
"""The version of the format that is read; older ones are of Terraform before 0.12."""


class _Step(Struct):
    type: str = ""
    value: Any = None


class _Instance(Struct):
    index_key: int | str | None = None
    attributes: Raw = Raw(b"{}")
    sensitive_attributes: list[list[_Step]] | None = None
    deposed: str = ""


class _Entry(Struct):
    mode: str
    type: str
    name: str
    instances: list[_Instance]
    module: str = ""
    provider: str = ""


class _State(Struct):
    version: int = 0
    resources: list[_Entry] = []
    encrypted: Raw | UnsetType = msgspec.field(name="encrypted_data", default=UNSET)


class _Head(Struct):
    """What every state has at its first level."""

    serial: int
    lineage: str


def is_state(data: bytes) -> bool:
    """Whether a text looks like the file in which a state is kept."""
    if b'"serial"' not in data:
        return False
    try:
        msgspec.json.decode(data, type=_Head)
    except msgspec.ValidationError:
        return False
    except documents.UNREADABLE:
        return True  # whoever reads it says what is wrong
    return True


def read(data: bytes, path: str) -> Iterator[Resource | Gap]:
    """The resources of a state; a Gap instead when it cannot be read."""
    state = documents.read(data, _State, path, "a state")
    if isinstance(state, Gap):
        yield state
        return
    if state.encrypted is not UNSET:
        yield Gap(path, "an encrypted state: check the plan, or the state as `tofu show -json` writes it", "unreadable")
        return
    if state.version != VERSION:
        yield Gap(path, f"a state of format {state.version}, of which {VERSION} alone is known", "unreadable")
        return
    yield from plan.those(_objects(state), path, "attributes")


def _objects(state: _State) -> Iterator[tuple[plan.Object, str]]:
    """Every instance as a plan has it, and the pointer to it; what waits to be destroyed is left out."""
    for at, entry in enumerate(state.resources):
        prefix = f"{entry.module}." if entry.module else ""
        lookup = "data." if entry.mode == "data" else ""
        for number, instance in enumerate(entry.instances):
            if instance.deposed:
                continue
            index = "" if instance.index_key is None else f"[{json.dumps(instance.index_key)}]"
            found = plan.Object(
                address=f"{prefix}{lookup}{entry.type}.{entry.name}{index}",
                type=entry.type,
                name=entry.name,
                mode=entry.mode,
                index=instance.index_key,
                provider_name=entry.provider,
                values=instance.attributes,
                sensitive_values=Raw(msgspec.json.encode(_sensitive(instance))),
            )
            yield found, f"/resources/{at}/instances/{number}"


def _sensitive(instance: _Instance) -> dict[str, bool]:
    """The attributes that are sensitive in any part."""
    steps = (way[0] for way in instance.sensitive_attributes or () if way)
    return {step.value: True for step in steps if isinstance(step.value, str)}
