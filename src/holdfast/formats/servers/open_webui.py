"""Open WebUI."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/open-webui/open-webui backend/start.sh (0.0.0.0:8080), backend/open_webui/env.py
# (WEBUI_AUTH true, a published WEBUI_SECRET_KEY outside the container) and config.py (any origin),
# checked 2026-11-21
SYNTAX = Syntax(
    env=(
        "WEBUI_", "ENABLE_", "DEFAULT_USER_ROLE", "CORS_ALLOW_ORIGIN", "OLLAMA_BASE_URL", "OPENAI_", "OAUTH_",
        "DATABASE_URL", "SAFE_MODE", "BYPASS_", "HOST", "PORT", "USER_PERMISSIONS_",
    ),
)  # fmt: skip


def read(command: Command) -> list[Server]:
    """The server: `open-webui serve`, or what the image starts."""
    words = command.words
    if command.program and words[:1] not in {("serve",), ("dev",)}:
        return []
    reading = Reading(replace(command, words=words[1:]) if command.program else command, SYNTAX)
    return [
        reading.server(
            host=first(reading.flag("host"), reading.env("HOST"), EVERYWHERE),
            port=first(reading.flag("port"), reading.env("PORT"), "8080"),
            auth=true(reading.env("WEBUI_AUTH"), default=True),
            cors_any=any_origin(reading.env("CORS_ALLOW_ORIGIN"), default=True),
            default_secret=reading.is_default({"WEBUI_SECRET_KEY": "t0p-s3cr3t"}),
        )
    ]
