"""The files that users may write which a script takes for its own code, by paths, folders and search paths.

Sources: ld.so(8), LD_PRELOAD, LD_AUDIT and LD_LIBRARY_PATH; bash(1), PATH and BASH_ENV; python(1), PYTHONPATH;
perlrun(1), PERL5LIB; module(1), `module use`; run-parts(8); find(1), -exec; awk(1) and sed(1), -f (checked
2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from posixpath import join, normpath
from typing import TYPE_CHECKING

from holdfast.collect.calls import ROOT
from holdfast.collect.downloads import INTERPRETERS, SOURCING, program
from holdfast.collect.launches import SHELLS

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

OWNED = re.compile(
    r"~\w|~?\$\{?SLURM_(?:JOB_(?:WORK_DIR|USER)|SUBMIT_DIR)\b|/home/|/tmp/|/var/tmp/|/scratch/|/dev/shm/|/run/user/"
    r"|(?!/(?:etc|usr|opt|var|run|sys|proc|lib\w*|s?bin|root|boot)/)/(?:[\w./-]{0,200}/)?\$\{?SLURM_JOB_(?:USER|UID)\b\}?/"
)
"""How paths begin that the job's owner writes to: also a folder that bears the owner's name."""
ASKED = re.compile(
    r"\$\(\s{0,9}(?:(?:\S{0,99}/)?(?:scontrol|squeue|sacct)\b.{0,400}?(?:workdir|%[.\d]{0,4}Z\b)"
    r"|eval\s{1,9}echo\s{1,9}[\"'\\]{0,2}~"
    r"|(?:\S{0,99}/)?getent\s{1,9}passwd\s{1,9}[\"']?\$[^)]{0,300}?(?:-f\s{0,9}|\$)6\b)",
    re.IGNORECASE,
)
"""How they begin where a program is asked for the folder that the job's owner chose, or for their home.

