"""Keys of a cloud-init document that become rows of files, or name where more of it comes from.

Sources: cloud-init, "Module reference": Mounts, SSH, Users and groups; "NoCloud" datasource (26.2, checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host.parts import Part
from holdfast.core.asset import Spot
from holdfast.formats.yaml import Mapping, Sequence

DEFAULT = "default"
"""Stands for the account that the image brings."""
FIELDS = ("", "", "auto", "defaults,nofail", "0", "2")
"""What a row of mounts has where it is shorter, as far as it is asked for."""
KEYS = "ssh_authorized_keys"


class Address(NamedTuple):
    """Where a document is fetched from."""

    url: str
    spot: Spot


def mounts(document: Mapping) -> Iterator[Part]:
    """The rows of fstab that `mounts` makes."""
    rows = document.get("mounts")
    if not isinstance(rows, Sequence):
        return
    for index, row in enumerate(rows):
        if not isinstance(row, Sequence) or len(row) < 2 or any(isinstance(each, list | dict) for each in row):
            continue
        given = ["" if each is None else str(each) for each in row[:6]]
        words = [each or default for each, default in zip([*given, *[""] * 6], FIELDS, strict=False)]
        text = " ".join(word.replace(" ", "\\040") for word in words)
        if all(words) and not TEMPLATED.search(text):
            yield Part("/etc/fstab", text.encode("utf-8", "replace"), rows.marks[index].line + 1, whole=False)


def keys(document: Mapping) -> Iterator[Part]:
    """The keys of the image's own account and of the others."""
    yield from _keys(document, f"/home/{DEFAULT}")
    users = document.get("users")
    for row in users if isinstance(users, Sequence) else ():
        if isinstance(row, Mapping):
            name = str(row.get("name", DEFAULT))
            yield from _keys(row, str(row.get("homedir") or ("/root" if name == "root" else f"/home/{name}")))


def _keys(table: Mapping, home: str) -> Iterator[Part]:
    rows = table.get(KEYS)
    texts = [rows] if isinstance(rows, str) else rows if isinstance(rows, Sequence) else []
    for index, text in enumerate(texts):
        if isinstance(text, str) and text.strip() and not TEMPLATED.search(text):
            mark = rows.marks[index] if isinstance(rows, Sequence) else table.marks[KEYS]
            data = text.strip().encode("utf-8", "replace")
            yield Part(f"{home}/.ssh/authorized_keys", data, mark.line + 1, whole=False)


def seeds(document: Mapping) -> Iterator[Address]:
    """Where a datasource on the network gets the rest from."""
    table: Any = document.get("datasource")
    for key in ("NoCloud", "seedfrom"):
        parent, table = table, table.get(key) if isinstance(table, Mapping) else None
    if isinstance(table, str) and "://" in table and not TEMPLATED.search(table):
        mark = parent.marks["seedfrom"]
        yield Address(table[:500], Spot(mark.line + 1, mark.column + 1))
