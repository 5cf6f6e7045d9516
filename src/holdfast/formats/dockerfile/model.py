"""What a Dockerfile says: stages of instructions, and the image that a stage leaves.

Words are as the builder sees them with no `--build-arg`: quotes removed, `ARG` defaults and `ENV`
values put in. A word that still contains `$` could not be resolved: a value without a default, one
from the base image, a platform, a pattern (`${X%.*}`).
"""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.asset import Spot

__all__ = ["Assign", "Command", "Dockerfile", "Heredoc", "Image", "Instruction", "Pair", "Plain"]
__all__ += ["Piece", "Problem", "Stage", "Transfer"]

DEFAULT_SHELL = ("/bin/sh", "-c")


class Problem(NamedTuple):
    """A line that the builder would refuse."""

    line: int
    what: str


class Pair(NamedTuple):
    """`name=value` and its place; an `ARG` without a default has no value."""

    name: str
    value: str | None
    line: int
    column: int


class Piece(NamedTuple):
    """From this line and column of a command's text on, the text stands at that place in the file."""

    text_line: int
    text_column: int
    line: int
    column: int


class Heredoc(Struct, frozen=True):
    """A here-document of a `RUN`, `COPY` or `ADD`."""

    name: str
    text: str
    """Its body, the leading tabs of `<<-` removed; variables in it are not replaced."""
    expands: bool
    """Whether its name stands without quotes, so that variables in the body are replaced."""
    line: int
    """The first line of the body."""


class Instruction(Struct, frozen=True, kw_only=True):
    """One instruction."""

    keyword: str
    """In capitals; for `ONBUILD RUN ...` it is `RUN`."""
    line: int
    column: int
    end_line: int
    flags: tuple[tuple[str, str], ...] = ()
    """`--name=value` words before the arguments, in order; one without a value is `true`."""
    onbuild: bool = False
    """Whether it runs only in builds on top of this image."""

    def flag(self, name: str) -> str:
        """The last value of `--name`, or an empty string."""
        return next((value for key, value in reversed(self.flags) if key == name), "")


class Assign(Instruction, frozen=True, kw_only=True):
    """`ENV`, `ARG`, `LABEL`."""

    pairs: tuple[Pair, ...]


class Plain(Instruction, frozen=True, kw_only=True):
    """`USER`, `WORKDIR`, `STOPSIGNAL`, `EXPOSE`, `VOLUME`, `MAINTAINER`, `HEALTHCHECK NONE`."""

    words: tuple[str, ...]

    @property
    def value(self) -> str:
        """The words as one."""
        return " ".join(self.words)


class Transfer(Instruction, frozen=True, kw_only=True):
    """`COPY`, `ADD`."""

    sources: tuple[str, ...]
    """Paths, URLs, repositories; here-documents are not among them."""
    destination: str
    heredocs: tuple[Heredoc, ...] = ()


