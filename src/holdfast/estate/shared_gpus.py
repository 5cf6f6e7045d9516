"""Which tenants meet on the GPUs that a device plugin shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.estate.nearest import Nearest
from holdfast.kinds.device_plugin import DevicePlugin
from holdfast.kinds.workload import Workload

VENDOR = "nvidia.com/"
GPUS = "gpus"


def shared_gpus(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`tenants` of device plugins: the namespaces of the workloads nearby that ask for NVIDIA's GPUs.

    Only ever two or more: whose workloads the files do not hold may meet there as well.
    """
    del edges
    plugins = [at for at, asset in enumerate(assets) if isinstance(asset.facts, DevicePlugin)]
    if not plugins:
        return
    asking: Nearest[str] = Nearest()
    for asset in assets:
        facts = asset.facts
        if isinstance(facts, Workload) and isinstance(facts.namespace, str) and _asks(facts):
            asking.add(asset.path, GPUS, facts.namespace)
    for at in plugins:
        found = sorted(set(asking.find(assets[at].path, GPUS)))
        if len(found) > 1:
            yield at, {"tenants": found}


def _asks(workload: Workload) -> bool:
    containers = workload.containers if isinstance(workload.containers, list) else []
    return any(
        name.startswith(VENDOR)
        for container in containers
        for name in (container.gpu_resources if isinstance(container.gpu_resources, list) else ())
    )
