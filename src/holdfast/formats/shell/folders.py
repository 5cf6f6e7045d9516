"""The folder in which a shell script is while it is read from top to bottom.

Source: POSIX.1-2017 XCU `cd`; Bash Reference Manual 4.1 `cd`, 6.8 (The Directory Stack).
"""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import join
from typing import NamedTuple

__all__ = ["COMMANDS", "Folders"]

COMMANDS = frozenset(("cd", "pushd", "popd"))
LENGTH = 4096
"""Longest folder that is followed: PATH_MAX of Linux."""
STACK = 50


class Folders(NamedTuple):
    """Where a script is, was before, and will return to."""

    here: str = ""
    """A folder that counts from where the script starts, which is empty itself; one with `$` could not be resolved."""
    before: str = ""
    stack: tuple[str, ...] = ()

    def moved(self, argv: Sequence[str]) -> Folders:
        """After one of `COMMANDS`."""
        words = [word for word in argv[1:] if word == "-" or not word.startswith(("-", "+"))]
        if argv[0] == "popd":
            here, *rest = self.stack or ("",)
            return Folders(here, self.here, tuple(rest))
        if argv[0] == "pushd" and not words:
            here, *rest = self.stack or ("",)
            return Folders(here, self.here, (self.here, *rest))
        stack = (self.here, *self.stack[: STACK - 1]) if argv[0] == "pushd" else self.stack
        target = words[0] if words else "~"
        here = self.before if target == "-" else target if target[:1] in ("~", "$") else join(self.here, target)
        return Folders(here if len(here) <= LENGTH else "", self.here, stack)
