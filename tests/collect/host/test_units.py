"""What units grant."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from holdfast.collect.files import text as examine
from holdfast.core.asset import Asset, Spot
from holdfast.kinds.container_runtime import ContainerRuntime
from holdfast.kinds.unit import Unit

PATH = "etc/systemd/system/a.service"


def found(text: str, path: str = PATH) -> list[Asset]:
    return [item for item in examine(path, f"[Service]\n{text}".encode()) if isinstance(item, Asset)]


def unit(text: str, path: str = PATH) -> Unit:
    (facts,) = [asset.facts for asset in found(text, path) if isinstance(asset.facts, Unit)]
    return facts


def test_a_unit_with_systemds_defaults() -> None:
    facts = unit("ExecStart=/usr/bin/ollama serve\n")
    assert (facts.name, facts.program, facts.serves, facts.root, facts.confined) == (
        "a.service",
        "ollama",
        ["ollama"],
        True,
        False,
    )
    assert (facts.no_new_privileges, facts.system_read_only, facts.private_temporary, facts.devices_limited) == (
        False,
    ) * 4
    assert (facts.persistence_as_root, facts.shares_gpu_contexts) == (None, None)


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        ("NoNewPrivileges=yes", "no_new_privileges"), ("ProtectSystem=strict", "system_read_only"), ("PrivateTmp=true", "private_temporary"),
        ("DevicePolicy=closed", "devices_limited"), ("PrivateDevices=yes", "devices_limited"), ("DynamicUser=yes", "no_new_privileges"),
    ],
)  # fmt: skip
def test_what_confines(setting: str, field: str) -> None:
    facts = unit(f"{setting}\nExecStart=/usr/bin/ollama serve\n")
    assert (getattr(facts, field), facts.confined) == (True, True)


def test_users() -> None:
    start = "ExecStart=/usr/bin/ollama serve\n"
    assert unit(f"User=ml\n{start}").root is False
    assert unit(f"User=root\n{start}").root is True
    assert unit(f"DynamicUser=yes\n{start}").root is False
    assert unit(start, "home/a/.config/systemd/user/a.service").root is UNSET


def test_daemons_of_gpus() -> None:
    assert unit("ExecStart=/usr/bin/nvidia-persistenced --verbose\n").persistence_as_root is True
    assert unit("ExecStart=/usr/bin/nvidia-persistenced --user x\n").persistence_as_root is False
    assert unit("ExecStart=/usr/bin/nvidia-cuda-mps-control -d\n").shares_gpu_contexts is True
    assert found("# dockerd\nExecStart=/bin/true\n") == []
    assert found("# dockerd\nUser=x\n") == []


def test_a_drop_in_says_a_part() -> None:
    path = "etc/systemd/system/ollama.service.d/override.conf"
    (asset,) = [
        each
        for each in found("NoNewPrivileges=no\nExecStart=\nExecStart=/usr/bin/ollama serve\n", path)
        if each.kind == "unit"
    ]
    assert (asset.partial, asset.facts.root, asset.facts.confined, asset.facts.no_new_privileges) == (
        True,
        UNSET,
        UNSET,
        UNSET,
    )
    assert unit("User=ml\nExecStart=/usr/bin/ollama serve\n", path).root is False


@pytest.mark.parametrize(
    ("flags", "listeners"),
    [
        ("-H fd://", None),
        ("-H fd:// -H tcp://0.0.0.0:2375", [("tcp://0.0.0.0:2375", False, False, False)]),
        ("--host=tcp://127.0.0.1:2375", [("tcp://127.0.0.1:2375", True, False, False)]),
        ("--host tcp://10.0.0.1:2376 --tlsverify", [("tcp://10.0.0.1:2376", False, True, True)]),
        ("-H=tcp://10.0.0.1:2376 --tls=true", [("tcp://10.0.0.1:2376", False, True, False)]),
    ],
)
def test_dockers_flags(flags: str, listeners: object) -> None:
    engines = [
        asset for asset in found(f"ExecStart=/usr/bin/dockerd {flags}\n") if isinstance(asset.facts, ContainerRuntime)
    ]
    if listeners is None:
        assert engines == []
        return
    (engine,) = engines
    assert [
        (each.address, each.loopback, each.tls, each.client_certificates) for each in engine.facts.listeners
    ] == listeners
    assert (engine.partial, engine.spot("listeners[0].tls")) == (True, Spot(2, 1))


@pytest.mark.parametrize(
    ("text", "path", "folder"),
    [
        ("ExecStart=/usr/bin/nvidia-cuda-mps-control -d", PATH, "/tmp/nvidia-mps"),
        ("Environment=CUDA_MPS_PIPE_DIRECTORY=/run/mps\nExecStart=/usr/bin/nvidia-cuda-mps-control -d", PATH, "/run/mps"),
        ("Environment=CUDA_MPS_PIPE_DIRECTORY=/run/$X\nExecStart=/usr/bin/nvidia-cuda-mps-control -d", PATH, UNSET),
        ("EnvironmentFile=/etc/mps\nExecStart=/usr/bin/nvidia-cuda-mps-control -d", PATH, UNSET),
        ("ExecStart=/usr/bin/nvidia-cuda-mps-control -d", "etc/systemd/system/mps.service.d/a.conf", UNSET),
        ("ExecStart=/usr/bin/ollama serve", PATH, None),
    ],
)  # fmt: skip
def test_where_the_pipes_of_mps_lie(text: str, path: str, folder: object) -> None:
    assert unit(f"{text}\n", path).pipe_folder == folder


@pytest.mark.parametrize(
    ("flags", "open_"),
    [
        ("-n", False), ("-n -b 127.0.0.1", False), ("--bind-interface=localhost", False), ("-n -b ALL", True),
        ("--bind-interface ALL", True), ("--bind-interface=0.0.0.0", True), ("-b10.0.0.1", True), ("-n $ARGS", UNSET),
        ("-b $HOST", UNSET), ("$ARGS -b ALL", True), ("--domain-socket /run/dcgm", False),
    ],
)  # fmt: skip
def test_where_dcgm_listens(flags: str, open_: object) -> None:
    assert unit(f"ExecStart=/usr/bin/nv-hostengine {flags}\n").engine_open is open_


def test_programs_in_folders_of_users() -> None:
    drop_in = "etc/systemd/system/slurmd.service.d/a.conf"
    assert unit("ExecStart=\nExecStart=/tmp/slurmd -D\n", drop_in).open_program == "/tmp/slurmd"
    assert unit("ExecStart=/home/a/bin/vllm serve m\n").open_program == "/home/a/bin/vllm"
    assert unit("User=a\nExecStart=/home/a/bin/vllm serve m\n").open_program is None
    assert unit("ExecStart=/usr/sbin/slurmd -D\n").open_program is None
