"""The web configuration of Prometheus, Alertmanager and exporters -> a `server` asset: TLS and who is let in.

Source: prometheus.io/docs/prometheus/latest/configuration/https and github.com/prometheus/exporter-toolkit
docs/web-configuration.md, checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.configs.settings import Settings, asset, flat
from holdfast.core.asset import Asset
from holdfast.formats.servers.prometheus import WEB
from holdfast.formats.yaml import Mapping

USERS = "basic_auth_users"
KEYS = frozenset(("tls_server_config", "http_server_config", USERS, "rate_limit"))
"""What may stand at the first level; another key makes it something else."""
PLACES = {
    "auth": (USERS.replace("_", "-"), "tls-server-config.client-auth-type", "tls-server-config"),
    "tls": ("tls-server-config.cert-file", "tls-server-config.cert"),
}


def is_web(values: Mapping) -> bool:
    """Whether a document is a web configuration."""
    return KEYS.issuperset(values) and not {USERS, "tls_server_config"}.isdisjoint(values)


def web(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The server that the file is for, as far as the file decides; the hashes of passwords are left out."""
    settings = Settings(path)
    for name, value, row, column in flat(values):
        users = name == USERS or name.startswith(f"{USERS}.")
        settings.put(USERS if users else name, "$" if users and value else value, row + line - 1, column)
    yield from asset("prometheus", settings, PLACES, program=WEB, partial=True, loopback=UNSET)
