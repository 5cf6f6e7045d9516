"""The settings of one file of Slurm, each seen, absent or unobserved, with its place."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.together import Files
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.slurm.conf import RECORDS, Configuration, Pair, boolean, items, read
from holdfast.formats.slurm.holes import certain

HOME = "/etc/slurm"
"""Where the files lie on a host, for a copy of that folder alone."""

PRIVATE = ("accounts", "events", "jobs", "nodes", "partitions", "reservations", "usage", "users")
"""What PrivateData can hide; slurmctld and slurmdbd look for the words without the plural's `s`.

Source: src/common/read_config.c and src/slurmdbd/read_config.c of Slurm 22.05 and 26.11 (checked 2026-11-30).
"""


class Settings:
    """A file and what it includes; what was asked of it keeps its place in `spots`."""

    def __init__(self, files: Files, path: str) -> None:
        """Raises FormatError for binary or oversized text."""
        self.path = path
        self.spots: dict[str, Spot] = {"": Spot(1, 1)}
        found = certain(files.read(path) or b"", RECORDS)
        self.unsure = found.unsure
        """Settings of which a template leaves the value open."""
        self.template = bool(found.unsure) or not found.whole
        """Whether something else still has to fill in a part of it."""
        self._whole = found.whole
        self.conf: Configuration = read(found.text, path, lambda name, _: _included(files, name, path))

    @property
    def complete(self) -> bool:
        """Whether everything was read: a setting that is not there is at its default."""
        return self._whole and not self.conf.troubles

    def gaps(self) -> Iterator[Gap]:
        """What could not be read or included."""
        return (Gap(trouble.path, trouble.what, "unreadable", trouble.line) for trouble in self.conf.troubles)

    def place(self, fact: str, pair: Pair) -> None:
        """Remembers where a fact stands."""
        self.spots[fact] = Spot(pair.line, pair.column, "", "" if pair.path == self.path else pair.path)

    def text(self, key: str, fact: str, default: str | None = None) -> Fact[str]:
        """A setting's value, else its default; unobserved where a file that could set it is not here."""
        pair = self.conf.settings.get(key)
        if key in self.unsure:
            return UNSET
        if pair is None:
            return default if self.complete else UNSET
        self.place(fact, pair)
        return pair.value

    def plugin(self, key: str, fact: str, default: str | None) -> Fact[str]:
        """The plugin that a setting names, without the prefix that is optional: `cgroup` of `proctrack/cgroup`."""
        value = self.text(key, fact, default)
        return value.rpartition("/")[2].lower() if isinstance(value, str) else value

    def listed(self, key: str, fact: str, prefix: str = "", *, lower: bool = False) -> Fact[list[str]]:
        """A setting's items, without `prefix`; empty by default."""
        value = self.text(key, fact, "")
        if not isinstance(value, str):
            return UNSET
        return [(item.lower() if lower else item).removeprefix(prefix) for item in items(value)]

    def hidden(self) -> Fact[list[str]]:
        """What PrivateData hides; as Slurm does it, a word counts wherever it stands, and `all` hides everything."""
        value = self.text("privatedata", "private_data", "")
        if not isinstance(value, str):
            return UNSET
        lower = value.lower()
        return [name for name in PRIVATE if name.removesuffix("s") in lower or "all" in lower]

    def flag(self, key: str, fact: str, *, default: bool) -> Fact[bool]:
        """A yes-or-no setting; one that says neither is unobserved, because Slurm does not start with it."""
        value = self.text(key, fact, "yes" if default else "no")
        answer = boolean(value) if isinstance(value, str) else None
        return UNSET if answer is None else answer


def settings_of(files: Files, path: str) -> Settings | Gap:
    """The settings of a file, or the gap that it is."""
    try:
        return Settings(files, path)
    except FormatError as error:
        return Gap(path, f"not readable as a configuration of Slurm: {error.what}", "unreadable", error.line)


def _included(files: Files, name: str, main: str) -> tuple[str, bytes] | None:
    """An included file; a relative name counts from the folder of slurm.conf, whichever file names it."""
    found = files.find(name, main, HOME)
    data = files.read(found) if found is not None else None
    return (found, data) if found is not None and data is not None else None
