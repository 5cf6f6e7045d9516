"""Tables of storage: `fstab`, `crypttab`, `exports`.

Sources: fstab(5) of util-linux 2.38, crypttab(5) of cryptsetup 2.6 and systemd 252, exports(5) of nfs-utils 2.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["Encrypted", "Export", "Mount", "encrypted", "exports", "mounts"]

SIZE = 1 << 20
ROWS = 10_000
_OCTAL = re.compile(r"\\([0-7]{3})")
_CLIENT = re.compile(r"([^\s(]*)(?:\(([^)]*)\)?)?")
_QUOTED = re.compile(r'"([^"]*)"?|((?:[^\s\\"]|\\.)+)')


class Mount(NamedTuple):
    """A row of `fstab`."""

    device: str
    point: str
    type: str
    options: tuple[str, ...]
    line: int


class Encrypted(NamedTuple):
    """A row of `crypttab`; an empty key is asked for or comes from elsewhere."""

    name: str
    device: str
    key: str
    options: tuple[str, ...]
    line: int


class Export(NamedTuple):
    """A folder that one client may mount; `*` is every client. Defaults are not filled in."""

    path: str
    client: str
    options: tuple[str, ...]
    line: int


def mounts(data: bytes) -> tuple[Mount, ...]:
    """The rows of `fstab`; such as have no type are left out. Raises FormatError for binary text and past bounds."""
    return tuple(
        Mount(_plain(words[0]), _plain(words[1]), words[2], _options(words[3] if len(words) > 3 else ""), line)
        for line, words in _rows(data)
        if len(words) > 2
    )


def encrypted(data: bytes) -> tuple[Encrypted, ...]:
    """The rows of `crypttab`. Raises FormatError for binary text and past bounds."""
    return tuple(
        Encrypted(words[0], words[1], _key(words[2] if len(words) > 2 else ""), _options((*words, "", "")[3]), line)
        for line, words in _rows(data)
        if len(words) > 1
    )


def _key(text: str) -> str:
    return "" if text in ("none", "-") else text


def exports(data: bytes) -> tuple[Export, ...]:
    """A row for each client of `exports`. Raises FormatError for binary text and past bounds.

    Options that stand by themselves, behind a blank, are those of every client.
    """
    found: list[Export] = []
    for line, row in _lines(data, joined=True):
        path = _QUOTED.match(row)
        if path is None:
            continue
        default: tuple[str, ...] = ()
        folder = _plain(path[1] if path[1] is not None else path[2])
        clients = row[path.end() :].split()
        for text in clients or ["*"]:
            if text.startswith("-"):
                default = _options(text[1:])
                continue
            client = _CLIENT.match(text)
            options = _options(client[2] or "") if client else ()
            found.append(Export(folder, (client[1] if client else "") or "*", (*default, *options), line))
        if len(found) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)


def _rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    for number, (line, row) in enumerate(_lines(data)):
        if number > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
        yield line, row.split()


def _lines(data: bytes, *, joined: bool = False) -> Iterator[tuple[int, str]]:
    """Rows with their lines, without comments; continued ones are `joined` where the format has such."""
    parts: list[str] = []
    start = 1
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        start = start if parts else line
        if joined and raw.endswith("\\"):
            parts.append(raw[:-1])
            continue
        row = " ".join([*parts, raw]).partition("#")[0] if joined else raw
        parts = []
        if row.strip() and not row.lstrip().startswith("#"):
            yield start, row.strip()


def _options(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _plain(text: str) -> str:
    """A word without its octal escapes."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)
