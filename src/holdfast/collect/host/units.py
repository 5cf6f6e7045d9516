"""What a systemd unit grants to the model server, GPU daemon or container engine that it starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from holdfast.collect.host import engines
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET, Fact
from holdfast.formats import systemd
from holdfast.kinds.container_runtime import ContainerRuntime, Listener
from holdfast.kinds.unit import Unit

NAMED = re.compile(
    rb"nvidia-persistenced|nvidia-cuda-mps-control|nvidia-imex|nv-fabricmanager|nv-hostengine|dockerd"
    rb"|slurmd|slurmctld|slurmdbd|munged"
)
"""Programs whose units are looked at, besides those that start servers."""
PERSISTENCE, SHARING, ENGINE = "nvidia-persistenced", "nvidia-cuda-mps-control", "nv-hostengine"
OPEN = re.compile(r"/(?:tmp|var/tmp|dev/shm|home|scratch)/")
"""How paths begin in folders in which users write."""
LOOPBACK = re.compile(r"127\.[\d.]+|localhost|::1")
PROTECTED = ("yes", "true", "1", "on", "full", "strict")
ON = ("yes", "true", "1", "on")
FACTS = {
    "User": "root",
    "DynamicUser": "root",
    "NoNewPrivileges": "no_new_privileges",
    "ProtectSystem": "system_read_only",
    "PrivateTmp": "private_temporary",
    "DevicePolicy": "devices_limited",
    "PrivateDevices": "devices_limited",
}


def of_unit(service: systemd.Unit, path: str, products: Sequence[str], source: str) -> Iterator[Asset]:
    """The unit, where it starts something that is looked at, and the engine that it sets up by flags."""
    starts = [each for each in service.execs if each.key == "ExecStart"]
    program = starts[0].argv[0].rpartition("/")[2] if starts else ""
    if not products and not (program and NAMED.fullmatch(program.encode())):
        return
    spots = {"": Spot(starts[0].line if starts else 1, 1)}
    values: dict[str, str] = {}
    for setting in service.settings:
        if setting.section == "Service" and setting.key in FACTS:
            values[setting.key] = setting.value.lower()
            spots[FACTS[setting.key]] = Spot(setting.line, 1)
    drop_in = path.endswith(".conf")
    people = "/systemd/user/" in f"/{path}"
    root = values.get("User", "root") in ("root", "0") and values.get("DynamicUser", "no") not in ON
    hardened = {
        "no_new_privileges": values.get("NoNewPrivileges", "no") in ON or values.get("DynamicUser", "no") in ON,
        "system_read_only": values.get("ProtectSystem", "no") in PROTECTED or values.get("DynamicUser", "no") in ON,
        "private_temporary": values.get("PrivateTmp", "no") in (*ON, "disconnected"),
        "devices_limited": values.get("DevicePolicy", "auto") != "auto" or values.get("PrivateDevices", "no") in ON,
    }
    flags = starts[0].argv[1:] if starts else ()
    keeps = not any(flag.startswith(("--user", "-u")) for flag in flags)
    facts = Unit(
        name=path.rpartition("/")[2],
        program=program or None,
        serves=sorted(set(products)),
        root=UNSET if people or (drop_in and not values.keys() & {"User", "DynamicUser"}) else root,
        confined=UNSET if drop_in else any(hardened.values()),
        persistence_as_root=keeps if program == PERSISTENCE else None,
        shares_gpu_contexts=True if program == SHARING else None,
        engine_open=_engine_open(flags) if program == ENGINE else None,
        open_program=starts[0].argv[0] if starts and root and OPEN.match(starts[0].argv[0]) else None,
        pipe_folder=_pipes(service, drop_in) if program == SHARING else None,
        **{name: UNSET if drop_in and not value else value for name, value in hardened.items()},
    )
    yield Asset(f"unit/{path}", facts, source, path, spots, partial=drop_in)
    if program == "dockerd":
        yield from _engine(starts[0], path, source)


def _engine_open(flags: Sequence[str]) -> Fact[bool]:
    """Whether nv-hostengine listens beyond the host. Source: nv-hostengine of DCGM 4, `--bind-interface`."""
    address = ""
    for word, after in pairwise((*flags, "")):
        if word in ("-b", "--bind-interface"):
            address = after
        elif word.startswith(("--bind-interface=", "-b")):
            address = word.removeprefix("--bind-interface").removeprefix("-b").lstrip("=")
    if "$" in address or (not address and any("$" in word for word in flags)):
        return UNSET
    return bool(address) and LOOPBACK.fullmatch(address) is None


def _pipes(service: systemd.Unit, drop_in: bool) -> Fact[str]:
    """Where the daemon's pipes lie. Source of the default: NVIDIA Multi-Process Service, environment variables."""
    written = service.env.get("CUDA_MPS_PIPE_DIRECTORY")
    if written is None:
        return UNSET if service.environment_files or drop_in else "/tmp/nvidia-mps"  # noqa: S108  # the product's own
    return UNSET if "$" in written else written


def _engine(start: systemd.Exec, path: str, source: str) -> Iterator[Asset]:
    """Docker's addresses as flags set them. Source: docker/cli, docs/reference/dockerd.md (29)."""
    words = list(start.argv[1:])
    hosts = [word.partition("=")[2] for word in words if word.startswith(("--host=", "-H="))]
    hosts += [after for word, after in pairwise(words) if word in ("-H", "--host")]
    verified: Fact[bool] = any(word in ("--tlsverify", "--tlsverify=true") for word in words)
    tls = verified or any(word in ("--tls", "--tls=true") for word in words)
    remote = [host for host in hosts if host.startswith("tcp://")]
    listeners: list[Listener] = [
        engines.listener(host, "api", tls=tls, client_certificates=verified) for host in remote
    ]
    if not listeners:
        return
    spots = {"": Spot(start.line, 1), "listeners": Spot(start.line, 1)}
    facts = ContainerRuntime(name="docker", path=path, listeners=listeners)
    yield Asset(f"container_runtime/{path}", facts, source, path, spots, partial=True)
