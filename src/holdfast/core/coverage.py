"""What was looked at and what was not: unknown is never a pass."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Read(Struct, frozen=True):
    """A source that was read and understood."""

    path: str


class Rendered(Struct, frozen=True):
    """A template that is judged by what it becomes, and is no gap therefore."""

    path: str


class Gap(Struct, frozen=True):
    """Something that was not examined, with the reason."""

    path: str
    reason: str
    kind: Literal["unreadable", "template", "left_out"]
    """`unreadable` should have been readable (exit 3); a `template` and what is `left_out` on purpose should not."""
    line: int = 0
    """The line (from 1) where the trouble lies; 0 for the whole source."""


def template(path: str, line: int) -> Gap:
    """What is said of a source that something else still has to fill in, first on this line (from 1)."""
    return Gap(path, "an unrendered template: render it and check the result", "template", line)
