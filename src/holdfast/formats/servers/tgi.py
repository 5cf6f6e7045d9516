"""Text Generation Inference and Text Embeddings Inference of Hugging Face."""

from __future__ import annotations

import ipaddress

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, given, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

_ENV = (
    "MODEL_ID", "REVISION", "HOSTNAME", "PORT", "API_KEY", "CORS_ALLOW_ORIGIN", "TRUST_REMOTE_CODE",
    "QUANTIZE",
    "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_API_TOKEN", "NGROK", "NGROK_AUTHTOKEN", "PROMETHEUS_PORT",
    "MAX_CONCURRENT_REQUESTS", "MAX_INPUT_TOKENS", "MAX_TOTAL_TOKENS", "PAYLOAD_LIMIT",
)  # fmt: skip
# source: github.com/huggingface/text-generation-inference launcher/src/main.rs, router/src/server.rs and
# Dockerfile; github.com/huggingface/text-embeddings-inference router/src/main.rs, router/src/lib.rs and
# Dockerfile (0.0.0.0:3000, the images set PORT=80, any origin unless listed), checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset(
        {
            "trust-remote-code",
            "disable-custom-kernels",
            "json-output",
            "ngrok",
            "disable-grammar-support",
            "auto-truncate",
        }
    ),
    aliases={"p": "port", "e": "env"},
    attached=frozenset("p"),
    secrets=frozenset({"ngrok-authtoken", "NGROK_AUTHTOKEN"}),
    env=_ENV,
)
# TEI tags lead with the hardware: cpu-1.5, 89-1.5, turing-1.5, hopper-1.5.
_TEI_SYNTAX = Syntax(
    switches=SYNTAX.switches,
    aliases=SYNTAX.aliases,
    attached=SYNTAX.attached,
    env=_ENV,
    tag=r"(?:(?:cpu|cuda|turing|hopper|arm64|\d{2,3})-)?(?:ipex-|arm64-)?v?(\d+\.\d[\d.]*)",
)


def read(command: Command) -> list[Server]:
    """The launcher or the router: every flag is also read from a variable of the same name."""
    embeddings = command.product == "tei"
    reading = Reading(command, _TEI_SYNTAX if embeddings else SYNTAX, baked={"PORT": "80"})
    trust: Fact[bool] = None
    if not embeddings:
        trust = true(first(reading.flag("trust-remote-code"), reading.env("TRUST_REMOTE_CODE")))
    return [
        reading.server(
            host=_bound(first(reading.flag("hostname"), reading.env("HOSTNAME"), EVERYWHERE)),
            port=first(reading.flag("port"), reading.env("PORT"), "3000"),
            auth=given(reading.flag("api-key"), reading.env("API_KEY")),
            cors_any=any_origin(
                first(reading.flag("cors-allow-origin"), reading.env("CORS_ALLOW_ORIGIN")), default=True
            ),
            trust_remote_code=trust,
        )
    ]


def _bound(hostname: Fact[str]) -> Fact[str]:
    """The address that the router binds: it takes a hostname that is no IP address for 0.0.0.0."""
    if not isinstance(hostname, str) or "$" in hostname:
        return UNSET
    try:
        return str(ipaddress.ip_address(hostname))
    except ValueError:
        return EVERYWHERE
