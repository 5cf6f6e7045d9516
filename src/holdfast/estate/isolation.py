"""Whether network policies deny a workload what they do not name.

Policies outside the files may deny what these do not. So it is false only where a policy opens the workload to
everyone, for policies add up, or where the files show every policy of its namespace (`estate.policed`). A policy whose
namespace the files leave open counts for the workloads of its own folder whose namespace is open too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.policed import Policed
from holdfast.estate.selectors import Selectors, pod_labels
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.network_policy import ALL_PORTS, NetworkPolicy, Peer
from holdfast.kinds.workload import Workload

DIRECTIONS = ("ingress", "egress")
EVERYWHERE = object()
"""The namespace of policies that reach every namespace."""


def isolation(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`default_deny_ingress` and `default_deny_egress` of workloads, `default_deny` of namespaces.

    Of policies that govern every workload, `egress_denied_beside`.
    """
    del edges
    denial = _Denial(assets)
    for position, asset in enumerate(assets):
        facts = asset.facts
        if isinstance(facts, Namespace) and isinstance(facts.name, str):
            # What selects a pod without labels selects every pod.
            answers = denial.of(facts.name, {}).values()
            yield position, {"default_deny": False if False in answers else UNSET if UNSET in answers else True}
        elif isinstance(facts, NetworkPolicy) and facts.selector == {} and facts.egress is False:
            denied = denial.of(_where(asset.path, facts), {})["egress"] is True
            yield position, {"egress_denied_beside": denied}
        elif isinstance(facts, Workload):
            # Policies do not govern pods on the node's network.
            labels = pod_labels(asset) if facts.host_network is False else None
            if isinstance(labels, dict):
                found = denial.of(scope(facts.namespace, asset.path), labels)
                yield position, {f"default_deny_{direction}": answer for direction, answer in found.items()}


def governing(assets: Sequence[Asset]) -> Selectors[NetworkPolicy]:
    """The policies of an estate by namespace, those of every namespace under `EVERYWHERE`."""
    return Selectors(_policies(assets))


def scope(namespace: Fact[str], path: str) -> object:
    """A namespace, or the folder that stands for it where the file leaves it open; nothing like it when unobserved."""
    if namespace is UNSET:
        return object()
    return (path.rpartition("/")[0],) if namespace is None else namespace


def _policies(assets: Sequence[Asset]) -> Iterator[tuple[object, Mapping[str, str], NetworkPolicy]]:
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, NetworkPolicy) and isinstance(facts.selector, dict):
            yield _where(asset.path, facts), facts.selector, facts


def _where(path: str, policy: NetworkPolicy) -> object:
    return EVERYWHERE if policy.cluster_wide else scope(policy.namespace, path)


class _Denial:
    """What the policies of an estate deny by default."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self.policies = governing(assets)
        self.policed = Policed(assets)

    def of(self, where: object, labels: Mapping[str, str]) -> dict[str, Fact[bool]]:
        """For each direction, whether policies deny pods with these labels what they do not name."""
        own, wide = self.policies.select(where, labels), self.policies.select(EVERYWHERE, labels)
        if own is None or wide is None:
            return dict.fromkeys(DIRECTIONS, UNSET)
        return {direction: _denied(own, wide, direction, where in self.policed) for direction in DIRECTIONS}


def _denied(own: Sequence[NetworkPolicy], wide: Sequence[NetworkPolicy], direction: str, whole: bool) -> Fact[bool]:
    """Whether policies deny a direction and none of them opens it to everyone; `whole`: there are no others."""
    denying = [policy for policy in (*own, *wide) if getattr(policy, direction) is True]
    opening = [_opens(policy, direction) for policy in (*own, *wide)]
    if denying and not any(each is True or each is UNSET for each in opening):
        return True
    # Cluster-wide ones may come first and deny.
    overruled = any(getattr(policy, direction) is not False for policy in wide)
    if not overruled and any(_opens(policy, direction) is True for policy in own if policy in denying):
        return False
    return False if whole and not denying else UNSET


def _opens(policy: NetworkPolicy, direction: str) -> Fact[bool]:
    """Whether a policy lets everyone through on every port; unobserved where that depends on what was not read."""
    if policy.peers is UNSET:
        return UNSET
    answers = [_admits(peer) for peer in policy.peers or () if peer.direction == direction]
    return True if True in answers else UNSET if UNSET in answers else False


def _admits(peer: Peer) -> Fact[bool]:
    if not peer.everyone and peer.everyone is not UNSET:
        return False
    if peer.ports is UNSET or peer.excepted is UNSET:
        return UNSET
    return peer.everyone if peer.ports in ([], [ALL_PORTS]) else False
