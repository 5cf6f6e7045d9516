"""The statements of one sudoers file.

Source: sudoers(5) of sudo 1.9.13 and 1.9.17; what is left out of a rule: SELinux roles, dates, timeouts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem, decoded
from holdfast.formats.sudoers.defaults import SETTINGS
from holdfast.formats.sudoers.words import cut, rows, unquoted, words

__all__ = ["Alias", "Command", "Default", "File", "Include", "Problem", "Specification", "read"]

SIZE = 1 << 20
ROWS = 10_000
LONG = 1 << 16
"""Longest row, in characters."""
SPECIFICATIONS = 100
"""Most specifications in a row."""
_INCLUDE = re.compile(r"[#@]include(dir)?\s+(.+)")
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.+)", re.DOTALL)
_DEFAULTS = re.compile(r"Defaults(?:([@:!>])\s*((?:\\.|\"[^\"]*\"|,\s+|[^\s])+))?(?:\s+(.*))?", re.DOTALL)
_PARAMETER = re.compile(r"(!*)\s*([\w-]+)\s*(?:([+-]?=)\s*(.*))?", re.DOTALL)
_COMMAND = re.compile(r"""["\\]?/|\^|ALL$|ALL\s|sudoedit\b|list\b|[A-Z][A-Z0-9_]*$""")
"""How a command begins: a path, a regular expression, a word that sudo knows, an alias."""
_TAG = re.compile(r"(NO)?(PASSWD|EXEC|SETENV|FOLLOW|LOG_INPUT|LOG_OUTPUT|MAIL|INTERCEPT)\s*:\s*")
_OPTION = re.compile(
    r'(?:ROLE|TYPE|TIMEOUT|CWD|CHROOT|NOTBEFORE|NOTAFTER|PRIVS|LIMITPRIVS|APPARMOR_PROFILE)\s*=\s*(?:"[^"]*"|\S+)\s*'
)
_DIGEST = re.compile(r"sha(?:224|256|384|512)\s*:\s*[A-Za-z0-9+/=]+\s*")


class Include(NamedTuple):
    """Another file, or every file of a folder, read at this place."""

    name: str
    folder: bool
    line: int


class Alias(NamedTuple):
    """`User_Alias NAME = members` and the like; `kind` is `User`, `Runas`, `Host` or `Cmnd`."""

    kind: str
    name: str
    members: tuple[str, ...]
    line: int


class Default(NamedTuple):
    """One setting; `scope` is empty, or what it is limited to with its sign: `:alice`, `!/bin/x`."""

    scope: str
    name: str
    operator: str
    """`=`, `+=`, `-=`; `on` and `off` for a flag."""
    value: str
    line: int


class Command(Struct, frozen=True):
    """One command of a specification, with what was set for it or one before it."""

    text: str
    """The command and its arguments as written, `ALL` or an alias; signs for negation left out."""
    negated: bool
    run_as: tuple[str, ...] | None
    """Users as whom; None for the default, root."""
    tags: dict[str, bool]
    """`PASSWD`, `EXEC`, `SETENV`, ... -> on or off."""


class Specification(Struct, frozen=True):
    """Who may run what, and where."""

    users: tuple[str, ...]
    hosts: tuple[str, ...]
    commands: tuple[Command, ...]
    line: int


class File(Struct, frozen=True):
    """The statements of a file, in their order."""

    statements: tuple[Include | Alias | Default | Specification, ...]
    problems: tuple[Problem, ...]


Statement = Include | Alias | Default | Specification


