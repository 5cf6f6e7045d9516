"""Cluster components that are privileged by design, known by image and service account together.

A name proves nothing; somebody else's registry or one more container makes it another workload. Each row was read in
the component's own manifests, chart or operator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.kinds.workload import Workload


class Component(NamedTuple):
    """One component: every container of it runs one of the images (registry and repository, `{region}` for any)."""

    name: str
    accounts: frozenset[str]
    images: frozenset[str]


def _of(name: str, accounts: str, *images: str) -> Component:
    return Component(name, frozenset(accounts.split()), frozenset(images))


OPERANDS = (
    "nvcr.io/nvidia/gpu-operator",
    "nvcr.io/nvidia/cloud-native/gpu-operator-validator",
    "nvcr.io/nvidia/driver",
    "nvcr.io/nvidia/cloud-native/k8s-driver-manager",
    "nvcr.io/nvidia/k8s/container-toolkit",
    "nvcr.io/nvidia/k8s-device-plugin",
    "nvcr.io/nvidia/gpu-feature-discovery",
    "nvcr.io/nvidia/cloud-native/dcgm",
    "nvcr.io/nvidia/k8s/dcgm-exporter",
    "nvcr.io/nvidia/cloud-native/k8s-mig-manager",
    "nvcr.io/nvidia/cloud-native/k8s-cc-manager",
    "nvcr.io/nvidia/cloud-native/nvidia-fs",
    "nvcr.io/nvidia/cloud-native/gdrdrv",
    "nvcr.io/nvidia/cloud-native/vgpu-device-manager",
    "nvcr.io/nvidia/kubevirt-gpu-device-plugin",
    "nvcr.io/nvidia/cloud-native/nvidia-sandbox-device-plugin",
    "nvcr.io/nvidia/dra-driver-nvidia-gpu",
)
"""Images of the NVIDIA GPU operator's chart (26.x), and those of earlier ones that it replaced."""
CSI_SIDECARS = tuple(
    f"{registry}/{name}"
    for registry in (
        "registry.k8s.io/sig-storage",
        "public.ecr.aws/csi-components",
        "mcr.microsoft.com/oss/kubernetes-csi",
    )
    for name in ("csi-node-driver-registrar", "livenessprobe")
)
COMPONENTS = (
    _of(
        "nvidia-gpu-operator",
        "nvidia-driver nvidia-container-toolkit nvidia-device-plugin nvidia-gpu-feature-discovery nvidia-dcgm"
        " nvidia-dcgm-exporter nvidia-mig-manager nvidia-operator-validator nvidia-node-status-exporter"
        " nvidia-cc-manager nvidia-kata-manager nvidia-sandbox-device-plugin nvidia-kata-sandbox-device-plugin"
        " nvidia-sandbox-validator nvidia-vfio-manager nvidia-vgpu-device-manager nvidia-vgpu-manager"
        " nvidia-dra-driver-kubeletplugin",
        *OPERANDS,
    ),
    _of(
        "nvidia-device-plugin",
        "default nvidia-device-plugin nvidia-device-plugin-service-account nvdp-nvidia-device-plugin-service-account",
        "nvcr.io/nvidia/k8s-device-plugin",
    ),
    _of("dcgm-exporter", "dcgm-exporter", "nvcr.io/nvidia/k8s/dcgm-exporter"),
    _of("amd-device-plugin", "default node-labeller-sa", "docker.io/rocm/k8s-device-plugin"),
    _of("neuron-device-plugin", "neuron-device-plugin", "public.ecr.aws/neuron/neuron-device-plugin"),
    _of("intel-gpu-plugin", "default", "docker.io/intel/intel-gpu-plugin"),
    _of(
        "rdma-shared-device-plugin",
        "default",
        "docker.io/mellanox/k8s-rdma-shared-dev-plugin",
        "ghcr.io/mellanox/k8s-rdma-shared-dev-plugin",
    ),
    _of("sriov-device-plugin", "sriov-device-plugin", "ghcr.io/k8snetworkplumbingwg/sriov-network-device-plugin"),
    _of(
        "calico",
        "calico-node canal canal-node",
        *(f"{registry}/calico/{name}" for registry in ("quay.io", "docker.io") for name in ("calico", "node", "cni")),
        "docker.io/calico/pod2daemon-flexvol",
        "docker.io/flannel/flannel",
    ),
    _of("cilium", "cilium cilium-envoy", "quay.io/cilium/cilium", "quay.io/cilium/cilium-envoy"),
    _of("multus", "multus", "ghcr.io/k8snetworkplumbingwg/multus-cni"),
    _of(
        "flannel",
        "flannel",
        *(
            f"{at}/{name}"
            for at in ("ghcr.io/flannel-io", "docker.io/flannel")
            for name in ("flannel", "flannel-cni-plugin")
        ),
        "quay.io/coreos/flannel",
    ),
    _of(
        "aws-vpc-cni",
        "aws-node",
        "602401143452.dkr.ecr.{region}.amazonaws.com/amazon-k8s-cni",
        "602401143452.dkr.ecr.{region}.amazonaws.com/amazon-k8s-cni-init",
        "602401143452.dkr.ecr.{region}.amazonaws.com/amazon/aws-network-policy-agent",
    ),
    _of(
        "control-plane",
        "default",
        *(
            f"{registry}/{name}"
            for registry in ("registry.k8s.io", "k8s.gcr.io")
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")
        ),
    ),
    _of("kube-proxy", "kube-proxy", "registry.k8s.io/kube-proxy", "k8s.gcr.io/kube-proxy"),
    _of("ebs-csi", "ebs-csi-node-sa", "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver", *CSI_SIDECARS),
    _of(
        "efs-csi",
        "efs-csi-node-sa",
        "public.ecr.aws/efs-csi-driver/amazon/aws-efs-csi-driver",
        "docker.io/amazon/aws-efs-csi-driver",
        *CSI_SIDECARS,
    ),
    _of("fsx-csi", "fsx-csi-node-sa", "public.ecr.aws/fsx-csi-driver/aws-fsx-csi-driver", *CSI_SIDECARS),
    _of(
        "gce-pd-csi",
        "csi-gce-pd-node-sa",
        "registry.k8s.io/cloud-provider-gcp/gcp-compute-persistent-disk-csi-driver",
        "gke.gcr.io/gcp-compute-persistent-disk-csi-driver",
        *CSI_SIDECARS,
    ),
    _of(
        "azuredisk-csi",
        "csi-azuredisk-node-sa",
        "mcr.microsoft.com/oss/kubernetes-csi/azuredisk-csi",
        "mcr.microsoft.com/k8s/csi/azuredisk-csi",
        *CSI_SIDECARS,
    ),
    _of(
        "azurefile-csi",
        "csi-azurefile-node-sa",
        "mcr.microsoft.com/oss/kubernetes-csi/azurefile-csi",
        "mcr.microsoft.com/k8s/csi/azurefile-csi",
        *CSI_SIDECARS,
    ),
    _of("nfs-csi", "csi-nfs-node-sa", "registry.k8s.io/sig-storage/nfsplugin", *CSI_SIDECARS),
    _of(
        "ceph-csi",
        "rbd-csi-nodeplugin cephfs-csi-nodeplugin nfs-csi-nodeplugin",
        "quay.io/cephcsi/cephcsi",
        *CSI_SIDECARS,
    ),
    _of("secrets-store-csi", "secrets-store-csi-driver", "registry.k8s.io/csi-secrets-store/driver", *CSI_SIDECARS),
    _of(
        "node-feature-discovery",
        "nfd-worker nfd-topology-updater node-feature-discovery node-feature-discovery-worker",
        "registry.k8s.io/nfd/node-feature-discovery",
    ),
    _of(
        "falco", "falco", *(f"docker.io/falcosecurity/{name}" for name in ("falco", "falco-driver-loader", "falcoctl"))
    ),
    _of(
        "node-exporter",
        "node-exporter prometheus-node-exporter",
        "quay.io/prometheus/node-exporter",
        "quay.io/brancz/kube-rbac-proxy",
    ),
)
BY_ACCOUNT: dict[str, list[Component]] = {}
for _component in COMPONENTS:
    for _account in _component.accounts:
        BY_ACCOUNT.setdefault(_account, []).append(_component)
