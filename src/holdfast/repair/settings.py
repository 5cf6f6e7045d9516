"""Changes of files that hold one setting a line: the value of the line that counts, or a new line where it counts.

Source: slurm.conf(5), cgroup.conf(5): `Key=value`, any case, the last one wins; sshd_config(5): `Key value`, any case,
the first one wins, and what follows a `Match` holds for some connections only; sysctl.d(5): the last one wins;
redis.conf: `key value`, the last one wins; enroot.conf: `KEY value`; postgresql.conf: `key = value`, the last one
wins; nginx: `key value;` in blocks; journald.conf(5): `Key=value` in one section; auditd.conf(5): `key = value`, any
case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from holdfast.core.errors import RepairError

LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Dialect(NamedTuple):
    """How a family of files is written."""

    sign: str
    """What a new line has between key and value."""
    first_wins: bool = False
    any_case: bool = True
    loose: bool = False
    """Whether an equals sign may stand between key and value, or blanks alone."""
    section: str = ""
    """The key of a line behind which settings hold for a part only."""


DIALECTS = (
    (re.compile(r"(?:slurm|slurmdbd|cgroup|gres|job_container)\.conf"), Dialect("=")),
    (
        re.compile(r"sshd_config|.*sshd_config\.d/[^/]+\.conf"),
        Dialect(" ", first_wins=True, loose=True, section="match"),
    ),
    (re.compile(r"(?:.*/)?sysctl\.conf|.*sysctl\.d/[^/]+\.conf"), Dialect(" = ", any_case=False)),
    (re.compile(r"(?:[\w.-]+[.-])?redis\.conf"), Dialect(" ")),
    (re.compile(r"postgresql\.conf"), Dialect(" = ", loose=True)),
    (re.compile(r"journald\.conf|.*journald\.conf\.d/[^/]+\.conf"), Dialect("=", any_case=False)),
    (re.compile(r"auditd\.conf"), Dialect(" = ")),
    (re.compile(r"enroot\.conf"), Dialect(" ", any_case=False)),
)
"""What a path, or the name in it, looks like -> how the file is written."""


def dialect_of(path: str) -> Dialect | None:
    """The dialect of a file, None for one that is not known."""
    names = (path, path.rpartition("/")[2])
    return next((dialect for name, dialect in DIALECTS if any(map(name.fullmatch, names))), None)


def put(text: str, path: str, key: str, value: str, line: int = 0) -> str:
    """The text with a setting at a value. Raises RepairError.

    Where it stands on `line` (from 1) for a part only, it is changed there, else where it holds for everything.
    """
    dialect = dialect_of(path)
    if dialect is None:
        raise RepairError("it is not known how this file is written")
    lines = LINE.findall(text)
    if any(line.rstrip("\r\n").endswith("\\") for line in lines):
        raise RepairError("lines of the file are continued by a backslash")
    flags = re.IGNORECASE if dialect.any_case else 0
    spaced = r"(?:\s*=\s*|\s+)" if dialect.loose else r"\s*=\s*" if "=" in dialect.sign else r"\s+"
    quoted = r""""[^"\r\n]*"|'[^'\r\n]*'|[^\s#"']+"""
    given = re.compile(rf"(\s*{re.escape(key)}{spaced})({quoted})(?=\s|#|$)", flags)
    common = _common(lines, dialect)
    found = [number for number, line in enumerate(lines[:common]) if given.match(line)]
    if common < line <= len(lines) and given.match(lines[line - 1]):
        found = [line - 1]
    if not found:
        return _added(lines, common, f"{key}{dialect.sign}{value}", re.compile(rf"\s*#\s*{re.escape(key)}\b", flags))
    number = found[0] if dialect.first_wins else found[-1]
    lines[number] = given.sub(lambda match: match[1] + value, lines[number], count=1)
    return "".join(lines)


def drop(text: str, line: int, key: str, words: Sequence[str]) -> str:
    """The text without some words of a setting on a line, which a semicolon ends. Raises RepairError."""
    lines = LINE.findall(text)
    given = re.compile(rf"((?:^|[;{{])\s*{re.escape(key)})((?:[ \t]+[\w.+-]+)+)(?=[ \t]*;)")
    found = list(given.finditer(lines[line - 1])) if 0 < line <= len(lines) else []
    if len(found) != 1:
        raise RepairError("the setting is not on that line alone")
    kept = [word for word in found[0][2].split() if word not in words]
    if not kept:
        raise RepairError("nothing would be left of it")
    if len(kept) < len(found[0][2].split()):
        before, after = lines[line - 1][: found[0].start(2)], lines[line - 1][found[0].end() :]
        lines[line - 1] = f"{before} {' '.join(kept)}{after}"
    return "".join(lines)


def _common(lines: Sequence[str], dialect: Dialect) -> int:
    """How many lines hold for everything."""
    if not dialect.section:
        return len(lines)
    starts = re.compile(rf"\s*{dialect.section}\s", re.IGNORECASE)
    return next((number for number, line in enumerate(lines) if starts.match(line)), len(lines))


def _added(lines: list[str], common: int, line: str, commented: re.Pattern[str]) -> str:
    """The text with a new line: below the commented-out one, or else at the end of what holds for everything."""
    end = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
    at = next((number + 1 for number in range(common) if commented.match(lines[number])), common)
    if at and not lines[at - 1].endswith("\n"):
        lines[at - 1] += end
        end = ""
    lines.insert(at, line + end)
    return "".join(lines)
