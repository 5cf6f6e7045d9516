from __future__ import annotations

import pytest
from tests.estate.cluster import completed, deployment, thing, workload

from holdfast.core.fact import UNSET

LEVEL = "pod-security.kubernetes.io/enforce"


def namespace(level: str = "", name: str = "ai") -> str:
    labels = f", labels: {{{LEVEL}: {level}}}" if level else ""
    return f"\n---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}{labels}}}}}\n"


@pytest.mark.parametrize(
    ("files", "level"),
    [
        (namespace("restricted"), "restricted"), (namespace(), None), ("", UNSET), (namespace("restricted", "ops"), UNSET), (namespace("'${L}'"), UNSET),
        (namespace("baseline") * 2, "baseline"), (namespace("baseline") + namespace("restricted"), UNSET), (namespace("baseline", "'${N}'"), UNSET),
    ],
)  # fmt: skip
def test_pod_security_is_the_namespaces(files, level):
    assert workload(a=deployment(namespace="ai"), b=files + thing("ServiceAccount", "x: 1")).pod_security == level


def test_pod_security_of_an_open_namespace():
    assert workload(a=deployment() + namespace("restricted")).pod_security is UNSET
    assert workload(a="services: {web: {image: x}}").pod_security is UNSET


def quota(hard: str = "requests.nvidia.com/gpu: 8", space: str = "ai") -> str:
    return thing("ResourceQuota", f"spec: {{hard: {{{hard}}}}}", "q", space)


def test_quotas_bound_accelerators_of_their_namespace():
    found = completed(a=deployment(namespace="ai"), b=namespace() + quota())
    assert found["Deployment.ai.web"].facts.gpu_quota is True
    assert found["Namespace..ai"].facts.gpu_quota is True
    found = completed(a=deployment(namespace="ai"), b=namespace() + quota("pods: 3") + quota(space="ops"))
    assert found["Deployment.ai.web"].facts.gpu_quota is UNSET
    assert found["Namespace..ai"].facts.gpu_quota is UNSET


def test_quotas_of_an_open_namespace_count_in_their_folder():
    assert workload(x__a=deployment(), x__b=quota(space="")).gpu_quota is True
    assert workload(x__a=deployment(), y__b=quota(space="")).gpu_quota is UNSET
    assert workload(x__a="services: {web: {image: x}}", x__b=quota(space="")).gpu_quota is UNSET


GPU = "initContainers: [{name: g, image: x, resources: {limits: {nvidia.com/gpu: %s}}}]"


@pytest.mark.parametrize(
    ("files", "count"),
    [
        (deployment(namespace="ai", spec=GPU % 1) + deployment("b", "ai", GPU % 2) + deployment("c", "ai"), 2), (deployment(namespace="ai"), UNSET),
        (deployment(namespace="ops", spec=GPU % 1), UNSET), (deployment(namespace="ai", spec=GPU % 1) + deployment("b", "ai", GPU % "'${N}'"), UNSET), ("", UNSET),
    ],
)  # fmt: skip
def test_accelerator_workloads_of_a_namespace(files, count):
    assert completed(a=namespace() + files)["Namespace..ai"].facts.gpu_workloads == count
