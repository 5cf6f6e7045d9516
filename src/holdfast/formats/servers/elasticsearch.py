"""Elasticsearch and OpenSearch."""

from __future__ import annotations

import re

from holdfast.core.fact import UNSET, Fact, either
from holdfast.formats.servers import flags
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.facts import first, negate, true
from holdfast.formats.servers.flags import Flags, Syntax
from holdfast.formats.servers.launch import Command
from holdfast.formats.servers.reading import Reading
from holdfast.kinds.server import Server

# source: elastic.co/guide/en/elasticsearch/reference docker.html and security-settings.html (security is on
# by default since 8.0 and off before; the image binds 0.0.0.0:9200, the program localhost),
# docs.opensearch.org security/configuration/disable and demo-configuration (security is on in the image with
# a demo configuration), checked 2026-11-21; install-opensearch/docker (before 2.12 the demo configuration has the user
# admin with the password admin), checked 2026-11-30
SYNTAX = Syntax(
    config_files=(
        "/usr/share/elasticsearch/config/elasticsearch.yml",
        "/usr/share/opensearch/config/opensearch.yml",
    ),
    secrets=frozenset({"ELASTIC_PASSWORD", "KEYSTORE_PASSWORD"}),
    env=(
        "xpack.", "plugins.", "network.", "http.", "discovery.", "ELASTIC_", "ES_", "OPENSEARCH_",
        "DISABLE_SECURITY_PLUGIN", "DISABLE_INSTALL_DEMO_CONFIG",
    ),
)  # fmt: skip


def read(command: Command) -> list[Server]:
    """The REST API of a node."""
    reading = Reading(command, SYNTAX, parsed=_settings(command.words))
    elastic = command.product == "elasticsearch"
    auth = _elastic_auth(reading) if elastic else _opensearch_auth(reading)
    return [
        reading.server(
            host=first(
                _set(reading, "http.host", "network.host"),
                reading.file,
                EVERYWHERE if reading.official else "localhost",
            ),
            port=first(_set(reading, "http.port"), reading.file, "9200"),
            auth=auth,
            tls=_tls(reading, auth, elastic),
            cors_any=_cors(reading),
            default_secret=_default_secret(reading, auth, elastic),
        )
    ]


def _set(reading: Reading, *names: str) -> Fact[str]:
    return first(reading.flag(*names), reading.env(*names))


def _elastic_auth(reading: Reading) -> Fact[bool]:
    setting = first(_set(reading, "xpack.security.enabled"), reading.file)
    if setting is not None:
        return true(setting)
    return _major(reading, 8)


def _opensearch_auth(reading: Reading) -> Fact[bool]:
    disabled = either(
        true(first(reading.env("DISABLE_SECURITY_PLUGIN"))),
        true(first(_set(reading, "plugins.security.disabled"), reading.file)),
    )
    if reading.official or disabled is True:
        return negate(disabled)
    # Its other settings are refused where the plugin is not installed: it is there, and on unless it is disabled.
    known = any(name.startswith("plugins.security.") for name in reading.command.launch.settings or ())
    return negate(disabled) if known else UNSET


def _major(reading: Reading, least: int) -> Fact[bool]:
    """Whether the release is `least` or later; unobserved without a release."""
    head = reading.version.partition(".")[0] if isinstance(reading.version, str) else ""
    return int(head) >= least if head.isdigit() else UNSET


def _tls(reading: Reading, auth: Fact[bool], elastic: bool) -> Fact[bool]:
    name = "xpack.security.http.ssl.enabled" if elastic else "plugins.security.ssl.http.enabled"
    setting = first(_set(reading, name), reading.file)
    if setting is not None:
        return true(setting)
    if auth is False:
        return False
    # Elasticsearch 8 makes certificates on its first start, unless the node was configured before.
    return False if elastic and _major(reading, 8) is False else UNSET


def _cors(reading: Reading) -> Fact[bool]:
    enabled = true(first(_set(reading, "http.cors.enabled"), reading.file))
    if enabled is not True:
        return enabled
    origins = first(_set(reading, "http.cors.allow-origin"), reading.file)
    return origins in {"*", "/.*/"} if isinstance(origins, str) and "$" not in origins else UNSET


def _default_secret(reading: Reading, auth: Fact[bool], elastic: bool) -> Fact[bool]:
    if auth is False:
        return False
    if elastic:
        return reading.is_default({"ELASTIC_PASSWORD": "changeme"})
    password = reading.env("OPENSEARCH_INITIAL_ADMIN_PASSWORD")
    demo = negate(true(reading.env("DISABLE_INSTALL_DEMO_CONFIG")))
    if password is not None or demo is False:
        return reading.is_default({"OPENSEARCH_INITIAL_ADMIN_PASSWORD": "admin"})
    # Without a security configuration of one's own the image installs the demonstration.
    own = reading.file is UNSET or any("opensearch-security" in each for each in reading.command.launch.config_mounts)
    return True if reading.official and not own and _before_2_12(reading.version) else UNSET


def _before_2_12(version: Fact[str]) -> bool:
    match = re.match(r"(\d{1,4})\.(\d{1,4})(?:\.|$)", version, re.ASCII) if isinstance(version, str) else None
    return match is not None and (int(match[1]), int(match[2])) < (2, 12)


def _settings(words: tuple[str, ...]) -> Flags:
    """`-Ename=value` and `-E name=value`."""
    given: list[tuple[str, str]] = []
    positional: list[str] = []
    waiting = False
    for word in words[: flags.MAX_WORDS]:
        setting = word if waiting else word.removeprefix("-E") if word.startswith("-E") else ""
        waiting = word == "-E" and not waiting
        if setting:
            name, _, value = setting.partition("=")
            given.append((name, value[: flags.MAX_VALUE]))
        elif not waiting:
            positional.append(word)
    return flags.collected(given, positional)
