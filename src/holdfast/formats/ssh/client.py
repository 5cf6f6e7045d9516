"""ssh_config: what the client does for which hosts.

The first value of a keyword that a host gets counts. Each setting keeps its file, line and the Host or Match block it
stands in; values are checked only where a fact is built on them.

Source: OpenSSH 9.2p1, ssh_config(5), readconf.c (`process_config_line_depth`, `match_cfg_line`).
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.formats.ssh.client_keywords import ALIASES, KEYWORDS
from holdfast.formats.ssh.includes import DEPTH, ROWS, Include, Lookup, Problem
from holdfast.formats.ssh.lines import Refusal, Row, rows, token, words
from holdfast.formats.ssh.patterns import in_list, matches

__all__ = ["Block", "Config", "Setting", "read"]

BLOCKS = 2000
"""How many Host and Match lines all files may have together."""
_BARE = ("all", "canonical", "final")
_VALUED = ("host", "originalhost", "user", "localuser", "exec")
_NEWER = ("localnetwork", "tagged", "command", "version", "sessiontype")
"""Criteria of later versions of OpenSSH."""
_STRICT = "true false yes no ask off accept-new".split()


class Block(Struct, frozen=True):
    """A Host or Match line; `outer` is the block that the Include of its file stands in."""

    text: str
    """`Host a b` or `Match user x`, as a reader would write it."""
    universal: bool
    """Whether it holds for every host."""
    hosts: tuple[str, ...]
    """The patterns of a Host line; empty for a Match line."""
    path: str
    line: int
    outer: Block | None = None

    @property
    def everywhere(self) -> bool:
        """Whether it and every block around it hold for every host."""
        return self.universal and (self.outer is None or self.outer.everywhere)

    def holds(self, host: str) -> bool | None:
        """Whether a Host line, and those around it, hold for a host; None where a Match line decides."""
        outer = True if self.outer is None else self.outer.holds(host)
        if self.universal:
            return outer
        if not self.hosts:
            return None if outer is not False else False
        own = any(matches(host, each) for each in self.hosts if not each.startswith("!"))
        own = own and not any(matches(host, each[1:]) for each in self.hosts if each.startswith("!"))
        return outer if own else False


class Setting(NamedTuple):
    """A keyword with its arguments."""

    keyword: str
    """In lower case, older spellings replaced."""
    args: tuple[str, ...]
    path: str
    line: int
    block: Block | None
    """None before the first Host or Match line."""

    @property
    def everywhere(self) -> bool:
        """Whether it holds for every host."""
        return self.block is None or self.block.everywhere


class Config(Struct, frozen=True):
    """A client's configuration, in the order in which ssh reads it."""

    path: str
    settings: tuple[Setting, ...]
    problems: tuple[Problem, ...]
    unseen: tuple[tuple[Setting, int], ...]
    """The Include lines whose files could not be looked at, and how many settings stand before each."""
    files: tuple[str, ...]

    def reachable(self, keyword: str) -> tuple[Setting, ...]:
        """The settings of a keyword that some host gets: none behind one that holds for the same hosts."""
        found: list[Setting] = []
        seen: set[tuple[str, ...]] = set()
        for each in self.settings:
            if each.keyword != keyword:
                continue
            block = each.block
            shape = (block.text, block.outer.text if block.outer else "") if block else ()
            if shape not in seen:
                found.append(each)
                seen.add(shape)
            if each.everywhere:
                break
        return tuple(found)


def read(data: bytes, path: str, include: Include, *, user: bool = True) -> Config:
    """The configuration; relative includes start at `~/.ssh/`, those of the system's file at `/etc/ssh/`.

    Raises `FormatError` for a file of more than 1 MiB or with NUL bytes, and for more than 20,000 lines or 2,000 blocks
    in all.
    """
    reader = _Reader(include, "~/.ssh/" if user else "/etc/ssh/")
    reader.file(data, path, None, 0)
    return Config(
        path, tuple(reader.settings), tuple(reader.problems), tuple(reader.unseen), tuple(dict.fromkeys(reader.files))
    )


