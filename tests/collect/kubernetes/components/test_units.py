"""Units, drop-ins and files of variables say together what a kubelet or a control plane is started with."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest
from msgspec import UNSET

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.kinds.api_server import ApiServer
from holdfast.kinds.etcd import Etcd
from holdfast.kinds.kubelet import Kubelet

EXTRA = 'KUBELET_EXTRA_ARGS="--anonymous-auth=true --read-only-port=10255 --authorization-mode=AlwaysAllow"\n'
SERVICE = "[Service]\nExecStart=/usr/bin/kubelet\n"
KUBEADM = """
    [Service]
    Environment="KUBELET_KUBECONFIG_ARGS=--kubeconfig=/etc/kubernetes/kubelet.conf"
    Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
    EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
    EnvironmentFile=-/etc/default/kubelet
    ExecStart=
    ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
"""
API = (
    "[Service]\nExecStart=/usr/local/bin/kube-apiserver --authorization-mode=AlwaysAllow \\\n  --anonymous-auth=true\n"
)


def written(folder: Path, files: dict[str, str]) -> tuple[list[Asset], list[Gap]]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    here = Path.cwd()
    os.chdir(folder)
    try:
        found = list(collect(Options(".")))
    finally:
        os.chdir(here)
    return [item for item in found if isinstance(item, Asset)], [item for item in found if isinstance(item, Gap)]


@pytest.mark.parametrize(
    "files",
    [
        {"etc/default/kubelet": EXTRA},
        {"etc/sysconfig/kubelet": EXTRA},
        {"etc/default/kubelet": EXTRA, "etc/systemd/system/kubelet.service": SERVICE},
        {
            "etc/default/kubelet": EXTRA,
            "usr/lib/systemd/system/kubelet.service": SERVICE,
            "etc/systemd/system/kubelet.service.d/10-kubeadm.conf": KUBEADM,
        },
        {"etc/default/kubelet": EXTRA, "files/kubelet.service": SERVICE, "files/10-kubeadm.conf": KUBEADM},
    ],
)
def test_the_flags_of_a_kubelet_stand_in_its_file_of_variables(files: dict[str, str], tmp_path: Path) -> None:
    assets, _ = written(tmp_path, files)
    facts = [asset.facts for asset in assets if isinstance(asset.facts, Kubelet) and asset.facts.authorization]
    assert [(each.anonymous_auth, each.read_only_port, each.authorization) for each in facts] == [
        (True, 10255, "AlwaysAllow")
    ]


def test_variables_are_put_where_the_unit_puts_them_and_the_last_flag_wins(tmp_path: Path) -> None:
    files = {
        "etc/systemd/system/kubelet.service.d/10-kubeadm.conf": KUBEADM,
        "etc/systemd/system/kubelet.service.d/20-more.conf": "[Service]\nEnvironment=UNUSED=--read-only-port=1\n",
        "var/lib/kubelet/kubeadm-flags.env": "KUBELET_KUBEADM_ARGS=--anonymous-auth=true --event-qps=7\n",
        "etc/default/kubelet": "# none\nKUBELET_EXTRA_ARGS=--anonymous-auth=false\n",
    }
    [asset], gaps = written(tmp_path, files)
    assert isinstance(asset.facts, Kubelet)
    assert (asset.facts.anonymous_auth, asset.facts.event_record_qps) == (False, 7)
    assert asset.facts.read_only_port is UNSET
    assert (asset.path, asset.spot("anonymous_auth").path, asset.spot("anonymous_auth").line) == (
        *("etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "etc/default/kubelet", 2),
    )
    assert asset.partial
    assert gaps == []


def test_a_file_of_variables_that_is_not_here_is_told(tmp_path: Path) -> None:
    [asset], gaps = written(tmp_path, {"etc/systemd/system/kubelet.service.d/10-kubeadm.conf": KUBEADM})
    assert asset.partial
    assert [(gap.kind, gap.line) for gap in gaps] == [("left_out", 4), ("left_out", 5)]
    assert "/etc/default/kubelet, which is not here" in gaps[1].reason


def test_a_drop_in_of_etc_takes_the_place_of_one_of_usr_lib(tmp_path: Path) -> None:
    old, new = (f"[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --event-qps={number}\n" for number in (1, 2))
    files = {
        "usr/lib/systemd/system/kubelet.service": SERVICE,
        "usr/lib/systemd/system/kubelet.service.d/10-x.conf": old,
        "etc/systemd/system/kubelet.service.d/10-x.conf": new,
    }
    [asset], _ = written(tmp_path, files)
    assert isinstance(asset.facts, Kubelet)
    assert asset.facts.event_record_qps == 2
    assert not asset.partial


def test_the_unit_of_an_api_server_is_read(tmp_path: Path) -> None:
    [asset], _ = written(tmp_path, {"kube-apiserver.service": API})
    assert isinstance(asset.facts, ApiServer)
    assert (asset.facts.authorization, asset.facts.anonymous_auth, asset.facts.profiling) == (
        ["AlwaysAllow"],
        True,
        True,
    )
    assert (asset.partial, asset.spot("").line) == (False, 2)


def test_an_api_server_gets_its_flags_from_the_file_that_the_unit_names(tmp_path: Path) -> None:
    unit = "[Service]\nEnvironmentFile=/etc/kubernetes/%p\nExecStart=/usr/bin/kube-apiserver $KUBE_API_ARGS\n"
    files = {
        "etc/systemd/system/kube-apiserver.service": unit,
        "etc/kubernetes/kube-apiserver": "KUBE_API_ARGS='--authorization-mode=AlwaysAllow'\n",
    }
    [asset], gaps = written(tmp_path, files)
    assert isinstance(asset.facts, ApiServer)
    assert (asset.facts.authorization, asset.facts.anonymous_auth) == (["AlwaysAllow"], True)
    assert gaps == []
    assert asset.spot("authorization").path == "etc/kubernetes/kube-apiserver"
    (tmp_path / "etc/kubernetes/kube-apiserver").unlink()
    [asset], gaps = written(tmp_path, {})
    assert isinstance(asset.facts, ApiServer)
    assert (asset.facts.authorization, asset.partial, len(gaps)) == (UNSET, True, 1)


def test_etcd_is_the_clusters_beside_an_api_server_only(tmp_path: Path) -> None:
    unit = "[Service]\nExecStart=/usr/local/bin/etcd --name n\n"
    assert written(tmp_path, {"etcd.service": unit})[0] == []
    assets, _ = written(tmp_path, {"kube-apiserver.service": API})
    assert {type(asset.facts) for asset in assets} == {ApiServer, Etcd}


def test_what_is_no_unit_is_a_gap_and_does_not_hide_the_rest(tmp_path: Path) -> None:
    files = {"kubelet.service": "[Service]\nExecStart=/bin/kubelet --event-qps=1\n", "kubelet.service.d/x.conf": "a\0b"}
    assets, gaps = written(tmp_path, files)
    assert (len(assets), [gap.kind for gap in gaps]) == (1, ["unreadable"])
    long = "A=--anonymous-auth=true\n" + "#" * (1 << 20)
    assert [gap.path for gap in written(tmp_path, {"etc/default/kubelet": long})[1]][-1] == "etc/default/kubelet"
    use = "[Service]\nEnvironmentFile=/etc/default/kubelet\nExecStart=/bin/kubelet $A\n"
    _, gaps = written(tmp_path, {"etc/systemd/system/kubelet.service": use})
    assert [gap.path for gap in gaps if "file of variables" in gap.reason] == ["etc/default/kubelet"]


def test_a_file_that_no_word_uses_is_not_missed(tmp_path: Path) -> None:
    unit = "[Service]\nEnvironmentFile=-/etc/default/%N\nExecStart=/usr/bin/kube-apiserver --profiling=false\n"
    [asset], gaps = written(tmp_path, {"kube-apiserver.service": unit})
    assert (asset.partial, gaps) == (False, [])


@pytest.mark.parametrize("product", ["k3s", "rke2"])
def test_flags_of_k3s_and_rke2_say_what_their_files_say(product: str, tmp_path: Path) -> None:
    unit = f"""
        [Service]
        EnvironmentFile=-/etc/systemd/system/{product}.service.env
        ExecStart=/usr/local/bin/{product} \\
            server \\
            '--kubelet-arg=anonymous-auth=true' --kube-apiserver-arg anonymous-auth=true \\
            --write-kubeconfig-mode 644 --disable-helm-controller --protect-kernel-defaults=false
    """
    name = {"k3s": "k3s.service", "rke2": "rke2-server.service"}[product]
    assets, gaps = written(tmp_path, {f"etc/systemd/system/{name}": unit})
    kubelet = next(asset for asset in assets if isinstance(asset.facts, Kubelet))
    server = next(asset for asset in assets if isinstance(asset.facts, ApiServer))
    assert isinstance(kubelet.facts, Kubelet)
    assert isinstance(server.facts, ApiServer)
    assert (kubelet.facts.anonymous_auth, kubelet.facts.protects_kernel_defaults) == (True, False)
    assert (server.facts.anonymous_auth, server.facts.open_kubeconfig) == (True, True)
    assert server.facts.encrypts_secrets is (True if product == "rke2" else UNSET)
    assert (kubelet.partial, kubelet.spot("anonymous_auth").line, gaps) == (True, 3, [])


def test_k3s_without_flags_of_its_parts_shows_nothing(tmp_path: Path) -> None:
    assert written(tmp_path, {"k3s.service": "[Service]\nExecStart=/usr/local/bin/k3s server\n"}) == ([], [])
    assert written(tmp_path, {"k3s.service.d/x.conf": "[Service]\nEnvironment=A=--kubelet-arg=x\n"}) == ([], [])


def test_drop_ins_that_are_too_long_together_are_a_gap(tmp_path: Path) -> None:
    long = "#" * 600_000
    files = {f"etc/systemd/system/kubelet.service.d/{name}.conf": f"[Service]\nA=b\n{long}\n" for name in "ab"}
    assets, (gap,) = written(tmp_path, files)
    assert assets == []
    assert gap.reason.startswith("not readable as a unit with its drop-ins: ")
