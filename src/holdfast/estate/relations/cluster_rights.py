"""What rights in a cluster lead to: other service accounts, running pods, nodes, Secrets.

Whoever makes pods in a namespace lets them run as any of its service accounts, mount any of its Secrets, and own the
node unless the namespace demands more of pods. Whoever makes tokens for service accounts, or impersonates them, is
them. Whoever may `bind` or `escalate` gives itself everything where that holds.

What another admission controller refuses is not seen: that a pod owns its node is certain only where the namespace
says `privileged`, or where the holder may change what namespaces demand. Rights on single objects are not counted.

Source: Kubernetes, "Role Based Access Control Good Practices" (workload creation, access to `nodes/proxy`, escalate,
bind, impersonate, token request), "Using RBAC Authorization" (restrictions on role and role binding creation), "User
impersonation", "Pod Security Standards"; since 1.35 a WebSocket needs `create` to enter a pod (kubernetes#133515).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.relations.holders import Holder, holders, space
from holdfast.estate.relations.places import NODE, in_cluster
from holdfast.estate.relations.secrets import any_written, read
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.workload import Workload

RBAC = "rbac.authorization.k8s.io"
MAKING = (
    *(("", name) for name in ("pods", "replicationcontrollers")),
    *(("apps", name) for name in ("deployments", "daemonsets", "statefulsets", "replicasets")),
    *(("batch", name) for name in ("jobs", "cronjobs")),
    *(("ray.io", name) for name in ("rayclusters", "rayjobs", "rayservices")),
    *(("kubeflow.org", name) for name in ("pytorchjobs", "tfjobs", "mpijobs", "xgboostjobs", "jaxjobs", "notebooks")),
    *(("argoproj.io", name) for name in ("workflows", "cronworkflows")),
    *(("batch.volcano.sh", "jobs"), ("jobset.x-k8s.io", "jobsets"), ("leaderworkerset.x-k8s.io", "leaderworkersets")),
)
"""Groups and resources whose objects hold a whole pod template."""
READING = ("get", "list", "watch")
EVERYWHERE = ""
"""Stands for all namespaces; no namespace has an empty name."""
GUARDED = ("baseline", "restricted")
"""Levels that let no pod own its node."""


class Power(NamedTuple):
    """What rights amount to: each certain, possible (False), or None where they do not."""

    secrets: bool | None
    """Reads every Secret."""
    accounts: bool | None
    """Acts as every service account."""
    pods: bool | None
    """Runs commands in every pod."""
    makes: bool | None
    """Makes pods."""


class Rights:
    """The rights of one holder, by where they hold."""

    def __init__(self, holder: Holder) -> None:
        self.at: dict[str, set[tuple[object, object, object]]] = {}
        own = space(holder.namespace, holder.path)
        for right in holder.rights:
            at = EVERYWHERE if right.cluster_wide is True else own
            if isinstance(right.namespace, str) and right.cluster_wide is not True:
                at = right.namespace
            self.at.setdefault(at, set()).add((right.verb, right.group, right.resource))

    def may(self, at: str, verbs: Sequence[str], group: str, *resources: str) -> bool:
        """Whether one of the verbs is granted on one of the resources, there or everywhere."""
        held = [found for place in {at, EVERYWHERE} if (found := self.at.get(place))]
        wanted = product((*verbs, "*"), (group, "*"), (*resources, "*"))
        return any(each in found for each in wanted for found in held)

    def more(self, at: str) -> Power:
        """What the rights amount to in a namespace beyond what they do everywhere."""
        own = self.power(at)
        if at == EVERYWHERE or EVERYWHERE not in self.at:
            return own
        pairs = zip(own, self.power(EVERYWHERE), strict=True)
        return Power(*(mine if wide is None or (mine and not wide) else None for mine, wide in pairs))

    def power(self, at: str) -> Power:
        """What the rights amount to in a namespace, or everywhere."""
        if self._everything(at):
            return Power(True, True, True, True)
        making = any(self.may(at, ("create",), *pair) for pair in MAKING)
        changing = any(self.may(at, ("update", "patch"), *pair) for pair in MAKING[1:])
        makes = True if making else False if changing else None
        tokens = self.may(at, ("create",), "", "serviceaccounts/token")
        impersonates = self.may(at, ("impersonate",), "", "serviceaccounts")
        entering = self.may(at, ("create",), "", "pods/exec") or self.may(
            at, ("update", "patch"), "", "pods/ephemeralcontainers"
        )
        proxied = at == EVERYWHERE and self.may(at, ("create",), "", "nodes/proxy")
        watching = self.may(at, ("get",), "", "pods/exec") or (
            at == EVERYWHERE and self.may(at, ("get",), "", "nodes/proxy")
        )
        return Power(
            secrets=True if self.may(at, READING, "", "secrets") else makes,
            accounts=True if tokens or impersonates else makes,
            pods=True if entering or proxied else False if watching else None,
            makes=makes,
        )

    def _everything(self, at: str) -> bool:
        """Whether it can give itself everything there: by a stronger role, a binding, or a group of administrators."""
        of_cluster = "cluster" if at == EVERYWHERE else ""  # a right inside a namespace changes no ClusterRole
        roles, bindings = f"{of_cluster}roles", f"{of_cluster}rolebindings"
        strengthens = self.may(at, ("escalate",), RBAC, roles) and self.may(at, ("update", "patch"), RBAC, roles)
        binds = self.may(at, ("bind",), RBAC, "clusterroles") and self.may(at, ("create",), RBAC, bindings)
        masters = at == EVERYWHERE and self.may(at, ("impersonate",), "", "groups")
        beside = self.may(at, ("impersonate",), "", "users", "serviceaccounts")
        return strengthens or binds or (masters and beside)

    def lowers(self, at: str) -> bool:
        """Whether it may change what a namespace demands of pods, which a right inside it is enough for."""
        return self.may(at, ("update", "patch"), "", "namespaces") or self._everything(at)


def cluster_rights(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`assumes`, `commands` and `reads` from holders of rights, by way of what stands for a whole namespace."""
    del edges
    levels = _levels(assets)
    written = any_written(assets)
    accounts: set[str] = set()
    pods: set[str] = set()
    for holder in holders(assets):
        rights = Rights(holder)
        for at in rights.at:
            power = rights.more(at)
            if power.secrets is not None:
                yield read(holder.asset, at, power.secrets, written=written)
            if power.accounts is not None:
                accounts.add(at)
                yield Edge(holder.asset, "assumes", hub("accounts", at), power.accounts)
            if power.pods is not None:
                pods.add(at)
                yield Edge(holder.asset, "commands", hub("pods", at), power.pods)
            owns = _owns(levels, at, lowers=rights.lowers(at)) if power.makes is not None else None
            if owns is not None:
                yield Edge(holder.asset, "commands", NODE, certain=owns and power.makes is True)
    yield from _members(assets, accounts, pods)


