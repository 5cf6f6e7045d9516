"""Who owns a workload, as the settings say."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from holdfast.core.asset import Asset
from holdfast.kinds.workload import Workload


def owned(assets: Iterable[Asset], owner_of: Callable[[Asset], str] = lambda asset: "") -> list[Asset]:
    """The assets in their order, workloads with their owner; `owner_of` answers with nothing for nobody."""
    return [
        replace(asset, facts=replace(asset.facts, owner=owner_of(asset) or None))
        if isinstance(asset.facts, Workload)
        else asset
        for asset in assets
    ]
