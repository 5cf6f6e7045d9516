"""Whether logins to the nodes of a Slurm cluster are put into jobs, as PAM's files beside its slurm.conf say.

Source: Slurm, pam_slurm_adopt, "Slurm Configuration": `PrologFlags=contain` must be set (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.kinds.pam_service import PamService
from holdfast.kinds.slurm_cluster import SlurmCluster

CONF = re.compile(r"(?P<root>(?:.*/)?)etc/(?:slurm[\w.-]*/)?(?:[^/]+/)?slurm\.conf", re.ASCII)
STACK = re.compile(r"(?P<root>(?:.*/)?)etc/(?:pam\.d/[^/]+|pam\.conf)")


def slurm_logins(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`pam_adopt` of clusters whose slurm.conf lies in the same `etc` as a service of PAM that adopts logins.

    An `etc` that holds several clusters says of none of them that these are its services, and PAM's files of a tree
    need not be all that the nodes have: without the module nothing is known.
    """
    del edges
    roots = {position: _root(CONF, asset) for position, asset in enumerate(assets) if _configures(asset)}
    if not roots:
        return
    adopting = {_root(STACK, asset) for asset in assets if _adopts(asset)}
    clusters = Counter(roots.values())
    for position, root in roots.items():
        if root is not None and root in adopting and clusters[root] == 1:
            yield position, {"pam_adopt": True}


def _configures(asset: Asset) -> bool:
    return isinstance(asset.facts, SlurmCluster)


def _adopts(asset: Asset) -> bool:
    return isinstance(asset.facts, PamService) and isinstance(asset.facts.adopt_options, dict)


def _root(pattern: re.Pattern[str], asset: Asset) -> str | None:
    """What lies above the `etc` of a file; None for one that lies elsewhere."""
    match = pattern.fullmatch(asset.path)
    return None if match is None else match["root"]
