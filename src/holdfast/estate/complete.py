"""Completes facts that need more than one asset.

A folder of files never holds everything that a cluster does, so what is found here is a lower bound: a workload is
exposed *at least* so far, a service account holds *at least* these rights, and where nothing is found the fact stays
unobserved. A fact that a source has shown is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.core.asset import Asset, Edge
from holdfast.estate.access import access
from holdfast.estate.configured import configured
from holdfast.estate.exposure import exposure
from holdfast.estate.iam import identities
from holdfast.estate.isolation import isolation
from holdfast.estate.mesh import mesh
from holdfast.estate.privilege import privilege
from holdfast.estate.shared_gpus import shared_gpus
from holdfast.estate.shared_keys import shared_keys
from holdfast.estate.slurm_logins import slurm_logins
from holdfast.estate.storage import storage
from holdfast.estate.tenancy import tenancy

Found = Iterator[tuple[int, dict[str, object]]]
"""The position of an asset and facts found for it."""
STEPS: tuple[Callable[[Sequence[Asset], Sequence[Edge]], Found], ...] = (
    configured,
    exposure,
    isolation,
    access,
    tenancy,
    privilege,
    mesh,
    identities.powers,
    storage,
    shared_keys,
    shared_gpus,
    slurm_logins,
)
"""Each looks at the assets as the sources showed them; no step reads what another one finds."""


def complete(assets: list[Asset], edges: Sequence[Edge]) -> list[Asset]:
    """The assets in their order, each with the facts that others tell about it; `edges` join servers to workloads."""
    found: dict[int, dict[str, object]] = {}
    for step in STEPS:
        for position, facts in step(assets, edges):
            found.setdefault(position, {}).update(facts)
    return [_completed(asset, found.get(position)) for position, asset in enumerate(assets)]


def _completed(asset: Asset, found: dict[str, object] | None) -> Asset:
    unseen = {
        name: value
        for name, value in (found or {}).items()
        if value is not UNSET and getattr(asset.facts, name) is UNSET
    }
    return replace(asset, facts=replace(asset.facts, **unseen)) if unseen else asset
