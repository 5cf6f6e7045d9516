"""Dask's scheduler."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.core.fact import UNSET, either
from holdfast.formats.servers.address import EVERYWHERE, endpoint
from holdfast.formats.servers.facts import first, given
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/dask/distributed distributed/cli/dask_scheduler.py (every interface, port 8786;
# clients are authenticated by TLS certificates or not at all), checked 2026-11-21; distributed/security.py and
# docs.dask.org/configuration (distributed.comm.tls from variables and /etc/dask), checked 2026-11-27
SYNTAX = Syntax(
    switches=frozenset({"dashboard", "no-dashboard", "show", "no-show", "jupyter", "no-jupyter"}),
    config_env=frozenset({"DASK_CONFIG"}),
    config_files=("/etc/dask/dask.yaml", "/root/.config/dask/dask.yaml"),
    env=("DASK_",),
)


def read(command: Command) -> list[Server]:
    """The scheduler; nothing for workers and other commands."""
    words = command.words
    if command.program == "dask":
        if words[:1] != ("scheduler",):
            return []
        words = words[1:]
    reading = Reading(replace(command, words=words), SYNTAX)
    certificates = given(
        reading.flag("tls-cert"), reading.env("DASK_DISTRIBUTED__COMM__TLS__SCHEDULER__CERT"), reading.file
    )
    host, port = endpoint(first(reading.flag("host"), ""), "8786")
    return [
        reading.server(
            host=EVERYWHERE if host == "" else host,
            port=first(reading.flag("port"), port),
            auth=UNSET if certificates is UNSET else either(certificates),
            tls=certificates,
        )
    ]
