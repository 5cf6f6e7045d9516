"""llama.cpp: its HTTP server, and the RPC server that lends a GPU to another host."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.core.fact import UNSET
from holdfast.formats.servers import image
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, given
from holdfast.formats.servers.flags import Syntax, names
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/ggml-org/llama.cpp tools/server/README.md (127.0.0.1; the default port differs between
# releases; any origin unless tools are on) and .devops/cuda.Dockerfile (LLAMA_ARG_HOST=0.0.0.0 in the server
# image; the full image takes --server), checked 2026-11-21
SYNTAX = Syntax(
    switches=names(
        "metrics props slots no-slots jinja no-jinja webui no-webui ui no-ui embedding embeddings rerank"
        " reranking cont-batching no-cont-batching mlock no-mmap flash-attn verbose agent no-agent offline"
    ),
    aliases={
        "m": "model", "mu": "model-url", "c": "ctx-size", "n": "predict", "ngl": "n-gpu-layers",
        "np": "parallel",
        "hf": "hf-repo", "hfr": "hf-repo", "a": "alias", "t": "threads", "b": "batch-size", "hft": "hf-token",
        "gpu-layers": "n-gpu-layers", "ag": "agent",
    },
    env=("LLAMA_ARG_", "LLAMA_API_KEY", "HF_TOKEN"),
    tag=r"(?:.*-)?(b\d{1,7})$",
)  # fmt: skip
# source: github.com/ggml-org/llama.cpp tools/rpc/rpc-server.cpp (127.0.0.1:50052, never to be exposed),
# checked 2026-11-21
_RPC_SYNTAX = Syntax(
    switches=frozenset({"cache"}),
    aliases={"H": "host", "p": "port", "m": "mem", "t": "threads", "d": "device", "c": "cache"},
    tag=SYNTAX.tag,
)


def read(command: Command) -> list[Server]:
    """The HTTP or the RPC server; nothing for an image that holds only the command-line tools."""
    if command.product == "llama-cpp-rpc":
        return [_rpc(Reading(command, _RPC_SYNTAX))]
    tag = image.split(command.launch.image).tag
    serves = tag.startswith("server") or "$" in tag
    if not command.program and not serves:
        if command.words[:1] not in {("--server",), ("-s",)}:
            return []
        command = replace(command, words=command.words[1:])
    reading = Reading(command, SYNTAX, baked={"LLAMA_ARG_HOST": EVERYWHERE} if serves else {})
    tools = ("agent", "tools", "mcp-servers-config", "mcp-servers-json")
    variables = (
        "LLAMA_ARG_AGENT",
        "LLAMA_ARG_TOOLS",
        "LLAMA_ARG_MCP_SERVERS_CONFIG",
        "LLAMA_ARG_MCP_SERVERS_JSON",
    )
    armed = given(reading.flag(*tools), reading.env(*variables))
    origins = first(reading.flag("cors-origins"), reading.env("LLAMA_ARG_CORS_ORIGINS"))
    return [
        reading.server(
            host=first(reading.flag("host"), reading.env("LLAMA_ARG_HOST"), "127.0.0.1"),
            port=first(reading.flag("port"), reading.env("LLAMA_ARG_PORT"), UNSET),
            auth=given(
                reading.flag("api-key", "api-key-file"),
                reading.env("LLAMA_API_KEY", "LLAMA_ARG_API_KEY_FILE"),
            ),
            tls=given(reading.flag("ssl-cert-file"), reading.env("LLAMA_ARG_SSL_CERT_FILE")),
            cors_any=UNSET if origins is None and armed is UNSET else any_origin(origins, default=armed is not True),
        )
    ]


def _rpc(reading: Reading) -> Server:
    return reading.server(
        host=first(reading.flag("host"), "127.0.0.1"),
        port=first(reading.flag("port"), "50052"),
        auth=False,
    )
