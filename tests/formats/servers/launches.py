"""Shorthand for the tables of this folder: a launch, and the facts that must come out of it."""

from __future__ import annotations

from holdfast.core.fact import UNSET
from holdfast.formats.servers.recognise import Launch, recognise
from holdfast.kinds.server import Server

U = UNSET


def words(command: str, image: str = "", *, env=None, more_env=False, more_argv=False, mounts=(), args=False) -> Launch:
    """A launch of `command`, split at blanks; with `args` the words go to the image's entrypoint."""
    return Launch(
        image=image,
        argv=tuple(command.split()),
        command_replaced=not args,
        env=env or {},
        env_complete=not more_env,
        argv_complete=not more_argv,
        config_mounts=tuple(mounts),
    )


def only(launch: Launch) -> Server:
    """The one server that `launch` starts."""
    (server,) = recognise(launch)
    return server


def check(launch: Launch, expected: dict[str, object]) -> None:
    """The one server has these facts; a name with a dot looks into `options` or `env`."""
    server = only(launch)
    seen: dict[str, object] = {}
    for name in expected:
        field, dot, key = name.partition(".")
        value = getattr(server, field)
        seen[name] = value.get(key) if dot else value
    assert seen == expected
