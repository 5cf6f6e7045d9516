"""The files of OpenSSH below a target: servers and clients with what they include, and keys."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec.structs import replace

from holdfast.collect.ssh.configuration import client, keys, server
from holdfast.collect.together import Files, places
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.formats.ssh.includes import Files as Found
from holdfast.formats.ssh.includes import Include
from holdfast.kinds.trusted_hosts import TrustedHost, TrustedHosts

HOME = "/etc/ssh"
SERVER, CLIENT = "sshd_config", "ssh_config"
TRUSTED, ROWS = 1 << 20, 10_000
"""Bytes and rows of such a file that are read."""
TRUSTING = frozenset(("hosts.equiv", "shosts.equiv", ".rhosts", ".shosts"))
UNSEEN = b"\nMatch all\nInclude /nobody/has/seen/the/rest\n"
"""What stands for the file that includes a drop-in, where that is not here: it may set all else."""


def read(files: Files) -> Iterator[Asset | Edge | Gap]:
    """What the files show, each by its name and folder."""
    for path in files:
        folder, _, name = path.rpartition("/")
        data = files.members[path]
        if name in TRUSTING:
            yield _trusted(path, data, files.source)
        elif name == SERVER:
            missing: list[str] = []
            yield from server(path, data, _includes(files, path, missing))
            yield from _not_here(path, data, missing)
        elif folder.endswith(f"{SERVER}.d"):
            if files.read(posixpath.join(posixpath.dirname(folder), SERVER)) is None:
                yield from _alone(path, data)
        elif folder.endswith(f"{CLIENT}.d"):
            if files.read(posixpath.join(posixpath.dirname(folder), CLIENT)) is None:
                yield from client(path, data, _includes(files, path, []))
        elif name == CLIENT or path.endswith(".ssh/config"):
            yield from client(path, data, _includes(files, path, []))
        elif name.startswith("authorized_keys") or folder.endswith("authorized_keys.d"):
            yield from keys(path, data)


def _trusted(path: str, data: bytes, source: str) -> Asset:
    """Hosts that need no proof; rows with a minus take trust away. Source: hosts.equiv(5)."""
    spots = {"": Spot(1, 1)}
    found: list[TrustedHost] = []
    for line, row in enumerate(data[:TRUSTED].decode("utf-8", "replace").split("\n"), 1):
        host, *user = row.partition("#")[0].split()[:2] or [""]
        if host and not host.startswith("-") and len(found) < ROWS:
            spots[f"hosts[{len(found)}]"] = Spot(line, 1)
            name = " ".join((host, *user))
            found.append(TrustedHost(name=name, every_host=host == "+", every_user=user == ["+"]))
    return Asset(f"trusted_hosts/{path}", TrustedHosts(name=path, hosts=found), source, path, spots)


def _alone(path: str, data: bytes) -> Iterator[Asset | Edge | Gap]:
    """A drop-in without the file that includes it: what it sets first holds, the rest is decided elsewhere."""
    for item in server(path, data + UNSEEN, lambda _: None):
        yield replace(item, partial=True) if isinstance(item, Asset) else item


def _not_here(path: str, data: bytes, missing: list[str]) -> Iterator[Gap]:
    """What is said of folders that are not here: sshd takes the first value, so what lies in them may count more."""
    rows = data.decode("utf-8", "replace").split("\n")
    for pattern in missing:
        line = next((at for at, row in enumerate(rows, 1) if pattern in row), 0)
        yield Gap(path, f"includes `{pattern}`, which is not here", "left_out", line)


def _includes(files: Files, main: str, missing: list[str]) -> Include:
    """What finds the files that a pattern of a file means, in the order of their names; None where nobody can look.

    Patterns whose folder is not here are added to `missing`.
    """

    def include(pattern: str) -> Found | None:
        folder, _, last = pattern.rpartition("/")
        for place in places(folder or ".", main, HOME):
            names = [name for name in files.entries(place) if fnmatchcase(name, last)]
            if names:
                return [(posixpath.join(place, name), files.read(posixpath.join(place, name))) for name in names]
        several = any(sign in last for sign in "*?[")
        if several and files.host is None and not any(files.folder(place) for place in places(folder, main, HOME)):
            missing.append(pattern)
        return [] if files.host is not None or several else None

    return include
