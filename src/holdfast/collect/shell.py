"""What a shell script does with values that somebody else chose, and with the rights of files.

Source: POSIX.1-2017 XCU; chmod(1), umask(1p); Slurm's Prolog and Epilog Guide for the variables (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.calls import calls, mentions
from holdfast.collect.downloads import SOURCING, runs_download
from holdfast.collect.downloads import program as name_of
from holdfast.collect.users_code import of_users
from holdfast.core.asset import Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.shell.expansions import Expansion
from holdfast.formats.shell.reader import Command
from holdfast.kinds.script import Script, Use

__all__ = ["Conduct", "conduct", "interpreter"]

CHOSEN = re.compile(
    r"SLURM_(?:JOB_(?:NAME|COMMENT|CONSTRAINTS|EXTRA|STDERR|STDIN|STDOUT|WORK_DIR)|SUBMIT_DIR|WCKEY)|SPANK_\w+",
    re.ASCII,
)
"""Variables of which the job's owner writes the value."""
ASKING = re.compile(r"\b(?:scontrol|squeue|sacct)\b")
WRITTEN = re.compile(r"comment|jobname|workdir|std(?:out|err|in)\b|command=|submitline|%[.\d]*[jkZo]\b", re.IGNORECASE)
"""What asks Slurm about a job, and the fields that its owner wrote. Source: scontrol(1), squeue(1), sacct(1)."""
WHOLE = re.compile(r"\bscontrol\b[^|;&\n]*\bshow\b[^|;&\n]*\bjob\b[^|;&\n]*")
"""What prints all of a job's fields."""
OPEN = re.compile(r"/(?:tmp|var/tmp|dev/shm)/")
"""How paths begin in folders in which every account may make files, and links."""
BUILTINS = frozenset(
    "[ [[ : . alias bg break builtin case cd command continue declare dirs echo eval exec exit export false fg for"
    " function getopts hash help if jobs kill let local logout popd printf pushd pwd read readonly return set shift"
    " shopt source test time times trap true type typeset ulimit umask unalias unset until wait while".split()
)
INDIRECT = "run-parts"
"""The command that runs all that stands in a folder."""
FUNCTION = re.compile(r"^[ \t]*(?:function[ \t]+)?([\w-]{1,80})[ \t]*\(\)", re.ASCII | re.MULTILINE)
SHELL = re.compile(rb"#![^\n]*\b(?:ba|da|k|z)?sh\b")
INTERPRETER = re.compile(rb"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?)?(?:\S*/)?([\w.+-]{1,40})")
OPENING = re.compile(
    r"0?[0246]?[0-7]{0,2}[2367]"
    r"|(?:[ugo]*[oa][ugo]*)?\+[rxXst]*w\w*|[ugo]*[oa][ugo]*[+=][rxXst]*w\w*"
)
"""A mode that lets every account write, and without the sticky bit remove what others wrote."""
MODE = re.compile(r"^(?:-\w*m\n?|--mode[=\n])([\w,+=-]+)$", re.MULTILINE)
"""The mode among the words of a command, one a line, that makes files or folders. Source: mkdir(1), install(1)."""


class Given(NamedTuple):
    """What a script gets from the one that calls it."""

    env: Mapping[str, str] = {}
    chosen: frozenset[str] = frozenset()
    """Variables, and arguments as `1` or `@`, of which the job's owner writes the value."""
    calls: tuple[str, ...] = ()
    """Lines of the caller that call functions which stand here."""


class Conduct(NamedTuple):
    """A script with what it does, and the commands that it runs."""

    facts: Script
    commands: frozenset[str] | None
    """Names of programs, without folders; None where some of them cannot be told.

    What it calls by a path, or reads as its own code, does not count: that is another file's.
    """
    seen: frozenset[str] = frozenset()
    """Those that can be told."""
    ran: Sequence[Command] = ()
    chosen: frozenset[str] = frozenset()
    """Variables, and arguments as `1` or `@`, that hold text which the job's owner wrote, as far as they are used."""

    def holds(self, word: str) -> bool:
        """Whether a word of its commands holds such text."""
        return tells(word) is True or mentions(
            word, lambda name: name in self.chosen or CHOSEN.fullmatch(name) is not None
        )


def interpreter(data: bytes) -> Fact[str]:
    """What runs a program: by its first line; absent for a binary one, unobserved for text that does not say."""
    if SHELL.match(data):
        return "shell"
    match = INTERPRETER.match(data)
    if match is not None:
        return match[1].decode("ascii", "replace")
    return None if b"\0" in data[:4096] else UNSET


