"""Of which namespaces the files show every network policy.

No file says that it holds all of a cluster's policies. Where a namespace is declared together with policies of its own,
or beside a namespace that is, people keep the policies there, and one that is not there is taken to be missing. A
policy that may belong to the namespace but could not be read to the end leaves that open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from holdfast.core.asset import Asset
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.network_policy import NetworkPolicy


class Policed:
    """The namespaces whose policies the files show."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        own: set[str] = set()
        unread: set[str] = set()
        self.names: frozenset[str] = frozenset()
        for asset in assets:
            facts = asset.facts
            if not isinstance(facts, NetworkPolicy):
                continue
            if facts.cluster_wide is True:
                if _unread(facts):
                    return
            elif not isinstance(facts.namespace, str):
                return  # it is applied to a namespace that the file does not name
            else:
                (unread if _unread(facts) else own).add(facts.namespace)
        places: dict[str, set[tuple[str, ...]]] = {}
        for asset in assets:
            if isinstance(asset.facts, Namespace) and isinstance(asset.facts.name, str):
                places.setdefault(asset.facts.name, set()).update(_places(asset.path))
        kept = {place for name in own & places.keys() for place in places[name]}
        self.names = frozenset(name for name, found in places.items() if found & kept) - unread

    def __contains__(self, where: object) -> bool:
        return where in self.names


def _unread(policy: NetworkPolicy) -> bool:
    """Whether it cannot be told whom a policy governs or what it denies and opens."""
    return UNSET in (policy.selector, policy.ingress, policy.egress, policy.peers)


def _places(path: str) -> Iterator[tuple[str, ...]]:
    """The folder of a file, and the folders that lie beside it with a file of the same name."""
    folder, _, name = path.rpartition("/")
    yield (folder,)
    yield folder.rpartition("/")[0], name
