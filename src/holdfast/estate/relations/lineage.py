"""Where models come from: the bucket that a model is fetched from holds all that the model is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.estate.nearest import Nearest
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.served_model import ServedModel
from holdfast.kinds.server import Server

IN_BUCKET = re.compile(r"(?:s3|gs)://([a-z0-9][a-z0-9._-]{1,221}[a-z0-9])(?:/|$)")
MODELS = ("model", "model-path", "model-id", "model-repository")
"""Options of servers that say which model they load."""


def lineage(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`derived_from` from models, and servers that have one in memory, to buckets; `serves` from Triton to its models.

    Which of several servers loads a repository of models is said where it starts, so that is never certain.
    """
    del edges
    named: dict[str, list[str]] = {}
    for asset in assets:
        if isinstance(asset.facts, Bucket) and isinstance(asset.facts.name, str):
            named.setdefault(asset.facts.name, []).append(asset.id)
    tritons: Nearest[str] = Nearest()
    for asset in assets:
        if isinstance(asset.facts, Server) and asset.facts.product == "triton":
            tritons.add(asset.path, "triton", asset.id)
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, ServedModel):
            for uri in facts.sources if isinstance(facts.sources, list) else ():
                yield from _from(asset.id, "derived_from", uri, named)
            near = tritons.find(asset.path, "triton") if facts.server == "triton" else []
            if len(near) == 1:
                yield Edge(near[0], "serves", asset.id, certain=False)
        elif isinstance(facts, Server) and isinstance(facts.options, dict):
            for name in MODELS:
                # The server has the model in its memory; that its rights reach the whole bucket, policies say.
                yield from _from(asset.id, "derived_from", facts.options.get(name), named)


def _from(asset: str, relation: str, uri: object, named: dict[str, list[str]]) -> Iterator[Edge]:
    found = IN_BUCKET.match(uri) if isinstance(uri, str) else None
    for bucket in named.get(found[1], ()) if found else ():
        yield Edge(asset, relation, bucket)
