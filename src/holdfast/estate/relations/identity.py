"""Who acts as whom: machines, endpoints, notebooks, jobs and pods as identities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeGuard

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.nearest import Nearest
from holdfast.estate.relations.places import NODE, aboard, address, in_cluster, root
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.identity import Identity
from holdfast.kinds.instance import Instance
from holdfast.kinds.managed_notebook import ManagedNotebook
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.training_job import TrainingJob
from holdfast.kinds.workload import Workload

EVERY_API = "cloud-platform"
OF_DATA = ("devstorage", "storage", "bigquery", "sql", "pubsub", "datastore", "bigtable", "spanner")
"""How access scopes of Google begin that let a machine at data."""
NODE_GROUPS = (
    "aws_eks_node_group.",
    "google_container_node_pool.",
    "azurerm_kubernetes_cluster",
    "mk8s_v1_node_group.",
)
"""Resources whose machines are nodes of a cluster."""


class Identities:
    """The declared identities, by what others call them."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self.near: dict[tuple[str, str], list[str]] = {}
        self.far: dict[str, list[str]] = {}
        self.by_id: dict[str, Identity] = {}
        self.handed: dict[tuple[str, str], bool | None] = {}
        for asset in assets:
            facts = asset.facts
            if not isinstance(facts, Identity):
                continue
            self.by_id[asset.id] = facts
            for name in {address(asset), facts.name, facts.identifier, f"{facts.name}@"}:
                if isinstance(name, str):
                    self.near.setdefault((root(asset), name), []).append(asset.id)
            if isinstance(facts.identifier, str) and "$" not in facts.identifier:
                self.far.setdefault(facts.identifier, []).append(asset.id)

    def find(self, asset: Asset, role: Fact[str]) -> str | None:
        """The identity that an asset means by a name, ARN, address or mail address; None where it is not declared."""
        if not isinstance(role, str):
            return None
        short = role.rpartition("/")[2] if role.startswith("arn:") else f"{role.partition('@')[0]}@"
        for name in (role, short):
            found = self.near.get((root(asset), name), [])
            if len(found) == 1 and not self.elsewhere(found[0], role):
                return found[0]
        found = self.far.get(role, [])
        return found[0] if len(found) == 1 else None

    def elsewhere(self, found: str, role: str) -> bool:
        """Whether an ARN names a role of another account than the identity found has."""
        accounts = [each.split(":", 5)[4] for each in (role, self.by_id[found].identifier) if _is_arn(each)]
        return len(accounts) == 2 and all(map(str.isdecimal, accounts)) and accounts[0] != accounts[1]

    def worn(self, asset: Asset, role: Fact[str]) -> tuple[str, bool] | None:
        """The identity that a machine, endpoint, notebook or job gets, and whether that is certain.

        One whose trust policy does not admit the service that starts it is none, nor one that access scopes keep off
        all data, nor one whose keys no metadata service hands out.
        """
        found = self.find(asset, role)
        machine = asset.facts if isinstance(asset.facts, Instance) else None
        limited = _limited(machine.scopes) if machine is not None else None
        if found is None or limited is True or (machine is not None and machine.metadata_off is True):
            return None
        answer = self.handed_to(found, asset.kind)
        return None if answer is False else (found, answer is True and limited is None)

    def handed_to(self, identity: str, kind: str) -> bool | None:
        """Whether what runs code gets an identity from the service that starts it."""
        key = identity, kind
        if key not in self.handed:
            from holdfast.estate.iam.becoming import by_service  # most trees declare no identity

            self.handed[key] = by_service(self.by_id[identity], kind).value
        return self.handed[key]


def _is_arn(text: Fact[str]) -> TypeGuard[str]:
    return isinstance(text, str) and text.startswith("arn:") and text.count(":") >= 5


