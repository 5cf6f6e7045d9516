"""vLLM: `vllm serve` and `python -m vllm.entrypoints.openai.api_server`."""

from __future__ import annotations

from holdfast.core.fact import Fact
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, given, true
from holdfast.formats.servers.flags import Syntax, names
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/vllm-project/vllm vllm/entrypoints/openai/cli_args.py (host None binds every
# interface, port 8000, origins ["*"]) and docs/usage/security.md, checked 2026-11-21
SYNTAX = Syntax(
    switches=names(
        "trust-remote-code no-trust-remote-code enable-lora enforce-eager enable-prefix-caching"
        " enable-chunked-prefill enable-auto-tool-choice enable-expert-parallel enable-sleep-mode"
        " enable-tokenizer-info-endpoint enable-request-id-headers enable-ssl-refresh enable-log-requests"
        " enable-log-outputs enable-server-load-tracking enable-reasoning enable-prompt-tokens-details"
        " disable-fastapi-docs disable-log-requests disable-log-stats disable-uvicorn-access-log"
        " disable-frontend-multiprocessing disable-custom-all-reduce return-tokens-as-token-ids"
        " allow-credentials async-scheduling headless tokens-only"
    ),
    lists=frozenset({"api-key", "allowed-media-domains", "served-model-name", "lora-modules"}),
    aliases={
        "tp": "tensor-parallel-size",
        "pp": "pipeline-parallel-size",
        "dp": "data-parallel-size",
        "dpa": "data-parallel-address",
        "q": "quantization",
    },
    negated=True,
    config=frozenset({"config"}),
    env=("VLLM_", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"),
)


def read(command: Command) -> list[Server]:
    """The API server, unless the command is another one of vLLM's or starts no API (`--headless`)."""
    words = command.words
    if command.program in {"vllm", "vllm.entrypoints.cli.main"} or words[:1] == ("serve",):
        if words[:1] != ("serve",):
            return []
        command = Command(command.product, command.program, words[1:], command.launch, command.official, command.pin)
    reading = Reading(command, SYNTAX)
    if reading.flag("headless") == "true":
        return []
    model = {"model": reading.positional[0]} if reading.positional else {}
    host: Fact[str] = first(reading.flag("uds", "host"), reading.file, EVERYWHERE)
    return [
        reading.server(
            host=host,
            port=first(reading.flag("port"), reading.file, "8000"),
            auth=given(reading.flag("api-key"), reading.env("VLLM_API_KEY"), reading.file),
            tls=given(reading.flag("ssl-certfile"), reading.file),
            cors_any=any_origin(first(reading.flag("allowed-origins"), reading.file), default=True),
            trust_remote_code=true(first(reading.flag("trust-remote-code"), reading.file)),
            more=model,
        )
    ]
