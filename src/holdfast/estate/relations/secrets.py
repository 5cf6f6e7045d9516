"""Secrets in a cluster: which workloads have them, and which service accounts may read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.nearest import Nearest
from holdfast.estate.relations.places import in_cluster
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.stored_secret import StoredSecret
from holdfast.kinds.workload import Right, Workload

READING = ("get", "list", "watch", "*")


def secrets(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`mounts` from workloads and `reads` from service accounts."""
    del edges
    stored: Nearest[Asset] = Nearest()
    spaces: dict[object, list[str]] = {}
    for asset in assets:
        if isinstance(asset.facts, StoredSecret):
            stored.add(asset.path, (asset.facts.namespace, asset.facts.name), asset)
            spaces.setdefault(asset.facts.namespace, []).append(asset.id)
    for namespace, held in spaces.items():
        for each in held:
            yield Edge(_all_of(namespace), "reads", each)
            yield Edge(_all_of(None, everywhere=True), "reads", each)
    accounts = _accounts(assets)
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, Workload) or not in_cluster(facts):
            continue
        for name in _named(facts):
            for secret in stored.find(asset.path, (facts.namespace, name)):
                yield Edge(asset.id, "mounts", secret.id)
        found = accounts.find(asset.path, (facts.namespace, facts.service_account))
        reader = found[0].id if len(found) == 1 else asset.id
        for right in facts.rights if isinstance(facts.rights, list) else ():
            if _reads(right):
                yield _reached(reader, facts.namespace, spaces, everywhere=right.cluster_wide is True)


def _all_of(namespace: Fact[str] | object, *, everywhere: bool = False) -> str:
    """Stands for every secret of a namespace, or of the cluster, so that there is one edge a reader."""
    return "secrets/kubernetes" if everywhere else f"secrets/kubernetes/{namespace or 'default'}"


def _reached(reader: str, namespace: object, spaces: Collection[object], *, everywhere: bool) -> Edge:
    """An edge to every secret there: to those of the manifests, or to what a cluster without any of them holds.

    A cluster always has some; whether a namespace has is not seen.
    """
    every = _all_of(namespace, everywhere=everywhere)
    if spaces:
        return Edge(reader, "reads", every)
    return Edge(reader, "reads", every.replace("secrets", "stored_secret", 1), certain=everywhere)


def _accounts(assets: Sequence[Asset]) -> Nearest[Asset]:
    found: Nearest[Asset] = Nearest()
    for asset in assets:
        if isinstance(asset.facts, ServiceAccount):
            found.add(asset.path, (asset.facts.namespace, asset.facts.name), asset)
    return found


def _named(facts: Workload) -> Iterator[str]:
    """Names of what becomes environment variables of the containers; a ConfigMap has other names than a Secret."""
    for container in facts.containers if isinstance(facts.containers, list) else ():
        yield from container.env_from if isinstance(container.env_from, list) else ()


def _reads(right: Right) -> bool:
    """Whether a right gives secrets: by reading them, or by making pods, which mount any secret of their namespace.

    Source: Kubernetes, "Role Based Access Control Good Practices", "Workload creation".
    """
    if right.verb in READING and right.group in ("", "*") and right.resource in ("secrets", "*"):
        return True
    return right.verb in ("create", "*") and right.group in ("", "*") and right.resource in ("pods", "*")
