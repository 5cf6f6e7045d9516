"""The use `paths`: the routes by which a stranger gets at data, from assets, edges and findings in memory.

Nothing of it is loaded where no finding lets anybody in, or where there is no store of data to get at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from holdfast.core.asset import Asset, Edge
from holdfast.core.finding import Finding
from holdfast.core.path import Opening, Route, Step, Unseen
from holdfast.core.relation import INTERNET
from holdfast.core.rule import UNSEEN, Rule, rank
from holdfast.kinds.workload import Workload

if TYPE_CHECKING:
    from holdfast.estate.paths.rights import Rights

__all__ = ["DATA", "Judge", "edges_of", "openings", "paths", "rights", "unseen"]

DATA = frozenset("bucket database queue managed_secret stored_secret served_model registry nfs_export".split())
"""Kinds that hold data."""
Judge = Callable[[Sequence[Rule], Sequence[Asset]], Iterable[Finding]]
"""Asks rules of assets; answers what fails."""
ClassOf = Callable[[str], str | None]


def openings(findings: Iterable[Finding], rules: Iterable[Rule]) -> list[Opening]:
    """The open findings that let an attacker take a step: not accepted, and no milder than their rule."""
    known = {rule.id: rule for rule in rules if rule.opens}
    found: list[Opening] = []
    for finding in findings:
        rule = known.get(finding.rule)
        if rule is None or finding.status != "fail" or _accepted(finding):
            continue
        if rank(finding.severity) >= rank(rule.severity):
            found.append(
                Opening(
                    finding=finding.fingerprint,
                    rule=finding.rule,
                    asset=finding.asset,
                    severity=finding.severity,
                    confidence=finding.confidence,
                    relations=rule.opens,
                    message=finding.message,
                    repairable=finding.repairable,
                )
            )
    return found


def _accepted(finding: Finding) -> bool:
    """Whether somebody said why a finding is acceptable; that it is in a baseline says nothing of the kind."""
    return finding.suppressed is not None and finding.suppressed.by != "baseline"


def paths(
    assets: Sequence[Asset],
    edges: Sequence[Edge],
    findings: Iterable[Finding],
    rules: Sequence[Rule],
    class_of: ClassOf | None = None,
) -> list[Route]:
    """The routes of an estate whose facts are complete, what matters most first.

    `class_of` answers the class of data of an asset id; without it, what the asset's own labels declare.
    """
    found = openings(findings, rules)
    if not any("reachable_from" in opening.relations for opening in found):
        return []
    if DATA.isdisjoint(asset.kind for asset in assets) and not any(map(_holds, assets)):
        return []
    from holdfast.estate.relations.network import network

    reach = list(network(assets, edges))
    if not _entered(found, (*edges, *reach)):
        return []
    from holdfast.estate.paths.classes import declared_class
    from holdfast.estate.paths.routes import routes
    from holdfast.estate.relations.every import relations

    by_id = {asset.id: asset for asset in assets}

    def declared(asset_id: str) -> str | None:
        asset = by_id.get(asset_id)
        return declared_class(asset) if asset is not None else None

    rows = [(edge.source, edge.relation, edge.target, edge.certain) for edge in relations(assets, edges, reach)]
    return routes(rows, found, class_of or declared)


def _holds(asset: Asset) -> bool:
    """Whether a workload is given a Secret, or has rights: a cluster has Secrets though no file may hold one."""
    facts = asset.facts
    if not isinstance(facts, Workload):
        return False
    containers = facts.containers if isinstance(facts.containers, list) else ()
    return bool(facts.rights) or any(container.secrets for container in containers)


def edges_of(assets: Sequence[Asset], edges: Sequence[Edge]) -> list[Edge]:
    """All edges of an estate whose facts are complete: what a record of it keeps."""
    from holdfast.estate.relations.every import relations

    return relations(assets, edges)


def rights(edges: Iterable[Edge]) -> Rights:
    """Who may read, copy or change an asset by right, and which stores somebody reaches."""
    from holdfast.estate.paths.rights import Rights

    return Rights([(edge.source, edge.relation, edge.target, edge.certain) for edge in edges])


def _entered(found: Sequence[Opening], edges: Iterable[Edge]) -> bool:
    """Whether a finding may let somebody in from the internet: at an asset, or at what holds or precedes one."""
    opened = {opening.asset for opening in found if "reachable_from" in opening.relations}
    reached: set[str] = set()
    entered: set[str] = set()
    for edge in edges:
        if edge.target == INTERNET:
            reached.add(edge.source)
        if edge.source in opened or edge.target in opened:
            entered.add(edge.source)
    return not reached.isdisjoint(entered)


def unseen(route: Route, assets: Mapping[str, Asset], rules: Iterable[Rule], judge: Judge) -> Route:
    """The route with the reasons why nobody would notice its steps: records that are not kept, at either end of a step.

    All rules about records are asked, those outside of the profile too: they say nothing else here.
    """
    asked = [rule for rule in rules if UNSEEN in rule.tags]
    passed = dict.fromkeys(step.target for step in route.steps)
    found: dict[str, list[Unseen]] = {}
    for finding in judge(asked, [assets[name] for name in passed if name in assets]):
        found.setdefault(finding.asset, []).append(Unseen(finding.rule, finding.asset, finding.message))

    def seen(step: Step) -> Step:
        return replace(step, unseen=tuple(found.get(step.target, ())))

    return replace(route, steps=tuple(map(seen, route.steps)))
