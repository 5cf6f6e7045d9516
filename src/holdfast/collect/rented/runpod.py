"""A pod or template of RunPod, as its API takes it.

Source: RunPod REST API, PodCreateInput and TemplateCreateInput (checked 2026-11-30): Secure Cloud by default; ports
default to `8888/http,22/tcp`; `http` ports are published by a proxy that asks for nothing. RunPod, "Manage Pods" with
GraphQL (`podFindAndDeployOnDemand`, `podRentInterruptable`; `dockerArgs`).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.fields import Fields, written
from holdfast.collect.rented.machine import Machine, assets, place_items, several, variables
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, load

SOURCE = "runpod"
POD = frozenset(("cloudType", "gpuTypeIds", "gpuTypeId", "dataCenterIds", "supportPublicIp", "gpuCount"))
TEMPLATE = frozenset(
    ("containerDiskInGb", "isServerless", "dockerStartCmd", "volumeMountPath", "volumeInGb", "dockerArgs")
)
RENTING = re.compile(r"\b(?:podFindAndDeployOnDemand|podRentInterruptable)\s{0,8}\(\s{0,8}input\s{0,8}:")
PIECES = re.compile(r'[{}]|"(?:[^"\\]|\\.)*"')
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


def is_query(document: Mapping) -> bool:
    """Whether a document is a request in GraphQL that rents a pod."""
    text = document.get("query")
    return isinstance(text, str) and RENTING.search(text) is not None


def query(document: Mapping, path: str, line: int) -> Iterator[Asset | Edge | Gap]:
    """The pod that a request in GraphQL asks for: its input stands in the query, or among the variables."""
    variables = document.get("variables")
    given = variables.get("input") if isinstance(variables, Mapping) else None
    if isinstance(given, Mapping):
        yield from request(_any(given), path, line)
        return
    spot = Spot(line + document.marks["query"].line, document.marks["query"].column + 1)
    text = str(document["query"])
    found = RENTING.search(text)
    try:
        given = load(_braced(text, found.end() if found else 0).encode())
    except FormatError:
        given = None
    if not isinstance(given, Mapping):
        yield Gap(path, "the input of a request in GraphQL is not readable", "left_out", spot.line)
        return
    for item in request(_any(given), path, line):
        yield item if isinstance(item, Edge) else replace(item, spots=dict.fromkeys(item.spots, spot))


def _any(given: Mapping) -> Mapping:
    """The input with what it leaves out: of which cloud the pod is, is not said then."""
    whole = Mapping({"cloudType": "ALL", **given})
    whole.mark, whole.marks = given.mark, {"cloudType": given.mark, **given.marks}
    return whole


def _braced(text: str, at: int) -> str:
    """The object that begins at the next brace: without its variables it is a mapping of YAML, too."""
    start = text.find("{", at)
    depth = 0
    for match in PIECES.finditer(text, max(start, 0)):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return text[start : match.end()]
    return ""


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
    given = root.text("dockerArgs", "argv", None)
    if isinstance(given, str) and given:
        return words(given)
    first = root.texts("dockerEntrypoint", "argv")
    rest = root.texts("dockerStartCmd", "argv")
    return [*first, *rest] if isinstance(first, list) and isinstance(rest, list) and (first or rest) else UNSET


def words(text: str) -> Fact[list[str]]:
    """The words of a container's command; unobserved where there are none."""
    try:
        return shlex.split(text) or UNSET
    except ValueError:
        return UNSET


def _ports(root: Fields) -> Fact[list[str]]:
    value = root.get("ports", "ports")
    if isinstance(value, str):
        return [part for part in value.split(",") if part.strip()]
    return DEFAULT_PORTS if value is None else root.names("ports", "ports")
