"""What a namespace imposes on its workloads, and what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.isolation import scope
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.resource_quota import ResourceQuota
from holdfast.kinds.workload import Workload


def tenancy(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`pod_security` and `gpu_quota` of workloads, `gpu_quota` and `gpu_workloads` of namespaces.

    Namespaces that several files declare differently say nothing. A quota whose namespace is open counts in its
    own folder.
    """
    del edges
    levels: dict[object, Fact[str]] = {}
    bounded: set[object] = set()
    asking: dict[object, Fact[int]] = {}
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, Namespace) and isinstance(facts.name, str):
            level = levels.setdefault(facts.name, facts.pod_security)
            levels[facts.name] = level if level == facts.pod_security else UNSET
        elif isinstance(facts, ResourceQuota) and facts.bounds_gpus is True:
            bounded.add(scope(facts.namespace, asset.path))
        elif isinstance(facts, Workload) and isinstance(facts.namespace, str):
            asking[facts.namespace] = _counted(asking.get(facts.namespace, 0), facts.gpu_count)
    for position, asset in enumerate(assets):
        facts = asset.facts
        found: dict[str, object] = {}
        where: object
        if isinstance(facts, Workload) and facts.api_group is not None:
            found["pod_security"] = levels.get(facts.namespace, UNSET)
            where = scope(facts.namespace, asset.path)
        elif isinstance(facts, Namespace):
            found["gpu_workloads"] = asking.get(facts.name) or UNSET
            where = facts.name
        else:
            continue
        if where in bounded:
            found["gpu_quota"] = True
        yield position, found


def _counted(total: Fact[int], accelerators: Fact[int]) -> Fact[int]:
    """One more where a workload asks for accelerators; unobserved as soon as it cannot be seen whether one does."""
    if not isinstance(total, int) or not isinstance(accelerators, int):
        return UNSET
    return total + (accelerators != 0)
