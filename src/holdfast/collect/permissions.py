"""Owner and mode of a file on a host whose files lie here, with the folders above it."""

from __future__ import annotations

import functools
import os
import stat

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.tree import read_file
from holdfast.core.asset import Asset
from holdfast.core.fact import Fact
from holdfast.core.permissions import Permissions
from holdfast.kinds.server import Server

MAX_ACCOUNTS = 8 << 20
"""Longest passwd or group file that is read, in bytes."""


def permissions(path: str, host: str | None) -> Fact[Permissions]:
    """The permissions of a file or folder; absent where it is not there, unobserved where this is no host's tree.

    A checkout of a repository has the owner and mode of whoever checked it out, which say nothing. `host` is the real
    root of the host. Symbolic links are followed; the folders that count are those of the link and of its target.
    """
    if host is None:
        return UNSET
    real = os.path.realpath(path)
    try:
        status = os.stat(real)
    except FileNotFoundError:
        return None
    except OSError:
        return UNSET
    mode = stat.S_IMODE(status.st_mode)
    owner, group = _name("passwd", host, status.st_uid), _name("group", host, status.st_gid)
    return Permissions(
        mode=f"{mode:04o}",
        owner=owner,
        group=group,
        group_readable=bool(mode & stat.S_IRGRP),
        others_readable=bool(mode & stat.S_IROTH),
        group_writable=bool(mode & stat.S_IWGRP) and status.st_gid != 0,
        others_writable=bool(mode & stat.S_IWOTH),
        loose_folder=_loose(path, host, status.st_uid) or _loose(real, host, status.st_uid),
    )


def on_host(asset: Asset, root: str) -> Asset:
    """A server as its file shows it; on the host that uses the file with the permissions, where `root` is on one."""
    host = _host(os.path.realpath(root))
    if host is None or not isinstance(asset.facts, Server):
        return asset
    facts = replace(asset.facts, on_host=True, permissions=permissions(asset.path, host))
    return replace(asset, facts=facts, source="host")


@functools.lru_cache(maxsize=1)
def _host(root: str) -> str | None:
    """The root of the host that a target lies on, None for a repository or another folder."""
    from holdfast.collect.together import confines

    return confines(root)[1]


def _loose(path: str, host: str, owner: int) -> str | None:
    """The first folder above in which somebody else may rename or replace the file. Source: unlink(2), inode(7)."""
    folder = os.path.dirname(os.path.abspath(path))
    while True:
        try:
            status = os.stat(folder)
        except OSError:
            return None
        shared = status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and status.st_gid != 0)
        if status.st_uid not in (0, owner) or (shared and not status.st_mode & stat.S_ISVTX):
            return f"/{os.path.relpath(folder, host)}" if host != "/" else folder
        if folder == host or folder == "/":
            return None
        folder = os.path.dirname(folder)


def _name(table: str, host: str, number: int) -> str:
    """The name of a user or group id on the host, else the id."""
    return _names(table, host).get(str(number), str(number))


@functools.lru_cache(maxsize=8)
def _names(table: str, host: str) -> dict[str, str]:
    """Numeric id -> name. Source: passwd(5), group(5)."""
    try:
        text = read_file(os.path.join(host, "etc", table), MAX_ACCOUNTS).decode("utf-8", "replace")
    except (OSError, ValueError):
        return {}
    rows = (line.split(":") for line in text.splitlines())
    return {row[2]: row[0] for row in reversed([row for row in rows if len(row) > 3])}
