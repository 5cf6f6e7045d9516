"""PostgreSQL, with or without pgvector."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers import flags
from holdfast.formats.servers.facts import first, matches, negate, true
from holdfast.formats.servers.flags import Flags, Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/docker-library/postgres docker-entrypoint.sh and Dockerfile (listen_addresses '*';
# POSTGRES_HOST_AUTH_METHOD is written to pg_hba.conf, trust lets anybody in) and
# postgresql.org/docs/current/runtime-config-connection.html (localhost:5432, ssl off), checked 2026-11-21
SYNTAX = Syntax(
    config=frozenset({"config-file", "hba-file"}),
    config_files=("/etc/postgresql/postgresql.conf", "/etc/postgresql/pg_hba.conf"),
    env=("POSTGRES_", "PG"),
)


def read(command: Command) -> list[Server]:
    """The server. Who is let in stands in pg_hba.conf; only the image writes that from a variable."""
    reading = Reading(command, SYNTAX, parsed=_parameters(command.words))
    auth: Fact[bool] = UNSET
    if reading.official and reading.file is None:
        auth = negate(matches(reading.env("POSTGRES_HOST_AUTH_METHOD"), "trust"))
    return [
        reading.server(
            host=_addresses(reading),
            port=first(reading.flag("port"), reading.file, reading.env("PGPORT"), "5432"),
            auth=auth,
            tls=true(first(reading.flag("ssl"), reading.file)),
        )
    ]


def _addresses(reading: Reading) -> Fact[str]:
    """Where it listens; none at all leaves the socket file."""
    found = first(reading.flag("listen-addresses"), reading.file, "*" if reading.official else "localhost")
    return first(reading.flag("unix-socket-directories"), "/tmp") if found == "" else found  # noqa: S108  (its default)


def _parameters(words: tuple[str, ...]) -> Flags:
    """`-c name=value`, `--name=value`, `-p port`, `-h host`."""
    given: list[tuple[str, str]] = []
    short = {"-p": "port", "-h": "listen-addresses", "-D": "data-directory"}
    words = words[: flags.MAX_WORDS]
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        text = following if word == "-c" else word[2:] if word.startswith(("--", "-c")) else ""
        name, equals, value = text.partition("=")
        if word in short:
            given.append((short[word], following[: flags.MAX_VALUE]))
        elif equals:
            given.append((name.strip().replace("_", "-"), value.strip("'")[: flags.MAX_VALUE]))
    return flags.collected(given)
