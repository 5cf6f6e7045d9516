"""What Cluster API and EKS hand to the nodes they make."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.kubernetes.components.reading import of, one

from holdfast.core.asset import Spot
from holdfast.kinds.api_server import ApiServer
from holdfast.kinds.cluster_controller import ClusterController
from holdfast.kinds.etcd import Etcd
from holdfast.kinds.kubelet import Kubelet

HEAD = "apiVersion: {}.cluster.x-k8s.io/v1beta1\nkind: {}\nmetadata: {{name: x}}\nspec:"
PLANE = HEAD.format("controlplane", "KubeadmControlPlane")
MAP = "{anonymous-auth: 'true', authorization-mode: AlwaysAllow}"
LIST = "[{name: anonymous-auth, value: 'true'}, {name: authorization-mode, value: AlwaysAllow}]"


@pytest.mark.parametrize("arguments", [MAP, LIST])
@pytest.mark.parametrize(
    ("head", "indent", "profiling"),
    [
        (f"{PLANE}\n  kubeadmConfigSpec:", 4, True),
        (HEAD.format("bootstrap", "KubeadmConfig"), 2, True),
        (HEAD.format("bootstrap", "KubeadmConfigTemplate") + "\n  template:\n    spec:", 6, UNSET),
        (
            HEAD.format("controlplane", "KubeadmControlPlaneTemplate")
            + "\n  template:\n    spec:\n      kubeadmConfigSpec:",
            8,
            UNSET,
        ),
    ],
)
def test_what_kubeadm_is_told_for_a_cluster(head: str, indent: int, profiling: object, arguments: str) -> None:
    text = f"{head}\n{' ' * indent}clusterConfiguration:\n{' ' * indent}  apiServer: {{extraArgs: {arguments}}}\n"
    facts, asset = one(ApiServer, "kcp.yaml", text)
    assert (facts.anonymous_auth, facts.authorization, facts.set_up_by) == (True, ["AlwaysAllow"], "kubeadm")
    assert facts.profiling is profiling
    assert asset.spot("").line == text.count("\n")
    assert len(of(ClusterController, "kcp.yaml", text)) == 2
    assert len(of(Etcd, "kcp.yaml", text)) == 1


def test_both_ways_of_a_node_into_a_cluster_have_arguments() -> None:
    ways = "".join(
        f"    {way}: {{nodeRegistration: {{kubeletExtraArgs: {{anonymous-auth: '{value}'}}}}}}\n"
        for way, value in (("initConfiguration", "false"), ("joinConfiguration", "true"))
    )
    found = of(Kubelet, "kcp.yaml", f"{PLANE}\n  kubeadmConfigSpec:\n{ways}")
    assert [(facts.anonymous_auth, facts.authorization, asset.partial) for facts, asset in found] == [
        (False, UNSET, True),
        (True, UNSET, True),
    ]
    assert [asset.spot("anonymous_auth").line for _, asset in found] == [6, 7]


def test_what_says_nothing_of_a_cluster_shows_none() -> None:
    for text in (PLANE, f"{PLANE} {{kubeadmConfigSpec: {{joinConfiguration: {{}}}}}}"):
        assert [of(kind, "kcp.yaml", text + "\n") for kind in (ApiServer, Etcd, Kubelet)] == [[], [], []]


NODE = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n"


def test_what_a_node_of_eks_adds_to_its_kubelet() -> None:
    text = f"{NODE}    config: {{authentication: {{anonymous: {{enabled: true}}}}}}\n"
    facts, asset = one(Kubelet, "node.yaml", text)
    assert (facts.anonymous_auth, facts.authorization, facts.form, asset.partial) == (True, UNSET, "file", True)
    flags, asset = one(Kubelet, "node.yaml", f"{NODE}    flags: [--read-only-port=10255, --node-labels=a=b]\n")
    assert (flags.read_only_port, flags.anonymous_auth, flags.form) == (10255, UNSET, "flags")
    assert asset.spot("read_only_port") == Spot(5, 5, "/spec/kubelet/flags")
    assert of(Kubelet, "node.yaml", f"{NODE}    flags: none\n") == []
