"""Rules of the kernel's audit system: `/etc/audit/rules.d/*.rules`, `audit.rules`.

Source: audit.rules(7), auditctl(8), augenrules(8) of audit 3.0.9: the first rule that fits an event decides, `-D` drops
those before it, and nothing is taken after `-e 2`. A row that auditctl refuses ends the loading unless `-i` or `-c`
stands before it (src/auditctl.c of 3.0.9 and 4.2, checked 2026-11-30).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["AuditRule", "Control", "Refused", "in_effect", "read"]

SIZE = 1 << 20
ROWS = 10_000
ALONE = frozenset("-h -i -c -s -l -D -v -t --loginuid-immutable --reset-lost --reset_backlog_wait_time_actual".split())
"""Flags without a value."""
TAKING = frozenset("-C -e -f -r -b -a -A -d -S -F -m -R -w -W -k -p -q --backlog_wait_time --signal".split())
"""Flags with one."""
LISTS = frozenset(("task", "exit", "user", "exclude", "filesystem", "io_uring"))
_OPERATOR = re.compile(r"\w+(?:!=|>=|<=|&=|=|>|<|&)\S")


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


class Refused(Struct, frozen=True):
    """A row that auditctl refuses."""

    what: str
    """What is wrong with it."""
    line: int
    path: str = ""


Row = Control | AuditRule | Refused


def read(data: bytes, path: str = "") -> tuple[Row, ...]:
    """The rows, those that auditctl refuses among them.

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
        words = _apart(words)
        if any(flag in ("-a", "-A") and "possible" in value.split(",") for flag, value in _pairs(words)):
            continue  # an action of old kernels that is passed over
        wrong = _refusal(words)
        row = Refused(wrong, line, path) if wrong else _row(words, line, path)
        if row is not None:
            found.append(row)
        if len(found) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)


def in_effect(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows that hold once all were loaded in their order."""
    found: list[Row] = []
    tolerant = False
    for row in rows:
        if isinstance(row, Refused):
            if tolerant:
                continue
            break
        tolerant = tolerant or (isinstance(row, Control) and row.flag in ("-i", "-c"))
        if isinstance(row, Control) and row.flag == "-D":
            found = [each for each in found if isinstance(each, Control)]
            continue
        found.append(row)
        if isinstance(row, Control) and (row.flag, row.value) == ("-e", "2"):
            break
    return tuple(found)


def _apart(words: list[str]) -> list[str]:
    """Words with values apart from their flags: `-S`, `execve` for `-Sexecve`."""
    found: list[str] = []
    for word in words:
        if word[:2] in TAKING and len(word) > 2:
            found += (word[:2], word[2:])
        elif word.startswith("--") and "=" in word:
            found += word.partition("=")[::2]
        else:
            found.append(word)
    return found


def _refusal(words: list[str]) -> str:
    """Why auditctl refuses a row; empty where it does not, or where only the kernel and its tables can say."""
    if not words or not words[0].startswith("-"):
        return "no flag stands first"
    pairs: dict[str, list[str]] = {}
    at = 0
    while at < len(words):
        flag = words[at]
        at += 1
        if not flag.startswith("-"):
            return f"{flag[:40]!r} belongs to no flag"
        if flag in ALONE:
            continue
        if flag not in TAKING:
            return f"no flag of auditctl: {flag[:40]!r}"
        if at == len(words):
            return f"{flag} without a value"
        pairs.setdefault(flag, []).append(words[at])
        at += 1
    return _wrong_value(pairs)


def _wrong_value(pairs: dict[str, list[str]]) -> str:
    """Which value of a row auditctl refuses."""
    order = list(pairs)
    if "-F" in order and not {"-a", "-A", "-d"} & {*order[: order.index("-F")]}:
        return "the list has to stand before the fields"
    if len(pairs.keys() & {"-a", "-A", "-d", "-w", "-W"}) > 1:
        return "one rule or watch a row"
    for value in (*pairs.get("-a", ()), *pairs.get("-A", ()), *pairs.get("-d", ())):
        parts = value.split(",")
        if len(parts) != 2 or len(LISTS & {*parts}) != 1 or not {"always", "never"} & {*parts}:
            return f"a list and `always` or `never` are needed, not {value[:40]!r}"
    for value in (*pairs.get("-w", ()), *pairs.get("-W", ())):
        if not value.startswith("/"):
            return f"a watch needs an absolute path, not {value[:40]!r}"
    for value in pairs.get("-p", ()):
        if not {*value.lower()} <= {*"rwxa"} or len(value) > 4:
            return f"permissions are r, w, x and a, not {value[:40]!r}"
    for value in (*pairs.get("-F", ()), *pairs.get("-C", ())):
        if not _OPERATOR.match(value):
            return f"a field needs an operator and a value: {value[:40]!r}"
    if not pairs.keys() & {"-a", "-A", "-d", "-w", "-W"} and pairs.keys() & {"-k", "-F", "-S", "-p", "-C"}:
        return "a rule needs -a, -A or -w"
    return ""


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
