"""Containers and mounts that units of systemd stand for."""

from __future__ import annotations

import pytest
from tests.collect.looking import items

from holdfast.collect.files import text as examine
from holdfast.collect.readers import reader_of
from holdfast.collect.together import Files
from holdfast.collect.units import units
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Workload

HOME = "etc/containers/systemd"
FULL = """\
[Unit]
Description=x
[Container]
Image=docker.io/vllm/vllm-openai:v0.9.1
ContainerName=vllm
PublishPort=127.0.0.1:8000:8000
AddDevice=nvidia.com/gpu=all
AddCapability=CAP_SYS_ADMIN CAP_NET_ADMIN
DropCapability=ALL
Volume=/srv:/srv
Volume=/var/run/docker.sock:/var/run/docker.sock
Environment=A=b "HF_TOKEN=x y"
Exec=--model m --host 0.0.0.0
PodmanArgs=--privileged --pid=host
ReadOnly=true
NoNewPrivileges=yes
SeccompProfile=unconfined
SecurityLabelDisable=false
Network=host
"""


def workload(text: str, path: str = f"{HOME}/vllm.container") -> Asset:
    (asset,) = [item for item in items(text, path) if isinstance(item, Asset) and isinstance(item.facts, Workload)]
    return asset


def test_a_container_is_what_podman_would_run() -> None:
    asset = workload(FULL)
    facts = asset.facts
    (container,) = facts.containers  # type: ignore[attr-defined]
    assert (facts.name, facts.controller, facts.host_network, facts.host_pid) == ("vllm", "podman", True, True)  # type: ignore[attr-defined]
    assert (container.privileged, container.read_only_root, container.seccomp, container.gpu_count) == (
        True, True, "Unconfined", -1,
    )  # fmt: skip
    assert container.capabilities_added == ["SYS_ADMIN", "NET_ADMIN"]
    assert [each.name for each in container.env] == ["A", "HF_TOKEN"]
    assert container.argv == ["--model", "m", "--host", "0.0.0.0"]


def test_facts_lie_where_they_are_set() -> None:
    asset = workload(FULL)
    lines = {
        fact: asset.spot(fact).line
        for fact in (
            "", "containers[0].privileged", "volumes[1].host_path", "containers[0].env[0].value", "containers[0].ports[0]",
            "containers[0].argv", "host_network", "containers[0].capabilities_added", "containers[0].image",
        )
    }  # fmt: skip
    assert list(lines.values()) == [4, 14, 11, 12, 6, 13, 19, 8, 4]


def test_the_server_in_it_is_judged_and_drop_ins_count() -> None:
    drop_in = f"{HOME}/ollama.container.d/10.conf"
    files = {
        f"{HOME}/ollama.container": b"[Container]\nImage=ollama/ollama:0.20.0\nPublishPort=127.0.0.1:11434:11434\n",
        drop_in: b"[Container]\nPodmanArgs=--privileged\n",
    }
    found = [item for item in units(Files(files)) if isinstance(item, Asset)]
    assert [item.facts.product for item in found if isinstance(item.facts, Server)] == ["ollama"]
    assert found[0].spots["containers[0].privileged"] == Spot(2, 1, "", drop_in)


PLAIN = b"[Container]\nImage=ollama/ollama:0.20.0\n"
PRIVILEGED = b"[Container]\nPodmanArgs=--privileged\n"


def privileged(files: dict[str, bytes]) -> list[tuple[str, object]]:
    """The workloads with whether they are privileged."""
    found = [item for item in units(Files(files)) if isinstance(item, Asset) and isinstance(item.facts, Workload)]
    return [(item.path, item.facts.containers[0].privileged) for item in found]


@pytest.mark.parametrize("folder", [HOME, f"{HOME}/llm", "run/containers/systemd"])
def test_a_container_hides_that_of_its_name_in_a_weaker_folder(folder: str) -> None:
    path = f"{folder}/llm.container"
    weaker = "usr/share/containers/systemd/llm.container"
    assert privileged({path: PLAIN, weaker: PLAIN + PRIVILEGED}) == [(path, False)]


def test_drop_ins_of_all_folders_of_a_host_count() -> None:
    unit = "srv/usr/share/containers/systemd/llm.container"
    assert privileged({unit: PLAIN, "srv/etc/containers/systemd/llm.container.d/a.conf": PRIVILEGED}) == [(unit, True)]
    assert privileged({unit: PLAIN, "srv/etc/containers/systemd/container.d/a.conf": PRIVILEGED}) == [(unit, True)]
    assert privileged({unit: PLAIN, "etc/containers/systemd/llm.container.d/a.conf": PRIVILEGED}) == [(unit, False)]


