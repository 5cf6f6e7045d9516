"""`firewall_rule`: what a packet filter lets through."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class FirewallRule(Kind, frozen=True):
    """One allow or deny of a security group, network access list or firewall of a cloud, or of a host's own.

    A rule with several ranges of ports, or several protocols, is one asset for each.
    """

    kind: ClassVar[str] = "firewall_rule"
    known_by: ClassVar[tuple[str, ...]] = ("name", "group")

    name: Fact[str] = UNSET
    """Its name or description; absent where it has none."""
    group: Fact[str] = UNSET
    """The group, list or chain that holds it."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure`, `coreweave`, `nebius` or `host`."""
    direction: Fact[str] = UNSET
    """`in` or `out`."""
    allows: Fact[bool] = UNSET
    """Whether it lets through; else it refuses."""
    protocol: Fact[str] = UNSET
    """`tcp`, `udp`, `icmp`, another name or number, or `any`."""
    first_port: Fact[int] = UNSET
    """The first port that it speaks of; 0 where it speaks of all; absent for protocols without ports."""
    last_port: Fact[int] = UNSET
    """The last port that it speaks of; 65535 where it speaks of all."""
    ranges: Fact[list[str]] = UNSET
    """Addresses on the other side in CIDR notation; service tags and names as they are."""
    from_anywhere: Fact[bool] = UNSET
    """Whether the other side is everybody: `0.0.0.0/0`, `::/0`, `Internet`, or ranges that together are that."""
    from_groups: Fact[list[str]] = UNSET
    """Groups of rules whose machines are the other side; empty where only addresses are."""
    network: Fact[str] = UNSET
    """The network that it is for, where it is of no group (Google)."""
    to_groups: Fact[list[str]] = UNSET
    """Tags and service accounts of the machines that it is for; empty for all of the network."""
    opens: Fact[list[str]] = UNSET
    """Services whose well-known ports it speaks of: `ssh`, `docker`, `slurm`, `ray`, `jupyter`, `vllm`, ...

    A rule for all ports opens all of them.
    """
    disabled: Fact[bool] = UNSET
    """Whether it has no effect: switched off, or a refusal of everybody comes first and covers all of it."""
