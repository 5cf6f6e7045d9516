"""KServe: its model servers and its controllers."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first, true
from holdfast.formats.servers.flags import Syntax, names
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/kserve/kserve python/kserve/kserve/constants/constants.py, protocol/rest/server.py
# (0.0.0.0:8080, no authentication, no TLS, no CORS headers) and
# python/huggingfaceserver/huggingfaceserver/__main__.py, checked 2026-11-21
SYNTAX = Syntax(
    switches=names(
        "trust-remote-code disable-lower-case disable-special-tokens disable-log-requests"
        " return-probabilities return-token-type-ids enforce-eager enable-lora enable-prefix-caching"
    ),
    env=("KSERVE_", "HF_TOKEN", "STORAGE_URI", "SAFETENSORS_FAST_GPU", "VLLM_"),
)


def read(command: Command) -> list[Server]:
    """A model server; of a controller only which release it is."""
    reading = Reading(command, SYNTAX)
    if command.product == "kserve-controller":
        return [reading.server(host=UNSET, port=UNSET, auth=UNSET, tls=UNSET)]
    trust: Fact[bool] = None
    if "huggingfaceserver" in (command.program or command.launch.image):
        trust = true(reading.flag("trust-remote-code"))
    return [
        reading.server(
            host=EVERYWHERE,
            port=first(reading.flag("http-port"), "8080"),
            auth=False,
            cors_any=False,
            trust_remote_code=trust,
        )
    ]
