"""Literal credentials in the variables of Ansible: of plays, roles and tasks, in files of variables and inventories.

Source: Ansible documentation, "Using variables", "Connection variables", "How to build your inventory" (12), checked
2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host.ansible_walk import SAID
from holdfast.collect.host.commands import PLACEHOLDER
from holdfast.core.asset import Asset, Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import Secret
from holdfast.formats.servers.masking import is_literal, names_secret
from holdfast.formats.yaml import Mapping, Sequence, load
from holdfast.kinds.ansible_task import AnsibleTask

CONNECTION = re.compile(rb"ansible_(?:ssh_|become_|sudo_|su_)?pass(?:word)?\b")
"""What an inventory with a password holds."""
KEY = re.compile(r"(?i)(?:^|_)(?:munge|slurm|slurmdbd|jwt|hmac|wireguard|wg)_key$")
"""Keys of clusters, by the names that roles give them."""
REFERENCE = re.compile(r"(?i)(?:^|[-_.])(?:secret|credentials)$")
"""A name that may hold the name of a secret, as Kubernetes knows it, and not its value."""
CASUAL = re.compile(r"[a-z][a-z0-9.-]{0,62}")
"""How Kubernetes calls its secrets."""
PAIR = re.compile(r"(?:^|\s)([A-Za-z_]\w{1,60})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))", re.ASCII)
NO_VALUE = re.compile(r"(?:update|generate|change|force|ask|prompt|use)_")
"""What is about a password and none: `update_password: on_create`."""
DEPTH = 8
VALUES = 20_000
"""Values of one file that are looked at."""


class Literal(NamedTuple):
    """A credential that is written out."""

    text: str
    spot: Spot


def credentials(table: Any) -> dict[str, Literal]:
    """The literal credentials in a table of variables by their names."""
    found: dict[str, Literal] = {}
    pending: list[tuple[Any, int]] = [(table, 0)]
    left = VALUES
    while pending and left > 0:
        value, depth = pending.pop()
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if isinstance(inner, str) and is_credential(key, inner):
                    mark = value.marks.get(key) or value.mark
                    found.setdefault(key, Literal(inner, Spot(mark.line + 1, mark.column + 1)))
        rows = value.values() if isinstance(value, Mapping) else value if isinstance(value, Sequence) else ()
        left -= len(rows) + 1
        if depth < DEPTH:
            pending.extend((row, depth + 1) for row in rows if isinstance(row, Mapping | Sequence))
    return found


def is_credential(name: str, value: str) -> bool:
    """Whether a variable holds a credential of which the value stands there."""
    if not (names_secret(name) or KEY.search(name)) or NO_VALUE.match(name):
        return False
    if TEMPLATED.search(value) or not is_literal(value) or value in ("!", "*", "!!", "omit"):
        return False
    if REFERENCE.search(name) and CASUAL.fullmatch(value):
        return False
    return not PLACEHOLDER.search(value) and not value.startswith("$ANSIBLE_VAULT")


def asset(path: str, found: dict[str, Literal], name: str, module: str) -> Asset:
    """What stands for variables with credentials."""
    facts = AnsibleTask(
        name=name, module=module, certificates_checked=None, signatures_checked=None, digest_checked=None,
        plain_http=None, others_writable=None, opens_cluster_key=None, runs_download=False, packages=[],
        guessable_disk_key=None, credentials=list(found), names_secret=False, hidden=False, protections_off=[],
    )  # fmt: skip
    places = [literal.spot for literal in found.values()]
    hidden = tuple(Secret(literal.text) for literal in found.values())
    spots = {"": Spot(1, 1), "credentials": places[0]}
    return Asset(f"ansible_task/{path}/{name}", facts, "ansible", path, spots, hidden=hidden)


def read(data: bytes, path: str, *, variables: bool) -> Iterator[Asset]:
    """The credentials of a YAML file of variables or an inventory; anything else shows nothing.

    Where the folder does not say that these are `variables` of Ansible, only those that it connects with count.
    """
    if not SAID.search(data) or b"apiVersion:" in data:
        return
    try:
        document = load(data)
    except FormatError:
        return
    found = credentials(document) if isinstance(document, Mapping) else {}
    if not variables:
        found = {name: literal for name, literal in found.items() if name.startswith("ansible_")}
    if found:
        yield asset(path, found, "variables", "vars")


def inventory(data: bytes, path: str) -> Iterator[Asset]:
    """The credentials of an inventory in the form of an INI file."""
    found: dict[str, Literal] = {}
    if not CONNECTION.search(data) and not SAID.search(data):
        return
    for line, row in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if line > VALUES:
            break
        for match in PAIR.finditer("" if row.lstrip().startswith(("#", ";")) else row):
            value = match[2] or match[3] or match[4] or ""
            if is_credential(match[1], value):
                found.setdefault(match[1], Literal(value, Spot(line, match.start(1) + 1)))
    if found:
        yield asset(path, found, "inventory", "inventory")
