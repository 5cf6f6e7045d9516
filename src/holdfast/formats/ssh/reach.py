"""Every value that some connection can get from sshd, with the block that gives it.

A case is what sshd does for connections that meet one Match block, and whichever blocks those provably meet as well;
the global case is that of connections that meet none. What no connection can get is left out: settings behind another
one that counts for the same connections, and blocks whose conditions contradict each other. What two blocks do that
only happen to be met together is not combined.

Source: OpenSSH 9.2p1, servconf.c; sshd_config(5) "Match".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec import Struct

from holdfast.formats.ssh.blocks import Block
from holdfast.formats.ssh.effective import global_state, lines, matched
from holdfast.formats.ssh.lines import Refusal
from holdfast.formats.ssh.model import Config, Setting

__all__ = ["Case", "Reached", "cases", "reachable"]


class Reached(NamedTuple):
    """A value that some connection gets."""

    values: tuple[str, ...]
    """The lines that `sshd -T -C` prints for the keyword."""
    block: Block | None
    """The Match block that it stands in; None for the global part."""
    path: str
    line: int
    """Where it is set; nowhere and 0 for a default."""


class Case(Struct, frozen=True):
    """What sshd does for some connections."""

    block: Block | None
    """None for connections that meet no block."""
    shown: dict[str, tuple[str, ...]]
    """Keyword -> its lines in the output of `sshd -T -C`."""
    settings: dict[str, list[Setting]]
    """Slot -> the settings that count; what is missing is a default."""

    def given_here(self, slot: str) -> bool:
        """Whether a setting of the case's own block decides."""
        return any(each.block is self.block for each in self.settings.get(slot, ()))


def cases(config: Config) -> tuple[Case, ...]:
    """The global case first, then one for each block that sshd can meet; none where sshd would not start."""
    if config.refused:
        return ()
    base = global_state(config)
    found = []
    for block in (None, *(each for each in config.blocks if not each.universal and not each.impossible)):
        try:
            over = matched(config, _met(block))
            found.append(Case(block, lines(base, over), {**base, **over}))
        except Refusal:
            # sshd ends such a connection.
            continue
    return tuple(found)


def _met(block: Block | None) -> Callable[[Block], bool]:
    def met(other: Block) -> bool:
        return other is block or other.universal or (block is not None and block.within(other))

    return met


def reachable(config: Config) -> dict[str, tuple[Reached, ...]]:
    """Keyword -> the values that some connection can get, the global one first."""
    found: dict[str, list[Reached]] = {}
    for case in cases(config):
        for keyword, values in case.shown.items():
            found.setdefault(keyword, []).extend(_reached(case, keyword, values))
    return {keyword: tuple(each) for keyword, each in found.items()}


def _reached(case: Case, keyword: str, values: tuple[str, ...]) -> Iterator[Reached]:
    """The value of a case, unless another block gives it; of several lines the last one is its place."""
    slots = [slot for slot in case.settings if slot == keyword or slot.startswith(f"{keyword}.")]
    given = [setting for slot in slots for setting in case.settings[slot]]
    own = [each for each in given if each.block is case.block] if case.block else given
    if own:
        yield Reached(values, own[-1].block, own[-1].path, own[-1].line)
    elif case.block is None:
        yield Reached(values, None, "", 0)
