"""OpenSSH's pattern lists and address lists, and what one says about another.

Source: OpenSSH 9.2p1, match.c, addrmatch.c and addr.c; ssh_config(5) "PATTERNS".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from socket import AF_INET6, inet_aton, inet_ntop, inet_pton
from typing import NamedTuple

from holdfast.formats.ssh.lines import Refusal

__all__ = ["Network", "address", "address_text", "addresses", "check_addresses", "in_list", "matches", "network"]

LONGEST = 1023
"""Characters of one pattern in a list; with a longer one the list matches nothing."""

_V4 = re.compile(r"[0-9a-fA-FxX]+(\.[0-9a-fA-FxX]+){0,3}")
_MASK = re.compile(r"\d+", re.ASCII)


class Network(NamedTuple):
    """An address block: its width in bits (32 or 128), its first address, and the length of its prefix."""

    width: int
    first: int
    prefix: int

    def holds(self, other: Network) -> bool:
        """Whether every address of the other block is in this one."""
        if other.width != self.width or other.prefix < self.prefix:
            return False
        return (other.first ^ self.first) >> (self.width - self.prefix) == 0


def matches(text: str, pattern: str) -> bool:
    """Whether `text` is what `pattern` describes; `*` and `?` are wildcards, case counts."""
    at = place = 0
    star, mark = -1, 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, mark = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", text[at]):
            at += 1
            place += 1
        elif star >= 0:
            mark += 1
            at, place = mark, star + 1
        else:
            return False
    return not pattern[place:].strip("*")


def in_list(text: str, patterns: str, *, lower: bool = False) -> int:
    """1 if the comma-separated list matches, -1 if an entry behind `!` does, otherwise 0."""
    found = 0
    for entry in patterns.removesuffix(",").split(",") if patterns else ():
        negated = entry.startswith("!")
        pattern = entry[negated:]
        if len(pattern) >= LONGEST:
            return 0
        if matches(text, pattern.lower() if lower else pattern):
            if negated:
                return -1
            found = 1
    return found


def address(text: str) -> Network | None:
    """One numeric address, in any spelling that the C library takes; zones (`%eth0`) are not resolved."""
    try:
        if ":" in text:
            return Network(128, int.from_bytes(inet_pton(AF_INET6, text), "big"), 128)
        if _V4.fullmatch(text):
            return Network(32, int.from_bytes(inet_aton(text), "big"), 32)
    except (OSError, ValueError):
        return None
    return None


def address_text(found: Network) -> str:
    """The address as the C library prints it."""
    if found.width == 32:
        return ".".join(str(byte) for byte in found.first.to_bytes(4, "big"))
    return inet_ntop(AF_INET6, found.first.to_bytes(16, "big"))


def network(text: str) -> Network | None:
    """`address/prefix`, or one address; None for other text, which is a pattern.

    Raises `Refusal` for a prefix too long for its address, and for bits behind the prefix.
    """
    if len(text) > 63:
        return None
    host, slash, mask = text.partition("/")
    if slash and not (_MASK.fullmatch(mask) and len(mask) < 20 and int(mask) <= 128):
        return None
    found = address(host)
    if found is None or not slash:
        return found
    prefix = int(mask)
    if prefix > found.width or found.first & ((1 << (found.width - prefix)) - 1):
        raise Refusal(f"the mask of {text} does not fit its address")
    return Network(found.width, found.first, prefix)


def _entries(listed: str) -> Iterator[tuple[bool, str, Network | None]]:
    for entry in listed.split(","):
        negated = entry.startswith("!")
        if not entry[negated:]:
            raise Refusal(f"an empty entry in the addresses {listed}")
        yield negated, entry[negated:], network(entry[negated:])


def check_addresses(listed: str) -> None:
    """Raises `Refusal` for an address list that OpenSSH does not accept."""
    for _ in _entries(listed):
        pass


def addresses(text: str | None, listed: str) -> int:
    """1 if a comma-separated list of networks and patterns holds the address, -1 if one behind `!` does, else 0.

    Raises `Refusal` where the list is malformed up to the entry that decides.
    """
    own = address(text) if text is not None else None
    if text is None or own is None:
        return 0
    found = 0
    for negated, entry, block in _entries(listed):
        if block.holds(own) if block is not None else matches(text, entry):
            if negated:
                return -1
            found = 1
    return found
