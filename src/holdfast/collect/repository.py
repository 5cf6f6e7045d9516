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
WEB = re.compile(r"[a-z+]+://(?:[^/\s]*@)?([^/\s@]+)/([^?#]+).*", re.IGNORECASE)


def origin_of(folder: str) -> str:
    """`github.com/acme/models` for a clone, else the host and the path; credentials in the address are left out.

    Source: git-config(1), `remote.<name>.url`; git-clone(1), "GIT URLS".
    """
    address = _remote(folder)
    match = WEB.fullmatch(address) or SCP.fullmatch(address)
    if match:
        return f"{match[1].lower()}/{match[2].removesuffix('/').removesuffix('.git')}"
    return f"{socket.gethostname()}:{folder}"


def _remote(folder: str) -> str:
    try:
        data = read_file(os.path.join(folder, ".git", "config"), MAX_CONFIG)
    except (OSError, ValueError):
        return ""
    inside = False
    for line in data.decode("utf-8", "replace").splitlines():
        if line.lstrip().startswith("["):
            inside = SECTION.fullmatch(line) is not None
        elif inside and (match := URL.fullmatch(line)):
            return match[1]
    return ""
