"""Secrets in a cluster: which workloads have them, and what stands for all of a namespace.

A Secret that a workload is given and no file holds is one all the same: the pod would not start without it. What it
opens is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.estate.nearest import Nearest
from holdfast.estate.relations.holders import space
from holdfast.estate.relations.places import in_cluster
from holdfast.kinds.stored_secret import StoredSecret
from holdfast.kinds.workload import Workload

NAMED = "stored_secret/named"
"""How the ids of Secrets begin that are in no file."""


def secrets(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`mounts` from workloads, and `reads` from what stands for all Secrets of a namespace or of the cluster."""
    del edges
    stored: Nearest[Asset] = Nearest()
    held: dict[tuple[str, str], bool] = {}
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, StoredSecret):
            stored.add(asset.path, (facts.namespace, facts.name), asset)
            held[space(facts.namespace, asset.path), asset.id] = True
    written = bool(held)
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, Workload) or not in_cluster(facts):
            continue
        at = space(facts.namespace, asset.path)
        for name, needed in _given(facts):
            found = stored.find(asset.path, (facts.namespace, name)) if written else []
            for each in found:
                yield Edge(asset.id, "mounts", each.id)
            if not found:
                unwritten = f"{NAMED}/{at}/{name}"
                held[at, unwritten] = held.get((at, unwritten), False) or needed
                yield Edge(asset.id, "mounts", unwritten, needed)
    for (at, secret), certain in held.items() if written else ():
        yield Edge(every_secret(at), "reads", secret, certain)
        yield Edge(every_secret(""), "reads", secret, certain)


def every_secret(at: str) -> str:
    """Stands for every secret of a namespace, or of the cluster, so that there is one edge a reader."""
    return f"secrets/kubernetes/{at}" if at else "secrets/kubernetes"


def read(reader: str, at: str, certain: bool, *, written: bool) -> Edge:
    """An edge to every secret there: to those of the manifests, or to what a cluster without any of them holds.

    A cluster always has some; whether a namespace has is not seen.
    """
    every = every_secret(at)
    if written:
        return Edge(reader, "reads", every, certain)
    return Edge(reader, "reads", every.replace("secrets", "stored_secret", 1), certain and not at)


def _given(facts: Workload) -> Iterator[tuple[str, bool]]:
    """Names of the Secrets that containers are given, each with whether one of them does not start without it."""
    found: dict[str, bool] = {}
    for container in facts.containers if isinstance(facts.containers, list) else ():
        for use in container.secrets if isinstance(container.secrets, list) else ():
            if isinstance(use.name, str):
                found[use.name] = found.get(use.name, False) or use.optional is False
    return iter(found.items())


def any_written(assets: Sequence[Asset]) -> bool:
    """Whether a file holds a Secret."""
    return any(isinstance(asset.facts, StoredSecret) for asset in assets)
