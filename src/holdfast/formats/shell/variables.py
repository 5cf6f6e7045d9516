"""The variables of a shell script while it is read from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from holdfast.formats.shell.folders import Folders

__all__ = ["NAMES", "Variables"]

NAMES = 200
"""How many variables are followed; further ones stay unresolved."""
WORDS = 100
"""How many words a loop goes through that are followed."""
LENGTH = 4096
"""Characters of these in all."""


class Variables:
    """What the script has assigned so far."""

    def __init__(
        self,
        known: dict[str, str],
        loops: int = 0,
        each: Mapping[str, tuple[str, ...]] | None = None,
        folders: Folders = Folders(),  # noqa: B008 - frozen
    ) -> None:
        """`known` is set before the script starts; `loops` stand around all of it, and `each` is what they count."""
        self.known = known
        """Name -> value. Replaced, never changed, because commands share it."""
        self.loops = loops
        """How many loops stand around the place that was reached."""
        self.each: Mapping[str, tuple[str, ...]] = each or {}
        """Variable of a loop -> the words that it goes through. Replaced, never changed."""
        self.folders = folders
        self._regions: list[set[str]] = [set()]
        self._outer: list[Mapping[str, tuple[str, ...]]] = []

    def inner(self, known: dict[str, str], loops: int = 0) -> Variables:
        """Those of a shell that starts here, with these names set."""
        return Variables(known, loops, self.each, self.folders)

    def assign(self, name: str, value: str) -> None:
        """Set a name; a value with `$` could not be resolved."""
        if name in self.known or len(self.known) < NAMES:
            self.known = {**self.known, name: value}
        self._regions[-1].add(name)

    def count(self, name: str, words: list[str]) -> None:
        """A loop sets a name to each of these words, of which no more than `WORDS` are needed."""
        self.assign(name, f"${name}")
        if name in self.known:
            lengths = accumulate(map(len, words))
            fitting = (word for word, length in zip(words, lengths, strict=True) if length <= LENGTH)
            self.each = {**self.each, name: tuple(fitting)}

    def assign_all(self, values: Mapping[str, str]) -> None:
        """Set several names."""
        for name, value in values.items():
            self.assign(name, value)

    def unset(self, name: str) -> None:
        """Forget that a name was ever set."""
        self.known = {key: value for key, value in self.known.items() if key != name}

    def forget(self, names: set[str]) -> None:
        """From here on these names, where set, have some value that is not known."""
        if not names.isdisjoint(self.known):
            self.known = {key: f"${key}" if key in names else value for key, value in self.known.items()}

    def enter(self) -> None:
        """A part begins that may run or not."""
        self._regions.append(set())
        self._outer.append(self.each)

    def branch(self) -> None:
        """The other branch of that part begins."""
        self.forget(self._regions[-1])

    def leave(self) -> None:
        """That part ends: what it assigned is not known any more."""
        names = self._regions.pop()
        self.each = self._outer.pop()
        self.forget(names)
        self._regions[-1] |= names
