"""Jupyter: lab, notebook and server, the docker-stacks images, Kubeflow's images, single-user servers."""

from __future__ import annotations

import re
import shlex
from typing import Final

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers import flags, image
from holdfast.formats.servers.facts import any_origin, first, given
from holdfast.formats.servers.flags import Flags, Syntax, names
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/jupyter-server/jupyter_server jupyter_server/serverapp.py and auth/identity.py
# (localhost:8888, a random token unless one is set, "" switches it off, no token where a password is set),
# github.com/jupyter/docker-stacks images/base-notebook (ip = "" in the image, GEN_CERT, NOTEBOOK_ARGS),
# checked 2026-11-21
SYNTAX: Final = Syntax(
    switches=names(
        "allow-root no-browser debug autoreload generate-config no-mathjax collaborative dev-mode core-mode y"
    ),
    config=frozenset({"config"}),
    config_env=frozenset({"JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH"}),
    config_files=tuple(
        f"{folder}/{name}"
        for folder in ("/etc/jupyter", "/usr/local/etc/jupyter", "/home/jovyan/.jupyter", "/root/.jupyter")
        for name in (
            "jupyter_server_config.py",
            "jupyter_server_config.json",
            "jupyter_notebook_config.py",
            "jupyter_notebook_config.json",
            "jupyter_lab_config.py",
        )
    ),
    env=(
        "JUPYTER_",
        "JUPYTERHUB_",
        "NB_",
        "GRANT_SUDO",
        "GEN_CERT",
        "NOTEBOOK_ARGS",
        "DOCKER_STACKS_JUPYTER_CMD",
    ),
    # The tags of the images state dates or other packages' releases, never the server's.
    tag=r"(?!)",
)
# source: github.com/kubeflow/kubeflow
# components/example-notebook-servers/jupyter/s6/services.d/jupyterlab/run, checked 2026-11-21
_KUBEFLOW: Final = (
    "--ip=0.0.0.0",
    "--no-browser",
    "--allow-root",
    "--port=8888",
    "--ServerApp.token=",
    "--ServerApp.password=",
    "--ServerApp.allow_origin=*",
    "--ServerApp.allow_remote_access=True",
)
_KUBEFLOW_IMAGE: Final = re.compile(r"jupyter(?:-.+)?")
_SERVERS: Final = frozenset({"lab", "notebook", "server", "nbclassic", "labhub", "singleuser"})
_TOOLS: Final = names("list stop password build clean path paths workspaces workspace licenses extension")
_CLASSES: Final = re.compile(
    r"(?:ServerApp|NotebookApp|JupyterNotebookApp|LabApp|ExtensionApp|SingleUserNotebookApp"
    r"|IdentityProvider|PasswordIdentityProvider)\."
)


def read(command: Command) -> list[Server]:
    """The server; nothing for Jupyter's other commands. Traits appear without their class, in dashes."""
    words = command.words
    if command.program == "jupyter":
        if words[:1] and words[0] not in _SERVERS and not words[0].startswith("-"):
            return []
        if words[:1] == () or words[0].startswith("-"):
            return []
        words = words[1:]
    elif not command.program and _KUBEFLOW_IMAGE.fullmatch(image.split(command.launch.image).name):
        return [_server(Reading(command, SYNTAX, parsed=_traits(flags.parse(_KUBEFLOW, SYNTAX))), managed=False)]
    command = _with_notebook_args(replace(command, words=words))
    settings = command.launch.settings
    if settings is not None:
        traits = {_CLASSES.sub("", name): value for name, value in settings.items()}
        command = replace(command, launch=replace(command.launch, settings=traits))
    reading = Reading(command, SYNTAX, parsed=_traits(flags.parse(command.words, SYNTAX)))
    if reading.positional and reading.positional[0] in _TOOLS:
        return []
    return [_server(reading, _managed(reading))]


def _managed(reading: Reading) -> Fact[bool]:
    """Whether a JupyterHub asks for the login: the start scripts of docker-stacks look for its token."""
    program = reading.command.program
    if program in {"jupyterhub-singleuser", "jupyter-labhub", "jupyterhub.singleuser"}:
        return True
    return given(reading.env("JUPYTERHUB_API_TOKEN")) if _started_by_script(reading.command) else False


def _started_by_script(command: Command) -> bool:
    return not command.program or command.program.startswith("start-")


def _server(reading: Reading, managed: Fact[bool]) -> Server:
    # A hub, and whoever starts the server with flags, say by those where it listens.
    outside = managed is not False or reading.configured
    host: Fact[str] = UNSET if outside else ("*" if reading.official else "localhost")
    pattern = reading.flag("allow-origin-pat")
    return reading.server(
        host=first(reading.flag("sock", "ip"), reading.file, host),
        port=first(reading.flag("port"), reading.file, reading.env("JUPYTER_PORT"), "8888"),
        auth=either(managed, _auth(reading)),
        tls=either(
            given(reading.flag("certfile"), reading.file),
            given(reading.env("GEN_CERT")) if reading.official else False,
        ),
        cors_any=either(
            any_origin(first(reading.flag("allow-origin"), reading.file), default=False),
            any_origin(pattern, default=False),
        ),
    )


def _auth(reading: Reading) -> Fact[bool]:
    """Whether a token or a password is asked for, as IdentityProvider.auth_enabled decides it."""
    if isinstance(reading.flag("identity-provider-class"), str):
        return UNSET
    token = reading.flag("token")
    password = given(reading.flag("hashed-password", "password"), reading.file)
    if password is True or (isinstance(token, str) and token):
        return True
    if token == "":
        return password
    if given(reading.env("JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE")) is True:
        return True
    # A file can set an empty token; without one a random token is made.
    return UNSET if token is UNSET or reading.file is UNSET else True


def _traits(parsed: Flags) -> Flags:
    """Traits without the class that owns them, booleans in lower case, Python quotes taken off."""
    given_flags = []
    for name, value in parsed.given:
        text = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
        given_flags.append((_CLASSES.sub("", name), text.lower() if text in {"True", "False"} else text))
    return flags.collected(given_flags, parsed.positional)


def _with_notebook_args(command: Command) -> Command:
    """The flags that the docker-stacks images take from NOTEBOOK_ARGS stand before the others."""
    launch = command.launch
    if not _started_by_script(command) or ("NOTEBOOK_ARGS" not in launch.env and launch.env_complete):
        return command
    text = launch.env.get("NOTEBOOK_ARGS")
    try:
        words = tuple(shlex.split(text)) if text is not None and len(text) <= flags.MAX_VALUE else None
    except ValueError:
        words = None
    if words is None:
        return replace(command, launch=replace(command.launch, argv_complete=False))
    return replace(command, words=words + command.words)
