"""Literal credentials in commands and settings, templates that name secrets, and what commands install."""

from __future__ import annotations

import re

from holdfast.core.errors import FormatError
from holdfast.core.packages import Package, installed
from holdfast.formats.servers.masking import is_literal, names_secret

ASSIGNED = re.compile(r"([A-Za-z_][\w-]{1,60})[ \t]?[=:][ \t]?[\"']?([^\s\"';&|,]{8,})", re.ASCII)
PLACEHOLDER = re.compile(
    r"(?i)x{4,}|your|change.?me|example|placeholder|dummy|redacted|\.\.\.|<|\*{3}|^/|^\$|\{\{|^https?://"
)
CLUSTER_KEY = re.compile(
    r"\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?[\"']?([^\s\"'|;&>$`]{8,})[\"']?[ \t]*(?:\|[^\n;&>]{0,200})?>{1,2}[ \t]*"
    r"[\"']?/?(?:[\w.-]{1,60}/){0,9}(munge\.key|slurm\.key|jwt_hs256\.key)\b"
)
"""A literal that is written into the file of a cluster's key."""
MENTIONED = re.compile(
    r"(?i)(--?[\w-]{1,40}[ =][\"']?)?\{\{[^}]{0,200}?\b"
    r"(\w{0,60}(?:password|passwd|token|secret|api_?key|private_?key)\w{0,60})\b[^}]{0,200}\}\}"
)
PLACE = re.compile(r"(?i)_(?:path|file|filename|dir|directory|folder|dest|src|url|name|id|length|ttl|type)$")
"""Names of variables that say where a secret is, or something else about it."""
KEY_FILE = re.compile(r"(?i)private_?key$")
"""A key behind an option is the file that holds it: `ssh-keygen -f {{ private_key }}`."""

INSTALLING = re.compile(r"\b(?:apt|apt-get|aptitude|yum|dnf5?|microdnf|tdnf|zypper|apk|pip[\d.]*|curl|wget|aria2c)\b")


def credentials(text: str) -> list[str]:
    """The names of literal credentials in a text, such as `HF_TOKEN`; variables, paths and placeholders are none."""
    pairs = ((match[1], match[2]) for match in ASSIGNED.finditer(text))
    found = [
        name for name, value in pairs if names_secret(name) and is_literal(value) and not PLACEHOLDER.search(value)
    ]
    if ".key" in text:
        found += [match[2] for match in CLUSTER_KEY.finditer(text) if not PLACEHOLDER.search(match[1])]
    return list(dict.fromkeys(found))


def mentions_secret(text: str) -> bool:
    """Whether a template expression names a secret: `{{ db_password }}`."""
    return any(
        not PLACE.search(match[2]) and not (match[1] and KEY_FILE.search(match[2]))
        for match in MENTIONED.finditer(text)
    )


def installs(text: str) -> list[Package]:
    """What a shell text installs in a written version; nothing where no shell would read it."""
    if not INSTALLING.search(text):
        return []
    from holdfast.formats.shell import reader

    try:
        return [package for command in reader.read(text) for package in installed(command.argv)]
    except FormatError:
        return []
