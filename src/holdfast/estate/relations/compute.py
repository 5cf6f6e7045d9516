"""What runs where: servers and containers on the machine whose start script started them, pods on nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.estate.relations.places import NODE, folder, homes, in_cluster, starter, starters
from holdfast.kinds.instance import Instance
from holdfast.kinds.script import Script
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Workload


def compute(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`runs_on` beside what the collectors saw, and `hosts` of nodes.

    Which pods share a node is the scheduler's choice, so that a node hosts a pod is never certain.
    """
    placed = homes(edges)
    machines = starters(assets)
    known = {machine.id for machine in machines.values()}
    alone = _alone(machines.values())
    for asset in assets:
        facts = asset.facts
        contained = placed.get(asset.id, "").startswith("workload/")
        if not isinstance(facts, Server | Workload | Script) or (contained or placed.get(asset.id, "") in known):
            continue
        if isinstance(facts, Workload) and in_cluster(facts):
            yield Edge(asset.id, "runs_on", NODE)
            yield Edge(NODE, "hosts", asset.id, certain=False)
            continue
        machine = starter(asset.id, machines) if machines else None
        if machine is not None:
            yield Edge(asset.id, "runs_on", machine.id)
        elif asset.source == "unit" and folder(asset) in alone:
            # A unit beside the description of one machine is most likely for that.
            yield Edge(asset.id, "runs_on", alone[folder(asset)].id, certain=False)


def _alone(machines: Iterable[Asset]) -> dict[str, Asset]:
    """Folder -> its machine, where it describes just one that runs a script at its start."""
    found: dict[str, list[Asset]] = {}
    for machine in machines:
        facts = machine.facts
        if isinstance(facts, Instance) and facts.template is not True and facts.user_data is not False:
            found.setdefault(folder(machine), []).append(machine)
    return {at: each[0] for at, each in found.items() if len(each) == 1}
