"""Files that add to the configuration of a kubelet, or of K3s and RKE2."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.kubernetes.components.reading import of, one

from holdfast.core.asset import Spot
from holdfast.kinds.api_server import ApiServer
from holdfast.kinds.kubelet import Kubelet

KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


@pytest.mark.parametrize(
    "path",
    [
        "etc/kubernetes/kubelet.conf.d/20-kubelet.conf",
        "kubelet.conf.d/10.conf",
        "etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf",
    ],
)
def test_a_drop_in_of_the_kubelet_says_what_it_names(path: str) -> None:
    facts, asset = one(Kubelet, path, KUBELET + "authentication: {anonymous: {enabled: true}}\n")
    assert (facts.anonymous_auth, facts.authorization, facts.read_only_port) == (True, UNSET, UNSET)
    assert asset.partial
    assert asset.spot("anonymous_auth").line == 3


def test_a_drop_in_in_json_is_read_too() -> None:
    text = '{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "readOnlyPort": 10255}'
    assert one(Kubelet, "kubelet.conf.d/10.conf", text)[0].read_only_port == 10255


def test_other_endings_are_no_drop_ins() -> None:
    assert of(Kubelet, "kubelet.conf.d/README", KUBELET) == []


@pytest.mark.parametrize(("folder", "encrypts"), [("rke2", True), ("k3s", UNSET)])
def test_drop_ins_of_k3s_and_rke2(folder: str, encrypts: object) -> None:
    path = f"etc/rancher/{folder}/config.yaml.d/10.yaml"
    text = "kubelet-arg: [anonymous-auth=true]\nkube-apiserver-arg: [profiling=false]\n"
    facts, asset = one(Kubelet, path, text)
    assert (facts.anonymous_auth, facts.name, asset.partial) == (True, folder, True)
    api, _ = one(ApiServer, path, text)
    assert (api.profiling, api.encrypts_secrets) == (False, encrypts)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kubelet-arg+: [anonymous-auth=true]\n", 1),
        ("kubelet-arg: [read-only-port=0]\nkubelet-arg+: anonymous-auth=true\n", 2),
        ("kubelet-arg+: [read-only-port=0]\nkubelet-arg: [anonymous-auth=true]\n", 2),
    ],
)
def test_keys_that_add_to_others(text: str, line: int) -> None:
    facts, asset = one(Kubelet, "etc/rancher/k3s/config.yaml", text)
    assert facts.anonymous_auth is True
    assert asset.spot("") == Spot(line, 1, "/kubelet-arg")


def test_what_a_key_adds_to_stays() -> None:
    text = "kubelet-arg: read-only-port=10255\nkubelet-arg+: [anonymous-auth=true]\nprotect-kernel-defaults: true\n"
    facts, _ = one(Kubelet, "etc/rancher/k3s/config.yaml", text)
    assert (facts.read_only_port, facts.anonymous_auth, facts.protects_kernel_defaults) == (10255, True, True)
