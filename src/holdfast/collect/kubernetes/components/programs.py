"""Containers that run a part of the control plane -> its facts, as static pods and hosted control planes do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.collect.kubernetes.components import control_plane, kubelet
from holdfast.collect.kubernetes.components.flags import Flags, read
from holdfast.collect.launches import launch_of, launches
from holdfast.core.asset import Asset
from holdfast.core.errors import FormatError
from holdfast.core.fact import Kind
from holdfast.formats.servers.recognise import Launch
from holdfast.kinds.workload import Workload

SWITCHES = {**control_plane.SWITCHES, "kubelet": kubelet.SWITCHES}
SYSTEM = "kube-system"


def component(program: str, flags: Flags, name: str, by: str = "flags") -> Kind:
    """The facts of one program's flags."""
    if program == control_plane.API_SERVER:
        return control_plane.api_server(flags, name, by)
    if program == control_plane.ETCD:
        return control_plane.etcd(flags, name)
    if program == "kubelet":
        return kubelet.of_flags(flags, name)
    return control_plane.controller(flags, name, program)


def of_workload(asset: Asset) -> Iterator[Asset]:
    """The parts of a control plane in the containers of a workload.

    etcd counts in the namespace of the system only: elsewhere it is the database of something else.
    """
    facts = asset.facts
    if not isinstance(facts, Workload) or not isinstance(facts.containers, list):
        return
    for index, container in enumerate(facts.containers):
        launch = launch_of(container, facts.volumes)
        if launch is None or not launch.argv:
            continue
        for program, words, complete in commands(launch):
            if program == control_plane.ETCD and facts.namespace != SYSTEM:
                continue
            spot = asset.spot(f"containers[{index}].argv")
            found = component(program, read(words, SWITCHES[program], complete=complete), str(facts.name))
            place = f"{asset.id.partition('/')[2]}.{program}"
            yield Asset(f"{found.kind}/{place}", found, asset.source, asset.path, {"": spot}, asset.suppressions)


def commands(launch: Launch) -> Iterator[tuple[str, Sequence[str], bool]]:
    """The programs of a cluster that a launch starts, with the words behind each, and whether these are all."""
    try:
        found = [(*_program(single.argv), single.argv_complete) for single in launches(launch, _names_a_component)]
    except FormatError:
        return
    yield from (each for each in found if each[0] in SWITCHES)


def _program(argv: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The program and its words; `exec` and the name of hyperkube stand before it."""
    position = 0
    while position < len(argv) - 1 and argv[position].rpartition("/")[2] in ("exec", "hyperkube", "km"):
        position += 1
    return argv[position].rpartition("/")[2], argv[position + 1 :]


def _names_a_component(text: str) -> bool:
    return any(program in text for program in SWITCHES)
