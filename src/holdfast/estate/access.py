"""What the service account of a workload may do, and whether its token is mounted.

The rights are a lower bound: bindings that the files do not hold can only add to them. Where the files show that there
is more, the list holds a right whose verb, group and resource are unobserved: for a binding to a role that they do not
hold or hold in several versions, and for an account that they bind only through groups that every account is in.
Rights on single objects by name are left out, as are those on URLs that are no resources.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice, product

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.nearest import Nearest
from holdfast.kinds.role import Grant, Role
from holdfast.kinds.role_binding import RoleBinding, Subject
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.workload import Right, Workload

MAX_RIGHTS, MAX_BINDINGS = 10_000, 1_000
"""Most rights and bindings of one account that are looked at; the rights of one with more stay unobserved."""
ACCOUNT_USER = "system:serviceaccount:"
ALL_ACCOUNTS = "system:serviceaccounts"
EVERYBODY = (ALL_ACCOUNTS, "system:authenticated")
ENTERING = frozenset(("pods/exec", "pods/attach", "pods/ephemeralcontainers", "pods/*", "*"))
ENTERING_VERBS = frozenset(("create", "get", "update", "patch", "*"))
"""A WebSocket enters with `get`, everything else with `create`; ephemeral containers are added by `patch`."""
CLUSTER_ADMIN = [Grant(groups=["*"], resources=["*"], verbs=["*"], names=[], urls=["*"])]
"""The built-in role that no file declares. Source: kube-apiserver's bootstrap policy."""


def access(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`rights` and `automount_token` of workloads, `enters_containers` of role bindings."""
    del edges
    accounts: Nearest[ServiceAccount] = Nearest()
    bindings = Bindings(assets)
    for asset in assets:
        if isinstance(asset.facts, ServiceAccount):
            accounts.add(asset.path, (asset.facts.namespace, asset.facts.name), asset.facts)
    for position, asset in enumerate(assets):
        facts = asset.facts
        if isinstance(facts, RoleBinding):
            yield position, {"enters_containers": _enters(bindings.grants(facts, asset.path))}
        if not isinstance(facts, Workload) or not isinstance(facts.service_account, str):
            continue
        if facts.namespace is UNSET:
            continue
        found: dict[str, object] = {"rights": bindings.rights(facts.namespace, facts.service_account, asset.path)}
        if "automount_token" not in asset.spots:  # what the pod says wins, even where it cannot be read
            near = accounts.find(asset.path, (facts.namespace, facts.service_account))
            defaults = {account.automount_token for account in near}
            found["automount_token"] = defaults.pop() if len(defaults) == 1 else UNSET
        yield position, found


class Bindings:
    """Every binding of the files by the holder it names, and the roles behind them."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self.held: Nearest[tuple[str, RoleBinding]] = Nearest()
        self.roles: Nearest[Role] = Nearest()
        self.known: dict[object, Fact[list[Right]]] = {}
        self.given: dict[int, list[Right]] = {}
        for asset in assets:
            facts = asset.facts
            if isinstance(facts, Role):
                self.roles.add(asset.path, (facts.cluster_wide is True, facts.namespace, facts.name), facts)
            elif isinstance(facts, RoleBinding) and isinstance(facts.subjects, list):
                holders = {holder for subject in facts.subjects for holder in _holders(subject, facts.namespace)}
                for holder in holders:
                    # A name with a namespace means the same everywhere; one without, only nearby.
                    path = asset.path if holder[0] is None else ""
                    self.held.add(path, holder, (asset.path, facts))

    def rights(self, namespace: Fact[str], account: str, path: str) -> Fact[list[Right]]:
        """What an account of the file `path` may do; unobserved when no binding names it."""
        key = namespace, account, path.rpartition("/")[0] if namespace is None else ""
        if key not in self.known:
            self.known[key] = self._rights(namespace, account, path)
        return self.known[key]

    def _rights(self, namespace: Fact[str], account: str, path: str) -> Fact[list[Right]]:
        own = self.held.find(path if namespace is None else "", (namespace, account))
        bound = [*own, *self.held.find("", ("", "*"))]
        if isinstance(namespace, str):
            bound += self.held.find("", (namespace, "*"))
        if not bound or len(bound) > MAX_BINDINGS:
            return UNSET
        found: dict[Right, None] = {}
        for origin, binding in bound:
            found.update(dict.fromkeys(self._of_binding(binding, origin)))
            if len(found) > MAX_RIGHTS:
                return UNSET
        # What everybody may do is no hint that the account's own bindings were seen.
        return [*found] if own else [*found, Right()]

    def _of_binding(self, binding: RoleBinding, path: str) -> list[Right]:
        """The rights that a binding gives to each of its holders; more than `MAX_RIGHTS` are cut off just beyond."""
        if id(binding) not in self.given:
            grants = self.grants(binding, path)
            rights = chain.from_iterable(
                _of_grant(grant, binding) for grant in (grants if grants is not None else [Grant()])
            )
            self.given[id(binding)] = list(islice(rights, MAX_RIGHTS + 1))
        return self.given[id(binding)]

    def grants(self, binding: RoleBinding, path: str) -> list[Grant] | None:
        """What the role of a binding allows; None when the files do not hold it, or hold it in several versions."""
        if not isinstance(binding.role, str) or not isinstance(binding.role_type, str):
            return None
        of_cluster = binding.role_type == "ClusterRole"
        roles = self.roles.find(path, (of_cluster, None if of_cluster else binding.namespace, binding.role))
        if not roles and of_cluster and binding.role == "cluster-admin":
            return CLUSTER_ADMIN
        if not roles or any(role.grants != roles[0].grants for role in roles):
            return None
        return roles[0].grants if isinstance(roles[0].grants, list) else None


def _enters(grants: list[Grant] | None) -> Fact[bool]:
    """Whether one of the grants leads into a container; unobserved as long as one of them cannot be read."""
    found: Fact[bool] = UNSET if grants is None else False
    for grant in grants or ():
        if isinstance(grant.resources, list) and isinstance(grant.verbs, list):
            if not ENTERING.isdisjoint(grant.resources) and not ENTERING_VERBS.isdisjoint(grant.verbs):
                return True
        else:
            found = UNSET
    return found


def _holders(subject: Subject, namespace: Fact[str]) -> Iterator[tuple[str | None, str]]:
    """(namespace, account) pairs that a subject means: `*` for all of a namespace, and an empty one for every one."""
    name = subject.name
    if not isinstance(name, str):
        return
    if subject.type == "ServiceAccount":
        own = namespace if subject.namespace is None else subject.namespace
        if own is None or isinstance(own, str):
            yield own, name
    elif subject.type == "User" and name.startswith(ACCOUNT_USER):
        of, _, account = name.removeprefix(ACCOUNT_USER).partition(":")
        yield of, account
    elif subject.type == "Group" and name in EVERYBODY:
        yield "", "*"
    elif subject.type == "Group" and name.startswith(f"{ALL_ACCOUNTS}:"):
        yield name.removeprefix(f"{ALL_ACCOUNTS}:"), "*"


def _of_grant(grant: Grant, binding: RoleBinding) -> Iterator[Right]:
    if isinstance(grant.names, list) and grant.names:
        return
    unseen: list[Fact[str]] = [UNSET]
    verbs, groups, resources = (
        [*part] if isinstance(part, list) else unseen for part in (grant.verbs, grant.groups, grant.resources)
    )
    for verb, group, resource in product(verbs, groups, resources):
        yield Right(
            verb=verb, group=group, resource=resource, cluster_wide=binding.cluster_wide, namespace=binding.namespace
        )
