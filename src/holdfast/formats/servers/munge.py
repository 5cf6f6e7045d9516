"""The MUNGE daemon."""

from __future__ import annotations

from holdfast.formats.servers.facts import first
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: munged(8) of munge 0.5.15 (a socket of the host, no network), checked 2026-11-30
SYNTAX = Syntax(
    switches=frozenset({"force", "foreground", "mlockall", "stop", "verbose", "benchmark", "syslog"}),
    aliases={"f": "force", "F": "foreground", "M": "mlockall", "s": "stop", "S": "socket", "v": "verbose"},
)


def read(command: Command) -> list[Server]:
    """`munged [OPTION]...`; nothing where it stops another one."""
    reading = Reading(command, SYNTAX)
    if reading.flag("stop") == "true":
        return []
    return [reading.server(host=first(reading.flag("socket"), "/run/munge/munge.socket.2"), port=None, auth=True)]
