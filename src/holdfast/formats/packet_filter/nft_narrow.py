"""What the values of an expression of nftables leave of a match.

Source: nft(8) of nftables 1.0.6, "EXPRESSIONS".
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from holdfast.formats.packet_filter.model import Match, but, everybody, joined, ports, way

__all__ = [
    "FAMILY",
    "Narrow",
    "columns",
    "narrow_address",
    "narrow_family",
    "narrow_interface",
    "narrow_nothing",
    "narrow_port",
    "narrow_protocol",
    "narrow_state",
    "narrow_strange",
]

FAMILY = {"ip": "ipv4", "ip6": "ipv6"}
PROTOCOLS = frozenset(("tcp", "udp", "sctp", "dccp", "udplite", "icmp", "icmpv6"))
ADDRESS = frozenset(".:@$")
"""What stands in every address, and in names of sets and variables."""
Narrow = Callable[[Match, list[str], bool], Match]
"""Narrows a match by values, or by all others than these."""


def narrow_interface(match: Match, found: list[str], negated: bool) -> Match:
    """`iifname`."""
    return replace(match, interface=way(found, but=negated))


def narrow_family(match: Match, found: list[str], negated: bool) -> Match:
    """`meta nfproto` and `meta protocol`."""
    named = {FAMILY.get(each, each) for each in found}
    return replace(match, families=match.families - named if negated else match.families & named)


def narrow_protocol(match: Match, found: list[str], negated: bool) -> Match:
    """`meta l4proto`, `ip protocol`, `ip6 nexthdr`."""
    names = frozenset("icmpv6" if each == "ipv6-icmp" else each for each in found)
    return replace(match, protocols=PROTOCOLS - names if negated else names)


def narrow_address(field: str, match: Match, found: list[str], negated: bool) -> Match:
    """`ip saddr` and its like."""
    if everybody(found):
        return replace(match, opens=match.opens and not negated)
    if not all(ADDRESS.intersection(each) for each in found):
        return narrow_strange(match, found, negated)
    return replace(match, **{field: tuple(f"!{each}" if negated else each for each in found)})


def narrow_state(match: Match, found: list[str], negated: bool) -> Match:
    """`ct state`."""
    names = [name for each in found for name in each.split("|")]
    return replace(match, opens=match.opens and ("new" in names) != negated)


def narrow_port(side: str, match: Match, found: list[str], negated: bool) -> Match:
    """`tcp dport` and its like."""
    if side == "sport":
        return replace(match, sure=False, spares=match.spares or negated)
    each = [ports(key) for key in found]
    if not all(each):
        return replace(match, sure=False)
    listed = joined(pair for part in each if part for pair in part)
    return replace(match, ports=but(listed) if negated else listed)


def narrow_nothing(match: Match, _found: list[str], _negated: bool) -> Match:
    """Types of ICMP: its protocol says enough."""
    return match


def narrow_strange(match: Match, _found: list[str], negated: bool) -> Match:
    """What is not understood."""
    return replace(match, sure=False, spares=match.spares or negated)


def columns(found: list[str], count: int) -> list[list[str]]:
    """The values of each part of a joined expression, none where they are not written as that many parts."""
    parts: list[list[str]] = [[] for _ in range(count)]
    step = 2 * count - 1
    for start in range(0, len(found), step):
        row = found[start : start + step]
        if len(row) != step or any(word != "." for word in row[1::2]) or "." in row[::2]:
            return []
        for part, word in zip(parts, row[::2], strict=True):
            part.append(word)
    return parts if found else []
