"""Weights & Biases' self-hosted server."""

from __future__ import annotations

from holdfast.core.fact import UNSET
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/wandb/local README (port 8080). Who may sign in is kept in the server's own settings,
# so authentication cannot be read from its start; checked 2026-11-21
SYNTAX = Syntax(
    env=("WANDB_", "LOCAL_", "LICENSE", "HOST", "MYSQL", "BUCKET", "OIDC_", "AUTH0_", "LDAP_", "GORILLA_"),
    secrets=frozenset({"LICENSE", "MYSQL"}),
)


def read(command: Command) -> list[Server]:
    """The server that the image starts."""
    return [Reading(command, SYNTAX).server(host=EVERYWHERE, port="8080", auth=UNSET, tls=UNSET, cors_any=UNSET)]
