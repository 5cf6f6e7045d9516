"""JupyterHub."""

from __future__ import annotations

import re

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers import flags, image
from holdfast.formats.servers.address import endpoint
from holdfast.formats.servers.facts import first, given
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/jupyterhub/jupyterhub jupyterhub/app.py (bind_url http://:8000, PAMAuthenticator; the
# dummy authenticator without a password and the null one let anybody in or nobody), checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset({"debug", "generate-config", "upgrade-db", "no-ssl", "no-db"}),
    aliases={"f": "config"},
    config=frozenset({"config"}),
    config_files=(
        "/srv/jupyterhub/jupyterhub_config.py",
        "/etc/jupyterhub/jupyterhub_config.py",
        "/usr/local/etc/jupyterhub/jupyterhub_config.py",
    ),
    env=("JUPYTERHUB_", "CONFIGPROXY_", "OAUTH_"),
    secrets=frozenset({"CONFIGPROXY_AUTH_TOKEN", "JUPYTERHUB_CRYPT_KEY"}),
)
_Z2JH = ("--config", "/usr/local/etc/jupyterhub/jupyterhub_config.py")


def read(command: Command) -> list[Server]:
    """The hub's public proxy; nothing for `jupyterhub token` and `jupyterhub upgrade-db`."""
    if command.words[:1] and command.words[0] in {"token", "upgrade-db"}:
        return []
    if not command.program and image.split(command.launch.image).name == "k8s-hub":
        command = replace(command, words=_Z2JH)
    parsed = flags.parse(command.words, SYNTAX)
    given_flags = [(re.sub(r"^JupyterHub\.", "", name), value) for name, value in parsed.given]
    settings = command.launch.settings
    if settings is not None:
        traits = {name.removeprefix("JupyterHub."): value for name, value in settings.items()}
        command = replace(command, launch=replace(command.launch, settings=traits))
    reading = Reading(command, SYNTAX, parsed=flags.collected(given_flags, parsed.positional))
    bind = first(reading.flag("bind-url", "url"), reading.file, "http://:8000")
    host, port = endpoint(bind, "8000")
    return [
        reading.server(
            host=first(reading.flag("ip"), host),
            port=first(reading.flag("port"), port),
            auth=_auth(reading),
            tls=either(given(reading.flag("ssl-cert", "ssl-key"), reading.file)),
            cors_any=False,
        )
    ]


def _auth(reading: Reading) -> Fact[bool]:
    chosen = first(reading.flag("authenticator-class"), reading.file, "pam")
    if chosen is None or chosen is UNSET or "$" in chosen or chosen.startswith("own:"):  # a login that the file writes
        return UNSET
    if "dummy" in chosen.lower():
        return given(reading.flag("DummyAuthenticator.password"), reading.file)
    return True
