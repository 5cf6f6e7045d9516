"""A workload of which another object or file decides the rest: no default of the platform may be assumed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.core.fact import Fact
from holdfast.kinds.workload import Container, Workload

STATED = re.compile(r"containers\[([0-9]+)\]\.(\w+)|(\w+)")
KNOWN = frozenset(
    ("name", "namespace", "controller", "api_group", "labels", "annotations", "containers", "role", "gpu_resources")
)
"""What a source says of a workload even where another one decides the rest."""


def left_open(facts: Workload, spots: Iterable[str]) -> Workload:
    """The facts that have a place in the source; all others become unobserved."""
    stated: dict[str, set[str]] = {}
    for match in map(STATED.match, spots):
        if match is not None:
            stated.setdefault(match[1] or "", set()).add(match[2] or match[3])
    containers = [
        replace(item, **_open(item, stated.get(str(at), set()))) for at, item in enumerate(facts.containers or ())
    ]
    outer = _open(facts, stated.get("", set()))
    if not isinstance(facts.containers, list):
        return replace(facts, **{**outer, "gpu_count": UNSET})
    return replace(facts, **{**outer, "containers": containers, "gpu_count": total_gpus(containers)})


def _open(part: Workload | Container, stated: set[str]) -> dict[str, object]:
    return dict.fromkeys((name for name in part.__struct_fields__ if name not in KNOWN and name not in stated), UNSET)


def total_gpus(containers: Iterable[Container]) -> Fact[int]:
    """Accelerators of all containers together; one that takes all of the host's makes it -1."""
    total = 0
    for item in containers:
        if not isinstance(item.gpu_count, int):
            return UNSET
        if item.gpu_count < 0:
            return -1
        total += item.gpu_count
    return total
