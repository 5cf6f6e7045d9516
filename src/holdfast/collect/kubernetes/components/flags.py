"""The flags of Kubernetes' own programs, as Go's pflag reads them.

`--name=value`, or `--name value` for all but switches; a switch alone is true; the last one wins, but lists add up.
Source: github.com/spf13/pflag, package documentation, "Command line flag syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import TEMPLATED

T = TypeVar("T")
MAX_WORDS = 4096
TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
"""What strconv.ParseBool takes."""
PIECE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{0,9})?)(h|m(?!s)|s|ms|us|µs|ns)")
SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


class Flags:
    """The flags that are given; `complete` where no other can apply, so that documented defaults hold for the rest."""

    def __init__(self, given: Mapping[str, list[str]], *, complete: bool) -> None:
        self.given = given
        self.complete = complete

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def text(self, name: str, default: T) -> str | T | UnsetType:
        """The value; an empty one is none."""
        if name not in self.given:
            return default if self.complete else UNSET
        value = self.given[name][-1]
        return UNSET if _open(value) else value or default

    def switch(self, name: str, default: bool | None) -> bool | UnsetType | None:
        """A switch; unobserved for a value that the program would refuse."""
        value = self.text(name, default)
        if not isinstance(value, str):
            return value
        return True if value in TRUE else False if value in FALSE else UNSET

    def number(self, name: str, default: int | None) -> int | UnsetType | None:
        """A whole number."""
        value = self.text(name, default)
        if not isinstance(value, str):
            return value
        return int(value) if re.fullmatch(r"[+-]?[0-9]{1,18}", value) else UNSET

    def words(self, name: str, default: Sequence[str] = ()) -> list[str] | UnsetType:
        """A list: commas separate, and repeated flags add up."""
        if name not in self.given:
            return list(default) if self.complete else UNSET
        values = self.given[name]
        if any(map(_open, values)):
            return UNSET
        return [word.strip() for value in values for word in value.split(",") if word.strip()]

    def named(self, *names: str) -> bool | UnsetType:
        """Whether one of the flags has a value; a value that is still open is one."""
        if any(self.given.get(name, [""])[-1] for name in names):
            return True
        return False if self.complete else UNSET

    def seconds(self, name: str, default: int) -> int | UnsetType:
        """A duration in whole seconds."""
        value = self.text(name, "")
        return default if value == "" else duration(value) if isinstance(value, str) else UNSET

    def gate(self, name: str) -> bool | UnsetType | None:
        """A feature gate; None where it is not named."""
        gates = self.words("feature-gates")
        if isinstance(gates, UnsetType):
            return UNSET
        found = [gate.partition("=")[2] for gate in gates if gate.partition("=")[0] == name]
        return None if not found else found[-1] in TRUE


def _open(value: str) -> bool:
    return "$" in value or TEMPLATED.search(value) is not None


def read(words: Sequence[str], switches: frozenset[str], *, complete: bool = True) -> Flags:
    """The flags in the words after a program's name; words that cannot be resolved leave the rest open."""
    given: dict[str, list[str]] = {}
    position, words = 0, words[:MAX_WORDS]
    while position < len(words):
        word = words[position]
        position += 1
        if not word.startswith("-") or word == "-":
            complete = complete and not _open(word)
            continue
        if word == "--":
            break
        name, equals, value = word.lstrip("-").partition("=")
        if not equals:
            if name in switches or position == len(words) or words[position].startswith("--"):
                value = "true"
            else:
                value = words[position]
                position += 1
        given.setdefault(name, []).append(value)
    return Flags(given, complete=complete)


def collected(pairs: Iterable[tuple[str, str]], *, complete: bool) -> Flags:
    """Flags from names and values."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name.lstrip("-"), []).append(value)
    return Flags(given, complete=complete)


def duration(text: str) -> int | UnsetType:
    """A duration of Go (`4h0m0s`) in whole seconds; unobserved for what is none. Source: Go, time.ParseDuration."""
    if text == "0":
        return 0
    pieces = PIECE.findall(text)
    if not pieces or "".join(number + unit for number, unit in pieces) != text:
        return UNSET
    return int(sum(float(number) * SECONDS[unit] for number, unit in pieces))
