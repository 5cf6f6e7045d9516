"""Who acts as whom: machines, endpoints, notebooks, jobs and pods as identities, and identities as one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, holes
from holdfast.estate.nearest import Nearest
from holdfast.estate.relations.places import NODE, address, homes, in_cluster, root, starter, starters
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.identity import Identity
from holdfast.kinds.instance import Instance
from holdfast.kinds.managed_notebook import ManagedNotebook
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.training_job import TrainingJob
from holdfast.kinds.workload import Workload

NODE_GROUPS = (
    "aws_eks_node_group.",
    "google_container_node_pool.",
    "azurerm_kubernetes_cluster",
    "mk8s_v1_node_group.",
)
"""Resources whose machines are nodes of a cluster."""
MACHINES = ("ec2.", "sagemaker.")
"""How the services start that hand a role to a machine."""


class Identities:
    """The declared identities, by what others call them."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self.near: dict[tuple[str, str], list[str]] = {}
        self.far: dict[str, list[str]] = {}
        self.refusing: set[str] = set()
        for asset in assets:
            facts = asset.facts
            if not isinstance(facts, Identity):
                continue
            if _refuses(facts):
                self.refusing.add(asset.id)
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
            if len(found) == 1:
                return found[0]
        found = self.far.get(role, [])
        return found[0] if len(found) == 1 else None

    def worn(self, asset: Asset, role: Fact[str]) -> str | None:
        """The identity that a machine, endpoint or notebook gets: one whose trust policy admits only others is none."""
        found = self.find(asset, role)
        return None if found in self.refusing and isinstance(asset.facts, Instance) else found


def _refuses(facts: Identity) -> bool:
    """Whether no machine gets a role: all that its trust policy admits was seen, and none is a service of machines."""
    if facts.provider != "aws" or not isinstance(facts.trusts, list) or not facts.trusts:
        return False
    seen = all(isinstance(each.type, str) and isinstance(each.name, str) for each in facts.trusts)
    names = [each.name for each in facts.trusts if isinstance(each.name, str)]
    return seen and not any(holes(name) or name == EVERYBODY or name.startswith(MACHINES) for name in names)


def identity(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`assumes`."""
    identities = Identities(assets)
    if identities.near:
        for asset in assets:
            facts = asset.facts
            if isinstance(facts, Instance | Endpoint | ManagedNotebook | TrainingJob):
                found = identities.worn(asset, facts.role)
                if found is not None:
                    yield Edge(asset.id, "assumes", found)
                    if any(group in address(asset) for group in NODE_GROUPS):
                        # Which manifests are for which cluster is said nowhere.
                        yield Edge(NODE, "assumes", found, certain=False)
        yield from _from_containers(assets, edges, identities)
        yield from _of_one_another(assets)
    yield from _of_pods(assets, identities)


def _from_containers(assets: Sequence[Asset], edges: Sequence[Edge], identities: Identities) -> Iterator[Edge]:
    """Containers that reach the metadata service of their machine get its identity without leaving the container."""
    machines = starters(assets)
    placed = homes(edges)
    by_id = {machine.id: machine for machine in machines.values()}
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, Workload) or in_cluster(facts):
            continue
        machine = by_id.get(placed.get(asset.id, "")) or starter(asset.id, machines)
        if machine is None or not isinstance(machine.facts, Instance):
            continue
        reached = _metadata(machine.facts, facts)
        found = identities.worn(machine, machine.facts.role)
        if found is not None and reached is not False:
            yield Edge(asset.id, "assumes", found, certain=reached is True)


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


def _of_one_another(assets: Sequence[Asset]) -> Iterator[Edge]:
    """Identities that others may become: those whom a trust policy names, and whoever may assume any role."""
    own = [(asset, asset.facts) for asset in assets if isinstance(asset.facts, Identity)]
    named = {facts.identifier: asset.id for asset, facts in own if isinstance(facts.identifier, str)}
    for asset, facts in own:
        for trusted in facts.trusts if isinstance(facts.trusts, list) else ():
            principal = trusted.name if trusted.type == "principal" and isinstance(trusted.name, str) else ""
            other = named.get(principal)
            if other is not None and other != asset.id:
                yield Edge(other, "assumes", asset.id, certain=trusted.conditions == [])
            elif trusted.type == "account" and facts.sort == "role":
                yield Edge(_roles(asset), "assumes", asset.id, certain=trusted.conditions == [])
        if facts.assumes_any_role is True:
            yield Edge(asset.id, "assumes", _roles(asset))


def _roles(asset: Asset) -> str:
    """Stands for every role of an account that leaves it to the account who becomes it."""
    return f"roles/{root(asset)}"


def _of_pods(assets: Sequence[Asset], identities: Identities) -> Iterator[Edge]:
    accounts: Nearest[Asset] = Nearest()
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, ServiceAccount):
            accounts.add(asset.path, (facts.namespace, facts.name), asset)
            found = identities.find(asset, facts.cloud_identity) or _anywhere(identities, facts.cloud_identity)
            if found is not None:
                yield Edge(asset.id, "assumes", found)
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


def _anywhere(identities: Identities, role: Fact[str]) -> str | None:
    """The one identity of a name, in whatever folder: manifests and the cloud are configured apart."""
    if not isinstance(role, str):
        return None
    short = role.rpartition("/")[2] if role.startswith("arn:") else f"{role.partition('@')[0]}@"
    found = {each for (_, name), ids in identities.near.items() if name == short for each in ids}
    return found.pop() if len(found) == 1 else None
