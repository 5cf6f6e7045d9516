"""`network_policy`: who may talk to selected workloads."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part

ALL_PORTS = "1-65535"


class Peer(Part, frozen=True):
    """What one rule of a policy allows."""

    direction: Fact[str] = UNSET
    """`ingress` or `egress`."""
    everyone: Fact[bool] = UNSET
    """Whether it names no peer and so allows all."""
    cidr: Fact[str] = UNSET
    """The address range allowed; absent when the peer is named by labels."""
    excepted: Fact[list[str]] = UNSET
    """Ranges taken out of it."""
    ports: Fact[list[str]] = UNSET
    """Ports allowed, by number, name or range; empty allows all, and `1-65535` all of a protocol."""


class NetworkPolicy(Kind, frozen=True):
    """A NetworkPolicy, CiliumNetworkPolicy, Calico NetworkPolicy or AdminNetworkPolicy (and their cluster-wide kin)."""

    kind: ClassVar[str] = "network_policy"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"egress_denied_beside": frozenset({"manifest"})}

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open or the policy is cluster-wide."""
    controller: Fact[str] = UNSET
    """The native kind."""
    cluster_wide: Fact[bool] = UNSET
    """Whether it reaches every namespace."""
    selector: Fact[dict[str, str]] = UNSET
    """Labels of the workloads it governs; empty governs all of the namespace, unobserved when an expression decides."""
    ingress: Fact[bool] = UNSET
    """Whether incoming traffic that no rule names is denied."""
    egress: Fact[bool] = UNSET
    """Whether outgoing traffic that no rule names is denied."""
    egress_denied_beside: Fact[bool] = UNSET
    """Of one that governs every workload: whether further policies deny them what outgoing traffic no rule names."""
    peers: Fact[list[Peer]] = UNSET
    """What its rules allow."""
