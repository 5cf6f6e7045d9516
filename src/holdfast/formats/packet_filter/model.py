"""What both sorts of files come to: chains of rules, each with what it fits and what it does."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable

from msgspec import Struct
from msgspec.structs import replace

__all__ = [
    "ALL_PORTS",
    "UNKNOWN",
    "Chain",
    "Match",
    "Ports",
    "Rule",
    "but",
    "everybody",
    "halves",
    "joined",
    "negated",
    "ports",
    "way",
]

UNKNOWN = "unknown"
"""The verdict of a rule that decides in a way that could not be read."""

Ports = tuple[tuple[int, int], ...]
"""Ranges of port numbers, first and last included."""
ALL_PORTS: Ports = ((0, 65535),)
NAMED = {
    "ssh": 22, "domain": 53, "http": 80, "https": 443, "ntp": 123, "nfs": 2049, "mysql": 3306, "postgresql": 5432,
    "redis": 6379, "sunrpc": 111, "ftp": 21, "telnet": 23, "smtp": 25, "ldap": 389, "syslog": 514, "bootps": 67,
    "bootpc": 68, "dhcpv6-client": 546, "dhcpv6-server": 547, "mdns": 5353, "http-alt": 8080, "snmp": 161, "rsync": 873,
}  # fmt: skip
"""Names of ports in rules. Source: /etc/services of netbase 6.4."""
EVERYBODY = frozenset(
    ("0.0.0.0/0", "::/0", "0/0", "0.0.0.0/0.0.0.0", "0.0.0.0-255.255.255.255",
     "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
)  # fmt: skip
HALVES = {"0.0.0.0/1": 0, "0/1": 0, "0.0.0.0/128.0.0.0": 0, "0.0.0.0-127.255.255.255": 0, "128.0.0.0/1": 1,
          "128.0.0.0/128.0.0.0": 1, "128.0.0.0-255.255.255.255": 1, "::/1": 2, "8000::/1": 3}  # fmt: skip
"""Both halves of each family's addresses, as they are written."""


class Match(Struct, frozen=True):
    """What packets a rule fits, of those that open a connection; what is not said fits all."""

    families: frozenset[str] = frozenset(("ipv4", "ipv6"))
    protocols: frozenset[str] | None = None
    ports: Ports | None = None
    """Destination ports, sorted, none of them twice."""
    sources: tuple[str, ...] | None = None
    """Addresses and networks it comes from, as written; with `!` in front where all others are meant."""
    destinations: tuple[str, ...] | None = None
    interface: str | None = None
    """The interface it comes in by, or several with commas; with `!` in front where all others are meant."""
    opens: bool = True
    """Whether it fits packets that open a connection."""
    sure: bool = True
    """False where a part of the rule is not understood, so that it may fit less."""
    spares: bool = False
    """Whether the part that is not understood names those who are not meant, so that it fits nearly everybody."""

    def both(self, other: Match) -> Match:
        """What fits this and another rule, as for the rules of a chain that is jumped to."""
        protocols = self.protocols if other.protocols is None else other.protocols
        if self.protocols is not None and other.protocols is not None:
            protocols = self.protocols & other.protocols
        sources = other.sources if other.sources is not None else self.sources
        if self.sources is not None and other.sources is not None and negated(other.sources):
            sources = (*self.sources, *other.sources) if negated(self.sources) else self.sources
        interface = other.interface if other.interface is not None else self.interface
        if self.interface is not None and other.interface is not None and other.interface.startswith("!"):
            interface = self.interface
            interface += f",{other.interface[1:]}" if interface.startswith("!") else ""
        return replace(
            other,
            families=self.families & other.families,
            protocols=protocols,
            ports=_overlap(self.ports, other.ports),
            sources=sources,
            destinations=self.destinations if other.destinations is None else other.destinations,
            interface=interface,
            opens=self.opens and other.opens,
            sure=self.sure and other.sure,
            spares=self.spares or other.spares,
        )


class Rule(Struct, frozen=True):
    """One rule: `verdict` is `accept`, `drop`, `return`, `jump`, `goto`, `unknown`, or empty where none is given."""

    match: Match
    verdict: str
    target: str
    line: int
    path: str = ""
    """The file in which it stands, where that is another one."""


class Chain(Struct):
    """A chain; `hook` is empty where packets only come by a jump."""

    name: str
    families: frozenset[str]
    hook: str = ""
    policy: str = "accept"
    line: int = 1
    rules: list[Rule] = []  # msgspec copies it for each chain


def way(names: Collection[str], *, but: bool) -> str | None:
    """Interfaces as a match holds them; None for all, and for all but loopback."""
    named = ",".join(name for name in names if not but or name != "lo")
    return None if named in ("", "+", "*") else f"!{named}" if but else named


def negated(names: Collection[str]) -> bool:
    """Whether all others than these are meant."""
    return next(iter(names), "").startswith("!")


def everybody(names: Collection[str]) -> bool:
    """Whether addresses and networks come to a whole family; not for negated ones."""
    return not EVERYBODY.isdisjoint(names) or halves(names) >= {0, 1} or halves(names) >= {2, 3}


def halves(names: Collection[str]) -> set[int]:
    """Which halves of a family's addresses are among them."""
    return {HALVES[name] for name in names if name in HALVES}


def but(closed: Ports) -> Ports:
    """All other ports than these."""
    left: list[tuple[int, int]] = []
    start = 0
    for low, high in sorted(closed):
        if low > start:
            left.append((start, low - 1))
        start = max(start, high + 1)
    return (*left, (start, 65535)) if start < 65536 else tuple(left)


def ports(text: str) -> Ports | None:
    """`22`, `ssh`, `8000-8002` or `8000:8002` as a range; None for what is none."""
    first, _, last = text.replace(":", "-").partition("-") if text not in NAMED else (text, "", "")
    low, high = _port(first), _port(last or first)
    return None if low is None or high is None else ((low, high),)


def _port(text: str) -> int | None:
    if text in NAMED:
        return NAMED[text]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536 else None


def joined(found: Iterable[tuple[int, int]]) -> Ports:
    """Ranges in order, those that overlap as one."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(found):
        if made and low <= made[-1][1]:
            made[-1] = (made[-1][0], max(high, made[-1][1]))
        else:
            made.append((low, high))
    return tuple(made)


def _overlap(one: Ports | None, other: Ports | None) -> Ports | None:
    """What two lists have in common; of a short and a long one, only the short one is gone through."""
    if one is None or other is None:
        return one if other is None else other
    short, long = sorted((one, other), key=len)
    pairs: list[tuple[int, int]] = []
    for low, high in short:
        at = bisect_left(long, low, key=lambda pair: pair[1])
        while at < len(long) and long[at][0] <= high:
            pairs.append((max(low, long[at][0]), min(high, long[at][1])))
            at += 1
    return tuple(pairs)
