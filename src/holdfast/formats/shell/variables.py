"""The variables of a shell script while it is read from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["NAMES", "Variables"]

NAMES = 200
"""How many variables are followed; further ones stay unresolved."""


class Variables:
    """What the script has assigned so far."""

    def __init__(self, known: dict[str, str], loops: int = 0) -> None:
        """`known` is set before the script starts; `loops` stand around all of it."""
        self.known = known
        """Name -> value. Replaced, never changed, because commands share it."""
        self.loops = loops
        """How many loops stand around the place that was reached."""
        self._regions: list[set[str]] = [set()]

    def assign(self, name: str, value: str) -> None:
        """Set a name; a value with `$` could not be resolved."""
        if name in self.known or len(self.known) < NAMES:
            self.known = {**self.known, name: value}
        self._regions[-1].add(name)

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

    def branch(self) -> None:
        """The other branch of that part begins."""
        self.forget(self._regions[-1])

    def leave(self) -> None:
        """That part ends: what it assigned is not known any more."""
        names = self._regions.pop()
        self.forget(names)
        self._regions[-1] |= names
