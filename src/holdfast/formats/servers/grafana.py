"""Grafana."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first, matches, negate, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/grafana/grafana conf/defaults.ini and pkg/setting (variables GF_SECTION_KEY win; every address,
# port 3000, http, no anonymous access, administrator admin with the password admin until somebody changes it),
# checked 2026-11-30
SYNTAX = Syntax(
    config=frozenset({"config"}),
    config_env=frozenset({"GF_PATHS_CONFIG"}),
    config_files=("/etc/grafana/grafana.ini",),
    secrets=frozenset({"GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_SECRET_KEY", "GF_DATABASE_PASSWORD"}),
    env=("GF_",),
    variables=("GF_", "_"),
)


def read(command: Command) -> list[Server]:
    """The web interface and API; nothing for the command-line tools."""
    words = command.words[1:] if command.words[:1] == ("server",) else command.words
    if words and not words[0].startswith("-"):
        return []
    reading = Reading(command, SYNTAX)
    address = first(reading.env("GF_SERVER_HTTP_ADDR"), reading.file)
    return [
        reading.server(
            host=EVERYWHERE if address in (None, "") else address,
            port=first(reading.env("GF_SERVER_HTTP_PORT"), reading.file, "3000"),
            auth=_auth(reading),
            tls=negate(matches(first(reading.env("GF_SERVER_PROTOCOL"), reading.file, "http"), "http", "socket")),
            cors_any=False,
            default_secret=_default_secret(reading),
        )
    ]


def _auth(reading: Reading) -> Fact[bool]:
    """Whether a visitor must log in: not where anonymous ones are let in."""
    return negate(true(first(reading.env("GF_AUTH_ANONYMOUS_ENABLED"), reading.file)))


def _default_secret(reading: Reading) -> Fact[bool]:
    password = first(reading.env("GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_ADMIN_PASSWORD__FILE"), reading.file)
    # Without a setting the published password works until somebody changes it in the running server.
    return matches(password, "admin") if isinstance(password, str) else UNSET
