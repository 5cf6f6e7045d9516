"""What sets a machine up at its first boot, gathered from a document or a script."""

from __future__ import annotations

from typing import TypeVar

from msgspec import UNSET

from holdfast.collect.downloads import Downloads
from holdfast.collect.host.acts import acts
from holdfast.collect.host.commands import credentials, installs
from holdfast.collect.host.parts import Part
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact, Secret
from holdfast.core.packages import Package
from holdfast.formats.yaml import Mapping
from holdfast.kinds.cloud_init import Password

T = TypeVar("T")
OFF = (False, 0, "0", "no", "false", "off")
ON = (True, 1, "1", "yes", "true", "on")
TEXTS = 16 << 20
"""Bytes of all files and commands of a document that are examined; aliases and compression make many out of few."""


class Setup:
    """What was found so far, with the first place of each fact."""

    left = TEXTS
    """Bytes of files and commands that are still examined."""

    def __init__(self, document: Mapping, path: str, name: str = "") -> None:
        self.document = document
        self.path = path
        self.name = name or path
        self.spots: dict[str, Spot] = {"": Spot(1, 1)}
        self.parts: list[Part] = []
        self.credentials: list[str] = []
        self.packages: list[Package] = []
        self.downloads: list[str] = []
        self.opened: list[str] = []
        self.off: list[str] = []
        self.passwords: list[Password] = []
        self.hidden: list[Secret] = []
        self.gaps: list[Gap] = []

    def note(self, fact: str, mapping: Mapping, key: str) -> None:
        """Remembers the first place of a fact."""
        if fact not in self.spots and key in mapping.marks:
            self.spots[fact] = Spot(mapping.marks[key].line + 1, mapping.marks[key].column + 1)

    def scan(self, text: str, mapping: Mapping, key: str) -> None:
        """Looks for credentials in a text."""
        found = credentials(text)
        if found:
            self.note("credentials", mapping, key)
            self.credentials += found

    def switch(self, key: str, fact: str, default: Fact[bool]) -> Fact[bool]:
        """A switch as cloud-init reads it; another value is unobserved."""
        value = self.document.get(key)
        if value is None:
            return default
        self.note(fact, self.document, key)
        value = value.lower() if isinstance(value, str) else value
        return True if value in ON else False if value in OFF else UNSET

    def opposite(self, key: str, fact: str, default: Fact[bool]) -> Fact[bool]:
        """The opposite of a switch."""
        value = self.switch(key, fact, UNSET)
        if self.document.get(key) is None:
            return default
        return not value if isinstance(value, bool) else UNSET

    def spends(self, size: int, line: int) -> bool:
        """Whether a text of this size is still examined; the first that is not is told."""
        told, self.left = self.left < 0, self.left - size
        if self.left < 0 and not told:
            what = f"files and commands of more than {TEXTS} bytes: those after that many were not examined"
            self.gaps.append(Gap(self.path, what, "left_out", line))
        return self.left >= 0

    def install(self, found: list[Package], line: int) -> None:
        """Remembers packages at the place that names them."""
        for package in found:
            self.spots[f"packages[{len(self.packages)}]"] = Spot(line, 1)
            self.packages.append(package)

    def run(self, text: str, line: int, fetched: Downloads) -> str:
        """What a shell text does that starts on a line; why it could not be read, empty where it could."""
        self.install(installs(text), line)
        rows = text.split("\n")
        for number in fetched.lines(text):
            self.downloads.append(rows[number - 1].strip()[:200])
            self.spots.setdefault("downloads_run", Spot(line + number - 1, 1))
        done = acts(text, line)
        self.parts += done.parts
        self.told("opened_files", self.opened, done.opened, done.opened_at)
        self.told("protections_off", self.off, done.off, done.off_at)
        self.told("plain_passwords", self.passwords, [password(*pair) for pair in done.passwords], done.passwords_at)
        return done.unread

    def told(self, fact: str, kept: list[T], found: list[T], line: int) -> None:
        """Keeps what was found, and its first place."""
        if found:
            self.spots.setdefault(fact, Spot(line, 1))
            kept += found


def password(account: str, value: str) -> Password:
    """A password in clear of an account."""
    return Password(name=f"{account}.password", value=Secret(value))