def identity(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`assumes`."""
    identities = Identities(assets)
    if identities.near:
        for asset in assets:
            facts = asset.facts
            if isinstance(facts, Instance | Endpoint | ManagedNotebook | TrainingJob):
                worn = identities.worn(asset, facts.role)
                if worn is not None:
                    found, certain = worn
                    yield Edge(asset.id, "assumes", found, certain)
                    if any(group in address(asset) for group in NODE_GROUPS):
                        # Which manifests are for which cluster is said nowhere.
                        yield Edge(NODE, "assumes", found, certain=False)
        yield from _from_containers(assets, edges, identities)
        from holdfast.estate.relations.roles import roles  # most trees declare no identity

        yield from roles(assets)
    yield from _of_pods(assets, identities)


def _limited(scopes: Fact[list[str]]) -> bool | None:
    """Whether access scopes of Google let a machine do nothing with data; False where they leave it some.

    They limit what a service account may do from that machine, whatever its roles. Source: Compute Engine, "Service
    accounts", "Access scopes".
    """
    if not isinstance(scopes, list) or not scopes or EVERY_API in scopes:
        return None
    return not any(scope.startswith(OF_DATA) for scope in scopes)


def _from_containers(assets: Sequence[Asset], edges: Sequence[Edge], identities: Identities) -> Iterator[Edge]:
    """Containers that reach the metadata service of their machine get its identity without leaving the container."""
    for asset, machine, facts in aboard(assets, edges):
        if not isinstance(asset.facts, Workload):
            continue
        reached = _metadata(facts, asset.facts)
        worn = identities.worn(machine, facts.role)
        if worn is not None and reached is not False:
            yield Edge(asset.id, "assumes", worn[0], certain=reached is True and worn[1])


def _metadata(machine: Instance, workload: Workload) -> Fact[bool]:
    """Whether a container gets answers of its machine's metadata service.

    A token's answer lives as many hops as the machine says, and a container on a network of its own is one hop more; a
    request without a token is answered at any distance. Source: Amazon EC2 User Guide, "Configure the Instance Metadata
    Service options".
    """
    if machine.metadata_off is True:
        return False
    if workload.host_network is True or machine.metadata_tokens is False or machine.metadata_hops is None:
        return True
    if isinstance(machine.metadata_hops, int):
        return machine.metadata_hops > 1
    return UNSET


def _of_pods(assets: Sequence[Asset], identities: Identities) -> Iterator[Edge]:
    accounts: Nearest[Asset] = Nearest()
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, ServiceAccount):
            accounts.add(asset.path, (facts.namespace, facts.name), asset)
            found = identities.find(asset, facts.cloud_identity) or _anywhere(identities, facts.cloud_identity)
            answer = _vouched(identities.by_id[found], facts) if found is not None else False
            if found is not None and answer is not False:
                yield Edge(asset.id, "assumes", found, certain=answer is True)
    yield from _associated(assets, accounts, identities)
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, Workload) and in_cluster(facts) and isinstance(facts.service_account, str):
            near = accounts.find(asset.path, (facts.namespace, facts.service_account))
            for account in near if len(near) == 1 else ():
                known = account.facts
                assert isinstance(known, ServiceAccount)
                # A cloud identity has a token of its own, whatever is said of the cluster's.
                if facts.automount_token is not False or isinstance(known.cloud_identity, str):
                    yield Edge(asset.id, "assumes", account.id)


def _vouched(identity: Identity, account: ServiceAccount) -> bool | None:
    """Whether a pod with an account becomes the identity that it names: by the token that the cluster gives it.

    Whom else a trust policy of AWS would let in stands in it; Google's and Azure's grants may stand elsewhere, too.
    """
    from holdfast.estate.iam.becoming import by_pod  # most trees declare no identity

    answer = by_pod(identity, account.namespace, account.name).value
    return None if answer is False and identity.provider != "aws" else answer


def _associated(assets: Sequence[Asset], accounts: Nearest[Asset], identities: Identities) -> Iterator[Edge]:
    """Roles that an EKS cluster hands to pods by the name of their account.

    For which cluster a manifest is meant is said nowhere, so that is never certain.
    """
    given: dict[tuple[str, str], list[str]] = {}
    for found, facts in identities.by_id.items():
        for name in facts.pods if isinstance(facts.pods, list) else ():
            if identities.handed_to(found, "pod") is not False:
                namespace, _, account = name.partition(":")
                given.setdefault((namespace, account), []).append(found)
    for (namespace, account), roles in given.items():
        holders = [each.id for each in accounts.find("", (namespace, account))] or [
            asset.id
            for asset in assets
            if isinstance(asset.facts, Workload)
            and in_cluster(asset.facts)
            and (asset.facts.namespace, asset.facts.service_account) == (namespace, account)
        ]
        for holder in holders:
            yield from (Edge(holder, "assumes", role, certain=False) for role in roles)


def _anywhere(identities: Identities, role: Fact[str]) -> str | None:
    """The one identity of a name, in whatever folder: manifests and the cloud are configured apart."""
    if not isinstance(role, str):
        return None
    short = role.rpartition("/")[2] if role.startswith("arn:") else f"{role.partition('@')[0]}@"
    found = {each for (_, name), ids in identities.near.items() if name == short for each in ids}
    named = [each for each in found if not identities.elsewhere(each, role)]
    return named[0] if len(named) == 1 else None
