"""LiteLLM's proxy."""

from __future__ import annotations

from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, given, matches
from holdfast.formats.servers.flags import Syntax, names
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/BerriAI/litellm litellm/proxy/proxy_cli.py (0.0.0.0:4000), proxy_server.py and
# docs.litellm.ai/docs/proxy/config_settings (any origin unless LITELLM_CORS_ORIGINS; no key, no
# authentication; sk-1234 is the key of the documentation), checked 2026-11-21
SYNTAX = Syntax(
    switches=names(
        "debug detailed-debug save use-queue drop-params test-async run-gunicorn run-hypercorn"
        " run-granian iam-token-db-auth use-prisma-db-push local skip-server-startup setup version health"
        " reload"
    ),
    aliases={"m": "model", "c": "config"},
    config=frozenset({"config"}),
    tag=r"(?:main-|litellm_stable_release_branch-)?v?(\d+\.\d+\.[\w.-]+)",
    config_env=frozenset({"LITELLM_CONFIG_BUCKET_OBJECT_KEY", "CONFIG_FILE_PATH"}),
    config_files=("/app/config.yaml", "/app/proxy_server_config.yaml"),
    env=(
        "LITELLM_",
        "UI_USERNAME",
        "UI_PASSWORD",
        "STORE_MODEL_IN_DB",
        "DATABASE_URL",
        "HOST",
        "PORT",
        "SSL_",
    ),
)
_NO_SERVER = ("version", "health", "test", "setup", "skip-server-startup", "validate-config")


def read(command: Command) -> list[Server]:
    """The proxy; nothing where the command only checks or sets something up."""
    reading = Reading(command, SYNTAX)
    if reading.positional or any(isinstance(reading.flag(name), str) for name in _NO_SERVER):
        return []
    key = reading.setting("general-settings.master-key")
    return [
        reading.server(
            host=first(reading.flag("host"), reading.env("HOST"), EVERYWHERE),
            port=first(reading.flag("port"), reading.env("PORT"), "4000"),
            auth=given(key, reading.env("LITELLM_MASTER_KEY")),
            tls=given(reading.flag("ssl-certfile-path"), reading.env("SSL_CERTFILE_PATH")),
            cors_any=any_origin(reading.env("LITELLM_CORS_ORIGINS"), default=True),
            default_secret=reading.is_default({"LITELLM_MASTER_KEY": "sk-1234"}, matches(key, "sk-1234")),
        )
    ]
