"""TorchServe."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/pytorch/serve docs/configuration.md (127.0.0.1:8080), docs/token_authorization_api.md,
# docker/config.properties and docker/dockerd-entrypoint.sh (0.0.0.0, --disable-token-auth in the image),
# checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset(
        {
            "start",
            "stop",
            "foreground",
            "ncs",
            "no-config-snapshots",
            "disable-token-auth",
            "enable-model-api",
        }
    ),
    lists=frozenset({"models"}),
    aliases={"dt": "disable-token-auth", "ncs": "no-config-snapshots"},
    config=frozenset({"ts-config"}),
    config_env=frozenset({"TS_CONFIG_FILE"}),
    config_files=("/home/model-server/config.properties",),
    env=("TS_",),
)


def read(command: Command) -> list[Server]:
    """The server: `torchserve --start`, or `serve` of its image."""
    if not command.program:
        baked = command.words[:1] in {(), ("serve",)}
        return [_baked(Reading(command, SYNTAX))] if baked else []
    reading = Reading(command, SYNTAX)
    if reading.flag("start") is None and reading.flag("foreground") is None:
        return []
    # Tokens are asked for by newer releases only, and their configuration file can switch them off.
    auth: Fact[bool] = False if isinstance(reading.flag("disable-token-auth"), str) else UNSET
    return [
        reading.server(host=first(reading.file, "127.0.0.1"), port=first(reading.file, "8080"), auth=auth, tls=UNSET)
    ]


def _baked(reading: Reading) -> Server:
    file = reading.file
    tls: Fact[bool] = UNSET if file is UNSET else False
    return reading.server(host=first(file, EVERYWHERE), port=first(file, "8080"), auth=False, tls=tls)
