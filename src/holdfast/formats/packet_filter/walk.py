"""What a chain lets in: a walk through its rules for packets that open a connection, jumps followed.

Worst case: a rule that is not understood may fit all that it says for what it accepts, and nothing for what it drops.
A rule that drops all but some sources or interfaces leaves those to the rules behind it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from holdfast.formats.packet_filter.model import ALL_PORTS, UNKNOWN, Chain, Match, Ports, Rule, negated

__all__ = ["Opening", "Outcome", "internal", "walk"]

DEPTH = 16
STEPS = 20_000
SPARED = 1000
"""Sources that one such rule leaves; of more nothing is said."""
BOUNDS, WORK = 200, 1_000_000
"""Dropping rules that bound what comes behind them, and looks at ranges and sources; past it nothing is known of it."""
OPENED = 10
"""How many looks an opening counts for."""
INTERNAL = (
    "docker", "podman", "virbr", "br-", "veth", "cni", "cali", "cilium", "flannel",
    "wg", "tun", "tap", "tailscale", "ib", "lxc", "lxdbr",
)  # fmt: skip
"""How the names of interfaces begin that no stranger comes by."""
TRANSPORT = ("tcp", "udp")
Find = Callable[[str], Chain | None]


class _Bound(NamedTuple):
    """What a dropping rule leaves of a range of ports."""

    first: int
    last: int
    sources: tuple[str, ...] | None
    interface: str | None
    """Only these sources and these interfaces; neither where it cannot be told who is left."""

    def left(self, match: Match) -> list[Match]:
        """What a match still fits."""
        found: list[Match] = []
        limited = match.sources is not None and not negated(match.sources)
        limited = limited or (match.interface is not None and not match.interface.startswith("!"))
        if self.sources is not None and self.interface is not None and limited:
            return [match]  # either way: each such rule would double what there is
        if self.sources is not None:
            narrower = match.sources is None or negated(match.sources)
            found.append(replace(match, sources=self.sources) if narrower else match)
        if self.interface is not None:
            broad = match.interface is None or match.interface.startswith("!")
            found.append(replace(match, interface=self.interface) if broad else match)
        return found or [replace(match, sure=False)]


class Opening(NamedTuple):
    """Ports that a rule opens."""

    family: str
    protocol: str
    first: int
    last: int
    sources: tuple[str, ...] | None
    """Who may come; None for everybody."""
    interface: str | None
    sure: bool
    line: int
    path: str = ""


class Outcome(NamedTuple):
    """What becomes of new connections of one family."""

    openings: tuple[Opening, ...]
    default: str
    """`accept` or `drop`: what becomes of what no rule names."""
    rules: int
    """Rules that were looked at; none means that the chain filters nothing."""
    blocked: tuple[str, ...]
    """Destinations that a rule drops for everybody."""
    whole: bool
    """Whether every chain was found and the walk came to its end."""


def walk(chain: Chain, find: Find, family: str) -> Outcome:
    """Goes through a base chain for one family."""
    walker = _Walker(find, family)
    ended = walker.through(chain, Match(), 0)
    default = chain.policy if ended == "" else ended
    return Outcome(tuple(walker.openings), default, walker.rules, tuple(walker.blocked), walker.whole)


class _Walker:
    def __init__(self, find: Find, family: str) -> None:
        self.find = find
        self.family = family
        self.openings: list[Opening] = []
        self.closed: dict[str, list[tuple[int, int]]] = {protocol: [] for protocol in TRANSPORT}
        """Ranges in order, none of which touches another one."""
        self.bounds: dict[str, list[_Bound]] = {protocol: [] for protocol in TRANSPORT}
        self.blocked: list[str] = []
        self.work = 0
        self.rules = 0
        self.whole = True
        self.unsure = False
        """Whether some packets were sent back, so that what comes next may not fit all that it seems to fit."""

    def spend(self, count: int) -> bool:
        """Whether so many looks are still left."""
        self.work += count
        self.whole = self.whole and self.work < WORK
        return self.work < WORK

    def through(self, chain: Chain, outer: Match, depth: int) -> str:
        """The verdict with which the walk ends for all packets that come here, empty where it goes on."""
        sent_back = False
        for rule in chain.rules:
            self.rules += 1
            if self.rules > STEPS or depth > DEPTH:
                self.whole = False
                return ""
            if not self.spend(_cost(outer, rule.match)):
                return ""
            match = outer.both(rule.match)
            if self.family not in match.families or not match.opens or _local(match.interface):
                continue
            if rule.verdict == "return":
                if _every(rule.match):
                    return ""
                sent_back = self.unsure = True
            ended = self.decided(rule, match, depth)
            if _every(rule.match) and (ended or rule.verdict == "goto"):
                self.whole = self.whole and not sent_back
                return "" if sent_back else ended
        return ""

    def decided(self, rule: Rule, match: Match, depth: int) -> str:
        """Takes in one rule; the verdict that it gives to all packets that fit it."""
        if rule.verdict == UNKNOWN:
            self.whole = False
        if rule.verdict in ("jump", "goto"):
            target = self.find(rule.target)
            if target is None:
                self.whole = False
                return ""
            return self.through(target, match, depth + 1)
        if rule.verdict == "accept":
            self.open(match, rule)
        elif rule.verdict == "drop":
            self.close(match)
        return rule.verdict if rule.verdict in ("accept", "drop") else ""

    def open(self, match: Match, rule: Rule) -> None:
        """An accepting rule opens what was not closed before it."""
        for protocol in self.meant(match):
            for first, last in _without(_ports(match), self.closed[protocol]):
                for low, high, left in self.bounded(protocol, first, last, match):
                    if not self.spend(OPENED + len(left.sources or ())):
                        return
                    where = (left.sources, left.interface, left.sure and not self.unsure, rule.line, rule.path)
                    self.openings.append(Opening(self.family, protocol, low, high, *where))

    def meant(self, match: Match) -> list[str]:
        """The protocols that a match fits, their ranges paid for."""
        found = [each for each in TRANSPORT if match.protocols is None or each in match.protocols]
        return found if self.spend(len(found) * len(_ports(match))) else []

    def bounded(self, protocol: str, first: int, last: int, match: Match) -> list[tuple[int, int, Match]]:
        """A range of ports in pieces, each with what the rules before it leave of the match."""
        pieces = [(first, last, match)]
        for bound in self.bounds[protocol]:
            if bound.first > last or bound.last < first:
                continue
            if not self.spend(len(pieces)):
                break
            made: list[tuple[int, int, Match]] = []
            for low, high, each in pieces:
                start, end = max(low, bound.first), min(high, bound.last)
                if start > end:
                    made.append((low, high, each))
                    continue
                made += ((start, end, left) for left in bound.left(each))
                made += ((a, b, each) for a, b in ((low, start - 1), (end + 1, high)) if a <= b)
            pieces = made
        return pieces

    def close(self, match: Match) -> None:
        """A dropping rule closes what it surely fits for everybody, and bounds what it closes for nearly everybody."""
        narrow = match.sources is not None or match.interface is not None or not match.sure
        if narrow and match.destinations is None:
            self.bound(match)
        if narrow:
            return
        if self.unsure:
            self.whole = self.whole and match.destinations is None
            return
        if match.destinations is not None:
            if self.spend(len(match.destinations)):
                self.blocked += match.destinations if match.ports is None else ()
            return
        for protocol in self.meant(match):
            for low, high in _ports(match):
                _close(self.closed[protocol], low, high)

    def bound(self, match: Match) -> None:
        """Notes who is left where all but some are dropped; a rule that only drops some leaves strangers in."""
        sources, interface = match.sources, match.interface
        others = interface is not None and interface.startswith("!")
        spared = sources is not None and negated(sources)
        if match.sure and not self.unsure and len(sources or ()) <= SPARED:
            if (sources is not None and not spared) or (interface is not None and internal(interface)):
                return
            known = interface is None or others
            left = tuple(name[1:] for name in sources) if sources is not None and known else None
            way = interface[1:] if interface is not None and others else None
        elif match.spares or spared or others:
            left, way = None, None
        else:
            return
        for protocol in self.meant(match) if self.spend(len(left or ())) else ():
            made = [_Bound(first, last, left, way) for first, last in _ports(match)[: BOUNDS + 1]]
            self.bounds[protocol] += [each for each in made if each not in self.bounds[protocol]]
            self.whole = self.whole and len(self.bounds[protocol]) <= BOUNDS
            del self.bounds[protocol][BOUNDS:]


def _every(match: Match) -> bool:
    """Whether a rule fits each packet that comes to it."""
    narrow = (match.protocols, match.ports, match.sources, match.destinations, match.interface)
    return match.sure and all(part is None for part in narrow)


def _ports(match: Match) -> Ports:
    return ALL_PORTS if match.ports is None else match.ports


def _local(interface: str | None) -> bool:
    return interface == "lo"


def internal(interface: str) -> bool:
    """Whether only what comes from the host's own networks comes by these interfaces."""
    return all(_local(name) or name.startswith(INTERNAL) for name in interface.split(","))


def _cost(outer: Match, inner: Match) -> int:
    """The looks that it takes to say what fits both."""
    ranges = min(len(outer.ports or ()), len(inner.ports or ()))
    return ranges + (len(outer.sources or ()) + len(inner.sources or ()) if outer.sources and inner.sources else 0)


def _close(closed: list[tuple[int, int]], low: int, high: int) -> None:
    """Puts a range among others; those that it touches become one with it."""
    start = bisect_left(closed, low - 1, key=lambda pair: pair[1])
    end = bisect_right(closed, high + 1, key=lambda pair: pair[0])
    if start < end:
        low, high = min(low, closed[start][0]), max(high, closed[end - 1][1])
    closed[start:end] = [(low, high)]


def _without(ranges: Ports, closed: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is left of ranges of ports."""
    for low, last in ranges:
        at, first = bisect_left(closed, low, key=lambda pair: pair[1]), low
        while at < len(closed) and closed[at][0] <= last:
            if closed[at][0] > first:
                yield first, closed[at][0] - 1
            first = closed[at][1] + 1
            at += 1
        if first <= last:
            yield first, last
