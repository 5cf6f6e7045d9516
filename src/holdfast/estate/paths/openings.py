"""Which findings open which steps: those about the asset itself, and those about what stands before it or holds it."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.core.path import Opening
from holdfast.estate.paths.graph import Row

__all__ = ["Openings"]


class Openings:
    """The openings of an estate, by the asset from which an edge starts.

    A server, the workload that it runs in and the Services and routes in front of it are one entry: a finding about any
    of them lets an attacker in.
    """

    def __init__(self, found: Iterable[Opening], rows: Iterable[Row]) -> None:
        self.at: dict[tuple[str, str], dict[str, Opening]] = {}
        for opening in found:
            for relation in opening.relations:
                self.at.setdefault((opening.asset, relation), {})[opening.finding] = opening
        entered = {asset for asset, relation in self.at if relation == "reachable_from"}
        self.before: dict[str, list[str]] = {}
        for source, relation, target, _ in rows if entered else ():
            if target in entered and (relation == "behind" or (relation == "runs_on" and target[:9] == "workload/")):
                self.before.setdefault(source, []).append(target)
        self.known: dict[tuple[str, str], tuple[Opening, ...]] = {}

    def of(self, source: str, relation: str) -> tuple[Opening, ...]:
        """The findings that open the step of an edge, the worst first."""
        key = source, relation
        if key not in self.known:
            assets = [source, *self.before.get(source, ())] if relation == "reachable_from" else [source]
            found = {name: each for asset in assets for name, each in self.at.get((asset, relation), {}).items()}
            self.known[key] = tuple(sorted(found.values(), key=_order))
        return self.known[key]

    def opened(self, source: str, relation: str) -> bool:
        """Whether a finding opens it."""
        return bool(self.of(source, relation))


def _order(opening: Opening) -> tuple[int, int, str, str]:
    severity, confidence = opening.strength
    return -severity, -confidence, opening.rule, opening.finding
