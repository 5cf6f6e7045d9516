"""All edges of an estate: what the collectors saw, and what follows from the assets together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.core.relation import RELATIONS
from holdfast.estate.relations.cluster_rights import cluster_rights
from holdfast.estate.relations.compute import compute
from holdfast.estate.relations.identity import identity
from holdfast.estate.relations.inside import inside
from holdfast.estate.relations.inside_google import inside_google
from holdfast.estate.relations.lineage import lineage
from holdfast.estate.relations.network import network
from holdfast.estate.relations.secrets import secrets
from holdfast.estate.relations.storage import storage

Step = Callable[[Sequence[Asset], Sequence[Edge]], Iterable[Edge]]
REST: tuple[Step, ...] = (compute, identity, inside, inside_google, storage, secrets, cluster_rights, lineage)
"""What is asked once something is reachable."""


def relations(assets: Sequence[Asset], edges: Sequence[Edge], reach: Sequence[Edge] | None = None) -> list[Edge]:
    """The edges of an estate whose facts are complete, each once; what is certain by one way is certain.

    `reach` is what `network` answers, for whoever has asked it already.
    """
    found: dict[tuple[str, str, str], Edge] = {}
    own = (edge for edge in edges if edge.relation in RELATIONS)
    reached = network(assets, edges) if reach is None else reach
    for source in (own, reached, *(step(assets, edges) for step in REST)):
        for edge in source:
            key = edge.source, edge.relation, edge.target
            if key not in found or edge.certain:
                found[key] = edge
    return list(found.values())