def conduct(facts: Script, text: str, spots: dict[str, Spot], given: Given = Given()) -> Conduct:  # noqa: B008 - frozen
    """What shell text does, unobserved where it cannot be read; places go into `spots`."""
    from holdfast.formats.shell import reader
    from holdfast.formats.shell.expansions import expansions

    def chosen(name: str) -> bool:
        return name in given.chosen or _of_owner(name)

    try:
        last = text.count("\n") + 1
        places = [e for e in expansions("\n".join((text, *given.calls)), chosen, tells) if e.line <= last]
        commands = [command for command in reader.read(text, given.env) if command.argv]
    except FormatError:
        return Conduct(facts, None)
    own = BUILTINS.union(FUNCTION.findall(text))
    facts = replace(
        facts,
        unquoted=_uses("unquoted", _expanded(places, evaluated=False), spots),
        evaluated=_uses("evaluated", _expanded(places, evaluated=True), spots),
        sourced=_uses("sourced", of_users(commands, text, given.env), spots),
        downloaded=_uses("downloaded", _at(0, (c for c in commands if runs_download(c))), spots),
        foreseen=_uses("foreseen", _foreseen(commands), spots),
        searched=_uses("searched", _at(0, (c for c in commands if _searched(c, own))), spots),
        opens_files=_uses("opens_files", _at(0, (c for c in commands if _opens(c))), spots),
    )
    names = frozenset(command.argv[0].rpartition("/")[2] for command in commands)
    read = sum(name_of(command.argv) in SOURCING for command in commands)
    unclear = INDIRECT in names or any("$" in name for name in names) or read > sum(c.sourced for c in calls(commands))
    held = {e.name for e in places if e.name.isidentifier()} | given.chosen
    return Conduct(facts, None if unclear else names, names, commands, frozenset(held))


def _of_owner(name: str) -> bool:
    """Whether a job's owner writes the value of a variable."""
    return CHOSEN.fullmatch(name) is not None


def _named(name: str) -> str:
    """How a use is called: by its variable, a function's parameter as `$1`, or by what was asked."""
    return name if name.isidentifier() else f"${name}" if name else "scontrol"


def tells(text: str) -> bool | None:
    """Whether a substitution prints what the job's owner wrote; None for one that does not ask Slurm."""
    if ASKING.search(text) is None:
        return None
    return WRITTEN.search(text) is not None or WHOLE.fullmatch(text.strip("$(`) ")) is not None


def _expanded(places: Iterable[Expansion], *, evaluated: bool) -> Iterable[tuple[str, int, int]]:
    """Where such a value becomes program text, or else is taken apart."""
    wanted = (e for e in places if e.evaluated is evaluated and (evaluated or not e.quoted))
    return ((_named(e.name), e.line, e.column) for e in wanted)


def _foreseen(commands: Iterable[Command]) -> Iterable[tuple[str, int, int]]:
    """The files in folders open to all that a command writes."""
    for command in commands:
        tee = command.argv[1:] if command.argv[0].rpartition("/")[2] == "tee" else ()
        for path in (*command.writes, *tee):
            if OPEN.match(path) and "$(" not in path and "RANDOM" not in path:
                yield path, command.line, command.column


def _searched(command: Command, own: frozenset[str]) -> bool:
    """Whether the shell has to search for a program without having been told where."""
    name = command.argv[0]
    bare = "/" not in name and "$" not in name and name not in own
    return bare and not command.sourced and "PATH" not in command.env


def _opens(command: Command) -> bool:
    """Whether it lets every account write files: `chmod 777`, `chmod o+w`, `umask 0`, `mkdir -m 777`."""
    name, words = command.argv[0].rpartition("/")[2], [word for word in command.argv[1:] if not word.startswith("-")]
    if name == "umask":
        return bool(words) and re.fullmatch(r"0*[0-7]{0,2}[0145]", words[0]) is not None
    if name in ("mkdir", "install"):
        modes = MODE.findall("\n".join(command.argv))
    else:
        modes = words[:1] if name == "chmod" else []
    return any(OPENING.fullmatch(part) for mode in modes for part in mode.split(","))


def _at(word: int, commands: Iterable[Command]) -> Iterable[tuple[str, int, int]]:
    """A word of each command, with its command's place."""
    return ((command.argv[word], command.line, command.column) for command in commands)


def _uses(fact: str, places: Iterable[tuple[str, int, int]], spots: dict[str, Spot]) -> list[Use]:
    """One use for each name, at its first place."""
    found: dict[str, Spot] = {}
    for name, line, column in places:
        found.setdefault(name, Spot(line, column))
    spots.update({f"{fact}[{index}]": spot for index, spot in enumerate(found.values())})
    return [Use(name=name) for name in found]
