"""Milvus."""

from __future__ import annotations

import re

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first, matches, negate, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/milvus-io/milvus configs/milvus.yaml, milvus.io/docs/authenticate.md (authorization off
# by default, root has a published password) and milvus.io/docs/configure_proxy.md (port 19530),
# checked 2026-11-21
SYNTAX = Syntax(
    config_files=("/milvus/configs/milvus.yaml", "/milvus/configs/user.yaml"),
    env=("COMMON_", "PROXY_", "MINIO_", "ETCD_", "MILVUS_", "DEPLOY_MODE", "TLS_"),
)
_ROLES = frozenset({"standalone", "proxy", "mixture", "embedded"})
_AUTHORIZATION = "common.security.authorizationEnabled"
_TLS = "common.security.tlsMode"
_ROOT = "common.security.defaultRootPassword"


def read(command: Command) -> list[Server]:
    """A node that clients talk to; nothing for the internal roles of a cluster."""
    if command.words[:1] != ("run",) or not _ROLES.intersection(command.words[1:3]):
        return []
    reading = Reading(replace(command, words=command.words[2:]), SYNTAX)
    auth = true(first(_setting(reading, _AUTHORIZATION), reading.file))
    return [
        reading.server(
            host=EVERYWHERE,
            port=first(_setting(reading, "proxy.port"), reading.file, "19530"),
            auth=auth,
            tls=negate(matches(first(_setting(reading, _TLS), reading.file, "0"), "0")),
            default_secret=_default_secret(reading, auth),
        )
    ]


def _setting(reading: Reading, key: str) -> Fact[str]:
    """A variable under any spelling, else what a file says: Milvus ignores case and the separators `_`, `.`, `/`."""
    plain = key.replace(".", "").lower()
    names = [name for name in reading.command.launch.env if re.sub(r"[_./]", "", name).lower() == plain]
    return reading.setting(key, *(names or [key.upper().replace(".", "_")]))


def _default_secret(reading: Reading, auth: Fact[bool]) -> Fact[bool]:
    if auth is False:
        return False
    known = matches(_setting(reading, _ROOT), "Milvus")
    # Without the variable the published password works until somebody changes it in the running server.
    return known if known is True or _setting(reading, _ROOT) is not None else UNSET
