"""What every rented machine has in common -> an `instance`, and a `workload` for what runs in its container."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import UNSET, Struct, field

from holdfast.collect.fields import Fields
from holdfast.collect.launches import of_workload
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.fact import Fact, Secret
from holdfast.core.image import split_image
from holdfast.core.labels import Declared, declared
from holdfast.core.ports import service_at
from holdfast.core.regions import law_of, outside
from holdfast.formats import yaml
from holdfast.kinds.instance import Instance, PublishedPort
from holdfast.kinds.workload import Container, EnvVar, Workload

PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(?:tcp|udp|http))?", re.ASCII)


class Place(NamedTuple):
    """A region in which a machine may be made."""

    region: Fact[str]
    """Absent where any of a provider will do."""
    spot: Spot | None = None

    def law(self) -> Fact[str]:
        """Whose law holds there."""
        return law_of(self.region) if isinstance(self.region, str) else self.region


class Machine(Struct):
    """What a task asks for; places go into `spots` under the fact's name."""

    name: str
    provider: Fact[str]
    spots: dict[str, Spot]
    image: Fact[str] = None
    env: list[EnvVar] = field(default_factory=list)
    env_from: Fact[list[str]] = field(default_factory=list)
    """Unobserved where the account may hold variables of its own."""
    argv: Fact[list[str]] = UNSET
    entrypoint_replaced: Fact[bool] = UNSET
    """Whether that runs in place of the image's own program."""
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: Fact[list[str]] = field(default_factory=list)
    region: Fact[str] = None
    places: Sequence[Place] = ()
    """The regions of which the provider takes one, where several are named."""
    trust: Fact[str] = UNSET
    gpus: Fact[int] = UNSET
    gpu_resources: Fact[list[str]] = UNSET
    """What its container asks for where the number says nothing on it."""
    type: Fact[str] = None
    interruptible: Fact[bool] = UNSET
    privileged: Fact[bool] = UNSET
    volume_encrypted: Fact[bool] = UNSET
    shown_to_all: Fact[bool] = UNSET
    reusable: bool = False
    """Whether others start theirs from it and choose whose machine that is."""
    user_data: Fact[bool] = UNSET
    secrets_in_user_data: Fact[list[str]] = UNSET


MARKETPLACES = frozenset(("vast",))
"""Providers that rent out anybody's machines unless they are asked for those of data centres."""
MIXED = frozenset(("vast", "runpod"))
"""Providers that rent out others' machines: only what is asked for says whose."""
DATACENTERS = frozenset(("aws", "gcp", "azure", "oci", "ibm", "lambda", "nebius", "coreweave"))


def trust_of(providers: Iterable[Fact[str]]) -> Fact[str]:
    """Who runs the hardware of the providers of which one is chosen: the least known of them decides."""
    found = list(providers)
    if any(each in MARKETPLACES for each in found):
        return "marketplace"
    return "datacenter" if found and all(each in DATACENTERS for each in found) else UNSET


def assets(machine: Machine, path: str, source: str) -> Iterator[Asset | Edge]:
    """The machine, the container on it, and the servers that this starts."""
    spots = machine.spots
    spots.setdefault("", Spot(1, 1))
    if machine.provider in MIXED and machine.trust is UNSET and not machine.reusable:
        spots.setdefault("trust", spots.get("provider", spots.get("region", spots[""])))
    said = declared(_said(machine))
    where = _placed(machine, said.jurisdiction)
    if where.spot is not None:
        spots["region"] = where.spot
    if "region" in spots:
        spots.setdefault("region_in", spots["region"])
    facts = _instance(machine, said, where)
    instance = Asset(f"instance/{path}/{machine.name}", facts, source, path, spots, partial=True)
    yield instance
    within = {f"containers[0].{name}": spots[name] for name in ("image", "argv", "env", "privileged") if name in spots}
    for index, variable in enumerate(machine.env):
        place = spots.get(f'env["{variable.name}"]')
        if place is not None:
            within[f"containers[0].env[{index}]"] = place
    workload = Asset(
        f"workload/{path}/{machine.name}", _workload(machine), source, path, {"": spots[""], **within}, partial=True
    )
    yield workload
    yield Edge(workload.id, "runs_on", instance.id)
    yield from of_workload(workload)


