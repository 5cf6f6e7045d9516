"""LMDeploy."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, given, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/InternLM/lmdeploy lmdeploy/cli/serve.py, lmdeploy/cli/utils.py and
# lmdeploy/serve/openai/api_server.py (0.0.0.0:23333, proxy 0.0.0.0:8000, any origin, no key),
# checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset({"ssl", "trust-remote-code", "allow-credentials", "disable-fastapi-docs", "eager-mode"}),
    lists=frozenset({"api-keys", "allow-origins", "allow-methods", "allow-headers", "allowed-media-domains"}),
    secrets=frozenset({"api-keys"}),
    env=("LMDEPLOY_", "HF_TOKEN", "SSL_KEYFILE", "SSL_CERTFILE"),
)


def read(command: Command) -> list[Server]:
    """`lmdeploy serve api_server` and `lmdeploy serve proxy`; nothing else."""
    if command.words[:2] not in {("serve", "api_server"), ("serve", "proxy")}:
        return []
    proxy = command.words[1] == "proxy"
    reading = Reading(replace(command, words=command.words[2:]), SYNTAX)
    return [
        reading.server(
            host=first(reading.flag("server-name"), EVERYWHERE),
            port=first(reading.flag("server-port"), "8000" if proxy else "23333"),
            auth=given(reading.flag("api-keys")),
            tls=true(reading.flag("ssl")),
            cors_any=any_origin(reading.flag("allow-origins"), default=True),
            trust_remote_code=None if proxy else true(reading.flag("trust-remote-code")),
            more={} if proxy or not reading.positional else {"model": reading.positional[0]},
        )
    ]
