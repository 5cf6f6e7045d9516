"""What a systemd unit grants to the model server, GPU daemon or container engine that it starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from holdfast.collect.fragments import Merged
from holdfast.collect.host.docker import of_flags
from holdfast.collect.owned import runs_owned
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET, Fact
from holdfast.formats import systemd
from holdfast.formats.servers.address import loopback
from holdfast.formats.shell.wrappers import unwrap
from holdfast.kinds.unit import Unit

NAMED = re.compile(
    rb"nvidia-persistenced|nvidia-cuda-mps-control|nvidia-imex|nv-fabricmanager|nv-hostengine|dockerd"
    rb"|slurmd|slurmctld|slurmdbd|munged"
)
"""Programs whose units are looked at, besides those that start servers."""
OWNED = re.compile(rb"^[ \t]*Exec[^\n]*(?:~|/home/|/tmp/|/scratch/|/dev/shm/|--autologin|[ \t]-a[ \t])", re.MULTILINE)
"""What a unit holds that may run files of plain users, or log somebody in without asking."""
AS_ROOT = frozenset(
    "slurmd slurmctld docker containerd kubelet ssh sshd cron crond nvidia-persistenced nvidia-fabricmanager"
    " nvidia-dcgm nvidia-imex crio".split()
)
"""Units that run as root in every distribution, for drop-ins whose unit is not here."""
PERSISTENCE, SHARING, ENGINE = "nvidia-persistenced", "nvidia-cuda-mps-control", "nv-hostengine"
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


def of_unit(service: systemd.Unit, whole: Merged, products: Sequence[str], source: str) -> Iterator[Asset]:
    """The unit, where it starts something that is looked at, and the engine that it sets up by flags."""
    starts = [each for each in service.execs if each.key == "ExecStart"]
    program = starts[0].argv[0].rpartition("/")[2] if starts else ""
    people = "/systemd/user/" in f"/{whole.path}"
    values = {each.key: each for each in service.settings if each.section == "Service" and each.key in FACTS}
    spots = {FACTS[key]: whole.spot(each.line) for key, each in values.items()}
    spots[""] = whole.spot(starts[0].line if starts else 1)
    own = _own(service, whole, people, spots)
    person = _person(starts)
    if not products and not (program and NAMED.fullmatch(program.encode())) and own == [] and person is None:
        return
    drop_in = whole.main is None
    unsaid = people or (drop_in and not values.keys() & {"User", "DynamicUser"})
    said = {key: each.value.lower() for key, each in values.items() if each.value}
    hardened = _hardened(said)
    flags = starts[0].argv[1:] if starts else ()
    keeps = not any(flag.startswith(("--user", "-u")) for flag in flags)
    facts = Unit(
        name=whole.name if "." in whole.name else whole.path.rpartition("/")[2],
        program=program or None,
        serves=sorted(set(products)),
        root=UNSET if unsaid else _root(service) is not False,
        confined=UNSET if drop_in else any(hardened.values()),
        persistence_as_root=keeps if program == PERSISTENCE else None,
        shares_gpu_contexts=True if program == SHARING else None,
        pipe_folder=_pipes(service, drop_in) if program == SHARING else None,
        own_programs=own,
        autologin=person,
        open_to_hosts=_open(flags) if program == ENGINE else None,
        **{name: UNSET if drop_in and not value else value for name, value in hardened.items()},
    )
    yield Asset(f"unit/{whole.path}", facts, source, whole.path, spots, partial=drop_in)
    if program == "dockerd":
        yield from of_flags(starts[0].argv[1:], whole.path, source, whole.spot(starts[0].line))


def _hardened(values: Mapping[str, str]) -> dict[str, bool]:
    """What confines a service."""
    dynamic = values.get("DynamicUser", "no") in ON
    return {
        "no_new_privileges": values.get("NoNewPrivileges", "no") in ON or dynamic,
        "system_read_only": values.get("ProtectSystem", "no") in PROTECTED or dynamic,
        "private_temporary": values.get("PrivateTmp", "no") in (*ON, "disconnected"),
        "devices_limited": values.get("DevicePolicy", "auto") != "auto" or values.get("PrivateDevices", "no") in ON,
    }


def _pipes(service: systemd.Unit, drop_in: bool) -> Fact[str]:
    """Where the daemon's pipes lie. Source of the default: NVIDIA Multi-Process Service, environment variables."""
    written = service.env.get("CUDA_MPS_PIPE_DIRECTORY")
    if written is None:
        return UNSET if service.environment_files or drop_in else "/tmp/nvidia-mps"  # noqa: S108  # the product's own
    return UNSET if "$" in written else written


def _own(service: systemd.Unit, whole: Merged, people: bool, spots: dict[str, Spot]) -> Fact[list[str]]:
    """Files of plain users that run with root's rights; `+` and `!` before a program keep them for it alone."""
    found = [(each, runs_owned(unwrap(each.argv)[0])) for each in service.execs]
    kept = [(each, file) for each, file in found if file is not None]
    if people or not kept:
        return []
    root = _as_root(service, whole)
    sure = {file: each for each, file in reversed(kept) if root is True or {*each.prefixes} & {"+", "!"}}
    if not sure:
        return UNSET if root is UNSET else []
    own = list(reversed(sure))
    spots.update({f"own_programs[{at}]": whole.spot(sure[file].line) for at, file in enumerate(own)})
    spots["own_programs"] = spots["own_programs[0]"]
    return own


def _as_root(service: systemd.Unit, whole: Merged) -> Fact[bool]:
    """Whether what a unit runs is root; a drop-in leaves that to its unit."""
    told = _root(service)
    if told is not None or whole.main is not None:
        return told is not False
    return True if whole.name.removesuffix(".service") in AS_ROOT else UNSET


def _root(service: systemd.Unit) -> bool | None:
    """Whether a unit says that it runs as root, None where it says nothing."""
    values = {each.key: each.value.lower() for each in service.settings if each.section == "Service"}
    if values.get("DynamicUser", "no") in ON:
        return False
    return values["User"] in ("root", "0", "") if "User" in values else None


def _person(starts: Sequence[systemd.Exec]) -> str | None:
    """Whom a terminal logs in without asking. Source: agetty(8) of util-linux 2.38."""
    for each in starts:
        if each.argv[0].rpartition("/")[2] in ("agetty", "getty"):
            for word, after in pairwise((*each.argv, "")):
                if word in ("--autologin", "-a") and after:
                    return after
                if word.startswith("--autologin="):
                    return word.partition("=")[2]
    return None


def _open(flags: Sequence[str]) -> Fact[bool]:
    """Whether DCGM's engine listens beyond the host. Source: NVIDIA DCGM, nv-hostengine (4.4)."""
    address = "127.0.0.1"
    for word, after in pairwise((*flags, "")):
        if word in ("-b", "--bind-interface"):
            address = after
        elif word.startswith("--bind-interface="):
            address = word.partition("=")[2]
        elif word in ("-d", "--domain-socket") or word.startswith("--domain-socket="):
            return False
    return True if address == "ALL" else UNSET if "$" in address else loopback(address) is not True
