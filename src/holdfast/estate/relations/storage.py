"""Which identities read and write which stores, by the policies of both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.core.statement import holes
from holdfast.estate.relations.places import address, apart, root
from holdfast.kinds.identity import Identity

STORES = frozenset(("bucket", "managed_secret", "queue", "registry", "database"))
MAX_PAIRS = 20_000
"""Most pairs of an identity and a store that are judged; the stores of identities past it stay open."""


def storage(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`reads` and `writes` between identities and stores that are applied together or lie in one account."""
    del edges
    stores: dict[tuple[str, str], list[Asset]] = {}
    for asset in assets:
        if asset.kind in STORES:
            for key in _homes(asset):
                stores.setdefault(key, []).append(asset)
    if not stores:
        return
    from holdfast.estate.iam.grants import Granted
    from holdfast.estate.iam.stores import Holder  # most trees have no store that a policy guards

    left = MAX_PAIRS
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, Identity) or facts.sort == "everybody":
            continue
        holder = Granted(asset) if _granted(facts) else Holder(facts)
        near = {store.id: store for key in _homes(asset) for store in stores.get(key, ())}
        left -= len(near)
        if left < 0:
            return
        for store in near.values():
            beside = address(store) if root(asset) == root(store) else ""
            if isinstance(holder, Granted):
                may = holder.may(store)
            else:
                may = holder.may(store.facts, apart(asset, store), beside)
            for relation, certain in may:
                yield Edge(asset.id, relation, store.id, certain)


def _granted(facts: Identity) -> bool:
    """Whether each of an identity's grants was seen, of a provider whose stores have no say of their own."""
    return facts.provider in ("google", "azure") and isinstance(facts.statements, list)


def _homes(asset: Asset) -> Iterator[tuple[str, str]]:
    """Where an asset lies: what is applied with it, and its account."""
    provider = str(getattr(asset.facts, "provider", ""))
    yield provider, root(asset)
    account = getattr(asset.facts, "account", None)
    if isinstance(account, str) and not holes(account):
        yield provider, f"account {account}"
