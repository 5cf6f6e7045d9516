"""A configuration of sshd as it was read: settings with their places, blocks and problems."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from holdfast.formats.ssh.blocks import Block
from holdfast.formats.ssh.includes import Problem

__all__ = ["Config", "Setting", "Unseen"]


class Setting(NamedTuple):
    """What a line sets, in the spelling in which `sshd -T` prints it."""

    slot: str
    """The keyword in lower case, older spellings replaced; `rekeylimit.interval` and the like for second values."""
    values: tuple[str, ...]
    path: str
    line: int
    block: Block | None
    """None in the global part."""
    anywhere: bool = True
    """Whether it counts for the connections that meet its block; otherwise only in the global part."""


class Unseen(NamedTuple):
    """An Include whose files could not be looked at; `before` is how many settings stand before it."""

    pattern: str
    path: str
    line: int
    block: Block | None
    before: int


class Config(Struct, frozen=True):
    """A server's configuration, in the order in which sshd reads it."""

    path: str
    settings: tuple[Setting, ...]
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]
    unseen: tuple[Unseen, ...]
    files: tuple[str, ...]
    """Every file that was read, the configuration itself first."""

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Problems for which no version of sshd that is known here starts."""
        return tuple(each for each in self.problems if not each.since)
