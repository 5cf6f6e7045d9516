from __future__ import annotations

import pytest
from tests.collect.kubernetes.reading import facts

from holdfast.core.fact import UNSET

LEVEL = "pod-security.kubernetes.io/enforce"


def test_namespaces():
    found = facts(
        f"{{apiVersion: v1, kind: Namespace, metadata: {{name: ai, labels: {{{LEVEL}: restricted, {LEVEL}-version: v1.34, a: b}}}}}}"
    )
    assert (found.name, found.pod_security, found.pod_security_version, found.labels["a"]) == (
        "ai",
        "restricted",
        "v1.34",
        "b",
    )
    assert (found.default_deny, found.gpu_quota, found.gpu_workloads) == (UNSET, UNSET, UNSET)
    found = facts("{apiVersion: v1, kind: Namespace, metadata: {name: ai}}")
    assert (found.pod_security, found.pod_security_version, found.labels) == (None, None, {})
    assert (
        facts(
            f"{{apiVersion: v1, kind: Namespace, metadata: {{name: ai, labels: {{{LEVEL}: '${{L}}'}}}}}}"
        ).pod_security
        is UNSET
    )


@pytest.mark.parametrize(
    ("hard", "bounds"),
    [
        ("{requests.nvidia.com/gpu: 8}", True), ("{requests.nvidia.com/mig-1g.10gb: '2'}", True), ("{requests.amd.com/gpu: 1}", True),
        ("{limits.cpu: 4, pods: '9'}", False), ("{}", False), ("'${H}'", UNSET), ("{requests.nvidia.com/gpu: '${N}'}", UNSET),
        ("{gpu.nvidia.com.deviceclass.resource.k8s.io/devices: 4}", True), ("{net.example.deviceclass.resource.k8s.io/devices: 4}", False),
        ("{" + "a" * 400 + "/gpu: 1}", False),
    ],
)  # fmt: skip
def test_quotas(hard, bounds):
    found = facts(
        f"{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: q, namespace: ai}}, spec: {{hard: {hard}}}}}"
    )
    assert (found.namespace, found.bounds_gpus) == ("ai", bounds)


def test_limits_stay_as_written():
    found = facts(
        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {requests.nvidia.com/gpu: 8, memory: 1Ti}}}"
    )
    assert found.hard == {"requests.nvidia.com/gpu": "8", "memory": "1Ti"}
