"""Leaves out what is never applied as it stands: the bases and patches of overlays that are judged as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.core.finding import Finding

SUPERSEDES = "supersedes"
RENDERED = frozenset(("kustomize", "helm"))
"""Sources that make several objects of one text."""


def applied(assets: Sequence[Asset], edges: Iterable[Edge]) -> list[Asset]:
    """The assets that no edge says to be superseded."""
    gone = {edge.target for edge in edges if edge.relation == SUPERSEDES}
    return [asset for asset in assets if asset.id not in gone] if gone else list(assets)


def once(findings: Sequence[Finding], assets: Iterable[Asset]) -> list[Finding]:
    """The findings without those that several renderings of one text share: one rule, one place, one element."""
    made = {asset.id for asset in assets if asset.source in RENDERED}
    seen: set[tuple[object, ...]] = set()
    kept = []
    for finding in findings:
        if finding.asset in made:
            key = (finding.rule, finding.location, finding.message)
            if key in seen:
                continue
            seen.add(key)
        kept.append(finding)
    return kept