def read(data: bytes) -> File:
    """The statements. Raises FormatError for binary text and past 1 MiB or 10,000 rows."""
    found: list[Statement] = []
    problems: list[Problem] = []
    for line, row in rows(decoded(data, SIZE)):
        before = len(found)
        if len(row) > LONG:
            raise FormatError(f"a row of more than {LONG} characters", line=line, column=1)
        if match := _INCLUDE.fullmatch(row):
            found.append(Include(unquoted(match[2].strip()), bool(match[1]), line))
        elif match := _ALIAS.fullmatch(row):
            kind = "Cmnd" if match[1] == "Cmd" else match[1]
            for each in cut(match[2], ":") if kind != "Cmnd" else _aliases(match[2]):
                name, *members = cut(each, "=", 1)
                if members:
                    found.append(Alias(kind, name, tuple(filter(None, cut(members[0], ","))), line))
        elif match := _DEFAULTS.fullmatch(row):
            scope = f"{match[1]}{match[2]}" if match[1] else ""
            found += filter(None, (_default(scope, text, line) for text in cut(match[3] or "", ",")))
        else:
            found += _specifications(row, line)
        problems += _problems(found[before:], row, line)
        if len(found) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return File(tuple(found), tuple(problems))


def _problems(statements: list[Statement], row: str, line: int) -> Iterator[Problem]:
    """What sudo refuses or passes over in a row."""
    if not statements:
        yield Problem(line, f"not a statement: {row[:40]!r}")
    for each in statements:
        if isinstance(each, Default) and each.name not in SETTINGS:
            yield Problem(line, f"no setting of sudo, and so without effect: {each.name[:40]!r}")
        elif isinstance(each, Specification):
            if not each.commands:
                yield Problem(line, f"a specification without commands: {row[:40]!r}")
            for command in each.commands:
                if _COMMAND.match(command.text) is None:
                    yield Problem(line, f"a command needs its whole path: {command.text[:40]!r}")


def _aliases(text: str) -> list[str]:
    """Definitions of commands that share a row; a colon that belongs to a digest parts nothing."""
    return [part.strip() for part in re.split(r":(?=\s*[A-Z][A-Z0-9_]*\s*=)", text)]


def _default(scope: str, text: str, line: int) -> Default | None:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        return None
    if match[3]:
        return Default(scope, match[2], match[3], unquoted(match[4].strip()), line)
    return Default(scope, match[2], "off" if len(match[1]) % 2 else "on", "", line)


def _specifications(row: str, line: int) -> list[Specification]:
    """The specifications of a row: `USERS HOSTS = COMMANDS : HOSTS = COMMANDS`."""
    left, *right = cut(row, "=", 1)
    sides = words(re.sub(r"\s*,\s*", ",", left))
    if len(sides) < 2 or not right or not right[0]:
        return []
    users, found = tuple(cut(" ".join(sides[:-1]), ",")), []
    hosts, rest = sides[-1], right[0]
    while True:
        commands, following = _commands(rest)
        found.append(Specification(users, tuple(cut(hosts, ",")), tuple(commands), line))
        hosts, *right = cut(following, "=", 1)
        if not right or len(found) == SPECIFICATIONS:
            return found
        rest = right[0]


def _commands(text: str) -> tuple[list[Command], str]:
    """The commands up to a colon that begins another specification, and what follows it."""
    found: list[Command] = []
    run_as: tuple[str, ...] | None = None
    tags: dict[str, bool] = {}
    parts = cut(text, ",")
    for index, part in enumerate(parts):
        rest = part
        while True:
            if rest.startswith("(") and ")" in rest:
                inner, _, rest = rest[1:].partition(")")
                run_as = tuple(filter(None, cut(cut(inner, ":", 1)[0], ",")))
            elif match := _TAG.match(rest):
                tags = {**tags, match[2]: not match[1]}
                rest = rest[match.end() :]
            elif match := _OPTION.match(rest) or _DIGEST.match(rest):
                rest = rest[match.end() :]
            else:
                break
            rest = rest.strip()
        command, *following = cut(rest, ":", 1)
        bare = command.lstrip("!").strip()
        if bare:
            negated = (len(command) - len(command.lstrip("!"))) % 2 == 1
            found.append(Command(bare, negated, run_as, tags))
        if following:
            return found, ",".join([following[0], *parts[index + 1 :]])
    return found, ""
