"""Files that hold a part of what a server is set to -> `server` assets that say only that.

Environment files of MinIO, profiles and settings of Prefect, the login of Airflow's web server, users and logins of
OpenSearch's security plugin, Grafana in the values of its chart.
"""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.configs.settings import Settings, asset, flat, text, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats import environment_file
from holdfast.formats import toml as toml_reader
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.traitlets.config import parse
from holdfast.formats.yaml import Mapping

UNSEEN: dict[str, Any] = dict.fromkeys(("host", "loopback", "port", "tls", "cors_any"), UNSET)
UNITS = tuple(
    f"{folder}/minio.service" for folder in ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
)
PUBLIC = "AUTH_ROLE_PUBLIC"
PREFECT = {
    "host": ("prefect.server.api.host",),
    "loopback": ("prefect.server.api.host",),
    "auth": ("prefect.server.api.auth-string", "prefect.server.api.host"),
}
DEMO = frozenset(
    (
        "$2a$12$VcCDgh2NDk07JGN0rjGbM.Ad41qVR/YFJcgHp0UGns5JDymv..TOG",
        "$2a$12$4AcgAt3xwOWadA5s5blL6ev39OXDNhmOesEoo33eZtrq2N0YrU3H.",
        "$2y$12$TRwAAJgnNo67w3rVUz4FIeLx9Dy/llB79zf9I15CKJ9vkM4ZzAd3.",
        "$2y$12$DpwmetHKwgYnorbgdvORCenv4NAK8cPUg8AI6pxLCuWf/ALc0.v7W",
    )
)
"""Hashes of the passwords that OpenSearch publishes for users who may write or administer: `admin`, `kibanaserver`,
`anomalyadmin`, `snapshotrestore`. Source: github.com/opensearch-project/security config/internal_users.yml."""


def minio(files: Files) -> Iterator[Asset | Gap]:
    """MinIO's environment files. Source: github.com/minio/minio-service linux-systemd (`/etc/default/minio`)."""
    for path in files:
        data = files.read(path) or b""
        try:
            variables = environment_file.read(data)
        except FormatError as error:
            yield unreadable(path, "an environment file", error, data)
            continue
        if any(name.startswith("MINIO_") for name in variables):
            yield from _minio(files, path, data.decode("utf-8", "replace").splitlines(), variables)


def _minio(files: Files, path: str, rows: list[str], variables: dict[str, str]) -> Iterator[Asset]:
    settings = Settings(path)
    for name, value in variables.items():
        line = next((at for at, row in enumerate(rows, 1) if row.lstrip().partition("=")[0].rstrip() == name), 1)
        if name.startswith("MINIO_"):
            settings.put(name, value, line)
    try:
        words = shlex.split(variables.get("MINIO_OPTS", ""))
    except ValueError:
        words = []
    unseen = {"tls": UNSET} if any(each.startswith("--address") for each in words) else UNSEEN
    if any(files.find(unit, path, "/etc") for unit in UNITS):
        unseen = {**UNSEEN, "default_secret": UNSET}  # whoever starts it takes these variables in and is judged
    places = {"default_secret": ("MINIO-ROOT-PASSWORD", "MINIO-SECRET-KEY"), "host": ("MINIO-OPTS",)}
    yield from asset("minio", settings, places, words=("server", *words), files=files, partial=True, **unseen)


