"""Qdrant."""

from __future__ import annotations

from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first, given, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/qdrant/qdrant config/config.yaml (0.0.0.0:6333, any origin, no TLS, no key) and
# src/main.rs, checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset({"disable-telemetry", "force-snapshot", "stacktrace", "reinit", "h"}),
    config=frozenset({"config-path"}),
    config_files=(
        "/qdrant/config/config.yaml",
        "/qdrant/config/production.yaml",
        "/qdrant/config/local.yaml",
    ),
    env=("QDRANT_",),
    variables=("QDRANT__", "__"),
)


def read(command: Command) -> list[Server]:
    """The server: variables win over the configuration files."""
    reading = Reading(command, SYNTAX)
    service = "QDRANT__SERVICE__"
    keys = (f"{service}API_KEY", f"{service}READ_ONLY_API_KEY", f"{service}ALT_API_KEY")
    return [
        reading.server(
            host=first(reading.env(f"{service}HOST"), reading.file, EVERYWHERE),
            port=first(reading.env(f"{service}HTTP_PORT"), reading.file, "6333"),
            auth=given(*(reading.env(key) for key in keys), reading.file),
            tls=true(first(reading.env(f"{service}ENABLE_TLS"), reading.file)),
            cors_any=true(first(reading.env(f"{service}ENABLE_CORS"), reading.file), default=True),
        )
    ]