class _Reader:
    """Follows the includes; a file's blocks end where the file does."""

    def __init__(self, include: Include, folder: str) -> None:
        self._lookup = Lookup(include)
        self._folder = folder
        self._rows = 0
        self._blocks = 0
        self._ignored: list[str] = []
        self._deep = False
        self.settings: list[Setting] = []
        self.problems: list[Problem] = []
        self.unseen: list[tuple[Setting, int]] = []
        self.files: list[str] = []

    def file(self, data: bytes, path: str, outer: Block | None, depth: int) -> None:
        """Reads a file that is included in the block `outer`."""
        self.files.append(path)
        block = outer
        self._rows += data.count(b"\n") + 1
        if self._rows > ROWS:
            raise FormatError(f"{path}: more than {ROWS} lines in all files together")
        for row in rows(data, path):
            if self._deep:
                return
            try:
                block = self._row(row, path, block, outer, depth)
            except Refusal as refusal:
                self.problems.append(Problem(f"{row.keyword[:40]}: {refusal}", path, row.line))

    def _row(self, row: Row, path: str, block: Block | None, outer: Block | None, depth: int) -> Block | None:
        written = row.keyword.lower()
        name = ALIASES.get(written, written)
        if not row.rest:
            raise Refusal("nothing follows the keyword")
        args = tuple(words(row.rest))
        setting = Setting(name, args, path, row.line, block)
        if name in ("host", "match"):
            self._blocks += 1
            if self._blocks > BLOCKS:
                raise FormatError(f"{path}: more than {BLOCKS} blocks", line=row.line, column=1)
            return _host(args, setting, outer) if name == "host" else _match(row.rest, setting, outer)
        if name == "include":
            self._follow(setting, depth)
        elif name == "ignoreunknown":
            self._ignored += args[:1]
        elif name in KEYWORDS:
            _check(setting)
            self.settings.append(setting)
        elif not any(in_list(written, each, lower=True) == 1 for each in self._ignored):
            raise Refusal("ssh does not know this keyword")
        return block

    def _follow(self, setting: Setting, depth: int) -> None:
        for arg in setting.args:
            files = self._lookup(arg if arg.startswith(("/", "~")) else self._folder + arg)
            if files is None or any(data is None for _, data in files):
                self.unseen.append((setting, len(self.settings)))
            for name, data in files or ():
                if depth == DEPTH and not self._deep:
                    self._deep = True
                    what = f"files include each other more than {DEPTH} deep"
                    self.problems.append(Problem(what, setting.path, setting.line))
                if data is not None and not self._deep:
                    self.file(data, name, setting.block, depth + 1)


def _host(args: tuple[str, ...], setting: Setting, outer: Block | None) -> Block:
    if not args or "" in args:
        raise Refusal("a pattern is missing")
    universal = "*" in args and not any(each.startswith("!") for each in args)
    return Block(f"Host {' '.join(args)}", universal, args, setting.path, setting.line, outer)


def _match(text: str, setting: Setting, outer: Block | None) -> Block:
    """The conditions are only checked: what `exec` says nobody knows before."""
    shown: list[str] = []
    attribute, rest = token(text)
    while attribute and not attribute.startswith("#"):
        name = attribute.lower().removeprefix("!")
        shown.append(attribute)
        if name not in (*_BARE, *_VALUED, *_NEWER):
            raise Refusal(f"{attribute[:40]} is not something to match")
        if name not in _BARE:
            argument, rest = token(rest)
            if not argument or argument.startswith("#"):
                raise Refusal(f"nothing to match behind {attribute[:40]}")
            shown.append(argument)
        attribute, rest = token(rest)
    if not shown:
        raise Refusal("a Match line without a condition")
    universal = [each.lower() for each in shown] == ["all"]
    return Block(f"Match {' '.join(shown)}", universal, (), setting.path, setting.line, outer)


def _check(setting: Setting) -> None:
    """Raises `Refusal` for the values on which facts are built."""
    first = setting.args[0].lower() if setting.args else ""
    if not first:
        raise Refusal("an argument is missing")
    if setting.keyword == "stricthostkeychecking" and first not in _STRICT:
        raise Refusal(f"the value {first[:40]} is not supported")
    if setting.keyword in ("stricthostkeychecking", "forwardagent") and len(setting.args) > 1:
        raise Refusal("extra arguments at the end of the line")
