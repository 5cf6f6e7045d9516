"""Ollama."""

from __future__ import annotations

from holdfast.formats.servers.address import endpoint
from holdfast.formats.servers.facts import any_origin, first
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/ollama/ollama envconfig/config.go (127.0.0.1:11434; local origins are always allowed)
# and Dockerfile (OLLAMA_HOST=0.0.0.0:11434); no authentication and no TLS exist, checked 2026-11-21
SYNTAX = Syntax(env=("OLLAMA_",))


def read(command: Command) -> list[Server]:
    """The server; nothing for Ollama's client commands."""
    words = command.words
    if words[:1] not in {("serve",), ("start",)} and (words or command.program):
        return []
    reading = Reading(command, SYNTAX, baked={"OLLAMA_HOST": "0.0.0.0:11434"})
    setting = first(reading.env("OLLAMA_HOST"), "127.0.0.1")
    scheme = setting.partition("://")[0] if isinstance(setting, str) and "://" in setting else ""
    host, port = endpoint(setting, {"http": "80", "https": "443"}.get(scheme, "11434"))
    return [
        reading.server(
            host="127.0.0.1" if host == "" and setting == "" else host,
            port=port,
            auth=False,
            cors_any=any_origin(reading.env("OLLAMA_ORIGINS"), default=False),
        )
    ]
