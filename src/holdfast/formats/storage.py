"""Tables of storage: `fstab`, `crypttab`, `exports`.

Sources: fstab(5) of util-linux 2.38, crypttab(5) of cryptsetup 2.6 and systemd 252, exports(5) of nfs-utils 2.6 and
support/nfs/exports.c of 2.8 (checked 2026-11-30), which reads nothing below a row that it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem, decoded

__all__ = ["Encrypted", "Export", "Mount", "encrypted", "exports", "mounts"]

SIZE = 1 << 20
ROWS = 10_000
_OCTAL = re.compile(r"\\([0-7]{3})")
_CLIENT = re.compile(r"([^\s(]*)(?:\(([^)]*)\)?)?")
_QUOTED = re.compile(r'"([^"]*)"?|((?:[^\s\\"]|\\.)+)')
_KEYWORD = re.compile(
    r"r[ow]|(?:in)?secure|a?sync|nordirplus|security_label|(?:no)?hide|(?:no)?crossmnt|(?:no)?zfs_snapdir|(?:no_)?wdelay"
    r"|(?:no_)?(?:root|all)_squash|(?:no_)?subtree_check|(?:no_)?auth_nlm|(?:in)?secure_locks|(?:no_)?(?:acl|pnfs)"
    r"|anon[ug]id=-?\d+|squash_[ug]ids=.*|[-\d,]*|fsid=.+|mountpoint(?:=.*)?|mp(?:=.*)?|refer=.*|replicas=.*|sec=.+|xprtsec=.+"
    r"|reexport=(?:auto-fsidnum|predefined-fsidnum|none)"
)
"""The options of exports(5); what stands behind a comma in `squash_uids=0-10,20` looks like one."""
Problems = list[Problem]


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


def mounts(data: bytes, problems: Problems | None = None) -> tuple[Mount, ...]:
    """The rows of `fstab`; such as have no type are left out, as by mount, and added to `problems`.

    Raises FormatError for binary text and past bounds.
    """
    return tuple(
        Mount(_plain(words[0]), _plain(words[1]), words[2], _options(words[3] if len(words) > 3 else ""), line)
        for line, words in _rows(data)
        if _long_enough(words, 3, line, problems)
    )


def encrypted(data: bytes, problems: Problems | None = None) -> tuple[Encrypted, ...]:
    """The rows of `crypttab`; such as name no device are left out and added to `problems`.

    Raises FormatError for binary text and past bounds.
    """
    return tuple(
        Encrypted(words[0], words[1], _key(words[2] if len(words) > 2 else ""), _options((*words, "", "")[3]), line)
        for line, words in _rows(data)
        if _long_enough(words, 2, line, problems)
    )


def _long_enough(words: list[str], least: int, line: int, problems: Problems | None) -> bool:
    """Whether a row has the columns that it must have."""
    if len(words) < least and problems is not None:
        problems.append(Problem(line, f"a row of {len(words)} columns where {least} are needed is passed over"))
    return len(words) >= least


def _key(text: str) -> str:
    return "" if text in ("none", "-") else text


def exports(data: bytes, problems: Problems | None = None) -> tuple[Export, ...]:
    """A row for each client of `exports`; what is wrong with a row that is refused is added to `problems`.

    Options that stand by themselves, behind a blank, are those of every client. Raises FormatError for binary text and
    past bounds.
    """
    found: list[Export] = []
    for line, row in _lines(data, joined=True):
        path = _QUOTED.match(row)
        wrong = _refusal(row, path)
        if wrong and problems is not None:
            problems.append(Problem(line, f"exportfs refuses the row and reads none below it: {wrong}"))
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


def _refusal(row: str, path: re.Match[str] | None) -> str:
    """Why exportfs refuses a row; empty where it does not."""
    name = (path[1] if path[1] is not None else path[2]) if path is not None else ""
    if path is None or not name.startswith("/"):
        return f"no absolute path: {row[:40]!r}"
    for client in row[path.end() :].split():
        listed = client[1:] if client.startswith("-") else client.partition("(")[2]
        if not client.startswith("-") and "(" in client:
            if listed.partition(")")[1:] != (")", ""):
                return f"a bad list of options: {client[:60]!r}"
            listed = listed[:-1]
        wrong = next((option for option in listed.split(",") if not _KEYWORD.fullmatch(option)), None)
        if wrong is not None:
            return f"an unknown option: {wrong[:40]!r}"
    return ""


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
