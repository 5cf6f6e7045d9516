"""MinIO."""

from __future__ import annotations

from msgspec.structs import replace

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import endpoint
from holdfast.formats.servers.facts import any_origin, first
from holdfast.formats.servers.flags import Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: github.com/minio/minio cmd/server-main.go (all interfaces, port 9000), internal/auth/credentials.go
# (minioadmin where nothing is set), internal/config/api/api.go (any origin); minio123 is what Kubeflow's
# manifests ship; checked 2026-11-21
SYNTAX = Syntax(
    switches=frozenset({"quiet", "anonymous", "json", "no-compat"}),
    aliases={"S": "certs-dir", "C": "config-dir"},
    config=frozenset({"config"}),
    config_env=frozenset({"MINIO_CONFIG", "MINIO_CONFIG_ENV_FILE"}),
    config_files=("/etc/default/minio", "/etc/config.env"),
    env=("MINIO_", "_MINIO_"),
    variables=("", "_"),
    tag=r"(RELEASE\.[0-9TZ-]{10,30})",
)
_SHIPPED = frozenset({"minioadmin", "minio123", "miniosecret"})


def read(command: Command) -> list[Server]:
    """The S3 API; nothing for a gateway or the bare program. Anonymous buckets are not in its start."""
    if command.words[:1] != ("server",) and (command.program or command.words or command.launch.argv_complete):
        return []
    reading = Reading(replace(command, words=command.words[1:]), SYNTAX)
    host, port = endpoint(first(reading.flag("address"), reading.env("MINIO_ADDRESS"), reading.file, ":9000"), "9000")
    return [
        reading.server(
            host=host,
            port=port,
            auth=True,
            tls=UNSET if reading.flag("certs-dir") is not None or _certificates(command) else False,
            cors_any=any_origin(first(reading.env("MINIO_API_CORS_ALLOW_ORIGIN"), reading.file), default=True),
            default_secret=_default_secret(reading),
        )
    ]


def _certificates(command: Command) -> bool:
    """Whether something is mounted where MinIO looks for certificates by itself."""
    return any(".minio/certs" in mount for mount in command.launch.config_mounts)


def _default_secret(reading: Reading) -> Fact[bool]:
    names = ("MINIO_ROOT_PASSWORD", "MINIO_SECRET_KEY", "MINIO_ROOT_PASSWORD_FILE", "MINIO_SECRET_KEY_FILE")
    password = first(reading.env(*names), reading.file, "minioadmin")
    if password is None or password is UNSET or "$" in password:
        return UNSET
    return password in _SHIPPED
