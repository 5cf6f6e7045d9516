"""`pg_hba.conf`: which clients may connect, and how they prove who they are; the first rule that matches decides.

Source: PostgreSQL 15 documentation, 21.1 The pg_hba.conf File (and 16, which adds the include directives),
checked 2026-11-30.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Sequence

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["Include", "Rule", "effective", "everywhere", "read", "same_host"]

SIZE = 4 << 20
RULES = 20_000
COMPARED = 200
"""Rules that may hide later ones."""

TYPES = frozenset(("local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"))
INCLUDES = frozenset(("include", "include_if_exists", "include_dir"))
_TOKEN = re.compile(r'\s*+(?:#.*+|(?P<word>(?:"[^"\n]*+"|[^\s,"#])++)(?P<comma>\s*+,)?|,)')
_LOCAL_NAMES = frozenset(("samehost", "localhost", "localhost.localdomain"))

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Rule(Struct, frozen=True):
    """One rule of the file."""

    type: str
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: str
    """CIDR, `all`, `samehost`, `samenet`, or a host name; empty for `local`."""
    method: str
    options: dict[str, str]
    line: int


class Include(Struct, frozen=True):
    """Another file, or a folder of them, whose rules stand here."""

    directive: str
    name: str
    line: int


def read(data: bytes) -> list[Rule | Include]:
    """The rules in their order. Raises FormatError for a row that the server would refuse."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    found: list[Rule | Include] = []
    for line, row in _rows(data.decode("utf-8", "replace")):
        fields = _fields(row, line)
        if not fields:
            continue
        kind = fields[0][0]
        if kind in INCLUDES:
            if len(fields) != 2:
                raise FormatError("an include names one file", line=line, column=1)
            found.append(Include(kind, fields[1][0], line))
        else:
            found.append(_rule(kind, fields, line))
        if len(found) > RULES:
            raise FormatError(f"more than {RULES} rules", line=line, column=1)
    return found


def effective(rules: Sequence[Rule]) -> list[Rule]:
    """The rules that can match: without those that one earlier rule always precedes."""
    kept: list[Rule] = []
    for rule in rules:
        if not any(_covers(earlier, rule) for earlier in kept[:COMPARED]):
            kept.append(rule)
    return kept


def same_host(rule: Rule) -> bool | None:
    """Whether only clients on the server's own host match; None where the address is not resolved."""
    if rule.type == "local" or rule.address.lower() in _LOCAL_NAMES:
        return True
    network = _network(rule.address)
    if network is None:
        return None if set("$@{") & set(rule.address) else False
    return network.is_loopback


def everywhere(rule: Rule) -> bool:
    """Whether clients with any address of a family match."""
    network = _network(rule.address)
    return rule.address == "all" or (network is not None and network.prefixlen == 0)


def _rows(text: str) -> list[tuple[int, str]]:
    """Rows with those that a backslash continues joined, and the line that each begins at."""
    rows: list[tuple[int, str]] = []
    parts: list[str] = []
    start = 1
    for line, raw in enumerate(text.split("\n"), 1):
        row = raw.rstrip("\r")
        start = start if parts else line
        parts.append(row.removesuffix("\\"))
        if not row.endswith("\\"):
            rows.append((start, "".join(parts)))
            parts = []
    return [*rows, (start, "".join(parts))] if parts else rows


def _fields(row: str, line: int) -> list[list[str]]:
    """The fields of a row, each with its items between commas; quotes are taken off."""
    fields: list[list[str]] = []
    at, open_list = 0, False
    while at < len(row):
        match = _TOKEN.match(row, at)
        if match is None:
            if row[at:].strip():
                raise FormatError("a quote that is not closed", line=line, column=at + 1)
            break
        at = match.end()
        word = match["word"]
        if word is None:
            continue
        if open_list and fields:
            fields[-1].append(word.replace('"', ""))
        else:
            fields.append([word.replace('"', "")])
        open_list = match["comma"] is not None
    return fields


def _rule(kind: str, fields: list[list[str]], line: int) -> Rule:
    if kind not in TYPES:
        raise FormatError(f"{kind[:40]!r} is no type of connection", line=line, column=1)
    least = 4 if kind == "local" else 5
    if len(fields) < least:
        raise FormatError(f"{len(fields)} fields, a rule of this type has {least}", line=line, column=1)
    address, rest = "", fields[3:]
    if kind != "local":
        address, rest = fields[3][0], fields[4:]
        if _is_mask(address, rest[0][0]) and len(rest) > 1:
            address, rest = f"{address}/{rest[0][0]}", rest[1:]
    network = _network(address)
    options = dict(item.partition("=")[::2] for field in rest[1:] for item in field)
    return Rule(
        type=kind,
        databases=tuple(fields[1]),
        users=tuple(fields[2]),
        address=str(network) if network is not None else address,
        method=rest[0][0].lower(),
        options=options,
        line=line,
    )


def _is_mask(address: str, following: str) -> bool:
    """Whether an address without a length is followed by its mask."""
    return "/" not in address and _network(address) is not None and _network(following) is not None


@functools.lru_cache(maxsize=4096)
def _network(address: str) -> Network | None:
    try:
        return ipaddress.ip_network(address, strict=False)
    except ValueError:
        pass
    base, _, mask = address.partition("/")
    try:
        bits = int(ipaddress.IPv6Address(mask))
    except ValueError:
        return None
    length = bits.bit_count()  # a mask of ones, then zeros
    return ipaddress.ip_network(f"{base}/{length}", strict=False) if _is_v6(base) else None


def _is_v6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether every client that matches `later` matches `earlier`."""
    if earlier.type != later.type and (earlier.type != "host" or later.type == "local"):
        return False
    databases = "replication" not in later.databases if "all" in earlier.databases else _within(later, earlier)
    users = "all" in earlier.users or (set(later.users) <= set(earlier.users) and "all" not in later.users)
    return databases and users and _around(earlier.address, later.address)


def _within(later: Rule, earlier: Rule) -> bool:
    return set(later.databases) <= set(earlier.databases)


def _around(wide: str, narrow: str) -> bool:
    """Whether the addresses of one rule hold all those of another."""
    if wide in (narrow, "all"):
        return True
    outer, inner = _network(wide), _network(narrow)
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False
