"""code-server: VS Code in a browser."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers import image
from holdfast.formats.servers.address import endpoint
from holdfast.formats.servers.facts import first, given
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/coder/code-server src/node/cli.ts (127.0.0.1:8080, a password) and
# ci/release-image/Dockerfile (0.0.0.0:8080); github.com/kubeflow/kubeflow
# components/example-notebook-servers/codeserver (--auth none on 0.0.0.0:8888), checked 2026-11-21;
# github.com/linuxserver/docker-code-server svc-code-server/run (0.0.0.0:8443, --auth none unless PASSWORD or
# HASHED_PASSWORD is set), checked 2026-11-27
SYNTAX = Syntax(
    switches=frozenset(
        {"disable-telemetry", "disable-update-check", "disable-workspace-trust", "verbose", "reconnect"}
    ),
    config=frozenset({"config"}),
    config_env=frozenset({"CODE_SERVER_CONFIG"}),
    config_files=("/home/coder/.config/code-server/config.yaml", "/root/.config/code-server/config.yaml"),
    env=("CODE_SERVER_", "PASSWORD", "HASHED_PASSWORD", "PORT"),
)
_DOCKER = ("--bind-addr", "0.0.0.0:8080")
_LINUXSERVER = ("--bind-addr", "0.0.0.0:8443")
_KUBEFLOW = ("--bind-addr", "0.0.0.0:8888", "--auth", "none")


def read(command: Command) -> list[Server]:
    """The server."""
    linuxserver = False
    if not command.program:
        picture = image.split(command.launch.image)
        kubeflow = picture.name.startswith("codeserver")
        linuxserver = picture.owned.startswith("linuxserver/")
        words = _KUBEFLOW if kubeflow else _LINUXSERVER if linuxserver else _DOCKER + command.words
        command = replace(command, words=words)
    reading = Reading(command, SYNTAX)
    if linuxserver:
        return [_linuxserver(reading)]
    bound = first(reading.flag("bind-addr"), reading.file, "127.0.0.1:8080")
    host, port = endpoint(bound, "80")
    method: Fact[str] = first(reading.flag("auth"), reading.file, "password")
    return [
        reading.server(
            host=first(reading.flag("socket", "host"), reading.env("CODE_SERVER_HOST"), host),
            port=first(reading.flag("port"), reading.env("PORT"), port),
            auth=UNSET if method is None or method is UNSET or "$" in method else method != "none",
            tls=given(reading.flag("cert"), reading.file),
            cors_any=False,
        )
    ]


def _linuxserver(reading: Reading) -> Server:
    """The image of linuxserver.io, whose start script asks for a password only where one is set."""
    password = given(*(reading.env(name) for name in ("PASSWORD", "HASHED_PASSWORD")))
    return reading.server(host="0.0.0.0", port="8443", auth=password, tls=False, cors_any=False)  # noqa: S104
