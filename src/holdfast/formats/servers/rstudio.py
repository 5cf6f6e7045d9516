"""RStudio Server, in Rocker's and Kubeflow's images or on a host."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.core.fact import Fact, either
from holdfast.formats.servers import image
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first, negate, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/rocker-org/rocker-versioned2 scripts/init_userconf.sh (DISABLE_AUTH), Posit's
# docs for rserver.conf (0.0.0.0:8787); github.com/kubeflow/kubeflow
# components/example-notebook-servers/rstudio (--auth-none=1 on 0.0.0.0:8888), checked 2026-11-21
SYNTAX = Syntax(
    config=frozenset({"config-file"}),
    config_files=("/etc/rstudio/rserver.conf",),
    env=("DISABLE_AUTH", "PASSWORD", "ROOT", "USER", "RUNROOTLESS"),
)
_KUBEFLOW = ("--www-address=0.0.0.0", "--www-port=8888", "--auth-none=1")


def read(command: Command) -> list[Server]:
    """The server."""
    owned = image.split(command.launch.image).owned if command.official else ""
    if not command.program and not owned.startswith("rocker/"):
        command = replace(command, words=_KUBEFLOW)
    reading = Reading(command, SYNTAX)
    disabled: Fact[bool] = true(reading.env("DISABLE_AUTH")) if owned.startswith("rocker/") else False
    return [
        reading.server(
            host=first(reading.flag("www-address"), reading.file, EVERYWHERE),
            port=first(reading.flag("www-port"), reading.file, "8787"),
            auth=negate(either(true(first(reading.flag("auth-none"), reading.file)), disabled)),
            tls=true(first(reading.flag("ssl-enabled"), reading.file)),
        )
    ]
