"""Ray: the head node and Ray Serve."""

from __future__ import annotations

import re

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.facts import first
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/ray-project/ray python/ray/dashboard and ray_constants.py (dashboard and jobs API on
# 127.0.0.1:8265), serve constants.py (127.0.0.1:8000), doc/source/ray-security/token-auth.md (disabled by
# default, RAY_AUTH_MODE=token since 2.52), checked 2026-11-21.
# GCS (6379) and the client server (10001) listen on the node's address whatever --dashboard-host says.
SYNTAX = Syntax(
    switches=frozenset(
        {"head", "block", "no-monitor", "disable-usage-stats", "verbose", "enable-object-reconstruction"}
    ),
    aliases={"h": "host", "p": "port"},
    env=("RAY_",),
)

_OLD = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.|$)", re.ASCII)


def read(command: Command) -> list[Server]:
    """The head's dashboard and jobs API, or a Serve application; nothing for workers and clients."""
    if command.product == "ray-serve":
        return _serve(command)
    if command.words[:1] != ("start",):
        return []
    reading = Reading(replace(command, words=command.words[1:]), SYNTAX)
    if isinstance(reading.flag("address"), str) or reading.flag("head") is None:
        return []
    return [
        reading.server(
            host=first(reading.flag("dashboard-host"), "127.0.0.1"),
            port=first(reading.flag("dashboard-port"), "8265"),
            auth=_token(reading.env("RAY_AUTH_MODE"), reading.version),
            cors_any=False,
        )
    ]


def _serve(command: Command) -> list[Server]:
    if command.words[:1] not in {("run",), ("start",)}:
        return []
    reading = Reading(replace(command, words=command.words[1:]), SYNTAX)
    # A YAML argument is a Serve configuration, which sets the HTTP options.
    file: Fact[str] = UNSET if any(w.endswith((".yaml", ".yml")) for w in reading.positional) else None
    return [
        reading.server(
            host=first(reading.flag("host", "http-host"), file, "127.0.0.1"),
            port=first(reading.flag("port", "http-port"), file, "8000"),
            auth=False,
        )
    ]


def _token(mode: Fact[str], version: Fact[str]) -> Fact[bool]:
    """Whether a token is asked for; releases before 2.52 do not know the variable."""
    if isinstance(version, str) and (old := _OLD.match(version)) and (int(old[1]), int(old[2])) < (2, 52):
        return False
    if mode is None:
        return False
    if mode is UNSET or "$" in mode:
        return UNSET
    return mode.lower() not in {"", "disabled"}
