"""Who holds which rights in a cluster: service accounts, and pods whose service account no file declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.core.asset import Asset
from holdfast.core.fact import Fact
from holdfast.estate.access import Bindings
from holdfast.estate.nearest import Nearest
from holdfast.estate.relations.places import in_cluster
from holdfast.kinds.role_binding import RoleBinding
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.workload import Right, Workload


class Holder(NamedTuple):
    """An asset that acts with rights, and the file that says so."""

    asset: str
    namespace: Fact[str]
    path: str
    rights: Sequence[Right]


def holders(assets: Sequence[Asset]) -> Iterator[Holder]:
    """Every holder with rights that were seen; an account comes again where a workload shows other ones of it."""
    seen: set[tuple[str, int]] = set()
    accounts: Nearest[Asset] = Nearest()
    declared: list[tuple[Asset, ServiceAccount]] = []
    bound = False
    for asset in assets:
        if isinstance(asset.facts, ServiceAccount):
            accounts.add(asset.path, (asset.facts.namespace, asset.facts.name), asset)
            declared.append((asset, asset.facts))
        bound = bound or isinstance(asset.facts, RoleBinding)
    bindings = Bindings(assets) if bound and declared else None
    for account, own in declared if bindings is not None else ():
        assert bindings is not None  # the loop above has none without it
        rights = bindings.rights(own.namespace, own.name, account.path) if isinstance(own.name, str) else None
        if isinstance(rights, list):
            yield Holder(account.id, own.namespace, account.path, rights)
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, Workload) or not in_cluster(facts) or not isinstance(facts.rights, list):
            continue
        found = accounts.find(asset.path, (facts.namespace, facts.service_account))
        if len(found) == 1:
            if (found[0].id, id(facts.rights)) in seen:
                continue  # workloads of one account share its list
            seen.add((found[0].id, id(facts.rights)))
            yield Holder(found[0].id, facts.namespace, found[0].path, facts.rights)
        elif facts.automount_token is not False:  # without the token a pod has none of them
            yield Holder(asset.id, facts.namespace, asset.path, facts.rights)


def space(namespace: Fact[str], path: str) -> str:
    """The namespace of an object; where its file leaves it open, what is applied with that file."""
    if isinstance(namespace, str):
        return namespace
    folder = path.rpartition("/")[0]
    return f"default of {folder}" if folder else "default"
