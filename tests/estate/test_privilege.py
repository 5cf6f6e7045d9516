from __future__ import annotations

import pytest
from tests.estate.cluster import deployment, workload

from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.core.image import split_image
from holdfast.estate.complete import complete
from holdfast.estate.privilege import COMPONENTS
from holdfast.kinds.workload import Workload


@pytest.mark.parametrize(
    ("account", "images", "expected"),
    [
        ("calico-node", "quay.io/calico/node:v3.30", True), ("calico-node", "quay.io/calico/node:v3.30 quay.io/calico/cni:v3.30", True),
        ("calico-node", "quay.io/calico/node:v3.30 evil/tool", False), ("calico-node", "registry.example/calico/node:v3.30", False),
        ("default", "quay.io/calico/node:v3.30", False), ("cilium", "quay.io/calico/node:v3.30", False),
        ("aws-node", "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.18", True),
        ("aws-node", "999999999999.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.18", False),
        ("aws-node", "602401143452.dkr.ecr.eu-west-1.amazonaws.com.evil.test/amazon-k8s-cni:v1", False),
        ("nvidia-device-plugin", "nvcr.io/nvidia/k8s-device-plugin:v0.17.0", True), ("default", "nvcr.io/nvidia/k8s-device-plugin:v0.17.0", True),
        ("nvidia-driver", "nvcr.io/nvidia/driver:580 nvcr.io/nvidia/cloud-native/k8s-driver-manager:v1", True),
        ("default", "rocm/k8s-device-plugin", True), ("ebs-csi-node-sa", "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1 public.ecr.aws/csi-components/livenessprobe:v2", True),
        ("node-exporter", "quay.io/prometheus/node-exporter quay.io/brancz/kube-rbac-proxy", True), ("falco", "falcosecurity/falco:0.40", True),
        ("default", "registry.k8s.io/kube-apiserver:v1.34.1", True), ("default", "registry.example/kube-apiserver:v1", False),
        ("calico-node", "'${IMAGE}'", UNSET), ("calico-node", "'${IMAGE}' evil/tool", False), ("'${S}'", "quay.io/calico/node:v3", UNSET), ("'${S}'", "evil/tool", False),
    ],
)  # fmt: skip
def test_components_are_known_by_account_and_images(account, images, expected):
    extra = ", ".join(f"{{name: i{n}, image: {image}}}" for n, image in enumerate(images.split()[1:]))
    found = workload(
        a=deployment(image=images.split()[0], spec=f"serviceAccountName: {account}, initContainers: [{extra}]")
    )
    assert found.expected_privilege is expected


def test_compose_services_are_never_expected():
    assert workload(a="services: {web: {image: quay.io/calico/node}}").expected_privilege is False


def test_workloads_without_containers():
    for containers, expected in (([], False), (UNSET, UNSET)):
        asset = Asset("workload/w", Workload(service_account="calico-node", containers=containers), "manifest")
        assert complete([asset], [])[0].facts.expected_privilege is expected


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda row: row.name)
def test_rows_are_written_as_images_are_split(component):
    assert component.accounts
    for image in component.images:
        reference = split_image(image.replace("{region}", "eu-west-1"))
        assert reference is not None
        assert f"{reference.registry}/{reference.repository}" == image.replace("{region}", "eu-west-1")
        assert "." in reference.registry


def test_every_component_is_named_once():
    names = [row.name for row in COMPONENTS]
    assert len(names) == len(set(names))
