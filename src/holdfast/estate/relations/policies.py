"""Whether the network policies of pods let strangers in that a Service or route leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network

from msgspec import UNSET

from holdfast.core.asset import Asset
from holdfast.core.fact import Fact
from holdfast.estate.isolation import EVERYWHERE, governing
from holdfast.estate.selectors import Selectors
from holdfast.kinds.network_policy import NetworkPolicy, Peer
from holdfast.kinds.workload import Workload

INNER = [ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")]
"""Ranges that nodes of a cluster have addresses of."""


class Policies:
    """The network policies of an estate, asked about pods."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self.selectors: Selectors[NetworkPolicy] = governing(assets)

    def admit(self, pod: Asset, where: object, labels: Mapping[str, str]) -> Fact[bool]:
        """Whether a stranger gets in: certain where nothing is denied, possible where a rule may be meant for the way.

        What comes through a load balancer may have the address of a node, and what comes through a route is sent by
        the controller of routes, which labels name.
        """
        facts = pod.facts
        assert isinstance(facts, Workload)
        if facts.default_deny_ingress is not True:
            return True
        own, wide = self.selectors.select(where, labels), self.selectors.select(EVERYWHERE, labels)
        if own is None or wide is None:
            return UNSET
        return UNSET if any(_may(policy) for policy in (*own, *wide)) else False


def _may(policy: NetworkPolicy) -> bool:
    """Whether a policy may let in what comes from outside: by a rule other than for a range of others' addresses."""
    if not isinstance(policy.peers, list):
        return policy.peers is UNSET
    return any(not _others(peer) for peer in _incoming(policy.peers))


def _incoming(peers: Sequence[Peer]) -> Iterator[Peer]:
    return (peer for peer in peers if peer.direction != "egress")


def _others(peer: Peer) -> bool:
    """Whether a rule is for one range of public addresses, which is neither everybody nor a node of the cluster."""
    if peer.everyone is not False or not isinstance(peer.cidr, str):
        return False
    try:
        found = ip_network(peer.cidr, strict=False)
    except ValueError:
        return False
    return found.prefixlen > 1 and not any(found.version == each.version and found.overlaps(each) for each in INNER)