def _said(machine: Machine) -> dict[str, str]:
    """Labels, and variables with a value."""
    given = {str(each.name): str.__str__(each.value) for each in machine.env if isinstance(each.value, str)}
    return {**machine.labels, **given}


def _placed(machine: Machine, jurisdiction: Fact[str]) -> Place:
    """Where a machine may be made: of several regions one outside its jurisdiction, as the provider may take any."""
    if not machine.places or not isinstance(jurisdiction, str):
        return Place(machine.region)
    worst = machine.places[0]
    for place in machine.places:
        law = place.law()
        if place.region is None or (isinstance(law, str) and outside(law, jurisdiction)):
            return place
        worst = place._replace(region=UNSET) if law is UNSET else worst
    return worst


def _instance(machine: Machine, said: Declared, place: Place) -> Instance:
    return Instance(
        name=machine.name,
        provider=machine.provider,
        template=True,
        type=machine.type,
        gpus=machine.gpus,
        region=place.region,
        region_in=place.law(),
        jurisdiction=said.jurisdiction,
        data_class=said.data_class,
        trust=machine.trust,
        ports=_ports(machine.ports),
        volume_encrypted=machine.volume_encrypted,
        shown_to_all=machine.shown_to_all,
        interruptible=machine.interruptible,
        user_data=machine.user_data,
        secrets_in_user_data=machine.secrets_in_user_data,
        tags=dict(machine.labels),
        image=machine.image,
    )


def _ports(written: Fact[list[str]]) -> Fact[list[PublishedPort]]:
    if not isinstance(written, list):
        return UNSET
    found = []
    for text in written:
        match = PORTS.fullmatch(text.strip())
        if match is None:
            return UNSET
        first, last = int(match[1]), int(match[2] or match[1])
        found.append(PublishedPort(first=first, last=last, written=text.strip(), service=service_at(first, last)))
    return found


def _workload(machine: Machine) -> Workload:
    image = machine.image
    parts = split_image(image) if isinstance(image, str) else None
    missing = None if image is None else UNSET
    container = Container(
        name=machine.name,
        role="main",
        image=image,
        registry=parts.registry if parts else missing,
        repository=parts.repository if parts else missing,
        tag=(parts.tag or None) if parts else missing,
        digest=(parts.digest or None) if parts else missing,
        argv=machine.argv,
        entrypoint_replaced=machine.entrypoint_replaced,
        env=machine.env,
        env_from=machine.env_from,
        gpu_count=machine.gpus,
        gpu_resources=_resources(machine),
        privileged=machine.privileged,
    )
    return Workload(name=machine.name, controller="RentedMachine", containers=[container], gpu_count=machine.gpus)


def _resources(machine: Machine) -> Fact[list[str]]:
    if machine.gpu_resources is not UNSET or not isinstance(machine.gpus, int):
        return machine.gpu_resources
    return ["gpu"] if machine.gpus else []


def several(regions: Fact[list[str]]) -> list[Place]:
    """The regions of a list, where it names more than one."""
    return [Place(region) for region in regions] if isinstance(regions, list) and len(regions) > 1 else []


def place_items(root: Fields, key: str, fact: str) -> None:
    """Remembers where each item of a list stands."""
    value = root.data.get(key)
    for index, mark in enumerate(value.marks if isinstance(value, yaml.Sequence) else ()):
        root.spots[f"{fact}[{index}]"] = Spot(root.line + mark.line, mark.column + 1, root.item(key, index))


def variables(given: Iterable[tuple[str, str | None]]) -> list[EnvVar]:
    """Variables by name and literal value, None for one that is kept elsewhere; references count as elsewhere."""
    return [
        EnvVar(name=name, value=None, origin="host")
        if value is None or "$" in value or "{{" in value
        else EnvVar(name=name, value=Secret(value), origin="literal")
        for name, value in given
    ]
