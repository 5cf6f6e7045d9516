"""What a folder belongs to, as everybody who has a copy of it would say: the repository's address."""

from __future__ import annotations

import os
import re
import socket

from holdfast.collect.tree import read_file

__all__ = ["origin_of"]

MAX_CONFIG = 1 << 18
"""Longest .git/config that is read, in bytes."""
SECTION = re.compile(r'\s*\[remote "origin"\]\s*', re.IGNORECASE)
URL = re.compile(r"\s*url\s*=\s*(\S+)\s*", re.IGNORECASE)
SCP = re.compile(r"(?:[^@/\s]+@)?([^:/\s]+):(?!//)(.+)")
WEB = re.compile(r"(?:ssh://([^/\s:]+)(?::\d+)?|[a-z+]+://([^/\s]+))/([^?#]+).*", re.IGNORECASE)
"""An address, without what logs in there; the port of an SSH server is no part of a repository's name."""
LINK = re.compile(r"gitdir:\s*(.+?)\s*")


def origin_of(folder: str) -> str:
    """`github.com/acme/models` for a clone, else the host and the path; credentials in the address are left out.

    Source: git-config(1), `remote.<name>.url`; git-clone(1), "GIT URLS".
    """
    address = _remote(folder)
    scheme, slashes, rest = address.partition("://")
    if slashes:  # a password may hold anything, a slash too
        web = WEB.fullmatch(f"{scheme}://{rest.rpartition('@')[2]}")
        host, path = ((web[1] or web[2]), web[3]) if web else ("", "")
    else:
        scp = SCP.fullmatch(address)
        host, path = (scp[1], scp[2]) if scp else ("", "")
    if host:
        return f"{host.lower()}/{path.removesuffix('/').removesuffix('.git')}"
    return f"{socket.gethostname()}:{folder}"


def _remote(folder: str) -> str:
    inside = False
    for line in _text(_config(os.path.join(folder, ".git"))).splitlines():
        if line.lstrip().startswith("["):
            inside = SECTION.fullmatch(line) is not None
        elif inside and (match := URL.fullmatch(line)):
            return match[1]
    return ""


def _config(place: str) -> str:
    """The configuration; that of a worktree or submodule lies where its `.git` file leads.

    Source: gitrepository-layout(5).
    """
    if os.path.isfile(place):
        match = LINK.fullmatch(_text(place).strip("\n"))
        if match:
            place = os.path.join(os.path.dirname(place), match[1])
    common = _text(os.path.join(place, "commondir")).strip()
    return os.path.join(place, common, "config") if common else os.path.join(place, "config")


def _text(path: str) -> str:
    try:
        return read_file(path, MAX_CONFIG).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
