"""Ray: the head node and Ray Serve."""

from __future__ import annotations

import re

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.facts import first, given
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/ray-project/ray python/ray/dashboard and ray_constants.py (dashboard and jobs API on
# 127.0.0.1:8265), serve constants.py (127.0.0.1:8000), doc/source/ray-security/token-auth.md (disabled by
# default, RAY_AUTH_MODE=token since 2.52), checked 2026-11-21; ray/scripts/scripts.py and
# ray/_private/authentication/authentication_token_setup.py of 2.54 to 2.60 (from 2.59 on a token without a mode is
# enough), checked 2026-11-30.
# GCS (6379) and the client server (10001) listen on the node's address whatever --dashboard-host says.
SYNTAX = Syntax(
    switches=frozenset(
        {"head", "block", "no-monitor", "disable-usage-stats", "verbose", "enable-object-reconstruction"}
    ),
    aliases={"h": "host", "p": "port"},
    env=("RAY_",),
)

_RELEASE = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.|$)", re.ASCII)


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
            auth=_token(reading),
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


def _token(reading: Reading) -> Fact[bool]:
    """Whether a token is asked for: by the mode, and from 2.59 on wherever there is a token and no mode.

    Releases before 2.52 do not know the variable. A token in the file of the default path is not looked for.
    """
    release = _release(reading.version)
    if release is not None and release < (2, 52):
        return False
    mode = reading.env("RAY_AUTH_MODE")
    if mode is None:
        token = given(reading.env("RAY_AUTH_TOKEN"), reading.env("RAY_AUTH_TOKEN_PATH"))
        if token is False or (release is not None and release >= (2, 59)):
            return token
        return UNSET if release is None else False
    if mode is UNSET or "$" in mode:
        return UNSET
    return mode.lower() not in {"", "disabled"}


def _release(version: Fact[str]) -> tuple[int, int] | None:
    match = _RELEASE.match(version) if isinstance(version, str) else None
    return (int(match[1]), int(match[2])) if match else None
