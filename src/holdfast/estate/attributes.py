"""Who owns an asset, where it belongs, what data it holds, who can reach it and what it is for, each with its origin.

The settings say it first, then the asset's own labels and facts, then the nearest parent that knows: what it runs on,
its namespace. How far an asset is exposed is what was seen; only where nothing was seen, what is declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from msgspec import UNSET, Struct

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Part, Secret
from holdfast.core.labels import attribute
from holdfast.estate.nearest import Nearest
from holdfast.formats.servers.masking import names_secret

__all__ = ["ATTRIBUTES", "Attributes", "Entry", "attributes", "credentials"]

ATTRIBUTES = ("owner", "environment", "data_class", "exposure", "purpose")
"""What every asset of an inventory has."""
SHOWN = {
    "provider": "provider",
    "region": "region",
    "law": "region_in",
    "jurisdiction": "jurisdiction",
    "trust": "trust",
    "data_class": "data_class",
    "holds": "holds",
}
"""Attribute -> the fact that shows it, of kinds that have one."""
LABELLED = ("owner", "environment", "data_class", "purpose", "jurisdiction")
"""Attributes that labels declare."""
OWN = frozenset(("exposure", "credentials", "holds"))
"""What nothing takes over from its parent."""
PARENTS = ("runs_on", "runs")
MAX_PARENTS = 8
REACH = {
    "bucket": ("public_read", "public_write", "shared_with"),
    "database": ("public_network",),
    "encryption_key": ("public", "vault_public"),
    "endpoint": ("anonymous", "public_network"),
    "instance": ("public_address", "ports", "balanced_ports"),
    "managed_cluster": ("public_api",),
    "managed_notebook": ("public_address",),
    "managed_secret": ("public",),
    "queue": ("public", "public_network"),
    "registry": ("public", "public_network"),
}
"""Kind -> facts of which one that is true, or not empty, makes it reachable from the internet."""


class Entry(Protocol):
    """What somebody declares of the assets that its patterns match."""

    @property
    def where(self) -> str:
        """Where it stands, for people."""

    def covers(self, asset: str, path: str) -> bool:
        """Whether it speaks of an asset."""

    def declared(self) -> Mapping[str, str]:
        """Attribute -> value."""


class Attributes(Struct, frozen=True):
    """Attribute -> value, and attribute -> what the value was taken from; what nobody knows is in neither."""

    values: Mapping[str, str]
    because: Mapping[str, str]


class _Known(NamedTuple):
    value: str
    origin: str


def attributes(
    assets: Sequence[Asset],
    edges: Iterable[Edge],
    entries: Sequence[Entry] = (),
    owner_of: Callable[[str], str] = lambda path: "",
) -> list[Attributes]:
    """The attributes of assets, in their order; `owner_of` answers who owns a path, with nothing for nobody."""
    own = [_own(asset, entries, owner_of) for asset in assets]
    parents = _parents(assets, edges)
    found = []
    for position, shown in enumerate(own):
        known = dict(shown)
        above = parents.get(position)
        for _ in range(MAX_PARENTS):
            if above is None:
                break
            for name, item in own[above].items():
                if name not in (*OWN, *known):
                    known[name] = _Known(item.value, f"{assets[above].id}: {item.origin}")
            above = parents.get(above)
        values = {name: item.value for name, item in known.items()}
        found.append(Attributes(values, {name: item.origin for name, item in known.items()}))
    return found


def _own(asset: Asset, entries: Sequence[Entry], owner_of: Callable[[str], str]) -> dict[str, _Known]:
    """What is known of an asset without its parents."""
    found: dict[str, _Known] = {}
    facts = asset.facts
    for name, fact in SHOWN.items():
        value = getattr(facts, fact, None)
        if isinstance(value, str):
            found[name] = _Known(value, f"fact {fact}")
    labels = _labels(asset)
    for name in LABELLED if labels else ():
        said = attribute(name, labels)
        if said is not None:
            found[name] = _Known(said[1], f"label {said[0]}")
    owner = owner_of(asset.path)
    if owner:
        found["owner"] = _Known(owner, "owners in the settings")
    for entry in entries:
        if entry.covers(asset.id, asset.path):
            found.update((name, _Known(value, entry.where)) for name, value in entry.declared().items())
    seen = _exposure(asset)
    if seen is not None:
        found["exposure"] = seen
    return found


def _labels(asset: Asset) -> Mapping[str, str]:
    for name in ("labels", "tags"):
        held = getattr(asset.facts, name, None)
        if isinstance(held, dict) and held:
            return {**asset.labels, **held}
    return asset.labels


def _exposure(asset: Asset) -> _Known | None:
    """`public`, `node`, `cluster` or `private`, as far as the facts show it."""
    facts = asset.facts
    reach = getattr(facts, "exposure", None)
    if isinstance(reach, str):
        return _Known(reach, "fact exposure")
    names = REACH.get(facts.kind)
    if names is None:
        return None
    answers = [getattr(facts, name, None) for name in names]
    for name, answer in zip(names, answers, strict=True):
        if answer is True or (isinstance(answer, list) and answer):
            return _Known("public", f"fact {name}")
    # Load balancers are read for some providers only; elsewhere their lack says nothing new.
    asked = [answer for name, answer in zip(names, answers, strict=True) if name != "balanced_ports"]
    names = tuple(name for name in names if name != "balanced_ports")
    return None if UNSET in asked else _Known("private", f"fact {', '.join(names)}")


def _parents(assets: Sequence[Asset], edges: Iterable[Edge]) -> dict[int, int]:
    """The nearest parent of each asset that has one, by position."""
    places = {asset.id: position for position, asset in enumerate(assets)}
    spaces: Nearest[int] = Nearest()
    for position, asset in enumerate(assets):
        if asset.kind == "namespace":
            spaces.add(asset.path, getattr(asset.facts, "name", None), position)
    found: dict[int, int] = {}
    for position, asset in enumerate(assets):
        space = getattr(asset.facts, "namespace", None)
        near = spaces.find(asset.path, space) if isinstance(space, str) else []
        if near:
            found[position] = near[0]
    for edge in edges:
        if edge.relation in PARENTS:
            below, above = (edge.source, edge.target) if edge.relation == "runs_on" else (edge.target, edge.source)
            if below in places and above in places and below != above:
                found.setdefault(places[below], places[above])
    return found


def credentials(facts: Struct) -> list[str]:
    """The names of the credentials that an asset's facts hold or speak of, sorted; never a value.

    A variable or setting is one by its name, wherever its value comes from.
    """
    found: set[str] = set()
    pending: list[object] = [facts]
    while pending:
        item = pending.pop()
        if isinstance(item, Struct):
            name = getattr(item, "name", None)
            named = isinstance(name, str) and names_secret(name)
            for field in item.__struct_fields__:
                value = getattr(item, field)
                if field == "value":
                    found.update((name,) if named and isinstance(name, str) else ())
                elif isinstance(value, Secret):
                    found.add(name if isinstance(name, str) and not isinstance(name, Secret) else field)
                elif isinstance(value, list):
                    found.update(_listed(field, value))
                    pending.extend(part for part in value if isinstance(part, Part))
                elif isinstance(value, Part):
                    pending.append(value)
    return sorted(found)


def _listed(field: str, values: list[object]) -> Iterator[str]:
    if "secret" in field:
        yield from (value for value in values if isinstance(value, str) and not isinstance(value, Secret))
