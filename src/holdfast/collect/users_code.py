"""The files that users may write which a script takes for its own code, by paths, folders and search paths.

Sources: ld.so(8), LD_PRELOAD, LD_AUDIT and LD_LIBRARY_PATH; bash(1), PATH and BASH_ENV; python(1), PYTHONPATH;
perlrun(1), PERL5LIB; module(1), `module use` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from holdfast.collect.calls import ROOT
from holdfast.collect.downloads import INTERPRETERS, SOURCING, program

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

OWNED = re.compile(
    r"~\w|~?\$\{?SLURM_(?:JOB_(?:WORK_DIR|USER)|SUBMIT_DIR)\b|/home/|/tmp/|/var/tmp/|/scratch/|/dev/shm/"
)
"""How paths begin that the job's owner writes to."""
ASKED = re.compile(
    r"\$\(\s{0,9}(?:\S{0,99}/)?(?:scontrol|squeue|sacct)\b.{0,400}?(?:workdir|%[.\d]{0,4}Z\b)", re.IGNORECASE
)
"""How they begin where Slurm is asked for the folder that the job's owner chose. Source: scontrol(1), squeue(1)."""
LOADING = ("LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "PYTHONPATH", "PERL5LIB", "BASH_ENV")
"""Variables that name files or folders from which every program, or one of a language, takes code."""
USUAL = frozenset(("/usr/bin", "/bin", "/usr/sbin", "/sbin", "$PATH", "${PATH}"))
"""Folders that hold what everybody runs: another one behind them adds programs, and replaces none."""
Place = tuple[str, int, int]
"""What is taken for code, with the line and column of the command."""


def of_users(commands: Iterable[Command], text: str, known: Mapping[str, str]) -> Iterator[Place]:
    """The files of users that a script runs, reads or searches; `known` was set before it starts."""
    here, last, spots = "", known, dict[str, tuple[int, int]]()
    for command in commands:
        if command.account not in ROOT:
            continue
        if command.env is not last:  # commands share what did not change
            yield from _searched(command, text, last, spots)
            last = command.env
        name = program(command.argv)
        if name in ("cd", "pushd", "popd"):
            here = _folder(here, command.argv)
            continue
        code = _code(name, command.argv)
        if here and not re.match(r"[/~$]", code) and (code != command.argv[0] or "/" in code) and code:
            code = f"{here.rstrip('/')}/{code.removeprefix('./')}"
        if _theirs(code):
            yield code, command.line, command.column


def _theirs(path: str) -> bool:
    return OWNED.match(path) is not None or ASKED.match(path) is not None


def _code(name: str, argv: tuple[str, ...]) -> str:
    """The file that a command runs, or takes its code from."""
    words = argv[1:]
    if name == "module":
        return next((word for word in words[1:] if not word.startswith("-")), "") if words[:1] == ("use",) else ""
    if name not in (*SOURCING, *INTERPRETERS):
        return argv[0]
    code = next((word for word in words if not word.startswith("-")), "")
    given = words[: words.index(code)] if code else ()
    return "" if any(re.fullmatch(r"-\w*[cm]|-[eE]", word) for word in given) else code


def _folder(here: str, argv: tuple[str, ...]) -> str:
    """The folder of users in which a script is after `cd`, empty for another one."""
    target = next((word for word in argv[1:] if not word.startswith("-") or word == "-"), "")
    if _theirs(target):
        return target
    return here if target and not target.startswith(("/", "~", "$", "-")) else ""


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
