"""`asset_group`: the assets of one owner, namespace or folder, and what nobody has said about them."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class Missing(Part, frozen=True):
    """An attribute that some assets of the group lack.

    Both lists begin with what is exposed, then what has GPUs, then what holds data; from the eleventh on they are
    counted.
    """

    known_by: ClassVar[tuple[str, ...]] = ("attribute",)
    volatile: ClassVar[frozenset[str]] = frozenset(("important", "others"))

    attribute: Fact[str] = UNSET
    """`owner`, `environment`, `data_class`, `exposure` or `purpose`."""
    important: Fact[list[str]] = UNSET
    """Those of the assets without it that are exposed, have GPUs or hold data."""
    others: Fact[list[str]] = UNSET
    """The rest of them."""


class AssetGroup(Kind, frozen=True):
    """Assets of an inventory: machines, workloads, endpoints, gateways, stores, notebooks, queues, jobs, identities.

    There is one for each owner; assets whose owner nobody knows are grouped by their namespace, or else their folder.
    Groups are made where a run is recorded, and for the profile `strict`.
    """

    kind: ClassVar[str] = "asset_group"
    volatile: ClassVar[frozenset[str]] = frozenset(("outside", "undeclared", "assets"))

    name: Fact[str] = UNSET
    """`owner NAME`, `namespace NAME` or `folder NAME`."""
    assets: Fact[int] = UNSET
    """How many assets it has."""
    missing: Fact[list[Missing]] = UNSET
    """One element for each attribute that every asset should have."""
    outside: Fact[list[str]] = UNSET
    """Assets in a region under another law than that which is demanded for their data."""
    undeclared: Fact[list[str]] = UNSET
    """Assets that something relies on, and that nothing declares."""
