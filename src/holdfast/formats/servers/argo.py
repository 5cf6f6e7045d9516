"""Argo Workflows' server."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers import flags
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/argoproj/argo-workflows cmd/argo/commands/server.go (port 2746 on every interface, TLS
# on, auth-mode client; each flag is also ARGO_*), checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset({"secure", "namespaced", "browser", "hsts", "event-async-dispatch"}),
    aliases={"p": "port", "e": "secure", "b": "browser"},
    env=("ARGO_",),
)


def read(command: Command) -> list[Server]:
    """`argo server`; nothing for the client."""
    if command.words[:1] != ("server",):
        return []
    parsed = flags.parse(command.words[1:], SYNTAX)
    modes = ",".join(value for name, value in parsed.given if name == "auth-mode")
    if modes:
        parsed = replace(parsed, options={**parsed.options, "auth-mode": modes})
    reading = Reading(replace(command, words=command.words[1:]), SYNTAX, parsed=parsed)
    origins = first(reading.flag("access-control-allow-origin"), reading.env("ARGO_ACCESS_CONTROL_ALLOW_ORIGIN"))
    return [
        reading.server(
            host=EVERYWHERE,
            port=first(reading.flag("port"), reading.env("ARGO_PORT"), "2746"),
            auth=_auth(first(reading.flag("auth-mode"), reading.env("ARGO_AUTH_MODE"), "client")),
            tls=true(first(reading.flag("secure"), reading.env("ARGO_SECURE")), default=True),
            cors_any=any_origin(origins, default=False),
        )
    ]


def _auth(modes: Fact[str]) -> Fact[bool]:
    """Mode `server` lends every caller the server's own account, beside whatever other mode."""
    if modes is None or modes is UNSET or "$" in modes:
        return UNSET
    return "server" not in modes.strip("[]").replace(" ", ",").split(",")
