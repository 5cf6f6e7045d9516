"""Prometheus: its command, its configuration, and the web configuration that it shares with its exporters."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers.address import endpoint
from holdfast.formats.servers.facts import any_origin, first, given, matches
from holdfast.formats.servers.flags import Syntax, names
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/prometheus/prometheus docs/command-line/prometheus.md (0.0.0.0:9090, any origin, no login, no TLS;
# lifecycle, administration and remote write off) and docs/configuration/https.md (the web configuration; of the client
# certificate policies only RequireAndVerifyClientCert authenticates), release 3.14, checked 2026-11-30
SYNTAX = Syntax(
    switches=names(
        "web.enable-lifecycle web.enable-admin-api web.enable-remote-write-receiver web.enable-otlp-receiver"
        " storage.tsdb.no-lockfile storage.agent.no-lockfile storage.agent.wal-compression agent"
    ),
    negated=True,
    env=("PROMETHEUS_",),
)
WEB = "web-config"
"""The program's name where its web configuration was read."""
_VERIFIED = "RequireAndVerifyClientCert"
_CERTIFICATE = ("tls-server-config.cert-file", "tls-server-config.cert")


def read(command: Command) -> list[Server]:
    """The server; of its configuration alone, what flags and the web configuration decide is unobserved."""
    reading = Reading(command, SYNTAX)
    if command.program == WEB:
        login = either(
            given(reading.flag("basic-auth-users")),
            matches(reading.flag("tls-server-config.client-auth-type"), _VERIFIED),
        )
        tls = given(*(reading.flag(name) for name in _CERTIFICATE))
        return [reading.server(host=UNSET, port=UNSET, auth=login, tls=tls)]
    if reading.configured:
        return [reading.server(host=UNSET, port=UNSET, auth=UNSET, tls=UNSET)]
    host, port = endpoint(first(reading.flag("web.listen-address"), ":9090"), "9090")
    web: Fact[bool] = False if reading.flag("web.config.file") is None else UNSET
    origins = any_origin(first(reading.flag("web.cors.origin"), ".*"), default=True)
    return [reading.server(host=host, port=port, auth=web, tls=web, cors_any=origins)]
