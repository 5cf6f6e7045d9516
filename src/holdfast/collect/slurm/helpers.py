"""The files that a program of Slurm runs or reads as its own code: they do so with its rights and what it hands on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from posixpath import normpath

from msgspec import Struct

from holdfast.collect.calls import Call, calls
from holdfast.collect.shell import FUNCTION, Conduct, Given
from holdfast.collect.slurm.settings import HOME
from holdfast.collect.together import Files, places
from holdfast.collect.users_code import OWNED
from holdfast.core.coverage import Gap
from holdfast.formats.slurm.conf import Pair

Use = tuple[str, str, Pair]
"""The setting that names a program, the account that runs it, and the place."""
DEPTH = 8
"""How deep files are followed that run one another."""
MAX_TEXT = 1 << 20
"""Longest program of a host that may be a script although its name does not say so."""
MAX_PROGRAMS = 1_000
"""Programs in all behind which files are followed."""
SYSTEM = re.compile(
    r"/(?:bin|sbin|lib\w*|proc|sys|dev|run|usr/(?:bin|sbin|lib\w*|share)"
    r"|etc/(?:profile|bash|environment|os-release|lsb-release|init\.d|rc\.d|default|sysconfig))(?:[./]|$)",
    re.ASCII,
)
"""Where files of the distribution lie."""
SCRIPT = re.compile(r"/etc/slurm[\w.-]*/|.*\.(?:sh|bash)$", re.ASCII)
"""Which paths are surely somebody's own scripts."""
TOOLS = re.compile(
    r"scontrol|s(?:acct|acctmgr|info|queue|run|batch|cancel|diag|stat|report|attach|bcast)|\w*-smi|dcgmi|python[\d.]*"
)
"""Programs that lie in folders of their own."""
ASSIGNED = re.compile(r"(?<![\w$])([A-Za-z_]\w*)\+?=", re.ASCII)
MAX_CALLS = 100
"""Calls of its functions that a file is judged with."""
MAX_WORDS = 20
MAX_VARIABLES = 200
MAX_FOLLOWED = 2_000
"""Commands in all that are followed to the files that they run."""


class Helper(Struct):
    """A file that is run: for what settings, and with what those hand on that run or read it."""

    uses: list[Use] = []
    called: bool = False
    """Whether other programs run it, and no setting names it."""
    sourced: bool = False
    env: dict[str, str] = {}
    chosen: set[str] = set()
    calls: dict[str, None] = {}
    callers: set[str] = set()

    def given(self, text: str) -> Given:
        """What it gets; what it sets itself is its own."""
        own = frozenset(ASSIGNED.findall(text)) if self.chosen else frozenset()
        return Given(self.env, frozenset(self.chosen) - own, tuple(self.calls)[:MAX_CALLS])

    def add(self, uses: Iterable[Use], caller: str, call: Call, does: Conduct, functions: frozenset[str]) -> None:
        """One more way in which it is run: the program at `caller` does so; `functions` are its own."""
        self.uses += [use for use in uses if use not in self.uses]
        self.sourced = self.sourced or call.sourced
        if not self.called:
            self.called, self.env = True, {**call.env}
        for name in [name for name in self.env if name not in call.env]:
            del self.env[name]
        words = call.words[:MAX_WORDS]
        tainted = [str(at) for at, word in enumerate(words, 1) if does.holds(word)]
        self.chosen.update(tainted, ("@",) if tainted else ())
        variables = islice(call.env.items(), MAX_VARIABLES)
        self.chosen.update(name for name, value in variables if name in does.chosen or does.holds(value))
        if call.sourced and caller not in self.callers:
            self.callers.add(caller)
            self.chosen.update(name for name in does.chosen if not words and not name.isidentifier())
            self.calls.update(dict.fromkeys(_called(does, functions)))


def _called(does: Conduct, functions: frozenset[str]) -> Iterator[str]:
    """The calls of functions with text that the job's owner wrote."""
    for command in does.ran:
        if command.argv[0] in functions:
            words = [does.holds(word) for word in command.argv[1 : MAX_WORDS + 1]]
            if any(words):
                yield " ".join((command.argv[0], *('"$SLURM_JOB_NAME"' if held else "x" for held in words)))


class Following:
    """Follows the programs of a cluster to the files that they run, level by level."""

    def __init__(self, files: Files, main: str, programs: Iterable[str]) -> None:
        """`main` is the path of slurm.conf, `programs` those that it names."""
        self.files = files
        self.main = main
        self.unclear: set[str] = set()
        """The programs of which not every file that they run is known."""
        self.done = set(programs)
        self.next: dict[str, Helper] = {}
        self.depth = 0
        self.left = MAX_FOLLOWED
        self.functions: dict[str, frozenset[str]] = {}

    def level(self) -> dict[str, Helper]:
        """The files that were found since the last time."""
        found, self.next = self.next, {}
        self.done.update(found)
        self.depth += 1
        return found

    def follow(self, path: str, helper: Helper, does: Conduct) -> Iterator[Gap]:
        """Notes what a program runs; gaps tell what is not here, and what is too much.

        Files of the distribution and programs that are no scripts are left alone.
        """
        told: set[str] = set()
        for call in calls(does.ran):
            if SYSTEM.match(call.path) or TOOLS.fullmatch(call.path.rpartition("/")[2]):
                continue
            self.left -= 1
            place = self._place(call, path) if self.left >= 0 else None
            if self.left >= 0 and place is None:
                if call.sourced or SCRIPT.match(call.path):
                    self.unclear.add(path)
                    if call.path not in told and not OWNED.match(call.path):
                        told.add(call.path)
                        yield _missing(path, call)
            elif place is None or not self._note(place, path, helper, call, does):
                self.unclear.add(path)
                yield Gap(path, f"it runs `{call.path}`, behind more than is followed", "left_out", call.line)
                return

    def _note(self, place: str, path: str, helper: Helper, call: Call, does: Conduct) -> bool:
        """Notes one file that a program runs; false where that is too much."""
        if place not in self.done:
            if place not in self.next:
                if self.depth >= DEPTH or len(self.done) + len(self.next) >= MAX_PROGRAMS:
                    return False
                self.next[place] = Helper()
            self.next[place].add(helper.uses, path, call, does, self._functions(place))
        return True

    def _functions(self, place: str) -> frozenset[str]:
        """The functions of a file, which are looked for once however many run it."""
        if place not in self.functions:
            text = (self.files.read(place) or b"").decode("utf-8", "replace")
            self.functions[place] = frozenset(FUNCTION.findall(text))
        return self.functions[place]

    def _place(self, call: Call, path: str) -> str | None:
        """Where a file lies that the program at `path` runs, None for one that is not here, or too large for text."""
        if call.path.startswith("./"):
            place: str | None = call.at(path)
            return place if place and self.files.read(place) is not None else None
        if OWNED.match(call.path):
            return None
        if self.files.host is not None and not SCRIPT.match(call.path):
            real = next(places(call.path, self.main, HOME))
            if os.path.isfile(real) and os.path.getsize(real) > MAX_TEXT:
                return None
        place = self.files.find(call.path, self.main, HOME)
        return None if place is None else normpath(place)


def _missing(path: str, call: Call) -> Gap:
    return Gap(
        path, f"it runs `{call.path}`, which is not here: what that does was not examined", "left_out", call.line
    )
