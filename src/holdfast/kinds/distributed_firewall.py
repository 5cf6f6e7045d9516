"""`distributed_firewall`: a policy of NSX about traffic between workloads, or at a gateway."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class FirewallRule(Part, frozen=True):
    """One rule; the first of all policies that matches decides."""

    name: Fact[str] = UNSET
    """Its name."""
    action: Fact[str] = UNSET
    """`ALLOW`, `DROP`, `REJECT` or `JUMP_TO_APPLICATION`."""
    enabled: Fact[bool] = UNSET
    """Whether it is in force."""
    sources: Fact[list[str]] = UNSET
    """Groups and addresses of callers; empty is any."""
    destinations: Fact[list[str]] = UNSET
    """Groups and addresses that are called; empty is any."""
    services: Fact[list[str]] = UNSET
    """Services by path, such as `/infra/services/SSH`, and profiles of layer 7; empty is any."""
    excluding: Fact[bool] = UNSET
    """Whether sources or destinations are all but those that are named."""
    logged: Fact[bool] = UNSET
    """Whether what it decides is logged."""
    is_default: Fact[bool] = UNSET
    """Whether it is the rule for what no other one names."""


class DistributedFirewall(Kind, frozen=True):
    """A SecurityPolicy or GatewayPolicy of NSX, or a section of its older management API, as the API exports it.

    Source: NSX-T Data Center REST API, policy: SecurityPolicy, GatewayPolicy, Rule (4.2).
    """

    kind: ClassVar[str] = "distributed_firewall"

    name: Fact[str] = UNSET
    """Its display name, or else its id."""
    controller: Fact[str] = UNSET
    """`SecurityPolicy`, `GatewayPolicy` or `FirewallSection`."""
    category: Fact[str] = UNSET
    """`Ethernet` (layer 2), `Emergency`, `Infrastructure`, `Environment`, `Application`, ..."""
    rules: Fact[list[FirewallRule]] = UNSET
    """Its rules in order."""
