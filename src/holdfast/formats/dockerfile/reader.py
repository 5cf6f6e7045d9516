"""Dockerfile and Containerfile to stages, as the builder reads them.

Blind spots: `--build-arg` values, `ONBUILD` triggers of the base, named contexts that replace a
stage, and what a frontend named by `# syntax=` may do differently.

Sources: Dockerfile reference; BuildKit's parser and dispatch code (August 2026).
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from holdfast.core.errors import FormatError
from holdfast.formats.dockerfile.instructions import BLANKS, Instructions, Parts, RefusedError, Scope
from holdfast.formats.dockerfile.lines import Line, Lines
from holdfast.formats.dockerfile.model import DEFAULT_SHELL, Dockerfile, Instruction, Pair, Stage

__all__ = ["read"]

SIZE = 1 << 20
STAGES = 100
INSTRUCTIONS = 10_000
BARE = "FROM without an image"

_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")


class _Open(Struct):
    """A stage that may still grow."""

    stage: Stage
    instructions: list[Instruction]
    scope: Scope


def read(data: bytes) -> Dockerfile:
    """The stages of a Dockerfile.

    A line that the builder would refuse becomes a problem and the rest is still read. Raises
    `FormatError` where no `FROM` stands, and for more than 1 MiB, 50,000 lines, 10,000 instructions,
    100 stages or 4,096 variables.
    """
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    lines = Lines(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    return _Reader(lines).run()


class _Reader:
    """One pass over a file."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._instructions = Instructions(lines)
        self._stages: list[_Open] = []
        self._args: list[Pair] = []

    def run(self) -> Dockerfile:
        count = 0
        while (line := self._lines.next()) is not None:
            count += 1
            if count > INSTRUCTIONS:
                raise FormatError(f"more than {INSTRUCTIONS} instructions", line=line.line, column=1)
            try:
                self._line(line)
            except RefusedError as refused:
                self._instructions.problem(line, str(refused))
        if not self._stages:
            bare = next((problem for problem in self._lines.problems if problem.what == BARE), None)
            if bare is not None:
                raise FormatError(BARE, line=bare.line, column=1)
            raise FormatError("no FROM instruction", hint="This is not a Dockerfile.")
        return Dockerfile(
            stages=tuple(replace(each.stage, instructions=tuple(each.instructions)) for each in self._stages),
            args=tuple(self._args),
            directives=self._lines.directives,
            comments=tuple(self._lines.comments),
            problems=tuple(sorted(self._lines.problems)),
        )

    def _line(self, line: Line) -> None:
        parts = self._instructions.parts(line, 0, False)
        if parts.keyword == "ONBUILD":
            parts = self._instructions.parts(line, parts.offset, True)
            if parts.keyword in ("", "ONBUILD", "FROM", "MAINTAINER"):
                raise RefusedError(f"ONBUILD takes another instruction, not {parts.keyword or 'nothing'}")
        if parts.keyword == "FROM":
            self._from(parts)
        elif self._stages:
            last = self._stages[-1]
            last.instructions.append(self._instructions.read(parts, last.scope))
        elif parts.keyword == "ARG" and not parts.onbuild:
            self._args += self._instructions.arg(parts, self._instructions.globals.values).pairs
        else:
            raise RefusedError(f"{parts.keyword[:20]} before the first FROM")

    def _from(self, parts: Parts) -> None:
        words = BLANKS.split(parts.text)
        if not words[0]:
            raise RefusedError(BARE)
        if len(self._stages) >= STAGES:
            raise FormatError(f"more than {STAGES} stages", line=parts.line.line, column=1)
        name = words[2].lower() if len(words) == 3 and words[1].lower() == "as" else ""
        if len(words) != 1 and not name:
            self._instructions.problem(parts.line, "FROM takes an image, or an image, AS and a name")
        elif name and not _STAGE_NAME.fullmatch(name):
            self._instructions.problem(parts.line, f"{name[:40]!r} is not a stage name")
        values = self._instructions.globals.values
        base = self._instructions.expand(parts, words[0], values)
        platform = next((value for key, value in reversed(parts.flags) if key == "platform"), "")
        parent = self._named(base.lower())
        line, column = parts.line.place(0)
        stage = Stage(
            index=len(self._stages),
            name=name,
            reference=words[0],
            base=base,
            parent=parent.stage.index if parent else None,
            platform=self._instructions.expand(parts, platform, values),
            line=line,
            column=column,
            instructions=(),
        )
        scope = Scope(dict(parent.scope.values), parent.scope.shell) if parent else Scope({}, DEFAULT_SHELL)
        self._stages.append(_Open(stage, [], scope))

    def _named(self, name: str) -> _Open | None:
        named = (each for each in reversed(self._stages) if each.stage.name == name)
        return next(named, None) if name else None