class Command(Instruction, frozen=True, kw_only=True):
    """`RUN`, `CMD`, `ENTRYPOINT`, `SHELL`, `HEALTHCHECK CMD`."""

    exec_form: bool
    """Whether it is a JSON list that starts a program without a shell."""
    argv: tuple[str, ...] = ()
    """The words of the exec form."""
    text: str = ""
    """What the shell gets: continued lines joined, comments removed, here-documents with it."""
    shell: tuple[str, ...] = DEFAULT_SHELL
    """The `SHELL` in force, for the shell form."""
    interpreter: str = ""
    """The `#!` line of a here-document that is a script of its own; then `text` is not for `shell`."""
    heredocs: tuple[Heredoc, ...] = ()
    pieces: tuple[Piece, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words that start the process, the shell included."""
        return self.argv if self.exec_form else (*self.shell, self.text)

    @property
    def mounts(self) -> tuple[dict[str, str], ...]:
        """The `--mount` flags as keys and values; a key alone is `true`. Quoted commas are not seen."""
        fields = ([part.partition("=") for part in each.split(",")] for key, each in self.flags if key == "mount")
        return tuple({key.lower(): value if sep else "true" for key, sep, value in each} for each in fields)

    def spot(self, line: int, column: int) -> Spot:
        """Where line and column of `text` (from 1) stand in the file; `<<-` tabs do not count."""
        at = bisect_right(self.pieces, (line, column), key=lambda piece: piece[:2]) - 1
        if at < 0:
            return Spot(self.line, self.column)
        piece = self.pieces[at]
        if piece.text_line == line:
            return Spot(piece.line, piece.column + column - piece.text_column)
        return Spot(piece.line + line - piece.text_line, column)


class Stage(Struct, frozen=True):
    """From one `FROM` to the next."""

    index: int
    name: str
    """In small letters, as the builder compares it; empty without `AS`."""
    reference: str
    """The base as written."""
    base: str
    """The base with `ARG` defaults put in."""
    parent: int | None
    """The earlier stage that `base` names."""
    platform: str
    line: int
    column: int
    instructions: tuple[Instruction, ...]


class Image(Struct, frozen=True):
    """What a stage leaves, as far as the file shows it; `None` and gaps come from the external base."""

    stages: tuple[Stage, ...]
    """The stage and the stages that it continues, the outermost first."""
    env: dict[str, Pair]
    labels: dict[str, Pair]
    ports: tuple[str, ...]
    """`8080/tcp`, `9000-9010/udp`."""
    volumes: tuple[str, ...]
    user: Plain | None
    workdir: str
    """Empty where the file sets none."""
    stop_signal: str
    entrypoint: Command | None
    cmd: Command | None
    """With an `entrypoint` of this file and no `cmd`, there is none: an entrypoint drops that of the base."""
    healthcheck: Command | Plain | None

    @property
    def base(self) -> str:
        """The external base."""
        return self.stages[0].base

    @property
    def bases(self) -> tuple[str, ...]:
        """What each `FROM` of the chain names, the external base first."""
        return tuple(stage.base for stage in self.stages)

    @property
    def variables(self) -> dict[str, str]:
        """The environment as names and values."""
        return {name: pair.value or "" for name, pair in self.env.items()}

    @property
    def runs(self) -> tuple[Command, ...]:
        """Every `RUN` of the chain, in build order."""
        found = (each for stage in self.stages for each in stage.instructions)
        return tuple(each for each in found if isinstance(each, Command) and each.keyword == "RUN" and not each.onbuild)


class Dockerfile(Struct, frozen=True):
    """A whole file."""

    stages: tuple[Stage, ...]
    """At least one."""
    args: tuple[Pair, ...]
    """The `ARG`s before the first `FROM`, defaults resolved."""
    directives: dict[str, str]
    """`syntax`, `escape`, `check`."""
    comments: tuple[tuple[int, str], ...]
    """Line and text of every comment, parser directives excepted."""
    problems: tuple[Problem, ...]

    def image(self, stage: Stage | None = None) -> Image:
        """The image that `stage`, or else the last one, leaves; triggers of `ONBUILD` are not applied."""
        chain = [stage or self.stages[-1]]
        while (parent := chain[-1].parent) is not None:
            chain.append(self.stages[parent])
        chain.reverse()
        state = _State()
        for each in chain:
            state.cmd_stage = False
            for instruction in each.instructions:
                if not instruction.onbuild:
                    state.apply(instruction)
        return Image(
            stages=tuple(chain),
            env=state.env,
            labels=state.labels,
            ports=tuple(dict.fromkeys(state.ports)),
            volumes=tuple(dict.fromkeys(state.volumes)),
            user=state.plain.get("USER"),
            workdir=state.workdir,
            stop_signal=state.plain["STOPSIGNAL"].value if "STOPSIGNAL" in state.plain else "",
            entrypoint=state.command.get("ENTRYPOINT"),
            cmd=state.command.get("CMD"),
            healthcheck=state.healthcheck,
        )


class _State:
    """An image while its instructions are applied."""

    def __init__(self) -> None:
        self.env: dict[str, Pair] = {}
        self.labels: dict[str, Pair] = {}
        self.ports: list[str] = []
        self.volumes: list[str] = []
        self.plain: dict[str, Plain] = {}
        self.workdir = ""
        self.command: dict[str, Command] = {}
        self.cmd_stage = False
        self.healthcheck: Command | Plain | None = None

    def apply(self, instruction: Instruction) -> None:
        keyword = instruction.keyword
        if isinstance(instruction, Assign) and keyword != "ARG":
            target = self.env if keyword == "ENV" else self.labels
            target.update((pair.name, pair) for pair in instruction.pairs)
        elif isinstance(instruction, Command | Plain) and keyword == "HEALTHCHECK":
            self.healthcheck = instruction
        elif isinstance(instruction, Plain):
            self._plain(instruction)
        elif isinstance(instruction, Command):
            self.command[keyword] = instruction
            self.cmd_stage |= keyword == "CMD"
            if keyword == "ENTRYPOINT" and not self.cmd_stage:
                self.command.pop("CMD", None)

    def _plain(self, instruction: Plain) -> None:
        self.plain[instruction.keyword] = instruction
        if instruction.keyword == "EXPOSE":
            self.ports += map(_port, instruction.words)
        elif instruction.keyword == "VOLUME":
            self.volumes += instruction.words
        elif instruction.keyword == "WORKDIR":
            self.workdir = posixpath.normpath(posixpath.join(self.workdir, instruction.value))


def _port(word: str) -> str:
    port, _, protocol = word.rpartition(":")[2].partition("/")
    return f"{port}/{protocol.lower() or 'tcp'}"
