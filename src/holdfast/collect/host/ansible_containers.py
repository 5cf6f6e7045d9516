"""Tasks of Ansible that start containers -> the workloads that `docker run` with the same words would make.

Source: documentation of community.docker.docker_container 4 and containers.podman.podman_container 1, checked
2026-11-30.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from holdfast.collect.compose.run import Started, asset_of
from holdfast.collect.fields import EXPRESSION
from holdfast.core.asset import Asset, Spot

ENGINES = {"docker_container": "docker", "podman_container": "podman"}
"""Module -> the engine that runs the container."""
LISTS = {
    "volumes": "volume", "volume": "volume", "published_ports": "publish", "ports": "publish", "publish": "publish",
    "capabilities": "cap-add", "cap_add": "cap-add", "cap_drop": "cap-drop", "cap_drops": "cap-drop",
    "security_opts": "security-opt", "security_opt": "security-opt", "devices": "device", "device": "device",
    "tmpfs": "tmpfs", "env_file": "env-file", "networks": "", "network": "network",
}  # fmt: skip
"""Argument -> the option of `docker run` that each of its values is."""
VALUES = {
    "network_mode": "network", "pid_mode": "pid", "pid": "pid", "ipc_mode": "ipc", "ipc": "ipc",
    "userns_mode": "userns", "userns": "userns", "user": "user", "runtime": "runtime", "memory": "memory",
    "shm_size": "shm-size", "cpus": "cpus", "gpus": "gpus", "name": "name",
}  # fmt: skip
SWITCHES = {"privileged": "privileged", "read_only": "read-only"}
RUNNING = ("started", "present", "created", "healthy", None)
"""States in which there is a container."""


def container(module: str, values: Mapping[str, Any], path: str, spot: Spot, seen: Counter[str]) -> Asset | None:
    """The workload that a task starts, None where it starts none; `seen` counts the names of its file."""
    image = values.get("image")
    if module not in ENGINES or values.get("state") not in RUNNING or not isinstance(image, str):
        return None
    options = list(_options(values))
    # An argument that a variable fills says nothing; the others are still what they are.
    known = [(name, value) for name, value in options if not (name in SWITCHES.values() and "$" in value)]
    command = values.get("command")
    words = shlex.split(_open(command), posix=True) if isinstance(command, str) and _whole(command) else []
    words = [_open(word) for word in command] if isinstance(command, list) else words
    if "${_}" in str(dict(known).get("name", _open(image))):
        known.append(("name", "container"))
    found = Started(ENGINES[module], known, _open(image), words, whole=len(known) == len(options))
    asset = asset_of(found, path, "script", spot, seen)
    # What a variable fills in is no question about this file; the rest is judged.
    filled = any("${_}" in word for word in (found.image, *words, *(value for _, value in options)))
    return replace(asset, partial=True, spots={"": spot}) if filled else asset


def _options(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, name in LISTS.items():
        given = values.get(key)
        for row in given if isinstance(given, list) else [] if given is None else [given]:
            if name and isinstance(row, str | int):
                yield name, _open(row)
    for key, name in VALUES.items():
        if isinstance(values.get(key), str | int | float):
            yield name, _open(values[key])
    for key, name in SWITCHES.items():
        if values.get(key) is not None:
            word = _open(values[key]).lower()
            yield name, word if "$" in word else "true" if word in ("true", "yes", "1", "on") else "false"
    env = values.get("env")
    for name, value in env.items() if isinstance(env, Mapping) else ():
        yield "env", f"{name}={_open(value)}"
    for mount in rows if isinstance(rows := values.get("mounts"), list) else ():
        if isinstance(mount, Mapping):
            yield "mount", ",".join(f"{key}={_open(mount[key])}" for key in mount if mount[key] is not None)


def _open(value: Any) -> str:
    """A value as text, with `${_}` where a template fills something in."""
    return EXPRESSION.sub("${_}", str(value))


def _whole(command: str) -> bool:
    """Whether the quotes of a command close."""
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True
