"""Units of systemd (`*.service`): sections, environment and command lines.

Quotes may open inside a word, as in systemd's own reader; its manual allows them only around a
whole word. Blind spots: drop-in files, specifiers (`%i` stays; `%%` is `%`).

Sources: systemd.syntax(7), systemd.exec(5) "Environment", systemd.service(5) "Command lines",
systemd.unit(5) "Specifiers".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["Assignment", "Exec", "Problem", "Setting", "Unit", "read"]

SIZE = 1 << 20
SETTINGS = 10_000
EXPANDED = 1 << 20
"""How many characters variables may add to command lines; past it words stay as written."""

_BLANKS = " \t\n\r"
_PREFIXES = "@-:+!|"
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ESCAPE = re.compile(r"[abfnrtvs\\\"']|x[0-9a-fA-F]{2}|[0-7]{3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}")
_ESCAPES = dict(zip("abfnrtvs\\\"'", "\a\b\f\n\r\t\v \\\"'", strict=True))
_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_]\w*)\}", re.ASCII)
_WHOLE_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)", re.ASCII)
_ORDINARY = re.compile(r"[^\\'\" \t\n\r]+")
_SEMICOLON = re.compile(r"(\\?);(?![^ \t\n\r])")
_END = "\0"
"""Between two command lines; a unit holds no NUL byte."""


class Problem(NamedTuple):
    """A line that systemd ignores."""

    line: int
    what: str


class Setting(NamedTuple):
    """`Key=value`, continued lines joined; `line` is its first."""

    section: str
    key: str
    value: str
    line: int


class Assignment(NamedTuple):
    """A variable that `Environment=` sets."""

    name: str
    value: str
    line: int


class Exec(Struct, frozen=True):
    """One command line."""

    key: str
    """`ExecStart`, `ExecStartPre`, ..."""
    argv: tuple[str, ...]
    """Program and arguments; a word that still contains `$` could not be resolved."""
    prefixes: str
    """The signs before the program, out of `@-:+!|`; what `@` puts in place of its name is left out."""
    line: int


class Unit(Struct, frozen=True):
    """A unit file; its lists are those of `[Service]`, with resets by an empty value applied."""

    settings: tuple[Setting, ...]
    environment: tuple[Assignment, ...]
    environment_files: tuple[str, ...]
    execs: tuple[Exec, ...]
    problems: tuple[Problem, ...]

    def values(self, section: str, key: str) -> tuple[Setting, ...]:
        """Every setting of that name, after the last empty one."""
        found: list[Setting] = []
        for each in self.settings:
            if (each.section, each.key) != (section, key):
                continue
            if each.value:
                found.append(each)
            else:
                found.clear()
        return tuple(found)

    @property
    def env(self) -> dict[str, str]:
        """The environment as names and values."""
        return {each.name: each.value for each in self.environment}


def read(data: bytes, variables: Mapping[str, str] | None = None) -> Unit:
    """The unit; `variables` are those of its environment files, where all of them were read.

    A line that systemd would ignore becomes a problem. Raises `FormatError` for text without a
    section, for NUL bytes, and for more than 1 MiB or 10,000 settings.
    """
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    if b"\0" in data:
        raise FormatError("a NUL byte", line=data.count(b"\n", 0, data.index(b"\0")) + 1, column=1)
    problems: list[Problem] = []
    settings = _settings(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"), problems)
    service = [each for each in settings if each.section == "Service"]
    environment = _environment(service, problems)
    files: list[str] = []
    for each in service:
        if each.key == "EnvironmentFile" and each.value:
            files.append(each.value)
        elif each.key == "EnvironmentFile":
            files.clear()
    # A file may override any variable, so with one that was not read nothing is known.
    known = {} if files and variables is None else {each.name: each.value for each in environment}
    known |= variables or {}
    return Unit(
        settings=tuple(settings),
        environment=environment,
        environment_files=tuple(files),
        execs=_execs(service, _Variables(known), problems),
        problems=tuple(sorted(problems)),
    )


def _settings(text: str, problems: list[Problem]) -> list[Setting]:
    settings: list[Setting] = []
    section = ""
    for line, row in _rows(text):
        if row.startswith("["):
            section = row[1:-1] if row.endswith("]") else ""
            if not section:
                problems.append(Problem(line, "a section without its closing bracket"))
            continue
        key, equals, value = row.partition("=")
        if not equals:
            problems.append(Problem(line, "expected Key=value, not a row without `=`"))
        elif not section:
            problems.append(Problem(line, "a setting outside of any section"))
        elif len(settings) == SETTINGS:
            raise FormatError(f"more than {SETTINGS} settings", line=line, column=1)
        else:
            settings.append(Setting(section, key.strip(_BLANKS), value.strip(_BLANKS), line))
    if not settings:
        raise FormatError("no section with a setting", hint="This is not a unit file.")
    return settings


def _rows(text: str) -> list[tuple[int, str]]:
    """Joined rows with the line that each begins at; comments may stand between continued lines."""
    rows: list[tuple[int, str]] = []
    parts: list[str] = []
    start = 0
    for line, raw in enumerate(text.split("\n"), 1):
        row = raw.rstrip("\r")
        if row.lstrip(_BLANKS)[:1] in ("#", ";"):
            continue
        start = start if parts else line
        if (len(row) - len(row.rstrip("\\"))) % 2:
            parts += (row[:-1], " ")
            continue
        parts.append(row)
        rows.append((start, "".join(parts).strip(_BLANKS)))
        parts = []
    rows.append((start, "".join(parts).strip(_BLANKS)))
    return [(line, row) for line, row in rows if row]


def _environment(service: list[Setting], problems: list[Problem]) -> tuple[Assignment, ...]:
    found: dict[str, Assignment] = {}
    for each in service:
        if each.key != "Environment":
            continue
        if not each.value:
            found = {}
        words, closed = _words(each.value)
        if not closed:
            problems.append(Problem(each.line, "a quote is not closed"))
        for number, word in enumerate(words, 1):
            name, equals, value = word.replace("%%", "%").partition("=")
            if equals and _NAME.fullmatch(name):
                found[name] = Assignment(name, value, each.line)
            else:
                problems.append(Problem(each.line, f"expected NAME=value as word {number} of Environment="))
    return tuple(found.values())


def _execs(service: list[Setting], variables: _Variables, problems: list[Problem]) -> tuple[Exec, ...]:
    found: dict[str, list[Exec]] = {}
    for each in service:
        if not each.key.startswith("Exec"):
            continue
        if not each.value:
            found.pop(each.key, None)
        words, closed = _words(each.value, commands=True)
        if not closed:
            problems.append(Problem(each.line, "a quote is not closed"))
        command: list[str] = []
        # A command line with an open quote is dropped, those before it stay.
        for word in [*words, _END] if closed else words:
            if word is not _END:
                command.append(word.replace("%%", "%"))
            elif command:
                found.setdefault(each.key, []).append(_exec(each, command, variables))
                command = []
    return tuple(sorted((each for key in found.values() for each in key), key=lambda each: each.line))


def _exec(setting: Setting, words: list[str], variables: _Variables) -> Exec:
    program = words[0].lstrip(_PREFIXES)
    prefixes = words[0][: len(words[0]) - len(program)]
    arguments = words[2 if "@" in prefixes else 1 :]
    if ":" not in prefixes:
        arguments = [part for word in arguments for part in variables.replaced(word)]
    return Exec(setting.key, (program, *arguments), prefixes, setting.line)


class _Variables:
    """Puts the values of `Environment=` into command lines."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known
        self._left = EXPANDED

    def replaced(self, word: str) -> list[str]:
        """The words that stand for `word`: `$NAME` alone is split at blanks, `${NAME}` is not."""
        if whole := _WHOLE_VARIABLE.fullmatch(word):
            value = self._value(whole)
            return [word] if value == word else _words(value)[0]
        return [_VARIABLE.sub(self._value, word)]

    def _value(self, match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        value = self._known.get(match[1], match[0])
        self._left -= len(value)
        return value if self._left >= 0 else match[0]


def _words(text: str, commands: bool = False) -> tuple[list[str], bool]:
    """The words of a value, and whether every quote is closed; a word with an open quote is left out.

    In `commands` a lone `;` gives `_END`; one behind a backslash is a word.
    """
    at, words = 0, []
    while at < len(text):
        if text[at] in _BLANKS:
            at += 1
        elif commands and (match := _SEMICOLON.match(text, at)):
            words.append(";" if match[1] else _END)
            at = match.end()
        else:
            word, at = _word(text, at)
            if at < 0:
                return words, False
            words.append(word)
    return words, True


def _word(text: str, at: int) -> tuple[str, int]:
    """The word at offset `at`, and the offset after it, which is -1 if a quote stays open."""
    parts: list[str] = []
    quote = ""
    while at < len(text):
        char = text[at]
        if match := _ORDINARY.match(text, at):
            parts.append(match[0])
            at = match.end()
        elif char == "\\":
            match = _ESCAPE.match(text, at + 1)
            at = match.end() if match else at + 1
            parts.append(_unescaped(match[0]) if match else "\\")
        elif char == quote:
            quote = ""
            at += 1
        elif not quote and char in "'\"":
            quote = char
            at += 1
        elif not quote and char in _BLANKS:
            break
        else:
            parts.append(char)
            at += 1
    return "".join(parts), -1 if quote else at


def _unescaped(escape: str) -> str:
    if escape in _ESCAPES:
        return _ESCAPES[escape]
    code = int(escape, 8) if escape[0].isdigit() else int(escape[1:], 16)
    # systemd keeps an escape that it does not accept as it is written.
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else f"\\{escape}"
