"""`packet_filter`: what a host lets in, through and out."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class OpenPorts(Part, frozen=True):
    """Ports that a rule of the input chain opens to new connections, less what rules before it closed."""

    known_by: ClassVar[tuple[str, ...]] = ("name",)

    name: Fact[str] = UNSET
    """`tcp 8000-8002`."""
    family: Fact[str] = UNSET
    """`ipv4`, `ipv6`, or `inet` for a row that opens both."""
    protocol: Fact[str] = UNSET
    """`tcp` or `udp`."""
    first: Fact[int] = UNSET
    """The first port."""
    last: Fact[int] = UNSET
    """The last port."""
    sources: Fact[list[str]] = UNSET
    """Addresses and networks from which it is open, those that a rule before it spares from being dropped; empty for
    all, with `!` in front where all others are meant."""
    interface: Fact[str] = UNSET
    """The interface by which it is open, or several with commas; absent for all, with `!` in front for all others."""
    anywhere: Fact[bool] = UNSET
    """Whether neither source nor interface limits it, halves of all addresses counted together; unobserved where a part
    of the rule is not understood, or where it is open by an interface that strangers may come by."""


class PacketFilter(Kind, frozen=True):
    """nftables and iptables rules of a host's files together; what programs add at run time is not in files."""

    kind: ClassVar[str] = "packet_filter"
    places: ClassVar[tuple[str, ...]] = ("name",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "ipv4_input": frozenset({"config"}),
        "ipv6_input": frozenset({"config"}),
        "ipv4_forward": frozenset({"config"}),
        "ipv6_forward": frozenset({"config"}),
        "ipv4_output": frozenset({"config"}),
        "ipv6_output": frozenset({"config"}),
    }

    name: Fact[str] = UNSET
    """The folder that holds the host's `etc`."""
    filters: Fact[bool] = UNSET
    """Whether any rule or policy drops something that comes in."""
    ipv4_input: Fact[str] = UNSET
    """`accept` or `drop`: what becomes of new IPv4 connections to the host that no rule names."""
    ipv6_input: Fact[str] = UNSET
    """The same for IPv6."""
    ipv4_forward: Fact[str] = UNSET
    """The same for IPv4 connections through the host, those of containers and virtual machines included."""
    ipv6_forward: Fact[str] = UNSET
    """The same for IPv6."""
    ipv4_output: Fact[str] = UNSET
    """The same for IPv4 connections from the host."""
    ipv6_output: Fact[str] = UNSET
    """The same for IPv6."""
    openings: Fact[list[OpenPorts]] = UNSET
    """What rules of the input chain open, loopback left out; unobserved where chains could not be followed."""
    metadata_blocked: Fact[bool] = UNSET
    """Whether a rule drops what goes through or out to the cloud's metadata address 169.254.169.254."""
