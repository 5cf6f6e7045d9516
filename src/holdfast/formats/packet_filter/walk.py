"""What a chain lets in: a walk through its rules for packets that open a connection, jumps followed.

Worst case: a rule that is not understood may fit all that it says for what it accepts, and nothing for what it drops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from holdfast.formats.packet_filter.model import ALL_PORTS, Chain, Match, Ports, Rule

__all__ = ["Opening", "Outcome", "walk"]

DEPTH = 16
STEPS = 20_000
TRANSPORT = ("tcp", "udp")
Find = Callable[[str], Chain | None]


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
        self.closed: dict[str, Ports] = {}
        self.blocked: list[str] = []
        self.rules = 0
        self.whole = True
        self.unsure = False
        """Whether some packets were sent back, so that what comes next may not fit all that it seems to fit."""

    def through(self, chain: Chain, outer: Match, depth: int) -> str:
        """The verdict with which the walk ends for all packets that come here, empty where it goes on."""
        sent_back = False
        for rule in chain.rules:
            self.rules += 1
            if self.rules > STEPS or depth > DEPTH:
                self.whole = False
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
        for protocol in TRANSPORT:
            if match.protocols is None or protocol in match.protocols:
                for first, last in _without(_ports(match), self.closed.get(protocol, ())):
                    where = (match.sources, match.interface, match.sure and not self.unsure, rule.line, rule.path)
                    self.openings.append(Opening(self.family, protocol, first, last, *where))

    def close(self, match: Match) -> None:
        """A dropping rule closes what it surely fits for everybody."""
        if not match.sure or match.sources is not None or match.interface is not None:
            return
        if self.unsure:
            self.whole = self.whole and match.destinations is None
            return
        if match.destinations is not None:
            self.blocked += match.destinations if match.ports is None else ()
            return
        for protocol in TRANSPORT:
            if match.protocols is None or protocol in match.protocols:
                self.closed[protocol] = (*self.closed.get(protocol, ()), *_ports(match))


def _every(match: Match) -> bool:
    """Whether a rule fits each packet that comes to it."""
    narrow = (match.protocols, match.ports, match.sources, match.destinations, match.interface)
    return match.sure and all(part is None for part in narrow)


def _ports(match: Match) -> Ports:
    return ALL_PORTS if match.ports is None else match.ports


def _local(interface: str | None) -> bool:
    return interface == "lo"


def _without(ranges: Ports, closed: Ports) -> Iterator[tuple[int, int]]:
    """What is left of ranges of ports."""
    left = list(ranges)
    for low, high in closed[:1000]:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, low - 1)), (max(first, high + 1), last))
            if piece[0] <= piece[1]
        ]
    yield from dict.fromkeys(left)
