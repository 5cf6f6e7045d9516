"""Which namespaces meet on shared GPUs."""

from __future__ import annotations

from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.estate.complete import complete
from holdfast.kinds.device_plugin import DevicePlugin, PluginConfig
from holdfast.kinds.workload import Container, Workload

PLUGIN = DevicePlugin(name="p", namespace=None, configs=[PluginConfig(name="a", sharing="mps")])


def workload(namespace, *resources, path="apps/a.yaml"):
    facts = Workload(name="w", namespace=namespace, containers=[Container(name="c", gpu_resources=list(resources))])
    return Asset(f"workload/{path}/{namespace}", facts, "manifest", path)


def tenants(*workloads, path="platform/p.yaml"):
    plugin = Asset(f"device_plugin/{path}/p", PLUGIN, "manifest", path)
    return complete([plugin, *workloads], [])[0].facts.tenants


def test_namespaces_whose_workloads_ask_for_gpus():
    assert tenants(workload("b", "nvidia.com/gpu"), workload("a", "nvidia.com/mig-1g.5gb")) == ["a", "b"]


def test_one_namespace_and_other_devices_say_nothing():
    assert tenants(workload("a", "nvidia.com/gpu"), workload("a", "nvidia.com/gpu")) is UNSET
    assert tenants(workload("a", "nvidia.com/gpu"), workload("b", "amd.com/gpu"), workload("c")) is UNSET
    assert tenants(workload("a", "nvidia.com/gpu"), workload(None, "nvidia.com/gpu")) is UNSET


def test_the_nearest_workloads_count():
    near = [workload(name, "nvidia.com/gpu", path="one/apps/a.yaml") for name in "ab"]
    far = [workload(name, "nvidia.com/gpu", path="two/apps/a.yaml") for name in "cd"]
    assert tenants(*near, *far, path="two/gpu/p.yaml") == ["c", "d"]


def test_unread_containers_say_nothing():
    facts = Workload(name="w", namespace="b", containers=UNSET)
    assert tenants(workload("a", "nvidia.com/gpu"), Asset("w", facts, "manifest", "apps/b.yaml")) is UNSET
