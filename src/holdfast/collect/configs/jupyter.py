"""Configuration of Jupyter servers and of JupyterHub, in Python, JSON or a Helm chart's values -> `server` assets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.configs.settings import Settings, asset, flat, unreadable
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.traitlets import config as traitlets
from holdfast.formats.yaml import Mapping, load

SERVER = ("ServerApp", "NotebookApp", "IdentityProvider", "PasswordIdentityProvider", "LabApp")
PLACES = {
    "host": [f"{owner}.ip" for owner in SERVER],
    "loopback": [f"{owner}.ip" for owner in SERVER],
    "port": [f"{owner}.port" for owner in SERVER],
    "auth": [f"{owner}.{trait}" for trait in ("token", "hashed-password", "password") for owner in SERVER],
    "tls": [f"{owner}.certfile" for owner in SERVER],
    "cors_any": [f"{owner}.{trait}" for trait in ("allow-origin", "allow-origin-pat") for owner in SERVER],
}
HUB_PLACES = {
    "host": ("JupyterHub.bind-url", "JupyterHub.ip"),
    "port": ("JupyterHub.bind-url", "JupyterHub.port"),
    "auth": ("JupyterHub.authenticator-class", "DummyAuthenticator.password"),
    "tls": ("JupyterHub.ssl-cert",),
}
HUB = "jupyterhub_config.py"
CLASS = re.compile(r"JupyterHub|[A-Za-z]*(?:Spawner|Authenticator)")
"""Classes that the values of the chart set traits of."""
LITTLEST = frozenset(
    ("auth", "users", "limits", "http", "https", "user_environment", "services", "traefik_api", "base_url", "debug")
)
"""What The Littlest JupyterHub's file may hold."""
EXTRA = "hub.extraConfig"
SETS = re.compile(r"\bc\.(?:JupyterHub|[A-Za-z]{0,99}(?:Spawner|Authenticator))\b")


def python(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The server that a configuration in Python describes."""
    try:
        config = traitlets.read(data)
    except FormatError as error:
        yield unreadable(path, "a configuration of Jupyter", error, data)
        return
    if not config.traits and config.complete:
        return
    settings = Settings(path)
    settings.complete = config.complete
    _take(settings, config, 0)
    yield from _asset(settings, hub=path.rpartition("/")[2] == HUB or "JupyterHub" in _classes(settings))


def _take(settings: Settings, config: traitlets.Config, above: int) -> None:
    """Puts the traits of a Python text that begins `above` lines down in its file."""
    for trait in config.traits:
        value = trait.value if isinstance(trait.value, str) else UNSET
        settings.put(trait.name, value, above + trait.line, trait.column)


def json(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The server that a configuration in JSON describes."""
    try:
        table = load(data)
    except FormatError as error:
        yield unreadable(path, "JSON", error, data)
        return
    settings = Settings(path)
    if isinstance(table, Mapping):
        for name, value, line, column in flat(table):
            settings.put(name, value, line, column)
    part = path.rpartition("/")[0].endswith(".d")  # one of several, beside a file of its own name
    settings.complete = not part
    for found in _asset(settings, hub=False):
        yield replace(found, partial=True, due=()) if part else found


def _classes(settings: Settings) -> set[str]:
    return {name.partition(".")[0] for name in settings.values}


def _asset(settings: Settings, *, hub: bool) -> Iterator[Asset]:
    if hub:
        yield from asset("jupyterhub", settings, HUB_PLACES)
    elif _classes(settings).intersection(SERVER) or not settings.complete:
        yield from asset("jupyter", settings, PLACES, program="jupyter", words=("server",))


def is_chart(values: Mapping) -> bool:
    """Whether a document holds the values of the Helm chart of JupyterHub, or those of a chart that has it within."""
    inner = values.get("jupyterhub")
    return _has_chart(values) or (isinstance(inner, Mapping) and _has_chart(inner))


def _has_chart(values: Mapping) -> bool:
    if isinstance(values.get("singleuser"), Mapping) and ("hub" in values or "proxy" in values):
        return True
    hub = values.get("hub")
    config = hub.get("config") if isinstance(hub, Mapping) else None
    if isinstance(config, Mapping) and any(CLASS.fullmatch(str(name)) for name in config):
        return True
    return any(SETS.search(text) for text, _ in _extra(values, 1))


def chart(values: Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The hub that the values describe; what they leave out, other values may set.

    `hub.config.Class.trait` is `c.Class.trait`, and `hub.extraConfig` holds Python that comes last, by its names; the
    rest keeps its own names. Source: Zero to JupyterHub, Configuration Reference (chart 4) and
    jupyterhub/files/hub/jupyterhub_config.py, checked 2026-11-30.
    """
    inner = values.get("jupyterhub")
    values = inner if isinstance(inner, Mapping) and not _has_chart(values) else values
    settings = Settings(path)
    settings.complete = False
    for name, value, row, column in flat(values):
        if not name.startswith(EXTRA):
            settings.put(name.removeprefix("hub.config."), value, row + line - 1, column)
    for text, row in _extra(values, line):
        try:
            _take(settings, traitlets.read(text.encode()), row)
        except FormatError as error:
            yield replace(unreadable(path, "Python in hub.extraConfig", error, text.encode()), line=row + error.line)
    unseen: dict[str, Any] = dict.fromkeys(("loopback", "port", "tls"), UNSET)
    yield from asset("jupyterhub", settings, HUB_PLACES, partial=True, host="*", **unseen)


def is_littlest(values: Mapping) -> bool:
    """Whether a document is the `config.yaml` of The Littlest JupyterHub."""
    auth = values.get("auth")
    kind = auth.get("type") if isinstance(auth, Mapping) else None
    return isinstance(kind, str) and kind.endswith("Authenticator") and LITTLEST.issuperset(values)


def littlest(values: Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The hub that The Littlest JupyterHub sets up; files of `jupyterhub_config.d` may set more.

    It listens on every address, port 80, or 443 where TLS is on. Source: tljh.jupyter.org, Configuring TLJH with
    tljh-config, and tljh/configurer.py (the authenticator's class, and traits under its name), checked 2026-11-30.
    """
    settings = Settings(path)
    settings.complete = False
    for name, value, row, column in flat(values):
        inner = name.removeprefix("auth.")
        chosen = name == "auth.type"
        settings.put("JupyterHub.authenticator_class" if chosen else inner, value, row + line - 1, column)
    secure = settings.text("https.enabled") == "true"
    facts: dict[str, Any] = {"host": "*", "loopback": False, "tls": secure, "port": UNSET}
    yield from asset("jupyterhub", settings, {**HUB_PLACES, "tls": ("https.enabled",)}, partial=True, **facts)


def _extra(values: Mapping, line: int) -> Iterator[tuple[str, int]]:
    """The Python of a chart in the order in which it runs, each with the lines above it in the file."""
    hub = values.get("hub")
    extra = hub.get("extraConfig") if isinstance(hub, Mapping) else None
    if isinstance(hub, Mapping) and isinstance(extra, str):
        yield extra, _above(extra, hub.marks["extraConfig"].line, line)
    elif isinstance(extra, Mapping):
        for name in sorted(map(str, extra)):
            text = extra.get(name)
            if isinstance(text, str):
                yield text, _above(text, extra.marks[name].line, line)


def _above(text: str, row: int, line: int) -> int:
    """The lines above a text: a block of several lines begins below its key."""
    return row + line - 1 + ("\n" in text)
