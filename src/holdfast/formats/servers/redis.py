"""Redis, Redis Stack and Valkey."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers import flags, image
from holdfast.formats.servers.address import loopback
from holdfast.formats.servers.facts import first, given, negate, true
from holdfast.formats.servers.flags import Flags, Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

_ACL_ENTRY = "acl-password"
DEFAULT_USER = "user.default"
"""The setting that says what a client may that has not logged in."""
# source: github.com/redis/redis redis.conf (all interfaces where nothing is bound, port 6379, protected mode
# refuses other hosts while there is no password), github.com/docker-library/redis (protected mode is compiled
# off in the official image), checked 2026-11-21; github.com/bitnami/containers bitnami/redis (ALLOW_EMPTY_PASSWORD),
# checked 2026-11-27
SYNTAX = Syntax(
    secrets=frozenset({_ACL_ENTRY, "tls-key-file-pass", "REDIS_ARGS"}),
    env=("REDIS_", "VALKEY_", "ALLOW_EMPTY_PASSWORD"),
)
_ACL_SECRET = re.compile(r"^[><#!].+")


def read(command: Command) -> list[Server]:
    """The server; nothing for Sentinel."""
    words = command.words
    launch = command.launch
    picture = image.split(launch.image)
    # The start script of Redis Stack adds REDIS_ARGS.
    if not command.program and picture.name.startswith("redis-stack"):
        extra = launch.env.get("REDIS_ARGS")
        if extra is not None and len(extra) <= flags.MAX_VALUE:
            words = (*words, *_split(extra))
        elif "REDIS_ARGS" in launch.env or not launch.env_complete:
            command = replace(command, launch=replace(launch, argv_complete=False))
    if "--sentinel" in words:
        return []
    reading = Reading(replace(command, words=words), SYNTAX, parsed=_directives(words))
    return [_server(reading, bitnami=picture.owned.startswith("bitnami"), started=bool(command.program))]


def _server(reading: Reading, *, bitnami: bool, started: bool) -> Server:
    # A bare first word is a configuration file.
    unread = isinstance(reading.flag("include"), str)
    file: Fact[str] = UNSET if unread or (reading.positional and not reading.configured) else None
    bound = first(reading.flag("bind"), file)
    variables = reading.env("REDIS_PASSWORD", "REDIS_PASSWORD_FILE", "VALKEY_PASSWORD") if bitnami else None
    default = reading.flag(DEFAULT_USER)
    if isinstance(default, str):  # what the users' list says of it goes over requirepass
        password: Fact[bool] = "nopass" not in default.split()
    elif isinstance(reading.flag("aclfile"), str):  # as does a list that was not read
        password = UNSET
    else:
        password = either(given(reading.flag("requirepass", _ACL_ENTRY), file), given(variables))
    if bitnami and not started:  # its start script refuses to run without a password unless it is told otherwise
        password = either(password, negate(true(reading.env("ALLOW_EMPTY_PASSWORD"))))
    tls_port = first(reading.flag("tls-port"), file)
    plain_port = first(reading.flag("port"), file, "6379")
    server = reading.server(
        host="*" if bound is None else bound,
        port=tls_port if plain_port == "0" else plain_port,
        auth=password,
        tls=UNSET if tls_port is UNSET else tls_port not in (None, "0"),
    )
    guarded = true(first(reading.flag("protected-mode"), file), default=not reading.official)
    # Older releases drop the guard once an address is bound explicitly.
    shielded = negate(either(negate(guarded), password, None if bound is None else True))
    return replace(server, loopback=either(loopback("*" if bound is None else bound), shielded))


def user(name: str, words: Sequence[str]) -> dict[str, str]:
    """The settings that a user's entry in a configuration or ACL file makes, passwords apart from the rest.

    Source: redis.io/docs/latest/operate/oss_and_stack/management/security/acl (rules apply from left to right), and
    github.com/redis/redis src/acl.c (a user of a file starts from `reset`; `off` and `resetpass` take `nopass` back;
    so does a password); checked 2026-11-30.
    """
    passwords = [word[1:] for word in words if word[:1] == ">" and len(word) > 1]
    on = nopass = False
    for word in words:
        on = word == "on" or (on and word not in ("off", "reset"))
        secret = word[:1] in ("<", ">", "#", "!") and len(word) > 1
        nopass = word == "nopass" or (nopass and not secret and word not in ("reset", "resetpass"))
    shown = (f"{word[0]}***" if _ACL_SECRET.match(word) else word for word in words)
    rules = " ".join(word for word in shown if word != "nopass" or (on and nopass))
    return {f"user.{name}": rules, **{f"{name}.{n}.{_ACL_ENTRY}": each for n, each in enumerate(passwords, 1)}}


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _directives(words: Sequence[str]) -> Flags:
    """`--directive value value`: configuration lines on the command line, each up to the next `--`."""
    given_flags: list[tuple[str, str]] = []
    positional: list[str] = []
    index = 0
    words = words[: flags.MAX_WORDS]
    while index < len(words):
        word = words[index]
        index += 1
        if not word.startswith("--") or len(word) < 3:
            positional.append(word)
            continue
        start = index
        while index < len(words) and not words[index].startswith("--"):
            index += 1
        name, equals, value = word[2:].partition("=")
        values = [*([value] if equals else []), *words[start:index]]
        if name == "user":
            given_flags.extend((_ACL_ENTRY, item[1:]) for item in values if _ACL_SECRET.match(item))
            values = [f"{item[0]}***" if _ACL_SECRET.match(item) else item for item in values]
        given_flags.append((name, " ".join(values)[: flags.MAX_VALUE] or "true"))
    return flags.collected(given_flags, positional)
