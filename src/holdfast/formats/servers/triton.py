"""NVIDIA Triton Inference Server."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers import flags
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first, true
from holdfast.formats.servers.flags import Flags, Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

_RESTRICTIONS = ("http-restricted-api", "grpc-restricted-protocol")
_KEY = "restriction-key"
# source: github.com/triton-inference-server/server src/command_line_parser.{h,cc} (HTTP 0.0.0.0:8000, gRPC
# 0.0.0.0:8001 with optional TLS, no authentication but restricted APIs), checked 2026-11-21
SYNTAX = Syntax(secrets=frozenset({_KEY}), env=("TRITON_", "TRITONSERVER_"))


def read(command: Command) -> list[Server]:
    """The server; its main API is HTTP, or gRPC where HTTP is switched off."""
    reading = Reading(command, SYNTAX, parsed=_without_keys(flags.parse(command.words, SYNTAX)))
    http = true(reading.flag("allow-http"), default=True) is not False
    protocol, port = ("http", "8000") if http else ("grpc", "8001")
    tls: Fact[bool] = False if http else true(reading.flag("grpc-use-ssl"))
    restricted = reading.flag(_RESTRICTIONS[0] if http else _RESTRICTIONS[1])
    return [
        reading.server(
            host=first(reading.flag(f"{protocol}-address"), EVERYWHERE),
            port=first(reading.flag(f"{protocol}-port"), port),
            auth=_demands_key(restricted),
            tls=tls,
            cors_any=False,
        )
    ]


def _demands_key(restricted: Fact[str]) -> Fact[bool]:
    """Whether inference itself is among the restricted APIs."""
    if restricted is UNSET:
        return UNSET
    return restricted is not None and "inference" in restricted.split(",")


def _without_keys(parsed: Flags) -> Flags:
    """`--http-restricted-api=APIS:KEY=VALUE` may be repeated: the APIs of all, without the secret header."""
    given: list[tuple[str, str]] = []
    restricted: dict[str, list[str]] = {}
    for name, value in parsed.given:
        if name in _RESTRICTIONS:
            apis, _, key = value.partition(":")
            restricted.setdefault(name, []).extend(api.strip() for api in apis.split(","))
            given.append((_KEY, key.partition("=")[2]))
        else:
            given.append((name, value))
    kept = {name: value for name, value in given if name != _KEY}
    apis_of = {name: ",".join(apis) for name, apis in restricted.items()}
    return Flags(options={**kept, **apis_of}, positional=parsed.positional, given=tuple(given))
