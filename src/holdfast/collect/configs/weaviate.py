"""Weaviate's configuration file and the values of its Helm chart -> a `server` asset.

Source: github.com/weaviate/weaviate usecases/config (names; variables win over the file) and
github.com/weaviate/weaviate-helm weaviate/values.yaml and templates/weaviateConfigMap.yaml (the chart writes
`authentication` and `authorization` into the file and `env` into variables), checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.configs.settings import asset
from holdfast.collect.configs.stores import gathered
from holdfast.core.asset import Asset
from holdfast.formats.servers.weaviate import DOCKER
from holdfast.formats.yaml import Mapping

PLACES = {
    "auth": (
        "AUTHENTICATION-ANONYMOUS-ACCESS-ENABLED",
        "authentication.anonymous-access.enabled",
        "AUTHENTICATION-APIKEY-ENABLED",
        "authentication.apikey.enabled",
    ),
    "cors_any": ("CORS-ALLOW-ORIGIN", "cors.allow-origin"),
}
ENV = "env."


def is_weaviate(values: Mapping) -> bool:
    """Whether a document configures Weaviate, itself or in a chart that has it within."""
    inner = values.get("weaviate")
    return _authenticates(values) or (isinstance(inner, Mapping) and _authenticates(inner))


def _authenticates(values: Mapping) -> bool:
    authentication = values.get("authentication")
    return isinstance(authentication, Mapping) and "anonymous_access" in authentication


def weaviate(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The server, started as the image and the chart do; what the document leaves out, a variable may set."""
    inner = values.get("weaviate")
    values = inner if isinstance(inner, Mapping) and not _authenticates(values) else values
    settings = gathered(values, path, line)
    for name in [each for each in settings.values if each.startswith(ENV)]:
        spot = settings.spots[name]
        settings.put(name.removeprefix(ENV), settings.values[name], spot.line, spot.column)
    yield from asset("weaviate", settings, PLACES, words=DOCKER, partial=True)