def prefect(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`prefect.toml`. Source: docs.prefect.io/v3/concepts/settings-and-profiles, checked 2026-11-30."""
    for settings in _toml(data, path, "prefect."):
        if isinstance(settings, Gap):
            yield settings
        elif settings.values:
            yield from asset("prefect", settings, PREFECT, words=("server", "start"), partial=True)


def profiles(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`profiles.toml` of Prefect: settings of each profile by the names of their variables."""
    if b"PREFECT_" not in data:
        return
    for settings in _toml(data, path, ""):
        if isinstance(settings, Gap):
            yield settings
        else:
            facts = {**UNSEEN, "auth": UNSET}
            yield from asset("prefect", settings, {}, words=("server", "start"), partial=True, **facts)


def _toml(data: bytes, path: str, before: str) -> Iterator[Settings | Gap]:
    """The settings of a TOML file by their dotted names."""
    try:
        table = toml_reader.read(data)
    except FormatError as error:
        yield unreadable(path, "TOML", error, data)
        return
    settings = Settings(path)
    pending: list[tuple[tuple[str, ...], object]] = [((), table.value)]
    while pending:
        names, value = pending.pop()
        if isinstance(value, dict):
            pending += [((*names, str(name)), inner) for name, inner in value.items()]
        elif not isinstance(value, list):
            settings.put(f"{before}{'.'.join(names)}", text(value), table.lines.get(names, 1))
    yield settings


def airflow_login(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """`webserver_config.py`: whether a visitor without a login has a role. The file is read and never run.

    Source: airflow.apache.org/docs/apache-airflow-providers-fab/stable/auth-manager/webserver-authentication.html
    (`AUTH_ROLE_PUBLIC`), checked 2026-11-30.
    """
    if PUBLIC.encode() not in data:
        return
    try:
        tree = parse(data)
    except FormatError as error:
        yield unreadable(path, "Python", error, data)
        return
    settings = Settings(path)
    sure = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and PUBLIC in {getattr(each, "id", "") for each in node.targets}:
            known = isinstance(node.value, ast.Constant) and id(node) in sure
            value = str(node.value.value or "") if known and isinstance(node.value, ast.Constant) else UNSET
            settings.put("fab.auth-role-public", value, node.lineno, node.col_offset + 1)
    if settings.values:
        facts: dict[str, Any] = {**UNSEEN, "host": EVERYWHERE, "loopback": False, "auth": _public(settings)}
        places = {"auth": ("fab.auth-role-public",)}
        yield from asset("airflow", settings, places, words=("webserver",), partial=True, **facts)


def _public(settings: Settings) -> Fact[bool]:
    """Whether visitors must log in: the role `Public` is the one of nobody, which has no rights."""
    role = settings.values["fab.auth-role-public"]
    return UNSET if not isinstance(role, str) else role in ("", "Public")


def is_opensearch(values: Mapping) -> bool:
    """Whether a document is one of the security plugin's: its logins, or its users."""
    meta = values.get("_meta")
    return isinstance(meta, Mapping) and meta.get("type") in ("config", "internalusers")


def opensearch(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """Logins or users of OpenSearch. Source: github.com/opensearch-project/security config, checked 2026-11-30."""
    settings = Settings(path)
    for name, value, row, column in flat(values):
        if not name.startswith("config.dynamic.authc."):  # its texts are examples as a rule
            settings.put(name, value, row + line - 1, column)
    published = next((name for name, value in settings.values.items() if value in DEMO), "")
    facts: dict[str, Any] = {**UNSEEN, "auth": UNSET, "default_secret": UNSET}
    if "hash" in "".join(settings.values):
        facts["default_secret"] = bool(published)
    places = {"default_secret": (published,)}
    yield from asset("opensearch", settings, places, partial=True, **facts)


def is_grafana(values: Mapping) -> bool:
    """Whether a document holds the values of Grafana's chart, or those of a chart that has it within."""
    inner = values.get("grafana")
    return isinstance(values.get("grafana.ini"), Mapping) or (
        isinstance(inner, Mapping) and isinstance(inner.get("grafana.ini"), Mapping)
    )


def grafana(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """Grafana by the values of its chart. Source: github.com/grafana/helm-charts charts/grafana, checked 2026-11-30."""
    inner = values.get("grafana")
    values = values if isinstance(values.get("grafana.ini"), Mapping) or not isinstance(inner, Mapping) else inner
    settings = Settings(path)
    settings.variables = False
    for name, value, row, column in flat(values["grafana.ini"]):
        settings.put(name, value, row + line - 1, column)
    if isinstance(values.get("adminPassword"), str):
        mark = values.marks["adminPassword"]
        settings.put("security.admin-password", values["adminPassword"], mark.line + line, mark.column + 1)
    places = {
        "auth": ("auth.anonymous.enabled",),
        "default_secret": ("security.admin-password",),
        "tls": ("server.protocol",),
    }
    yield from asset("grafana", settings, places, partial=True)
