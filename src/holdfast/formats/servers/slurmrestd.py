"""Slurm's REST server."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import endpoint
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: slurmrestd(8) of Slurm 22.05 and 26.11 (addresses are words, an omitted host is every interface; tokens over
# TCP, the peer's account over a socket; TLS where a certificate lies in its folder), checked 2026-11-30
SYNTAX = Syntax(
    switches=frozenset({"v", "vv", "vvv", "V", "h"}),
    aliases={"a": "a", "f": "f", "g": "g", "s": "s", "t": "t", "u": "u", "d": "d"},
    env=("SLURMRESTD_",),
)


def read(command: Command) -> list[Server]:
    """`slurmrestd [OPTIONS] [HOST]:PORT | unix:PATH ...`: the address that most can reach."""
    reading = Reading(command, SYNTAX)
    given = reading.env("SLURMRESTD_LISTEN")
    listed = given.split(",") if isinstance(given, str) else []
    words = [word for word in (*reading.positional, *listed) if word]
    sockets = [word for word in words if not word.removeprefix("https://").startswith("unix:")]
    host, port = endpoint(sockets[0]) if sockets else (words[0] if words else UNSET, None)
    tls: Fact[bool] = True if sockets and all(word.startswith("https://") for word in sockets) else UNSET
    return [reading.server(host=host, port=port, auth=True, tls=tls)]
