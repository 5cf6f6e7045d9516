"""Containers that systemd starts through Podman (`*.container`) -> the workloads that `podman run` would make.

Source: podman-systemd.unit(5) of Podman 5.6, "Container units", checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.collect.compose.run import Started, asset_of, started
from holdfast.collect.fragments import Merged
from holdfast.collect.launches import of_workload
from holdfast.collect.owned import words
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.formats import systemd

__all__ = ["quadlet"]

SECTION = "Container"
OPTIONS = {
    "AddCapability": "cap-add", "AddDevice": "device", "ContainerName": "name", "DropCapability": "cap-drop",
    "EnvironmentFile": "env-file", "HealthCmd": "health-cmd", "Memory": "memory", "Mount": "mount",
    "Network": "network", "PublishPort": "publish", "ShmSize": "shm-size", "Tmpfs": "tmpfs", "User": "user",
    "UserNS": "userns", "Volume": "volume", "Entrypoint": "entrypoint",
}  # fmt: skip
"""Key -> the option of `podman run` that each of its values is."""
SPLIT = frozenset(("AddCapability", "DropCapability"))
"""Keys that list several values."""
SWITCHES = {
    "ReadOnly": ("read-only", "true"),
    "NoNewPrivileges": ("security-opt", "no-new-privileges"),
    "SecurityLabelDisable": ("security-opt", "label=disable"),
}
PROFILES = {"SeccompProfile": "seccomp", "AppArmor": "apparmor"}
ON = ("yes", "true", "1", "on")
PLACES = {
    "image": ("Image",), "privileged": ("PodmanArgs",), "volumes": ("Volume", "Mount"), "mounts": ("Volume", "Mount"),
    "devices": ("AddDevice",), "env": ("Environment",), "env_from": ("EnvironmentFile",), "ports": ("PublishPort",),
    "argv": ("Exec",), "host_network": ("Network",), "capabilities_added": ("AddCapability",),
    "capabilities_dropped": ("DropCapability",), "run_as_user": ("User",), "host_users": ("UserNS",),
    "seccomp": ("SeccompProfile",), "gpu_count": ("AddDevice",), "read_only_root": ("ReadOnly",),
}  # fmt: skip
"""Fact -> the keys that decide it, where they are set; else it is an argument for Podman, or the image's."""
FACT = re.compile(r"(?:containers\[0\]\.)?(\w+)(?:\[(\d+)\])?")


def quadlet(service: systemd.Unit, whole: Merged, source: str) -> Iterator[Asset | Edge]:
    """The container of a unit, with the servers in it; a drop-in alone names no image."""
    images = service.values(SECTION, "Image")
    if not images:
        return
    found = Started("podman", list(_options(service)), images[-1].value, _words(service, "Exec"), whole=True)
    asset = asset_of(found, whole.path, source, whole.spot(images[-1].line), Counter())
    spots = {fact: _spot(service, whole, fact) or spot for fact, spot in asset.spots.items()}
    asset = replace(asset, spots=spots)
    yield asset
    yield from of_workload(asset)


def _options(service: systemd.Unit) -> Iterator[tuple[str, str]]:
    """What Podman is told."""
    for key, option in OPTIONS.items():
        for each in service.values(SECTION, key):
            yield from ((option, value) for value in (each.value.split() if key in SPLIT else [each.value]))
    for word in _words(service, "Environment"):
        yield "env", word
    for key, pair in SWITCHES.items():
        if any(each.value.lower() in ON for each in service.values(SECTION, key)[-1:]):
            yield pair
    for key, name in PROFILES.items():
        for each in service.values(SECTION, key)[-1:]:
            yield "security-opt", f"{name}={each.value}"
    given = started(["podman", "run", *_words(service, "PodmanArgs"), "image"])
    yield from given.options if given is not None else ()


def _words(service: systemd.Unit, key: str) -> list[str]:
    return [word for each in service.values(SECTION, key) for word in words(each.value)]


def _spot(service: systemd.Unit, whole: Merged, fact: str) -> Spot | None:
    """Where a fact is set; the first such key for an element of which the number says nothing."""
    match = FACT.match(fact)
    settings = [each for key in PLACES.get(match[1] if match else "", ()) for each in service.values(SECTION, key)]
    if match is None or not settings:
        return None
    at = int(match[2]) if match[2] else 0
    return whole.spot(settings[at if at < len(settings) else 0].line)
