"""INI files of Airflow, Grafana and MLflow -> `server` assets."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.configs.settings import Settings, asset, unreadable
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import ini

AIRFLOW = {
    "host": ("api.host", "webserver.web-server-host"),
    "port": ("api.port", "webserver.web-server-port"),
    "auth": ("core.simple-auth-manager-all-admins", "api.auth-backends", "api.auth-backend"),
    "tls": ("api.ssl-cert", "webserver.web-server-ssl-cert"),
}
GRAFANA = {
    "host": ("server.http-addr",),
    "port": ("server.http-port",),
    "auth": ("auth.anonymous.enabled",),
    "tls": ("server.protocol",),
    "default_secret": ("security.admin-password",),
}
PUBLISHED = frozenset(("password", "password1234"))
"""Passwords that MLflow shipped up to 3.16. Source: its mlflow/server/auth/basic_auth.ini, checked 2026-11-30."""


def airflow(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`airflow.cfg`. Source: airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html."""
    settings = yield from _settings(data, path)
    if settings is not None:
        yield from asset("airflow", settings, AIRFLOW, words=("webserver",))


def grafana(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`grafana.ini`; what it leaves out is as in Grafana's own defaults.ini."""
    settings = yield from _settings(data, path)
    if settings is not None:
        settings.variables = False
        yield from asset("grafana", settings, GRAFANA)


def mlflow(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The administrator of MLflow's basic authentication; where the server listens, its command says."""
    settings = yield from _settings(data, path)
    if settings is not None and "mlflow.admin-password" in settings.values:
        published = settings.values["mlflow.admin-password"] in PUBLISHED
        places = {"default_secret": ("mlflow.admin-password",)}
        facts: dict[str, Any] = {
            "auth": True,
            "default_secret": published,
            "host": UNSET,
            "loopback": UNSET,
            "port": UNSET,
            "tls": UNSET,
        }
        yield from asset("mlflow", settings, places, words=("server",), partial=True, **facts)


def _settings(data: bytes, path: str) -> Generator[Gap, None, Settings | None]:
    """The settings, as `section.name`."""
    try:
        found = ini.read(data)
    except FormatError as error:
        yield unreadable(path, "an INI file", error, data)
        return None
    settings = Settings(path)
    for each in found:
        value = "$" if each.value.startswith(("$__", "${", "%(")) else each.value
        settings.put(f"{each.section}.{each.name}" if each.section else each.name, value, each.line)
    return settings