Source: scontrol(1), squeue(1), getent(1), passwd(5): the sixth field.
"""
PRINTED = re.compile(r"[$<]\(\s{0,9}(?:(?:\S{0,99}/)?cat\s{1,9}|<\s{0,9})[\"']?([^\s\"')]{1,999})")
"""A text that is taken from a file: `$(cat x)`, `$(<x)`, `<(cat x)`."""
LISTED = re.compile(r"\$\(\s{0,9}(?:\S{0,99}/)?(?:ls|find|echo)\s{1,9}([^)]{1,999})\)")
"""A text of names of files."""
VARIABLE = re.compile(r"\$(?:\{(\w{1,99})\}|(\w{1,99}))", re.ASCII)
PASSING = frozenset(("cat", "sed", "tac", "zcat", "gunzip", "base64", "envsubst"))
"""Programs that print the files that they are given."""
SCRIPTED = frozenset(("awk", "gawk", "mawk", "nawk", "sed"))
"""Programs that take their script from a file behind `-f`."""
LANGUAGES = INTERPRETERS | {"lua", "luajit", "php", "Rscript", "tclsh", "expect"}
EXECUTED = frozenset(("-exec", "-execdir", "-ok", "-okdir"))
"""Words of find(1) behind which a command stands."""
LOADING = ("LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "PYTHONPATH", "PERL5LIB", "BASH_ENV")
"""Variables that name files or folders from which every program, or one of a language, takes code."""
USUAL = frozenset(("/usr/bin", "/bin", "/usr/sbin", "/sbin", "$PATH", "${PATH}"))
"""Folders that hold what everybody runs: another one behind them adds programs, and replaces none."""
Place = tuple[str, int, int]
"""What is taken for code, with the line and column of the command."""


def of_users(commands: Iterable[Command], text: str, known: Mapping[str, str]) -> Iterator[Place]:
    """The files of users that a script runs, reads or searches; `known` was set before it starts."""
    last, spots = known, dict[str, tuple[int, int]]()
    printed: dict[str, tuple[str, ...]] = {}
    for command in commands:
        if command.account not in ROOT:
            continue
        if command.env is not last:  # commands share what did not change
            yield from _searched(command, text, last, spots)
            last = command.env
        name = program(command.argv)
        if name in PASSING:
            printed[name] = command.argv[1:]
        for code in filter(None, _codes(command, name, printed)):
            path = next((path for path in _paths(command, code) if _theirs(path)), "")
            if path:
                yield path, command.line, command.column


def _theirs(path: str) -> bool:
    return OWNED.match(f"{path}/") is not None or ASKED.match(path) is not None


def _codes(command: Command, name: str, printed: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """The files that a command runs, or takes its code from; `printed` are those that programs before it print."""
    code = _code(name, command.argv)
    if code or name not in LANGUAGES or any(_inline(word) for word in command.argv[1:]):
        return (code,)
    return (*printed.get(command.piped_from, ()), *(file for sign, file in command.redirections if sign == "<"))


def _code(name: str, argv: tuple[str, ...]) -> str:
    """The file that a command runs, or takes its code from, as it is written there; a bare name is none."""
    words = argv[1:]
    plain = [word for word in words if not word.startswith("-")]
    if name == "module":
        return "".join(plain[1:2]) if words[:1] == ("use",) else ""
    if name == "run-parts":
        return "".join(plain[-1:])
    if name in SCRIPTED:
        return next(
            (file for word, after in zip(words, (*words[1:], ""), strict=True) for file in _option(word, after)), ""
        )
    if name == "find":
        return next((after for word, after in pairwise(words) if word in EXECUTED), "")
    if name not in SOURCING and re.sub(r"[\d.]+$", "", name) not in LANGUAGES:
        return argv[0] if "/" in argv[0] or "$" in argv[0] else ""
    code = "".join(plain[:1])
    before = words[: words.index(code)] if code else ()
    data = any(_inline(word) or (name in SHELLS and re.fullmatch(r"-[a-z]*s[a-z]*", word)) for word in before)
    return "" if data else code


def _option(word: str, after: str) -> Iterator[str]:
    """The file behind `-f`."""
    match = re.fullmatch(r"(?:-[nErsuzi]{0,9}f|--file(?:=|$))(.*)", word)
    if match is not None:
        yield match[1] or after


def _inline(word: str) -> bool:
    """Whether an interpreter's code stands behind a word."""
    return re.fullmatch(r"-\w*[cm]|-[eE]", word) is not None


def _paths(command: Command, code: str) -> Iterator[str]:
    """The paths that a word may stand for, with the folder that they count from."""
    printed = PRINTED.match(code)
    variable = VARIABLE.match(code)
    values: Iterable[str] = (code,)
    if printed is not None:
        values = (printed[1],)
    elif variable is not None and (variable[1] or variable[2]) in command.each:
        words = command.each[variable[1] or variable[2]]
        texts = (listed[1] if (listed := LISTED.match(word)) else word for word in words)
        values = (f"{value}{code[variable.end() :]}" for text in texts for value in text.split())
    for value in values:
        path = value if re.match(r"[/~$]", value) else join(command.folder, value.removeprefix("./"))
        yield normpath(path) if "/../" in path and "(" not in path else path


def _searched(
    command: Command, text: str, before: Mapping[str, str], spots: dict[str, tuple[int, int]]
) -> Iterator[Place]:
    """The folders and files of users in variables that name where code lies; `spots` are where these are set first."""
    for name in ("PATH", *LOADING):
        value = command.env.get(name, "")
        if value == before.get(name, ""):
            continue
        for item in re.split(r"[:\s]", value) if name == "LD_PRELOAD" else value.split(":"):
            if name == "PATH" and item.rstrip("/") in USUAL:
                break
            if _theirs(item):
                spots[name] = spots.get(name) or _spot(name, text) or (command.line, command.column)
                yield item, *spots[name]


def _spot(name: str, text: str) -> tuple[int, int] | None:
    match = re.search(rf"(?<![\w$]){name}\+?=", text)
    if match is None:
        return None
    return text.count("\n", 0, match.start()) + 1, match.start() - text.rfind("\n", 0, match.start())
