"""Who reaches what by right, without any finding: who may read or copy an asset, and which stores somebody reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from holdfast.core.path import Step
from holdfast.core.relation import RELATIONS
from holdfast.estate.paths.classes import STORES
from holdfast.estate.paths.graph import Row

__all__ = ["Access", "Rights"]

READING = frozenset(("reads", "mounts", "serves"))
WRITING = frozenset(("writes",))
ACTING = frozenset(("assumes", "commands", "runs_on", "holds_credential"))
HUBS = ("secrets/", "roles/", "accounts/", "pods/", "node/", "zone/")
"""Starts of ids that stand for many assets and are none."""


class Access(Struct, frozen=True):
    """Somebody who has access, and how."""

    holder: str
    target: str
    steps: tuple[Step, ...]
    """From the holder to the target."""
    certain: bool
    writes: bool
    """Whether the last step writes rather than reads."""


class Rights:
    """The edges that say what may be done by right."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.into: dict[str, list[Row]] = {}
        self.out: dict[str, list[Row]] = {}
        self.origins: dict[str, list[str]] = {}
        for row in sorted(rows):
            source, name, target, _ = row
            if name == "derived_from":
                self.origins.setdefault(source, []).append(target)
            relation = RELATIONS.get(name)
            taken = name in READING or name in WRITING or name in ACTING
            if relation is not None and taken and not relation.needs_finding(source[: source.find("/")]):
                self.into.setdefault(target, []).append(row)
                self.out.setdefault(source, []).append(row)

    def readers(self, target: str, *, writers: bool = False) -> list[Access]:
        """Who may read or copy an asset, or what it was made from; with `writers`, who may change it.

        The answer is ordered by holder; of several ways the shortest certain one is told.
        """
        found: dict[str, Access] = {}
        last = WRITING if writers else READING
        for store in dict.fromkeys((target, *self._origins(target))):
            for access in (*self._into(store, last, sure=True), *self._into(store, last, sure=False)):
                known = found.get(access.holder)
                if known is None or _order(access) < _order(known):
                    found[access.holder] = access
        return [found[holder] for holder in sorted(found) if not holder.startswith(HUBS)]

    def reach(self, identity: str) -> list[Access]:
        """The stores that somebody reaches, ordered by store, first what is read, then what is written."""
        found: dict[tuple[str, bool], Access] = {}
        for access in (*self._from(identity, sure=True), *self._from(identity, sure=False)):
            key = access.target, access.writes
            if key not in found or _order(access) < _order(found[key]):
                found[key] = access
        return [found[key] for key in sorted(found)]

    def _from(self, identity: str, *, sure: bool) -> Iterator[Access]:
        """The shortest way to each store, or with `sure` the shortest certain one."""
        came: dict[str, tuple[Step, ...]] = {identity: ()}
        waiting = [identity]
        for node in waiting:
            for source, name, target, certain in self.out.get(node, ()):
                if sure and not certain:
                    continue
                steps = (*came[node], Step(source, name, target, certain))
                if target[: target.find("/")] in STORES and name not in ACTING:
                    yield Access(identity, target, steps, all(step.certain for step in steps), name in WRITING)
                if target not in came:
                    came[target] = steps
                    waiting.append(target)

    def _origins(self, asset: str) -> Iterator[str]:
        """What an asset was made from, and that, and so on."""
        seen = {asset}
        waiting = [asset]
        for each in waiting:
            for origin in self.origins.get(each, ()):
                if origin not in seen:
                    seen.add(origin)
                    waiting.append(origin)
                    yield origin

    def _into(self, store: str, last: frozenset[str], *, sure: bool) -> Iterator[Access]:
        """The shortest way from each holder to a store, or with `sure` the shortest certain one."""
        came: dict[str, tuple[Step, ...]] = {}
        waiting: list[str] = []
        for source, name, target, certain in self.into.get(store, ()):
            if name in last and source not in came and (certain or not sure):
                came[source] = (Step(source, name, target, certain),)
                waiting.append(source)
        for node in waiting:
            for source, name, target, certain in self.into.get(node, ()):
                if (name in ACTING or node.startswith(HUBS)) and source not in came and (certain or not sure):
                    came[source] = (Step(source, name, target, certain), *came[node])
                    waiting.append(source)
        for holder, steps in came.items():
            yield Access(holder, store, steps, all(step.certain for step in steps), steps[-1].relation in WRITING)


def _order(access: Access) -> tuple[bool, int]:
    return not access.certain, len(access.steps)
