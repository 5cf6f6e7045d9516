"""Rules of the kernel's audit system: `/etc/audit/rules.d/*.rules`, `audit.rules`.

Source: audit.rules(7), auditctl(8), augenrules(8) of audit 3.0.9: the first rule that fits an event decides, `-D` drops
those before it, and nothing is taken after `-e 2`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["AuditRule", "Control", "in_effect", "read"]

SIZE = 1 << 20
ROWS = 10_000


class Control(Struct, frozen=True):
    """A row that sets up the system: `-e 2`, `-b 8192`, `-f 1`, `-D`."""

    flag: str
    value: str
    line: int
    path: str = ""


class AuditRule(Struct, frozen=True):
    """A row that says what is recorded."""

    always: bool
    """False for `never`, which keeps what fits from being recorded."""
    list: str
    """`exit`, `task`, `user`, `exclude`, `filesystem`."""
    syscalls: tuple[str, ...]
    """Names, or `all`; none for a watch."""
    fields: tuple[str, ...]
    """Conditions as written: `auid>=1000`, `path=/etc/passwd`, `uid!=euid` for `-C`."""
    place: str
    """The file or folder that it watches; empty for none."""
    permissions: str
    """Of what is watched: `r`, `w`, `x`, `a`; all where none are named."""
    line: int
    path: str = ""


Row = Control | AuditRule


def read(data: bytes, path: str = "") -> tuple[Row, ...]:
    """The rows; such as are none are left out, as auditctl refuses them.

    Raises FormatError for binary text and past 1 MiB or 10,000 rows.
    """
    found: list[Row] = []
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        try:
            words = shlex.split(text)
        except ValueError:
            words = text.split()
        row = _row(words, line, path)
        if row is not None:
            found.append(row)
        if len(found) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)


def in_effect(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows that hold once all were loaded in their order."""
    found: list[Row] = []
    for row in rows:
        if isinstance(row, Control) and row.flag == "-D":
            found = [each for each in found if isinstance(each, Control)]
            continue
        found.append(row)
        if isinstance(row, Control) and (row.flag, row.value) == ("-e", "2"):
            break
    return tuple(found)


def _row(words: list[str], line: int, path: str) -> Row | None:
    if words[0] in ("-D", "-e", "-b", "-f", "-r", "--backlog_wait_time", "-i", "-c", "--loginuid-immutable"):
        return Control(words[0], words[1] if len(words) > 1 else "", line, path)
    always, queue, place, permissions, watch = True, "exit", "", "", False
    syscalls: list[str] = []
    fields: list[str] = []
    for flag, value in _pairs(words):
        if flag in ("-a", "-A"):
            parts = value.split(",")
            always = "never" not in parts
            queue = next((part for part in parts if part not in ("always", "never", "possible")), "exit")
            watch = True
        elif flag == "-w":
            place, watch = value, True
        elif flag == "-p":
            permissions = value
        elif flag == "-S":
            syscalls += value.split(",")
        elif flag in ("-F", "-C"):
            fields.append(value)
            name, _, rest = value.partition("=")
            place = rest if name in ("path", "dir") else place
            permissions = rest if name == "perm" else permissions
    if not watch:
        return None
    return AuditRule(
        always, queue, tuple(syscalls), tuple(fields), place.rstrip("/") or place, permissions or "rwxa", line, path
    )


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    """Flags with their values."""
    at = 0
    while at < len(words):
        if words[at].startswith("-") and at + 1 < len(words):
            yield words[at], words[at + 1]
            at += 1
        at += 1
