"""Chroma."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, given
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/chroma-core/chroma rust/cli/src/commands/run.rs (localhost:8000 by flags),
# rust/frontend/src/config.rs and rust/frontend-core/src/config.rs (with a file 0.0.0.0:8000, and CHROMA_ variables over
# it), rust/Dockerfile (starts with a file), no authentication in 1.x, checked 2026-11-30; before, the providers
# CHROMA_SERVER_AUTHN_PROVIDER and CHROMA_SERVER_AUTH_PROVIDER, checked 2026-11-21
SYNTAX = Syntax(
    config_files=("/config.yaml", "/chroma/config.yaml"),
    secrets=frozenset({"CHROMA_SERVER_AUTHN_CREDENTIALS", "CHROMA_SERVER_AUTH_CREDENTIALS"}),
    env=("CHROMA_", "ALLOW_RESET", "IS_PERSISTENT", "PERSIST_DIRECTORY", "ANONYMIZED_TELEMETRY"),
)


def read(command: Command) -> list[Server]:
    """The server; nothing for Chroma's other commands."""
    words = command.words
    if command.program and words[:1] != ("run",):
        return []
    started = words[:1] == ("run",)
    reading = Reading(replace(command, words=words[1:]) if started else command, SYNTAX)
    named = any(word.endswith((".yaml", ".yml")) and word != "/config.yaml" for word in reading.positional)
    file: Fact[str] = UNSET if named or isinstance(reading.flag("config"), str) else reading.file
    by_file = reading.configured or not started or "/config.yaml" in reading.positional
    address, port = (
        (None, None)
        if reading.configured or not by_file
        else (reading.env("CHROMA_LISTEN_ADDRESS"), reading.env("CHROMA_PORT"))
    )
    return [
        reading.server(
            host=first(reading.flag("host", "listen-address"), address, file, EVERYWHERE if by_file else "localhost"),
            port=first(reading.flag("port"), port, file, "8000"),
            auth=_auth(reading),
            cors_any=any_origin(
                first(
                    reading.setting(
                        "cors-allow-origins", "CHROMA_SERVER_CORS_ALLOW_ORIGINS", "CHROMA_CORS_ALLOW_ORIGINS"
                    ),
                    file,
                ),
                default=False,
            ),
        )
    ]


def _auth(reading: Reading) -> Fact[bool]:
    """The providers count before 1.0 only; later releases ignore the variables and have nothing instead."""
    if reading.configured:  # there were no such files before 1.0
        return False
    version = reading.version
    if isinstance(version, str) and not version.startswith("0."):
        return False
    provider = given(reading.env("CHROMA_SERVER_AUTHN_PROVIDER", "CHROMA_SERVER_AUTH_PROVIDER"))
    return provider if isinstance(version, str) or provider is False else UNSET
