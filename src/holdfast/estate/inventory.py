"""What an inventory asks of its assets, and the groups and providers that answer for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Protocol

from msgspec import UNSET

from holdfast.core.asset import Asset, Spot
from holdfast.core.regions import law_of, outside
from holdfast.estate.attributes import ATTRIBUTES, Attributes
from holdfast.kinds.asset_group import AssetGroup, Missing
from holdfast.kinds.provider import Provider

__all__ = ["HOLD_DATA", "INVENTORIED", "OWNER", "groups", "has_gpu", "providers", "weight"]

EVERYTHING = frozenset(ATTRIBUTES)
ALL_BUT_DATA = EVERYTHING - {"data_class"}
NO_PLACE = frozenset(("owner", "environment", "purpose"))
"""What is asked of what is neither reached over a network nor holds data."""
INVENTORIED: dict[str, frozenset[str]] = {
    "instance": EVERYTHING,
    "workload": EVERYTHING,
    "endpoint": EVERYTHING,
    "gateway": ALL_BUT_DATA,
    "database": EVERYTHING,
    "bucket": EVERYTHING,
    "queue": EVERYTHING,
    "managed_notebook": EVERYTHING,
    "managed_cluster": ALL_BUT_DATA,
    "slurm_cluster": NO_PLACE,
    "training_job": EVERYTHING - {"exposure"},
    "served_model": EVERYTHING - {"exposure"},
    "registry": EVERYTHING,
    "identity": NO_PLACE,
    "service_account": NO_PLACE,
    "managed_secret": NO_PLACE,
}
"""Kind -> the attributes that its assets should have. Source: requirements W13 to W29."""
LISTED = (*INVENTORIED, "server")
"""Kinds that an inventory lists: endpoints, gateways and databases that are servers take what is known of them from
what they run on, and are not asked for it a second time."""
HOLD_DATA = frozenset(("bucket", "database", "queue", "registry", "served_model", "training_job", "managed_notebook"))
EXPOSED = ("public", "node")
NAMED = 10
"""Assets that are named before the rest is counted."""
OWNER = "owner "
"""How the name of a group begins whose assets have one."""
SOURCE = "inventory"
"""What shows groups and providers: the whole estate, and the settings."""


class Paper(Protocol):
    """Something on file of a provider."""

    @property
    def type(self) -> str:
        """`soc2`, `bridge`, `iso27001` or `baa`."""

    @property
    def until(self) -> date:
        """The last day of its period or validity."""


class OnFile(Protocol):
    """What the settings say of a provider."""

    @property
    def name(self) -> str:
        """As assets call it."""

    @property
    def trust(self) -> str | None:
        """Who runs the hardware."""

    @property
    def health_data(self) -> bool:
        """Whether health data is processed there."""

    @property
    def papers(self) -> Sequence[Any]:
        """What it attests, each a `Paper`."""


def has_gpu(asset: Asset) -> bool:
    """Whether an asset has accelerators or asks for them, as far as that was seen."""
    count = getattr(asset.facts, "gpus", getattr(asset.facts, "gpu_count", None))
    return isinstance(count, int) and count != 0


def weight(asset: Asset, known: Attributes) -> int:
    """How much it matters that an asset is known: exposed 4, with GPUs 2, with data 1, and their sums."""
    exposed = known.values.get("exposure") in EXPOSED
    return 4 * exposed + 2 * has_gpu(asset) + (asset.kind in HOLD_DATA)


def groups(assets: Sequence[Asset], known: Sequence[Attributes], named: Callable[[str], str] = str) -> Iterator[Asset]:
    """One group for each owner, namespace or folder, in order of their names; `named` gives a path its name."""
    members: dict[str, list[tuple[int, Asset, Attributes]]] = {}
    for asset, said in zip(assets, known, strict=True):
        if asset.kind in INVENTORIED:
            members.setdefault(_group(asset, said, named), []).append((weight(asset, said), asset, said))
    for name, found in sorted(members.items()):
        found.sort(key=lambda member: (-member[0], member[1].id))
        facts = AssetGroup(
            name=name,
            assets=len(found),
            missing=[_missing(attribute, found) for attribute in ATTRIBUTES],
            outside=_named([asset.id for _, asset, said in found if _outside(said.values)]),
            undeclared=_named([asset.id for _, asset, _ in found if asset.glimpsed]),
        )
        yield Asset(f"asset_group/{name.replace(' ', '/', 1)}", facts, SOURCE, found[0][1].path, {"": Spot(1, 1)})


def _group(asset: Asset, known: Attributes, named: Callable[[str], str]) -> str:
    if "owner" in known.values:
        return f"{OWNER}{known.values['owner']}"
    namespace = getattr(asset.facts, "namespace", None)
    if isinstance(namespace, str):
        return f"namespace {namespace}"
    folder, inside, _ = named(asset.path).partition("/")
    return f"folder {folder if inside else '.'}"


def _missing(attribute: str, members: Sequence[tuple[int, Asset, Attributes]]) -> Missing:
    lacking = [
        (heavy, asset.id)
        for heavy, asset, known in members
        if not asset.glimpsed and attribute in INVENTORIED[asset.kind] and attribute not in known.values
    ]
    return Missing(
        attribute=attribute,
        important=_named([id_ for heavy, id_ in lacking if heavy]),
        others=_named([id_ for heavy, id_ in lacking if not heavy]),
    )


def _named(ids: Sequence[str]) -> list[str]:
    rest = len(ids) - NAMED
    return [*ids[:NAMED], *([f"and {rest} more"] if rest > 0 else [])]


def _outside(known: Mapping[str, str]) -> bool:
    """Whether an asset is surely under another law than its data demands."""
    law = known.get("law") or (law_of(known["region"]) if "region" in known else UNSET)
    return isinstance(law, str) and "jurisdiction" in known and outside(law, known["jurisdiction"].lower())


def providers(
    known: Iterable[Attributes],
    on_file: Sequence[OnFile],
    today: date,
    elsewhere: Mapping[str, Sequence[Paper]] = MappingProxyType({}),
) -> Iterator[Asset]:
    """The providers that assets name, and those of the settings, in order of their names.

    `elsewhere`: what other origins have on file of a provider; it is one provider, whoever filed its papers.
    """
    counts: dict[str, int] = {}
    trusts: dict[str, set[str]] = {}
    for said in known:
        name = said.values.get("provider", "")
        if name:
            counts[name] = counts.get(name, 0) + 1
            trusts.setdefault(name, set()).update({said.values["trust"]} if "trust" in said.values else ())
    entries = {entry.name: entry for entry in on_file}
    for name in sorted({*counts, *entries}):
        entry = entries.get(name)
        seen = trusts.get(name, set())
        own = entry.papers if entry else ()
        papers = [*own, *elsewhere.get(name, ())]
        facts = Provider(
            name=name,
            assets=counts.get(name, 0),
            trust=entry.trust if entry and entry.trust else next(iter(seen)) if len(seen) == 1 else UNSET,
            health_data=entry.health_data if entry else False,
            papers=sorted({paper.type for paper in own}),
            soc2_age_days=_days(papers, "soc2", today, -1),
            bridge_left_days=_days(papers, "bridge", today),
            iso27001_left_days=_days(papers, "iso27001", today),
            baa_left_days=_days(papers, "baa", today),
        )
        yield Asset(f"provider/{name}", facts, SOURCE, "", {"": Spot(1, 1)})


def _days(papers: Sequence[Paper], type: str, today: date, sign: int = 1) -> int | None:
    """Days from today to the latest day of such papers, or since it; None where there is none."""
    days = [sign * (paper.until - today).days for paper in papers if paper.type == type]
    return None if not days else max(days) if sign > 0 else min(days)
