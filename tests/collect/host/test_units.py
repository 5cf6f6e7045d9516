"""What units grant."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from holdfast.collect.files import text as examine
from holdfast.collect.together import Files
from holdfast.collect.units import units
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


def together(files: dict[str, str]) -> list[Asset]:
    members = Files({path: text.encode() for path, text in files.items()})
    return [item for item in units(members) if isinstance(item, Asset)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ExecStart=/home/u/x.sh\n", ["/home/u/x.sh"]),
        ("ExecStart=/bin/bash -x /tmp/x.sh\n", ["/tmp/x.sh"]),
        ("ExecStart=/bin/sh -c '/scratch/x a'\n", ["/scratch/x"]),
        ("User=u\nExecStart=/usr/bin/ollama serve\nExecStartPre=+/home/u/pre\n", ["/home/u/pre"]),
        ("User=u\nExecStart=/home/u/bin/ollama serve\n", []),
        ("DynamicUser=yes\nExecStart=/home/u/bin/ollama serve\n", []),
        ("ExecStart=/usr/bin/ollama serve --log /tmp/x\n", []),
    ],
)
def test_files_of_plain_users(text: str, expected: list[str]) -> None:
    assert unit(text).own_programs == expected


def test_drop_ins_take_their_user_from_their_unit() -> None:
    row = "[Service]\nExecStart=\nExecStart=/tmp/a\n"
    assert unit("ExecStart=/tmp/a\n", "etc/systemd/system/slurmd.service.d/a.conf").own_programs == ["/tmp/a"]
    drop_in = "etc/systemd/system/a.service.d/a.conf"
    assert unit("ExecStart=/tmp/a\n", drop_in).own_programs is UNSET
    (found,) = together({drop_in: row, "usr/lib/systemd/system/a.service": "[Service]\nType=simple\n"})
    assert found.facts.own_programs == ["/tmp/a"]
    assert together({drop_in: row, "etc/systemd/system/a.service": "[Service]\nUser=a\n"}) == []
    (found,) = together({drop_in: row, "etc/systemd/system/a.service": "x"})
    assert found.facts.own_programs is UNSET
    assert together({"home/a/.config/systemd/user/a.service": row}) == []


def test_terminals_and_the_engine_of_gpus() -> None:
    for start in ("--autologin root", "-a root", "--autologin=root"):
        assert unit(f"ExecStart=-/sbin/agetty {start} %I\n").autologin == "root"
    for flags, answer in (("-b ALL", True), ("-b 127.0.0.1", False), ("-n", False), ("--bind-interface=10.0.0.1", True),
                          ("-b ALL -d /run/x", False), ("-b $A", UNSET)):  # fmt: skip
        assert unit(f"ExecStart=/usr/bin/nv-hostengine {flags}\n").open_to_hosts is answer


def test_dockers_socket_and_variables() -> None:
    def listeners(files: dict[str, str]) -> object:
        (found,) = [asset.facts for asset in together(files) if isinstance(asset.facts, ContainerRuntime)]
        return [(each.address, each.loopback, each.client_certificates) for each in found.listeners]

    path = "etc/systemd/system/docker.socket"
    assert listeners({path: "[Socket]\nListenStream=/run/docker.sock\nListenStream=0.0.0.0:2375\n"}) == [
        ("tcp://0.0.0.0:2375", False, False)
    ]
    assert listeners({f"{path}.d/o.conf": "[Socket]\nListenStream=2375\n"}) == [("tcp://0.0.0.0:2375", False, False)]
    assert listeners({path: "[Socket]\nListenStream=127.0.0.1:2375\n"}) == [("tcp://127.0.0.1:2375", True, False)]
    assert listeners({path: "[Socket]\nListenStream=2376\n"}) == [("tcp://0.0.0.0:2376", False, UNSET)]
    assert together({path: "[Socket]\nListenStream=/run/docker.sock\n"}) == []
    secure = {path: "[Socket]\nListenStream=2376\n", "etc/docker/daemon.json": '{"tlsverify": true}'}
    assert listeners(secure) == [("tcp://0.0.0.0:2376", False, True)]
    assert listeners({**secure, "etc/docker/daemon.json": "x"}) == [("tcp://0.0.0.0:2376", False, UNSET)]
    assert listeners({"etc/default/docker": '# x\nDOCKER_OPTS="-H tcp://0.0.0.0:2375"\n'}) == [
        ("tcp://0.0.0.0:2375", False, False)
    ]
    assert together({"etc/default/docker": "export http_proxy=x\n"}) == []
