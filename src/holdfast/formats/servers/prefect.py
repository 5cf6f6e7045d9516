"""Prefect's server."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.formats.servers.facts import any_origin, first, given
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/PrefectHQ/prefect src/prefect/settings/models/server/api.py and src/prefect/cli/server.py
# (127.0.0.1:4200, no authentication string, any origin), checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset({"analytics", "no-analytics", "late-runs", "no-services", "background", "scheduler", "ui"}),
    aliases={"b": "background"},
    secrets=frozenset({"PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING", "prefect.api.key"}),
    env=("PREFECT_",),
    variables=("", "_"),
)


def read(command: Command) -> list[Server]:
    """`prefect server start` and its older name `prefect orion start`; nothing for workers and agents."""
    if command.words[:2] not in {("server", "start"), ("orion", "start")}:
        return []
    reading = Reading(replace(command, words=command.words[2:]), SYNTAX)
    origins = reading.env("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", "PREFECT_SERVER_CORS_ALLOWED_ORIGINS")
    return [
        reading.server(
            host=first(reading.flag("host"), reading.env("PREFECT_SERVER_API_HOST"), "127.0.0.1"),
            port=first(reading.flag("port"), reading.env("PREFECT_SERVER_API_PORT"), "4200"),
            auth=given(reading.env("PREFECT_SERVER_API_AUTH_STRING")),
            cors_any=any_origin(origins, default=True),
        )
    ]
