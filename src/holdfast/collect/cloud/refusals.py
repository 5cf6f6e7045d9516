"""Firewalls that go through their rules by priority: an allowance has no effect where a refusal comes first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import UNSET

from holdfast.core.fact import Fact

__all__ = ["Refusal", "covered", "gathered"]


class Refusal(NamedTuple):
    """A rule that refuses everybody on some ports, whatever is behind them."""

    priority: int
    """Smaller ones come first."""
    protocol: str
    first: int
    last: int
    ranges: tuple[str, ...]
    """Everybody's, of one version of the protocol or of both."""
    maybe: bool = False
    """Whether it may not exist."""


def gathered(found: Iterable[tuple[str, Refusal]]) -> dict[str, list[Refusal]]:
    """The refusals of each group."""
    groups: dict[str, list[Refusal]] = {}
    for group, refusal in found:
        groups.setdefault(group, []).append(refusal)
    return groups


def covered(
    refusals: Iterable[Refusal],
    priority: Fact[int],
    protocol: Fact[str],
    ports: tuple[Fact[int], Fact[int]],
    ranges: Fact[list[str]],
) -> Fact[bool]:
    """Whether one of the refusals comes before a rule and leaves nothing of it; unobserved where one does that may
    not exist. A rule of which something is open is not covered.
    """
    first, last = ports
    if not isinstance(priority, int) or not isinstance(first, int) or not isinstance(last, int):
        return False
    wanted = _versions(ranges) if isinstance(ranges, list) else {4, 6}
    found = [
        each.maybe
        for each in refusals
        if each.ranges
        and each.priority < priority
        and each.protocol in ("any", protocol)
        and each.first <= first
        and last <= each.last
        and wanted <= _versions(each.ranges)
    ]
    return True if False in found else UNSET if found else False


def _versions(ranges: Iterable[str]) -> set[int]:
    """The versions of IP that ranges are of; a word such as `Internet` is of both."""
    found: set[int] = set()
    for each in ranges:
        found |= {6} if ":" in each else {4} if "." in each else {4, 6}
    return found
