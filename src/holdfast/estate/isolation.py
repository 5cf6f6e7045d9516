"""Whether network policies deny a workload what they do not name.

Of workloads and namespaces only ever true: policies outside the files may deny what these do not. A policy whose
namespace the files leave open counts for the workloads of its own folder whose namespace is open too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.selectors import Selectors, pod_labels
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.network_policy import ALL_PORTS, NetworkPolicy
from holdfast.kinds.workload import Workload

DIRECTIONS = ("ingress", "egress")
EVERYWHERE = object()
"""The namespace of policies that reach every namespace."""


def isolation(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`default_deny_ingress` and `default_deny_egress` of workloads, `default_deny` of namespaces.

    Of policies that govern every workload, `egress_denied_beside`.
    """
    del edges
    policies = governing(assets)
    for position, asset in enumerate(assets):
        facts = asset.facts
        if isinstance(facts, Namespace) and isinstance(facts.name, str):
            # What selects a pod without labels selects every pod.
            if len(_denied(policies, facts.name, {})) == len(DIRECTIONS):
                yield position, {"default_deny": True}
        elif isinstance(facts, NetworkPolicy) and facts.selector == {} and facts.egress is False:
            yield position, {"egress_denied_beside": "egress" in _denied(policies, _where(asset.path, facts), {})}
        elif isinstance(facts, Workload):
            # Policies do not govern pods on the node's network.
            labels = pod_labels(asset) if facts.host_network is False else None
            if isinstance(labels, dict):
                denied = _denied(policies, scope(facts.namespace, asset.path), labels)
                if denied:
                    yield position, {f"default_deny_{direction}": True for direction in denied}


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


def _denied(policies: Selectors[NetworkPolicy], where: object, labels: Mapping[str, str]) -> list[str]:
    """The directions that policies deny and that none of them opens to everyone."""
    own, wide = policies.select(where, labels), policies.select(EVERYWHERE, labels)
    if own is None or wide is None:
        return []
    governing = [*own, *wide]
    return [
        direction
        for direction in DIRECTIONS
        if any(getattr(policy, direction) is True for policy in governing)
        and not any(_opens(policy, direction) for policy in governing)
    ]


def _opens(policy: NetworkPolicy, direction: str) -> bool:
    peers = policy.peers if isinstance(policy.peers, list) else ()
    return any(
        peer.direction == direction and peer.everyone is True and peer.ports in ([], [ALL_PORTS]) for peer in peers
    )
