"""SGLang: `python -m sglang.launch_server`, `sglang serve` and its router."""

from __future__ import annotations

from holdfast.core.fact import UNSET
from holdfast.formats.servers.facts import any_origin, first, given, true
from holdfast.formats.servers.flags import Syntax, names
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/sgl-project/sglang docs/advanced_features/server_arguments.md (127.0.0.1:30000, no
# key) and python/sglang/srt/entrypoints/http_server.py (origins ["*"]), checked 2026-11-21
SYNTAX = Syntax(
    switches=names(
        "trust-remote-code is-embedding enable-multimodal enable-metrics enable-p2p-check enable-lora"
        " enable-torch-compile enable-dp-attention disable-cuda-graph disable-radix-cache"
        " skip-server-warmup skip-tokenizer-init log-requests enable-cache-report enable-mixed-chunk"
        " grpc-mode"
    ),
    lists=frozenset({"lora-paths", "lora-target-modules"}),
    aliases={
        "model": "model-path",
        "tp": "tensor-parallel-size",
        "tp-size": "tensor-parallel-size",
        "dp": "data-parallel-size",
        "dp-size": "data-parallel-size",
        "nccl-init-addr": "dist-init-addr",
    },
    config=frozenset({"config"}),
    env=("SGLANG_", "SGL_", "HF_TOKEN"),
)


def read(command: Command) -> list[Server]:
    """The server; nothing for SGLang's benchmarks and other tools."""
    if command.program == "sglang" and command.words[:1] != ("serve",):
        return []
    reading = Reading(command, SYNTAX)
    # The router binds by its own rules, which its documentation does not state.
    default = UNSET if command.program.startswith("sglang_router") else "127.0.0.1"
    return [
        reading.server(
            host=first(reading.flag("host"), reading.file, default),
            port=first(reading.flag("port"), reading.file, "30000"),
            auth=given(reading.flag("api-key"), reading.file),
            tls=given(reading.flag("ssl-certfile"), reading.file),
            cors_any=any_origin(reading.flag("cors-allow-origins"), default=True),
            trust_remote_code=true(first(reading.flag("trust-remote-code"), reading.file)),
        )
    ]
