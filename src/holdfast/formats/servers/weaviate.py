"""Weaviate."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, given, negate, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/weaviate/weaviate usecases/config/environment.go and authentication.go (anonymous access
# unless a scheme is enabled; any origin), adapters/handlers/rest/server.go (localhost) and Dockerfile
# (0.0.0.0:8080 over http where no argument is given), checked 2026-11-21
SYNTAX = Syntax(
    config=frozenset({"config-file"}),
    env=(
        "AUTHENTICATION_",
        "AUTHORIZATION_",
        "CORS_",
        "ORIGIN",
        "DISABLE_TELEMETRY",
        "ENABLE_",
        "TLS_",
        "GRPC_",
        "HOST",
        "PORT",
        "MCP_SERVER_",
        "DEBUG_ENDPOINTS_ENABLED",
        "GO_PROFILING_DISABLE",
    ),
    # What its file calls `authentication.anonymous_access.enabled` is AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED.
    variables=("", "_"),
)
_SCHEMES = ("APIKEY", "OIDC", "DB_USERS")
DOCKER = ("--host", EVERYWHERE, "--port", "8080", "--scheme", "http")
"""How the image starts it where nothing else is said."""


def read(command: Command) -> list[Server]:
    """The server."""
    if command.official and not command.words and not command.program and command.launch.argv_complete:
        command = Command(command.product, "", DOCKER, command.launch, command.official)
    reading = Reading(command, SYNTAX)
    scheme = reading.flag("scheme")
    return [
        reading.server(
            host=first(reading.flag("host"), reading.env("HOST"), "localhost"),
            port=first(reading.flag("port"), reading.env("PORT"), UNSET),
            auth=_auth(reading),
            tls=either(
                scheme == "https" if isinstance(scheme, str) else scheme,
                given(reading.flag("tls-certificate"), reading.env("TLS_CERTIFICATE")),
            ),
            cors_any=any_origin(first(reading.env("CORS_ALLOW_ORIGIN"), reading.file), default=True),
        )
    ]


def _auth(reading: Reading) -> Fact[bool]:
    """A scheme must be on and anonymous access off: with no scheme at all, everybody is let in."""
    settings = (first(reading.env(f"AUTHENTICATION_{name}_ENABLED"), reading.file) for name in _SCHEMES)
    scheme = either(*(true(setting) for setting in settings))
    anonymous = true(first(reading.env("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED"), reading.file))
    return negate(either(negate(scheme), anonymous))
