"""Docker's addresses where its own file does not say them: flags, sockets of systemd, variables of its service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from holdfast.collect.fragments import Merged
from holdfast.collect.host import engines
from holdfast.collect.owned import words
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact
from holdfast.formats import environment_file, systemd
from holdfast.kinds.container_runtime import ContainerRuntime, Listener

__all__ = ["of_flags", "of_socket", "of_variables"]

OPTIONS = ("DOCKER_OPTS", "OPTIONS", "DOCKER_NETWORK_OPTIONS")


def of_flags(flags: Sequence[str], path: str, source: str, spot: Spot) -> Iterator[Asset]:
    """The engine as flags set it up. Source: docker/cli, docs/reference/dockerd.md (29)."""
    hosts = [word.partition("=")[2] for word in flags if word.startswith(("--host=", "-H="))]
    hosts += [word[2:] for word in flags if word.startswith("-Htcp:")]
    hosts += [after for word, after in pairwise(flags) if word in ("-H", "--host")]
    verified: Fact[bool] = any(word in ("--tlsverify", "--tlsverify=true") for word in flags)
    tls = verified or any(word in ("--tls", "--tls=true") for word in flags)
    remote = [host for host in hosts if host.startswith("tcp://")]
    yield from _engine("docker", remote, path, source, spot, tls, verified)


def of_socket(service: systemd.Unit, whole: Merged, source: str, files: Files) -> Iterator[Asset]:
    """The engine that a socket of systemd starts; a port alone is one on every address.

    Sources: systemd.socket(5) of systemd 252, ListenStream=; docker's contrib/init/systemd/docker.socket (29).
    """
    streams = service.values("Socket", "ListenStream")
    remote = [each for each in streams if not each.value.startswith(("/", "%", "@", "vsock:"))]
    path = whole.path
    name = "podman" if "podman.socket" in path else "docker"
    verified = False if name == "podman" else _verified(files, path)
    addresses = [f"tcp://{each.value if ':' in each.value else f'0.0.0.0:{each.value}'}" for each in remote]
    if remote:
        yield from _engine(name, addresses, path, source, whole.spot(remote[0].line), verified, verified)


def of_variables(data: bytes, path: str, source: str) -> Iterator[Asset]:
    """The engine as `/etc/default/docker` or `/etc/sysconfig/docker` sets it up for its service."""
    try:
        found = environment_file.read(data)
    except FormatError:
        return
    for name in OPTIONS:
        if name in found:
            at = data.find(name.encode() + b"=")
            yield from of_flags(words(found[name]), path, source, Spot(data.count(b"\n", 0, max(at, 0)) + 1, 1))


def _verified(files: Files, path: str) -> Fact[bool]:
    """Whether daemon.json asks clients for certificates; unobserved for a copy of the socket with TLS's port alone."""
    name = files.find("/etc/docker/daemon.json", path, "/etc/systemd/system")
    data = files.read(name) if name is not None else None
    try:
        value = json.loads(data) if data is not None else {}
    except (ValueError, RecursionError):
        return UNSET
    said = value.get("tlsverify") if isinstance(value, dict) else None
    secure = b"2376" in (files.read(path) or b"") and data is None and files.host is None
    return UNSET if secure else said is True


def _engine(
    name: str, remote: Sequence[str], path: str, source: str, spot: Spot, tls: Fact[bool], verified: Fact[bool]
) -> Iterator[Asset]:
    listeners: list[Listener] = [
        engines.listener(host, "api", tls=tls, client_certificates=verified) for host in remote
    ]
    if not listeners:
        return
    spots = {"": spot, "listeners": spot}
    facts = ContainerRuntime(name=name, path=path, listeners=listeners)
    yield Asset(f"container_runtime/{path}", facts, source, path, spots, partial=True)
