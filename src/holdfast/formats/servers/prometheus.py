"""Prometheus, as its configuration file shows it."""

from __future__ import annotations

from holdfast.core.fact import UNSET
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: prometheus.io/docs/prometheus/latest/configuration (the address is a flag, the login a file of its own),
# checked 2026-11-30
SYNTAX = Syntax()


def read(command: Command) -> list[Server]:
    """The server; what flags and the web configuration decide is unobserved."""
    reading = Reading(command, SYNTAX)
    return [reading.server(host=UNSET, port=UNSET, auth=UNSET, tls=UNSET)]
