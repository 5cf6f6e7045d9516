"""Instructions of a Dockerfile: from a joined line to flags, words and values.

Sources: Dockerfile reference, one section for each instruction; BuildKit's instruction parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypedDict

import msgspec
from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.formats.dockerfile.lines import Line, Lines, mark, marks
from holdfast.formats.dockerfile.model import (
    Assign,
    Command,
    Heredoc,
    Instruction,
    Pair,
    Piece,
    Plain,
    Problem,
    Transfer,
)
from holdfast.formats.dockerfile.words import PLATFORM, BadWordError, Variables, flags, split

__all__ = ["BLANKS", "Instructions", "Parts", "RefusedError", "Scope"]

NAMES = 4_096
"""How many `ENV` and `ARG` assignments a file may hold."""
EXPANDED = 4 << 20
"""How many characters variables may add in a file."""
BLANKS = re.compile(r"[\t\v\f\r ]+")

_EXPANDED_FLAGS = ("chown", "chmod", "checksum")
_NO_FLAGS: frozenset[str] = frozenset()
_FLAGS: Mapping[str, frozenset[str]] = {
    "FROM": frozenset({"platform"}),
    "RUN": frozenset({"mount", "network", "security", "device"}),
    "COPY": frozenset({"from", "chown", "chmod", "link", "parents", "exclude"}),
    "ADD": frozenset({"chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
    **dict.fromkeys(("ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL", "MAINTAINER"), _NO_FLAGS),
    **dict.fromkeys(("ONBUILD", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"), _NO_FLAGS),
}


class RefusedError(ValueError):
    """What is wrong with an instruction that the builder would refuse."""


class _Common(TypedDict):
    """What every instruction has."""

    keyword: str
    line: int
    column: int
    end_line: int
    flags: tuple[tuple[str, str], ...]
    onbuild: bool


class Parts(Struct):
    """An instruction before its arguments are read."""

    line: Line
    keyword: str
    flags: tuple[tuple[str, str], ...]
    text: str
    offset: int
    """Where `text` starts in the line."""
    onbuild: bool


class Scope(Struct):
    """What the instructions of a stage see; they change it."""

    values: dict[str, str | None]
    """`ENV`, and `ARG` on top; `None` for an `ARG` without a value."""
    shell: tuple[str, ...]


class Instructions:
    """Reads the instructions of one file."""

    def __init__(self, lines: Lines) -> None:
        """`lines` gives the bodies of here-documents and takes the problems."""
        self.globals = Scope({}, ())
        """The `ARG`s before the first `FROM`."""
        self._lines = lines
        self._variables = Variables(EXPANDED)
        self._names = 0

    def problem(self, line: Line, what: str) -> None:
        """Note what the builder would refuse."""
        self._lines.problems.append(Problem(line.line, what))

    def parts(self, line: Line, start: int, onbuild: bool) -> Parts:
        """Split an instruction that starts at offset `start` of `line` into keyword, flags and text."""
        rest = line.text[start:]
        start += len(rest) - len(rest.lstrip())
        word, *arguments = BLANKS.split(line.text[start:].strip(), maxsplit=1)
        keyword = word.upper()
        found: list[tuple[str, str]] = []
        text = arguments[0] if arguments else ""
        offset = line.text.index(text, start + len(word)) if text else len(line.text)
        if text:
            found, skipped = flags(text, self._lines.escape)
            bare = text[skipped:].lstrip()
            offset += len(text) - len(bare)
            text = bare.rstrip()
        for name, _ in found:
            if name not in _FLAGS.get(keyword, (name,)):
                self.problem(line, f"{keyword} has no flag --{name[:40]}")
        return Parts(line, keyword, tuple(found), text, offset, onbuild)

    def read(self, parts: Parts, scope: Scope) -> Instruction:
        """The instruction; raises `RefusedError` where the builder would refuse it."""
        values = {} if parts.onbuild else scope.values
        keyword = parts.keyword
        if keyword not in _FLAGS:
            raise RefusedError(f"unknown instruction {keyword[:20]!r}")
        if keyword in ("ENV", "LABEL"):
            return self._pairs(parts, values)
        if keyword == "ARG":
            return self.arg(parts, values)
        if keyword in ("COPY", "ADD"):
            return self._transfer(parts, values)
        if keyword == "HEALTHCHECK":
            return self._healthcheck(parts, scope)
        if keyword in ("RUN", "CMD", "ENTRYPOINT", "SHELL"):
            return self._command(parts, scope)
        if keyword in ("EXPOSE", "VOLUME"):
            listed = _json(parts.text) if keyword == "VOLUME" else None
            words = [
                self.expand(parts, word, values) for word in (BLANKS.split(parts.text) if listed is None else listed)
            ]
            words = [port for word in words for port in word.split()] if keyword == "EXPOSE" else words
        else:
            words = [parts.text if keyword == "MAINTAINER" else self.expand(parts, parts.text, values)]
        if not any(words):
            raise RefusedError(f"{keyword} without an argument")
        return Plain(words=tuple(words), **self._common(parts))

    def _pairs(self, parts: Parts, values: dict[str, str | None]) -> Assign:
        written, bad = _written(parts, self._lines.escape)
        for offset in bad:  # the word may be the rest of a passphrase
            line, column = parts.line.place(parts.offset + offset)
            self.problem(parts.line, f"{parts.keyword} takes name=value, not the word at {line}:{column}")
        pairs = []
        for offset, name, value in written:
            place = parts.line.place(parts.offset + offset)
            pairs.append(Pair(self.expand(parts, name, values), self.expand(parts, value, values), *place))
        # Every value of one instruction sees the variables as they were before it.
        if parts.keyword == "ENV":
            self._count(parts, len(pairs))
            values.update((pair.name, pair.value) for pair in pairs)
        return Assign(pairs=tuple(pairs), **self._common(parts))

    def arg(self, parts: Parts, values: dict[str, str | None]) -> Assign:
        """`ARG` of a stage, or of the file where `values` are those of `globals`."""
        words = split(parts.text, self._lines.escape)
        if not words:
            raise RefusedError("ARG without a name")
        self._count(parts, len(words))
        pairs = []
        for offset, word in words:
            name, equals, written = word.partition("=")
            value = self.expand(parts, written, values) if equals else self.globals.values.get(name)
            pairs.append(Pair(name, value, *parts.line.place(parts.offset + offset)))
            if value is not None:
                values[name] = value
            elif name not in PLATFORM:
                values.setdefault(name, None)
        return Assign(pairs=tuple(pairs), **self._common(parts))

    def _transfer(self, parts: Parts, values: dict[str, str | None]) -> Transfer:
        listed = _json(parts.text)
        heredocs = self._heredocs(parts) if listed is None else []
        words = BLANKS.split(parts.text) if listed is None else listed
        if len(words) < 2:
            raise RefusedError(f"{parts.keyword} takes a source and a destination")
        named = {each.name for each in heredocs}
        sources = [word for word in words[:-1] if not ((found := mark(word)) and found.name in named)]
        written = tuple(
            (key, self.expand(parts, value, values) if key in _EXPANDED_FLAGS else value) for key, value in parts.flags
        )
        return Transfer(
            sources=tuple(self.expand(parts, word, values) for word in sources),
            destination=self.expand(parts, words[-1], values),
            heredocs=tuple(heredocs),
            **{**self._common(parts), "flags": written},  # type: ignore[arg-type]
        )

    def _healthcheck(self, parts: Parts, scope: Scope) -> Instruction:
        kind, *rest = BLANKS.split(parts.text, maxsplit=1)
        if kind.upper() == "NONE" and not rest:
            return Plain(words=("NONE",), **self._common(parts))
        if kind.upper() != "CMD" or not rest:
            raise RefusedError("HEALTHCHECK takes NONE, or CMD and a command")
        parts.offset += len(parts.text) - len(rest[0])
        parts.text = rest[0]
        return self._command(parts, scope)

    def _command(self, parts: Parts, scope: Scope) -> Command:
        argv = _json(parts.text)
        if parts.keyword == "SHELL":
            if not argv:
                raise RefusedError("SHELL takes a JSON list")
            if not parts.onbuild:
                scope.shell = tuple(argv)
        if argv is not None:
            return Command(exec_form=True, argv=tuple(argv), **self._common(parts))
        pieces = [Piece(1, 1, *parts.line.place(parts.offset))]
        end = parts.offset + len(parts.text)
        for offset, line, column in parts.line.pieces:
            if parts.offset < offset < end:
                pieces.append(Piece(1, offset - parts.offset + 1, line, column))
        text, interpreter = parts.text, ""
        heredocs = self._heredocs(parts) if parts.keyword == "RUN" else []
        if heredocs and mark(text):
            # Nothing but the here-document: its body is the script.
            text = heredocs[0].text
            pieces = [Piece(1, 1, heredocs[0].line, 1)]
            interpreter = text[2:].partition("\n")[0].strip() if text.startswith("#!") else ""
        elif heredocs:
            text = "\n".join([text, *(f"{each.text}{each.name}" for each in heredocs)])
            pieces.append(Piece(2, 1, heredocs[0].line, 1))
        return Command(
            exec_form=False,
            text=text,
            shell=scope.shell,
            interpreter=interpreter,
            heredocs=tuple(heredocs),
            pieces=tuple(pieces),
            **self._common(parts),
        )

    def _heredocs(self, parts: Parts) -> list[Heredoc]:
        found: list[Heredoc] = []
        for each in marks(parts.line.text) if "<<" in parts.line.text else ():
            heredoc = self._lines.heredoc(each)
            if heredoc is None:
                self.problem(parts.line, f"nothing ends the here-document {each.name[:40]!r}")
                break
            found.append(heredoc)
        return found

    def expand(self, parts: Parts, text: str, values: dict[str, str | None]) -> str:
        """A word with its variables replaced; as it is written where the builder would refuse it."""
        # Before FROM nothing but ARG sets a variable; in a stage the base image may.
        closed = values is self.globals.values
        try:
            return self._variables.expand(text, self._lines.escape, values, closed)
        except BadWordError as bad:
            self.problem(parts.line, f"{parts.keyword}: {bad}")
            return text

    def _count(self, parts: Parts, more: int) -> None:
        self._names += more
        if self._names > NAMES:
            raise FormatError(f"more than {NAMES} variables", line=parts.line.line, column=1)

    def _common(self, parts: Parts) -> _Common:
        line, column = parts.line.place(0)
        return {
            "keyword": parts.keyword,
            "line": line,
            "column": column,
            "end_line": self._lines.line,
            "flags": parts.flags,
            "onbuild": parts.onbuild,
        }


def _written(parts: Parts, escape: str) -> tuple[list[tuple[int, str, str]], list[int]]:
    """Offset, name and value of each assignment as written, and the offsets of words that are none."""
    words = split(parts.text, escape)
    if not words:
        raise RefusedError(f"{parts.keyword} without a name")
    if "=" not in words[0][1]:  # the old form: one name, a blank, and all the rest
        name, *rest = BLANKS.split(parts.text, maxsplit=1)
        if not rest:
            raise RefusedError(f"{parts.keyword} {name[:40]!r} without a value")
        return [(0, name, rest[0])], []
    written = [(offset, *word.partition("=")[::2]) for offset, word in words if word.find("=") > 0]
    return written, [offset for offset, word in words if word.find("=") < 1]


def _json(text: str) -> list[str] | None:
    """A JSON list of strings, or `None` where the builder takes the text as it is."""
    if not text.startswith("["):
        return None
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        pass
    try:
        msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return None
    raise RefusedError("a JSON list may hold strings only")
