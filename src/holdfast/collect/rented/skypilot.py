"""A SkyPilot task.

Source: SkyPilot, "SkyPilot YAML", "Advanced Configuration" and "Using Docker Containers" (checked 2026-11-30): all
published ports are the internet's; `setup` runs before `run`, both as shell text, and not the image's own program;
Vast.ai's offers are anybody's unless `vast.datacenter_only`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.fields import Fields, written
from holdfast.collect.rented.machine import Machine, Place, assets, place_items, trust_of, variables
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, Sequence

SOURCE = "skypilot"
OWN = frozenset(("run", "setup", "num_nodes", "file_mounts", "envs", "secrets", "service", "workdir"))
RESOURCES = frozenset(
    ("accelerators", "infra", "cloud", "instance_type", "use_spot", "image_id", "any_of", "ordered", "cpus")
)
WHOLE = frozenset(
    "name resources workdir num_nodes envs secrets file_mounts setup run service config experimental event_callback"
    " inputs outputs volumes pool storage_mounts file_mounts_mapping _metadata".split()
)
"""All that a task may say."""
TELLING = frozenset(("resources", "envs", "secrets", "num_nodes", "file_mounts", "service"))
PLACE = frozenset(("infra", "cloud", "region"))
GPUS = re.compile(r"[\w.-]+(?::(\d{1,3}))?", re.ASCII)


def is_task(document: Mapping) -> bool:
    """Whether a document is a task: resources in SkyPilot's words, and something to do with them."""
    resources = document.get("resources")
    if isinstance(resources, Mapping) and not RESOURCES.isdisjoint(resources) and not OWN.isdisjoint(document):
        return True
    runs = isinstance(document.get("run"), str) or isinstance(document.get("setup"), str)
    told = any(isinstance(document.get(key), Mapping | int) for key in TELLING)
    return runs and told and WHOLE.issuperset(document)


def task(document: Mapping, path: str, line: int) -> Iterator[Asset | Edge]:
    """The machines that a task asks for."""
    root = Fields(document, "", "", {}, line)
    resources = root.child("resources")
    name = root.text("name", "", None) or "task"
    provider, region = _where(resources)
    image = resources.text("image_id", "image", None)
    docker = isinstance(image, str) and image.startswith("docker:")
    place_items(resources, "ports", "ports")
    machine = Machine(
        name=name if isinstance(name, str) else "task",
        provider=provider,
        spots=root.spots,
        image=image.removeprefix("docker:")
        if docker and isinstance(image, str)
        else (UNSET if image is UNSET else None),
        env=variables(_variables(root)),
        argv=_command(root),
        entrypoint_replaced=True,
        labels=resources.table("labels", "tags") or {},
        ports=_ports(resources),
        region=region,
        places=_places(resources),
        trust=_trust(root, resources, provider),
        gpus=_gpus(resources),
        type=resources.text("instance_type", "type", None),
        interruptible=resources.switch("use_spot", "interruptible", default=False),
    )
    yield from assets(machine, path, SOURCE)


def _where(resources: Fields) -> tuple[Fact[str], Fact[str]]:
    """Cloud and region; what `any_of` and `ordered` name stands in their place."""
    if any(not PLACE.isdisjoint(each.data) for each in _choices(resources)):
        return UNSET, UNSET
    infra = resources.text("infra", "region", None)
    if isinstance(infra, str):
        cloud, _, rest = infra.partition("/")
        region = rest.partition("/")[0]
        return cloud.lower() if cloud != "*" else UNSET, region if region not in ("", "*") else None
    if infra is UNSET:
        return UNSET, UNSET
    named = resources.text("cloud", "provider", None)
    place = resources.text("region", "region", None)
    return named.lower() if isinstance(named, str) else UNSET, place


def _places(resources: Fields) -> list[Place]:
    """The regions that `any_of` and `ordered` name; one that names none has that of the task."""
    found = []
    for each in _choices(resources):
        region = _where(each)[1]
        if "infra" not in each and "region" not in each and "infra" not in resources:
            region = resources.text("region", "region", None)
        found.append(Place(region, resources.spots[each.fact]))
    return found if _where(resources)[1] is UNSET else []


def _choices(resources: Fields) -> Iterator[Fields]:
    """The machines of which one is taken."""
    for key in ("any_of", "ordered"):
        yield from resources.items(key, key)


def _trust(root: Fields, resources: Fields, provider: Fact[str]) -> Fact[str]:
    """Who runs the hardware, where the cloud or RunPod's name of the machine type says it."""
    type = resources.data.get("instance_type")
    if provider == "runpod" and isinstance(type, str):
        return "marketplace" if type.endswith("_COMMUNITY") else "partner" if type.endswith("_SECURE") else UNSET
    choices = [_where(each)[0] for each in _choices(resources)]
    found = trust_of([*([provider] if provider is not UNSET or not choices else []), *choices])
    if found == "marketplace":
        resources.spots.setdefault("trust", resources.spots.get("region", resources.spots.get("provider", Spot(1, 1))))
        if root.child("config").child("vast").data.get("datacenter_only") is True:
            return "partner"
    return found


def _variables(root: Fields) -> Iterator[tuple[str, str | None]]:
    """The variables of `envs` and `secrets`; one without a value is given on the command line."""
    for key in ("envs", "secrets"):
        values = root.data.get(key)
        if isinstance(values, Mapping):
            table = root.child(key)
            for name, value in values.items():
                table.note(name, f'env["{name}"]')
                yield name, None if value is None else written(value)


def _command(root: Fields) -> Fact[list[str]]:
    """What a task runs; in a container's image it is SkyPilot's own shell that starts, never the image's program."""
    if "setup" not in root and "run" not in root:
        return ["bash"]
    texts = [text for key in ("setup", "run") if isinstance(text := root.get(key, "argv"), str)]
    return ["bash", "-c", "\n".join(texts)] if texts else UNSET


def _ports(resources: Fields) -> Fact[list[str]]:
    value = resources.get("ports", "ports")
    if value is None:
        return []
    items = value if isinstance(value, Sequence) else [value]
    return UNSET if any(isinstance(item, Mapping | Sequence) for item in items) else [written(item) for item in items]


def _gpus(resources: Fields) -> Fact[int]:
    value = resources.get("accelerators", "gpus")
    if value is None:
        return UNSET if not {"any_of", "ordered", "instance_type"}.isdisjoint(resources.data) else 0
    match = GPUS.fullmatch(value) if isinstance(value, str) else None
    return UNSET if match is None else int(match[1] or 1)
