"""OpenSM's `opensm.conf` and `partitions.conf`: options, and who is a member of which InfiniBand partition.

Source: linux-rdma/opensm, opensm/osm_subnet.c, opensm/osm_prtn_config.c and doc/partition-config.txt (March 2026).
"""

from __future__ import annotations

from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["Member", "Option", "Partition", "number", "options", "partitions"]

SIZE = 1 << 20
ROWS = 50_000
MEMBERS = 200_000
"""Most members in all partitions."""
DEFAULT_KEY = 0x7FFF
BITS = 0x7FFF
"""Only the low 15 bits of a partition's key count; the highest says who is a full member."""
WORDS = ("full", "both", "limited")


class Option(NamedTuple):
    """One row of `opensm.conf`."""

    value: str
    line: int


class Member(NamedTuple):
    """Who belongs to a partition: `ALL`, `ALL_CAS`, `SELF`, ... or the number of a port."""

    who: str
    membership: str
    """`full`, `both` or `limited`."""
    line: int


class Partition(NamedTuple):
    """One statement; several may name the same key and count together."""

    name: str
    key: int | None
    """Its key; None where OpenSM makes one up."""
    members: tuple[Member, ...]
    line: int


def options(data: bytes) -> dict[str, Option]:
    """Option -> its last value. Raises FormatError for binary text and past bounds."""
    found: dict[str, Option] = {}
    for line, row in enumerate(_rows(data), 1):
        name, _, value = row.strip().replace("\t", " ").partition(" ")
        if name:
            found[name] = Option(value.strip(), line)
    return found


def number(text: str) -> int | None:
    """A number as C's `strtoull` reads one of any base; None for all else."""
    digits = text.strip().lower()
    try:
        octal = len(digits) > 1 and digits[0] == "0" and digits.isdigit()
        return int(digits, 8 if octal else 0) if digits.isascii() and "_" not in digits and len(digits) < 40 else None
    except ValueError:
        return None


def partitions(data: bytes) -> tuple[Partition, ...]:
    """The partitions in their order. Raises FormatError where OpenSM would give up, and past bounds."""
    reader = _Partitions()
    for line, row in enumerate(_rows(data), 1):
        pieces = row.split(";")
        for position, piece in enumerate(pieces):
            if piece.strip():
                reader.piece(piece, line)
            if position < len(pieces) - 1:
                reader.end()
    reader.end()
    return tuple(reader.found)


def _rows(data: bytes) -> list[str]:
    rows = decoded(data, SIZE).split("\n")
    if len(rows) > ROWS:
        raise FormatError(f"more than {ROWS} rows", line=ROWS, column=1)
    return [row.partition("#")[0] for row in rows]


class _Partitions:
    """The statements read so far, and the one that is open."""

    def __init__(self) -> None:
        self.found: list[Partition] = []
        self.open: Partition | None = None
        self.members: list[Member] = []
        self.default = "limited"
        self.count = 0

    def piece(self, text: str, line: int) -> None:
        """What stands on one line up to a semicolon; the head of a statement ends on the line where it begins."""
        if self.open is None:
            head, colon, text = text.partition(":")
            if not colon:
                raise FormatError("no partition is defined here", line=line, column=1)
            self._head(head, line)
        for item in text.split(","):
            who, equals, word = (part.strip() for part in item.partition("="))
            if who == "mgid":
                return  # a group takes the rest of the line
            if who and who != "NONE":
                self.count += 1
                if self.count > MEMBERS:
                    raise FormatError(f"more than {MEMBERS} members", line=line, column=1)
                self.members.append(Member(who, _membership(word) if equals else self.default, line))

    def _head(self, text: str, line: int) -> None:
        first, *flags = text.split(",")
        name, equals, key = (part.strip() for part in first.partition("="))
        value = number(key) if equals and key else None
        self.open, self.default = Partition(name, None if value is None else value & BITS, (), line), "limited"
        for flag in flags:
            word, _, value_of = (part.strip() for part in flag.partition("="))
            if word == "defmember":
                self.default = _membership(value_of)

    def end(self) -> None:
        """Closes the statement that is open."""
        if self.open is not None:
            self.found.append(self.open._replace(members=tuple(self.members)))
            self.open, self.members = None, []


def _membership(word: str) -> str:
    """What a word says, of which OpenSM takes the beginning; limited where it says nothing."""
    return next((each for each in WORDS if word and each.startswith(word)), "limited")
