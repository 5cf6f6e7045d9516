"""Apache Airflow's web server and API server."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import any_origin, first, given, negate, true
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: airflow.apache.org/docs/apache-airflow configurations-ref (0.0.0.0:8080) and
# core-concepts/auth-manager/simple (a login unless simple_auth_manager_all_admins), and the experimental
# backend airflow.api.auth.backend.default, which asks for nothing, checked 2026-11-21; config_templates/config.yml of
# 3.3.2 (no auth_backends any more), checked 2026-11-30
SYNTAX = Syntax(
    switches=frozenset({"daemon", "debug", "proxy-headers", "dev"}),
    aliases={"p": "port", "H": "hostname", "host": "hostname", "w": "workers", "D": "daemon"},
    attached=frozenset("pHw"),
    config_env=frozenset({"AIRFLOW_CONFIG"}),
    config_files=("/opt/airflow/airflow.cfg", "/opt/airflow/webserver_config.py"),
    secrets=frozenset({"AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__WEBSERVER__SECRET_KEY", "AIRFLOW__API__SECRET_KEY"}),
    variables=("AIRFLOW__", "__"),
    env=("AIRFLOW__", "AIRFLOW_", "_AIRFLOW_"),
)
_COMMANDS = frozenset({"webserver", "api-server", "standalone"})


def read(command: Command) -> list[Server]:
    """The web or API server; nothing for scheduler, workers and the command-line tools."""
    words = command.words[1:] if command.words[:1] == ("airflow",) else command.words
    if not words or words[0] not in _COMMANDS:
        return []
    reading = Reading(replace(command, words=words[1:]), SYNTAX)
    hosts = ("AIRFLOW__API__HOST", "AIRFLOW__WEBSERVER__WEB_SERVER_HOST")
    ports = ("AIRFLOW__API__PORT", "AIRFLOW__WEBSERVER__WEB_SERVER_PORT")
    certificates = ("AIRFLOW__API__SSL_CERT", "AIRFLOW__WEBSERVER__WEB_SERVER_SSL_CERT")
    origins = ("AIRFLOW__API__ACCESS_CONTROL_ALLOW_ORIGINS", "AIRFLOW__API__ACCESS_CONTROL_ALLOW_ORIGIN")
    return [
        reading.server(
            host=first(reading.flag("hostname"), reading.env(*hosts), reading.file, EVERYWHERE),
            port=first(reading.flag("port"), reading.env(*ports), reading.file, "8080"),
            auth=_auth(reading),
            tls=given(reading.flag("ssl-cert"), reading.env(*certificates), reading.file),
            cors_any=any_origin(first(reading.env(*origins), reading.file), default=False),
            default_secret=reading.is_default({"_AIRFLOW_WWW_USER_PASSWORD": "airflow"}),
        )
    ]


def _auth(reading: Reading) -> Fact[bool]:
    open_to_all = true(first(reading.env("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"), reading.file))
    backends = first(reading.env("AIRFLOW__API__AUTH_BACKENDS", "AIRFLOW__API__AUTH_BACKEND"), reading.file)
    public = reading.env("AIRFLOW__FAB__AUTH_ROLE_PUBLIC")  # unset as a rule, so not asked for where it is unseen
    visitors = isinstance(public, str) and "$" not in public and public not in ("", "Public")
    unguarded: Fact[bool] = visitors
    version = reading.version
    before_3 = not isinstance(version, str) or version[:2] in ("1.", "2.")  # later releases know no backends
    if not visitors and backends is not None and before_3:
        unresolved = backends is UNSET or "$" in backends
        unguarded = UNSET if unresolved else "auth.backend.default" in str(backends)
    return negate(either(open_to_all, unguarded))
