"""A pod or template of RunPod, as its API takes it.

Source: RunPod REST API, PodCreateInput and TemplateCreateInput (checked 2026-11-30): Secure Cloud by default; ports
default to `8888/http,22/tcp`; `http` ports are published by a proxy that asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.fields import Fields, written
from holdfast.collect.rented.machine import Machine, assets, place_items, several, variables
from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping

SOURCE = "runpod"
POD = frozenset(("cloudType", "gpuTypeIds", "gpuTypeId", "dataCenterIds", "supportPublicIp", "gpuCount"))
TEMPLATE = frozenset(
    ("containerDiskInGb", "isServerless", "dockerStartCmd", "volumeMountPath", "volumeInGb", "dockerArgs")
)
DEFAULT_PORTS = ["8888/http", "22/tcp"]
TRUST = {"SECURE": "partner", "COMMUNITY": "marketplace"}


def is_request(document: Mapping) -> bool:
    """Whether a document asks for a pod or makes a template."""
    keys = document.keys()
    return "imageName" in keys and not (POD.isdisjoint(keys) and TEMPLATE.isdisjoint(keys))


def request(document: Mapping, path: str, line: int) -> Iterator[Asset | Edge]:
    """The pod that is asked for, or that a template makes."""
    root = Fields(document, "", "", {}, line)
    name = root.text("name", "", None)
    template = POD.isdisjoint(document.keys())
    cloud = root.text("cloudType", "trust", "SECURE")
    places = root.names("dataCenterIds", "region")
    place_items(root, "ports", "ports")
    machine = Machine(
        name=name if isinstance(name, str) else "pod",
        provider="runpod",
        spots=root.spots,
        image=root.text("imageName", "image", None),
        env=variables(_variables(root)),
        env_from=UNSET,
        argv=_command(root),
        ports=_ports(root),
        region=_region(places),
        places=several(places),
        trust=UNSET if template else TRUST.get(cloud.upper(), UNSET) if isinstance(cloud, str) else UNSET,
        gpus=UNSET if template else root.number("gpuCount", "gpus", 1),
        interruptible=UNSET if template else root.switch("interruptible", "interruptible", default=False),
        volume_encrypted=UNSET if template else volume(root.text("networkVolumeId", "volume_encrypted", None)),
        reusable=template,
        shown_to_all=root.switch("isPublic", "shown_to_all", default=False) if template else None,
    )
    yield from assets(machine, path, SOURCE)


def volume(given: Fact[str]) -> Fact[bool]:
    """Whether the network volume is encrypted: RunPod encrypts the disk of a pod alone, and that not by this interface.

    Source: RunPod, "Storage options", Encrypted volumes (checked 2026-11-30).
    """
    return UNSET if given is UNSET else False if given else None


def _region(places: Fact[list[str]]) -> Fact[str]:
    """The one data centre; absent where any will do, unobserved where several are named."""
    if not isinstance(places, list):
        return UNSET
    return places[0] if len(places) == 1 else None if not places else UNSET


def _variables(root: Fields) -> Iterator[tuple[str, str | None]]:
    """`env` as a mapping, or as the list of keys and values that the older interface takes."""
    values = root.get("env", "env")
    if isinstance(values, Mapping):
        table = root.child("env")
        for name, value in values.items():
            table.note(name, f'env["{name}"]')
            yield name, written(value)
        return
    for item in root.items("env", "env"):
        key, value = item.data.get("key"), item.data.get("value")
        if isinstance(key, str):
            yield key, written(value)


def _command(root: Fields) -> Fact[list[str]]:
    words = root.texts("dockerEntrypoint", "argv")
    rest = root.texts("dockerStartCmd", "argv")
    return [*words, *rest] if isinstance(words, list) and isinstance(rest, list) and (words or rest) else UNSET


def _ports(root: Fields) -> Fact[list[str]]:
    value = root.get("ports", "ports")
    if isinstance(value, str):
        return [part for part in value.split(",") if part.strip()]
    return DEFAULT_PORTS if value is None else root.names("ports", "ports")
