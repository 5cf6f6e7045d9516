"""What strangers reach: servers past addresses and firewalls, what a provider publishes, pods past their Services.

An edge to a zone says that packets arrive, not that anybody is let in: that takes a finding. Where one of the facts was
not seen and the others let the zone in, the edge is uncertain; where nothing hints at a way in, there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.core.relation import INTERNET
from holdfast.core.statement import EVERYBODY
from holdfast.estate.relations.cluster import cluster
from holdfast.estate.relations.machines import on_machines
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.database import Database
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.identity import Identity
from holdfast.kinds.managed_notebook import ManagedNotebook
from holdfast.kinds.managed_secret import ManagedSecret
from holdfast.kinds.queue import Queue
from holdfast.kinds.registry import Registry

EVERY_ADDRESS = ("0.0.0.0/0", "::/0")


def network(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`reachable_from`, `in_zone` and `behind`."""
    for asset in assets:
        found = _published(asset)
        if found is not False:
            yield Edge(asset.id, "reachable_from", INTERNET, certain=found is True)
    yield from on_machines(assets, edges)
    yield from cluster(assets, edges)


def _published(asset: Asset) -> Fact[bool]:
    """Whether the provider lets the internet reach an asset; false for what lies on a machine or in a cluster."""
    facts = asset.facts
    match facts:
        case Endpoint():
            return False if facts.network_rules is True else _yes(facts.public_network)
        case ManagedNotebook():
            return facts.public_address is True
        case Database():
            return _database(facts)
        case Bucket():
            return True in (facts.public_read, facts.public_write) or _shared(facts.shared_with)
        case Registry() | Queue():
            return facts.public is True or _shared(facts.shared_with)
        case ManagedSecret():
            return _shared(facts.shared_with)
        case Identity():
            # The provider's interface is on the internet; whom it lets in, the trust policy says.
            return facts.sort == "everybody" or True in (facts.anyone_may_assume, facts.any_repository_may_assume)
    return False


def _yes(fact: Fact[bool]) -> Fact[bool]:
    """An absent fact is no."""
    return UNSET if fact is UNSET else fact is True


def _database(facts: Database) -> Fact[bool]:
    if isinstance(facts.open_ranges, list) and not any(each in facts.open_ranges for each in EVERY_ADDRESS):
        return False
    return _yes(facts.public_network)


def _shared(accounts: Fact[list[str]]) -> bool:
    return isinstance(accounts, list) and EVERYBODY in accounts