def hub(what: str, at: str) -> str:
    """Stands for all things of a sort in a namespace, or in the cluster, so that there is one edge a holder."""
    return f"{what}/kubernetes/{at}" if at else f"{what}/kubernetes"


def _members(assets: Sequence[Asset], accounts: set[str], pods: set[str]) -> Iterator[Edge]:
    """From what stands for a namespace, and is reached, to all that is in it."""
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, ServiceAccount):
            for at in accounts.intersection((space(facts.namespace, asset.path), EVERYWHERE)):
                yield Edge(hub("accounts", at), "assumes", asset.id)
        elif isinstance(facts, Workload) and in_cluster(facts):
            for at in pods.intersection((space(facts.namespace, asset.path), EVERYWHERE)):
                yield Edge(hub("pods", at), "commands", asset.id)


def _levels(assets: Sequence[Asset]) -> dict[str, Fact[str]]:
    """Namespace -> what it demands of pods; nothing for one that several files declare differently."""
    found: dict[str, Fact[str]] = {}
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, Namespace) and isinstance(facts.name, str):
            level = found.setdefault(facts.name, facts.pod_security)
            found[facts.name] = level if level == facts.pod_security else None
    return found


def _owns(levels: dict[str, Fact[str]], at: str, *, lowers: bool) -> bool | None:
    """Whether a pod that is made there may own its node; None where the namespace refuses such pods."""
    if lowers:
        return True
    if at == EVERYWHERE:
        return "privileged" in levels.values()
    return None if levels.get(at) in GUARDED else levels.get(at) == "privileged"
