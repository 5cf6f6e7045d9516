"""MLflow: the tracking server, and models served by it."""

from __future__ import annotations

import re

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers.facts import any_origin, first, given, true
from holdfast.formats.servers.flags import Syntax, names
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/mlflow/mlflow mlflow/utils/cli_args.py (127.0.0.1:5000, local origins only) and
# mlflow.org/docs self-hosting/security/basic-http-auth (no authentication without --app-name), checked
# 2026-11-21; mlflow/server/auth/__init__.py of 3.16.0 to 3.18.0 (up to 3.16 the basic-auth application creates admin
# with a published password; 3.17 has none and refuses that one), checked 2026-11-30
SYNTAX = Syntax(
    switches=names(
        "serve-artifacts no-serve-artifacts artifacts-only dev disable-security-middleware no-conda"
        " enable-mlserver install-mlflow"
    ),
    aliases={
        "h": "host",
        "p": "port",
        "w": "workers",
        "m": "model-uri",
        "backend-store": "backend-store-uri",
    },
    attached=frozenset("hpw"),
    negated=True,
    secrets=frozenset({"MLFLOW_FLASK_SERVER_SECRET_KEY"}),
    env=("MLFLOW_", "_MLFLOW_"),
)
_REFUSES = re.compile(r"(?:3\.(?:1[7-9]|[2-9]\d)|[4-9]|[1-9]\d)(?:\.|$)", re.ASCII)
"""Releases that know no published password."""


def read(command: Command) -> list[Server]:
    """`mlflow server`, `mlflow ui`, `mlflow models serve`, `mlflow gateway start`; nothing else."""
    words = command.words
    if words[:2] in {("models", "serve"), ("gateway", "start")}:
        return [_server(Reading(replace(command, words=words[2:]), SYNTAX), auth=False, default_secret=None)]
    if words[:1] not in {("server",), ("ui",)}:
        return []
    reading = Reading(replace(command, words=words[1:]), SYNTAX)
    auth = given(reading.flag("app-name"))
    # Before 3.17 the published password works until somebody changes it in the running server.
    refused = isinstance(reading.version, str) and _REFUSES.match(reading.version) is not None
    return [_server(reading, auth=auth, default_secret=False if refused or auth is False else UNSET)]


def _server(reading: Reading, *, auth: Fact[bool], default_secret: Fact[bool]) -> Server:
    workers = first(reading.flag("uvicorn-opts", "gunicorn-opts"), reading.env("MLFLOW_GUNICORN_OPTS"))
    origins = first(reading.flag("cors-allowed-origins"), reading.env("MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"))
    unguarded = first(
        reading.flag("disable-security-middleware"), reading.env("MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE")
    )
    return reading.server(
        host=first(reading.flag("host"), reading.env("MLFLOW_HOST"), "127.0.0.1"),
        port=first(reading.flag("port"), reading.env("MLFLOW_PORT"), "5000"),
        auth=auth,
        tls=UNSET if workers is UNSET else "certfile" in (workers or ""),
        cors_any=either(any_origin(origins, default=False), true(unguarded)),
        default_secret=default_secret,
    )
