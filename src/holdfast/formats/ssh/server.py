"""sshd_config with the files that it includes and its Match blocks.

Each setting keeps its file, line and block. What sshd would refuse is a problem: then the server does not start, and
nothing is known of what it would do.

Source: OpenSSH 9.2p1, servconf.c (`parse_server_config_depth`); sshd_config(5). What later versions added is accepted
and marked.
"""

from __future__ import annotations

import msgspec

from holdfast.core.errors import FormatError
from holdfast.formats.ssh.blocks import Block, criteria
from holdfast.formats.ssh.directives import Line
from holdfast.formats.ssh.effective import refusals
from holdfast.formats.ssh.includes import DEPTH, ROWS, Include, Lookup, Problem
from holdfast.formats.ssh.keywords import ALIASES, IGNORED, KEYWORDS, NEWER
from holdfast.formats.ssh.lines import Refusal, Row, rows, words
from holdfast.formats.ssh.model import Config, Setting, Unseen

__all__ = ["read"]

FOLDER = "/etc/ssh/"
"""Where relative includes start."""

BLOCKS = 256
"""How many Match blocks all files may have together."""


def read(data: bytes, path: str, include: Include) -> Config:
    """The configuration.

    Raises `FormatError` for a file of more than 1 MiB or with NUL bytes, and for more than 20,000 lines or 256 Match
    blocks in all.
    """
    reader = _Reader(include)
    reader.file(data, path, None, 0)
    config = Config(
        path=path,
        settings=tuple(reader.settings),
        blocks=tuple(reader.blocks),
        problems=tuple(reader.problems),
        unseen=tuple(reader.unseen),
        files=tuple(dict.fromkeys(reader.files)),
    )
    if config.refused:
        return config
    found = tuple(Problem(what, where, line) for what, where, line in refusals(config))
    return msgspec.structs.replace(config, problems=config.problems + found)


class _Reader:
    """Follows the includes; a file's blocks end where the file does."""

    def __init__(self, include: Include) -> None:
        self._lookup = Lookup(include)
        self._rows = 0
        self.settings: list[Setting] = []
        self.blocks: list[Block] = []
        self.problems: list[Problem] = []
        self.unseen: list[Unseen] = []
        self.files: list[str] = []

    def file(self, data: bytes, path: str, outer: Block | None, depth: int) -> None:
        """Reads a file that is included in the block `outer`."""
        self.files.append(path)
        block = outer
        self._rows += data.count(b"\n") + 1
        if self._rows > ROWS:
            raise FormatError(f"{path}: more than {ROWS} lines in all files together")
        for row in rows(data, path):
            if self._stopped:
                return
            try:
                block = self._row(row, path, block, outer, depth)
            except Refusal as refusal:
                self._problem(f"{row.keyword[:40]}: {refusal}", path, row.line)

    @property
    def _stopped(self) -> bool:
        """Whether includes go too deep; sshd ends there, and a cycle would go on."""
        return bool(self.problems) and self.problems[-1].what == _DEEP

    def _problem(self, what: str, path: str, line: int, since: str = "") -> None:
        self.problems.append(Problem(what, path, line, since))

    def _row(self, row: Row, path: str, block: Block | None, outer: Block | None, depth: int) -> Block | None:
        """Reads a line; the block that the next one stands in."""
        written = row.keyword.lower()
        name = ALIASES.get(written, written)
        if not row.rest:
            raise Refusal("nothing follows the keyword")
        args = words(row.rest)
        if name == "match":
            found, since = criteria(row.rest)
            if since:
                self._problem(f"Match {found[0].attribute}", path, row.line, since)
            if len(self.blocks) == BLOCKS:
                raise FormatError(f"{path}: more than {BLOCKS} Match blocks", line=row.line, column=1)
            block = Block(found, path, row.line, outer)
            self.blocks.append(block)
        elif name == "include":
            self._follow(args, path, row.line, block, depth)
        elif name in NEWER:
            self._problem(f"the keyword {row.keyword}", path, row.line, NEWER[name])
        elif name in IGNORED:
            _place(IGNORED[name], block)
        elif name in KEYWORDS:
            keyword = KEYWORDS[name]
            _place(keyword.anywhere and written != "dsaauthentication", block)
            for value in keyword.read(Line(name, args, row.rest)):
                if value.since:
                    self._problem(f"a value of {row.keyword}", path, row.line, value.since)
                self.settings.append(Setting(value.slot or name, value.values, path, row.line, block, keyword.anywhere))
        else:
            raise Refusal("sshd does not know this keyword")
        return block

    def _follow(self, args: list[str], path: str, line: int, block: Block | None, depth: int) -> None:
        if not args or "" in args:
            raise Refusal("a file name is missing")
        for arg in args:
            pattern = arg if arg.startswith(("/", "~")) else FOLDER + arg
            files = self._lookup(pattern)
            if files is None or any(data is None for _, data in files):
                self.unseen.append(Unseen(arg, path, line, block, len(self.settings)))
            for name, data in files or ():
                if self._stopped:
                    return
                if depth == DEPTH:
                    self._problem(_DEEP, path, line)
                elif data is not None:
                    self.file(data, name, block, depth + 1)


_DEEP = f"files include each other more than {DEPTH} deep"


def _place(anywhere: bool, block: Block | None) -> None:
    if not anywhere and block is not None and not block.unconditional:
        raise Refusal("not allowed in a Match block")
