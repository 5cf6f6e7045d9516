"""Where assets stand: the machine that started something, the folder of a file, the node of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.core.statement import holes
from holdfast.kinds.instance import Instance
from holdfast.kinds.workload import Workload

NODE = "node/kubernetes"
"""Any node of the cluster that the manifests are for."""
LOGIN = "login "
"""How a realm begins that is not known to be an account."""
MAX_DEPTH = 24
"""Most parts of an id that are looked at."""


def place(asset_id: str) -> str:
    """An id without its kind: scope and name."""
    return asset_id.partition("/")[2]


def folder(asset: Asset) -> str:
    """The folder of an asset's file."""
    return asset.path.rpartition("/")[0]


def starters(assets: Iterable[Asset]) -> dict[str, Asset]:
    """Scope and name of each machine -> the machine: what its start scripts make has that before its own name."""
    return {place(asset.id): asset for asset in assets if isinstance(asset.facts, Instance)}


def starter(asset_id: str, machines: Mapping[str, Asset]) -> Asset | None:
    """The machine whose start script made an asset."""
    at = place(asset_id)
    for _ in range(MAX_DEPTH):
        at = at.rpartition("/")[0]
        if not at:
            return None
        if at in machines:
            return machines[at]
    return None


def aboard(assets: Sequence[Asset], edges: Iterable[Edge]) -> Iterator[tuple[Asset, Asset, Instance]]:
    """Machines, and the containers on them outside of clusters, each with its machine and what is known of that."""
    machines, placed = starters(assets), homes(edges)
    by_id = {machine.id: machine for machine in machines.values()}
    for asset in assets:
        machine: Asset | None = None
        if isinstance(asset.facts, Instance):
            machine = asset
        elif isinstance(asset.facts, Workload) and not in_cluster(asset.facts):
            machine = by_id.get(placed.get(asset.id, "")) or starter(asset.id, machines)
        if machine is not None and isinstance(machine.facts, Instance):
            yield asset, machine, machine.facts


def homes(edges: Iterable[Edge]) -> dict[str, str]:
    """What runs somewhere -> where, as the collectors saw it."""
    return {edge.source: edge.target for edge in edges if edge.relation == "runs_on"}


def apart(one: Asset, other: Asset) -> bool | None:
    """Whether two things of one provider lie in different accounts; None where the account of one is not said."""
    first, second = realm(one), realm(other)
    if first == second:
        return False
    return None if any(not each or each.startswith(LOGIN) for each in (first, second)) else True


def realm(asset: Asset) -> str:
    """The account in which a thing lies, or what decides that."""
    account = getattr(asset.facts, "account", None)
    return account if isinstance(account, str) and not holes(account) else asset.realm


def in_cluster(workload: Workload) -> bool:
    """Whether a workload is a pod of Kubernetes."""
    return isinstance(workload.api_group, str)


def root(asset: Asset) -> str:
    """What is applied together with an asset: its folder of configuration."""
    scope = place(asset.id).rpartition("/")[0]
    return folder(asset) if scope == asset.path else scope


def address(asset: Asset) -> str:
    """What an asset is called where it is declared: the last part of its id."""
    return asset.id.rpartition("/")[2]