REGION = re.compile(r"(\.dkr\.ecr\.)[a-z0-9-]{1,32}(\.amazonaws\.com)")


def privilege(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`expected_privilege` of workloads."""
    del edges
    for position, asset in enumerate(assets):
        if isinstance(asset.facts, Workload):
            yield position, {"expected_privilege": _expected(asset.facts)}


def _expected(workload: Workload) -> Fact[bool]:
    """Whether every container and the service account are those of one component; false as soon as one is not."""
    account = workload.service_account
    if account is not UNSET and account not in BY_ACCOUNT:
        return False
    containers = workload.containers
    if not isinstance(containers, list):
        return UNSET
    images = [_image(container.registry, container.repository) for container in containers]
    rows = COMPONENTS if not isinstance(account, str) else BY_ACCOUNT[account]
    fitting = any(all(image is UNSET or image in row.images for image in images) for row in rows)
    if not images or not fitting:
        return False
    if UNSET in images and account == "default":  # every workload's, and so no sign of the component
        return False
    return UNSET if account is UNSET or UNSET in images else True


def _image(registry: Fact[str], repository: Fact[str]) -> Fact[str]:
    if isinstance(registry, str) and isinstance(repository, str):
        return "/".join((REGION.sub(r"\1{region}\2", registry), repository))
    return UNSET if UNSET in (registry, repository) else None
