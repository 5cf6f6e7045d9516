"""MongoDB."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first, given, matches, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: mongodb.com/docs/manual/reference/configuration-options (localhost:27017, authorization disabled;
# a key file implies it) and github.com/docker-library/mongo docker-entrypoint.sh (all interfaces unless
# bound; MONGO_INITDB_ROOT_* switch authorization on), checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset({"auth", "noauth", "bind-ip-all", "ipv6", "quiet", "shardsvr", "configsvr", "fork"}),
    aliases={"f": "config", "v": "verbose"},
    config=frozenset({"config"}),
    config_files=("/etc/mongod.conf", "/etc/mongo/mongod.conf"),
    env=("MONGO_", "MONGODB_"),
)


def read(command: Command) -> list[Server]:
    """The server."""
    reading = Reading(command, SYNTAX)
    everywhere: Fact[str] = EVERYWHERE if reading.official else "127.0.0.1"
    if isinstance(reading.flag("bind-ip-all"), str) or true(reading.setting("net.bindIpAll")) is True:
        everywhere = EVERYWHERE
    mode = first(reading.flag("tlsMode", "sslMode", "net.tls.mode", "net.ssl.mode"), reading.file, "disabled")
    return [
        reading.server(
            host=first(reading.flag("bind-ip", "net.bindIp"), reading.file, everywhere),
            port=first(reading.flag("port", "net.port"), reading.file, "27017"),
            auth=either(
                given(
                    reading.flag("auth"),
                    reading.flag("keyFile", "security.keyFile"),
                    reading.flag("clusterAuthMode", "security.clusterAuthMode"),
                    reading.file,
                ),
                matches(reading.setting("security.authorization"), "enabled"),
                _initialised(reading),
            ),
            tls=UNSET if mode is None or mode is UNSET or "$" in mode else mode != "disabled",
        )
    ]


def _initialised(reading: Reading) -> Fact[bool]:
    if not reading.official:
        return False
    # MongoDB's own image spells the prefix out.
    prefixes = ("MONGO", "MONGODB") if "mongodb/" in reading.command.launch.image else ("MONGO",)
    user, password = (
        given(reading.env(*(f"{prefix}_INITDB_ROOT_{name}{end}" for prefix in prefixes for end in ("", "_FILE"))))
        for name in ("USERNAME", "PASSWORD")
    )
    if user is False or password is False:
        return False
    return UNSET if UNSET in (user, password) else True