def test_containers_of_users_are_not_those_of_the_host() -> None:
    user = "etc/containers/systemd/users/llm.container"
    host = "usr/share/containers/systemd/llm.container"
    assert privileged({user: PLAIN, host: PLAIN + PRIVILEGED}) == [(user, False), (host, True)]
    shared = "usr/share/containers/systemd/users/llm.container"
    assert privileged({user: PLAIN, shared: PLAIN + PRIVILEGED}) == [(user, False)]


def test_drop_ins_of_a_mount_count() -> None:
    unit, drop_in = "etc/systemd/system/data.mount", "etc/systemd/system/data.mount.d/a.conf"
    text = b"[Mount]\nWhat=//srv/d\nWhere=/data\nType=cifs\nOptions=password=abcd1234\n"
    assert reader_of(drop_in) == reader_of(unit)
    (asset,) = units(Files({unit: text, drop_in: b"[Mount]\nOptions=credentials=/etc/c\n"}))
    assert isinstance(asset, Asset)
    assert asset.facts.password is False  # type: ignore[attr-defined]
    (asset,) = units(Files({unit: text, drop_in: b"[Mount]\nOptions=password=efgh5678\n"}))
    assert isinstance(asset, Asset)
    assert asset.spot("password") == Spot(2, 1, "", drop_in)


def test_a_drop_in_alone_and_a_unit_without_an_image_show_nothing() -> None:
    assert items("[Container]\nPodmanArgs=--privileged\n", f"{HOME}/x.container.d/a.conf") == []
    assert items("[Container]\nRootfs=/x\n", f"{HOME}/x.container") == []


def test_a_mount_of_a_unit_is_one_of_the_host() -> None:
    text = "[Mount]\nWhat=//srv/d\nWhere=/data\nType=cifs\nOptions=username=a,password=abcd1234,nosuid\n"
    (asset,) = items(text, "etc/systemd/system/data.mount")
    assert isinstance(asset, Asset)
    facts = asset.facts
    assert (facts.name, facts.type, facts.password, facts.nosuid, asset.partial) == (  # type: ignore[attr-defined]
        "/data", "cifs", True, True, True,
    )  # fmt: skip
    assert (asset.spot("password").line, asset.spot("").line) == (5, 2)
    (plain,) = items("[Mount]\nWhat=/dev/sdb1\nWhere=/data\n", "data.mount")
    assert isinstance(plain, Asset)
    assert (plain.facts.type, plain.facts.password) == ("auto", False)  # type: ignore[attr-defined]
    assert items("[Mount]\nWhere=/data\n", "data.mount") == []


GRAFANA = "etc/default/grafana-server"


def test_variables_of_grafanas_packages_say_a_part() -> None:
    text = "GRAFANA_USER=grafana\nGF_AUTH_ANONYMOUS_ENABLED=true\nGF_SECURITY_ADMIN_PASSWORD=admin\n"
    (asset,) = [item for item in items(text, GRAFANA) if isinstance(item, Asset)]
    facts = asset.facts
    assert isinstance(facts, Server)
    assert (facts.product, facts.auth, facts.default_secret, asset.partial) == ("grafana", False, True, True)
    assert (asset.spot("auth").line, asset.spot("default_secret").line) == (2, 3)
    assert items("GRAFANA_USER=grafana\n", GRAFANA) == []
    (gap,) = items(b"A=b\n" + b"#" * (1 << 20), GRAFANA)
    assert isinstance(gap, Gap)


def test_the_unit_that_takes_them_in_is_judged_instead() -> None:
    unit = "etc/systemd/system/grafana-server.service"
    files = {
        GRAFANA: b"GF_SECURITY_ADMIN_PASSWORD=admin\n",
        unit: b"[Service]\nEnvironmentFile=/etc/default/grafana-server\nExecStart=/usr/sbin/grafana-server\n",
    }
    found = [item for item in units(Files(files)) if isinstance(item, Asset) and isinstance(item.facts, Server)]
    assert [(item.path, item.facts.default_secret) for item in found] == [(unit, True)]  # type: ignore[attr-defined]


ARGO = b"""\
apiVersion: v1
kind: ConfigMap
metadata: {name: plugin}
data:
  sidecar.container: |
    command: [mlflow, server, --host, 0.0.0.0]
    image: python:3.13
"""


def test_what_only_has_the_name_of_a_unit_is_none() -> None:
    assert [item for item in examine("plugin.yaml", ARGO) if isinstance(item, Gap)] == []
    for name in ("side.container", "data.mount"):
        assert items("image: [mlflow server]\n", name) == []
        assert [type(item) for item in items("mlflow server\n", f"{HOME}/{name}")] == [Gap]
    assert [type(item) for item in items("Image=mlflow server\n", "side.container")] == [Gap]
