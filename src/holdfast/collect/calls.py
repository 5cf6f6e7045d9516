"""The files that a shell script runs or reads as its own code, by the paths that stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from holdfast.collect.downloads import INTERPRETERS, SOURCING, given

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

ROOT = ("", "root", "0")
LITERAL = re.compile(r"/[\w./+@:-]+", re.ASCII)
BESIDE = re.compile(
    r"(?:\$\([^\n]{0,200}(?:\$0|\$\{0\}|BASH_SOURCE)[^\n]{0,200}\)|\$\{(?:0|BASH_SOURCE)[^}]{0,20}%/\*\})/(?P<rest>[\w./-]+)",
    re.ASCII,
)
"""A path that counts from the folder of the script itself: `$(dirname "$0")/x`, `${BASH_SOURCE%/*}/x`."""
NAMES = re.compile(r"\$(?:\{!?)?(\w+|[@*])", re.ASCII)
CLEANED = re.compile(r"\[[!^]|%q|@Q\}|\btr\s+-\w*[cC]")
"""What leaves of a text only what is known, or puts it in quotes."""


class Call(NamedTuple):
    """A command that runs a file, or reads it as its own code."""

    path: str
    """Its absolute path; one that counts from the folder of the script begins with `./`."""
    words: tuple[str, ...]
    """What it gets as arguments."""
    sourced: bool
    env: Mapping[str, str]
    line: int

    def at(self, caller: str) -> str:
        """Where a file lies that counts from the folder of the script, `caller`."""
        return normpath(join(dirname(caller), self.path))


def calls(commands: Iterable[Command]) -> Iterator[Call]:
    """What commands run as the account of the script itself, as far as paths say it."""
    for command in commands:
        if command.account not in ROOT:
            continue
        name, argv = command.argv[0].rpartition("/")[2], command.argv
        at, sourced = 0, name in SOURCING
        if sourced:
            at = 1
        elif name in INTERPRETERS:
            file = given(argv).file
            at = argv.index(file) if file in argv else len(argv)
        path = _path(argv[at]) if at < len(argv) else ""
        if path:
            yield Call(path, argv[at + 1 :], sourced, command.env, command.line)


def _path(word: str) -> str:
    """A path that can be followed, empty for others."""
    beside = BESIDE.fullmatch(word)
    if beside is not None:
        return f"./{beside['rest']}"
    return word if LITERAL.fullmatch(word) else ""


def mentions(word: str, chosen: Callable[[str], bool]) -> bool:
    """Whether a word holds the value of a variable that is `chosen`, not cleaned on the way."""
    return CLEANED.search(word) is None and any(chosen("@" if name == "*" else name) for name in NAMES.findall(word))
