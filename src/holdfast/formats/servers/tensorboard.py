"""TensorBoard."""

from __future__ import annotations

from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/tensorflow/tensorboard tensorboard/plugins/core/core_plugin.py (localhost:6006; no
# authentication and no TLS exist), checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset({"bind-all", "inspect", "load-fast", "reload-multifile", "version", "version-tb"}),
    env=("TENSORBOARD_",),
)


def read(command: Command) -> list[Server]:
    """The server; nothing where the command uploads, inspects or prints its version."""
    reading = Reading(command, SYNTAX)
    tools = [name for name in ("inspect", "version", "version-tb") if isinstance(reading.flag(name), str)]
    if tools or reading.positional[:1] == ("dev",):
        return []
    everywhere = EVERYWHERE if isinstance(reading.flag("bind-all"), str) else reading.flag("bind-all")
    port = first(reading.flag("port"), "6006")
    return [
        reading.server(
            host=first(reading.flag("host"), everywhere, "localhost"),
            port="6006" if port == "default" else port,
            auth=False,
            cors_any=False,
        )
    ]
