"""Match blocks of sshd_config: their criteria, the connections that meet them, and what one says of another.

Source: OpenSSH 9.2p1, servconf.c (`match_cfg_line`); `invalid-user` and `version` of 9.9 and 10.0 from their sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from holdfast.formats.ssh.lines import Refusal, token
from holdfast.formats.ssh.patterns import Network, addresses, check_addresses, in_list, network
from holdfast.formats.ssh.values import port

__all__ = ["Block", "Connection", "Criterion", "criteria"]

_SPELLED = {
    "user": "User",
    "group": "Group",
    "host": "Host",
    "address": "Address",
    "localaddress": "LocalAddress",
    "localport": "LocalPort",
    "rdomain": "RDomain",
}
NEWER = {"invalid-user": "9.9", "version": "10.0"}
"""Criteria of later versions of OpenSSH; sshd 9.2 refuses them."""


LONGEST = 512
"""Characters of a list from which something is proved; of longer ones nothing is."""
PAIRS = 64
"""Pairs of entries of two lists that are compared to prove something, and conditions of one block."""


class Connection(NamedTuple):
    """What sshd knows of a connection; a criterion on what is None is not met, as in `sshd -T -C`."""

    user: str | None = None
    groups: tuple[str, ...] = ()
    """The names of the user's groups, as the system looks them up; none for a user that does not exist."""
    host: str | None = None
    address: str | None = None
    local_address: str | None = None
    local_port: int | None = None
    routing_domain: str | None = None


class Criterion(NamedTuple):
    """One condition of a Match line."""

    attribute: str
    """`user`, `group`, `host`, `address`, `localaddress`, `localport`, `rdomain`, `all`, or one of `NEWER`."""
    argument: str


class Block(Struct, frozen=True):
    """A Match line; `outer` is the block that the Include of its file stands in."""

    criteria: tuple[Criterion, ...]
    path: str
    line: int
    outer: Block | None = None

    @property
    def text(self) -> str:
        """The Match line, and those around it, as a reader would write them."""
        own = " ".join(f"{_SPELLED.get(name, name)} {argument}".rstrip() for name, argument in self.criteria)
        return f"{self.outer.text}, then Match {own}" if self.outer else f"Match {own}"

    def all_criteria(self) -> Iterator[Criterion]:
        """Its own conditions and those of the blocks around it."""
        if self.outer:
            yield from self.outer.all_criteria()
        yield from self.criteria

    @property
    def unconditional(self) -> bool:
        """Whether every connection meets it; sshd then reads it with the global part, too."""
        return all(each.attribute == "all" for each in self.all_criteria())

    def met_by(self, connection: Connection) -> bool:
        """Whether the connection meets every condition."""
        return all(_TESTS[each.attribute](each.argument, connection) for each in self.all_criteria())

    def within(self, other: Block) -> bool:
        """Whether every connection that meets this block provably meets the other one, too."""
        own, wanted = tuple(self.all_criteria()), tuple(other.all_criteria())
        return len(own) * len(wanted) <= PAIRS and all(any(_implies(one, two) for one in own) for two in wanted)

    @property
    def universal(self) -> bool:
        """Whether every connection provably meets it, if not for sshd's first reading."""
        return all(
            each.attribute == "all" or (each.attribute in ("user", "address", "localaddress") and each.argument == "*")
            for each in self.all_criteria()
        )

    @property
    def impossible(self) -> bool:
        """Whether provably no connection meets it."""
        own = tuple(self.all_criteria())
        return len(own) <= PAIRS and any(_apart(one, two) for place, one in enumerate(own) for two in own[place + 1 :])

    def excludes_user(self, user: str) -> bool:
        """Whether no connection of that user meets it."""
        return any(each.attribute == "user" and in_list(user, each.argument) != 1 for each in self.all_criteria())


def criteria(text: str) -> tuple[tuple[Criterion, ...], str]:
    """The conditions of a Match line, and the version of OpenSSH that they need, if it is later than 9.2.

    Raises `Refusal` for what sshd does not accept.
    """
    found: list[Criterion] = []
    since = ""
    attribute, rest = token(text)
    while attribute and not attribute.startswith("#"):
        argument, rest = token(rest)
        if attribute.lower() == "all":
            if found or (argument and not argument.startswith("#")):
                raise Refusal("all must stand alone")
            return (Criterion("all", ""),), ""
        if not argument or argument.startswith("#"):
            raise Refusal(f"nothing to match behind {attribute[:40]}")
        found.append(_criterion(attribute.lower(), argument))
        since = NEWER.get(attribute.lower(), since)
        attribute, rest = token(rest)
    if rest and not (attribute or "").startswith("#"):
        raise Refusal("extra arguments at the end of the line")
    if not found:
        raise Refusal("a Match line without a condition")
    return tuple(found), since


def _criterion(attribute: str, argument: str) -> Criterion:
    if attribute not in _TESTS:
        raise Refusal(f"{attribute[:40]} is not something to match")
    if attribute in ("address", "localaddress"):
        check_addresses(argument)
    if attribute == "localport":
        port(argument)
    return Criterion(attribute, argument)


def _groups(argument: str, connection: Connection) -> bool:
    found = [in_list(group, argument) for group in connection.groups]
    return -1 not in found and 1 in found


_TESTS: dict[str, Callable[[str, Connection], bool]] = {
    "all": lambda argument, connection: True,
    "user": lambda argument, c: c.user is not None and in_list(c.user, argument) == 1,
    "group": _groups,
    "host": lambda argument, c: c.host is not None and in_list(c.host.lower(), argument, lower=True) == 1,
    "address": lambda argument, c: addresses(c.address, argument) == 1,
    "localaddress": lambda argument, c: addresses(c.local_address, argument) == 1,
    "localport": lambda argument, c: c.local_port == port(argument),
    "rdomain": lambda argument, c: c.routing_domain is not None and in_list(c.routing_domain, argument) == 1,
    "invalid-user": lambda argument, c: False,
    "version": lambda argument, c: False,
}


@lru_cache(maxsize=1024)
def _exact(attribute: str, argument: str) -> frozenset[str] | None:
    """Every value that meets a condition, if those are listed one by one; otherwise None."""
    if attribute == "localport":
        return frozenset({str(port(argument))})
    if len(argument) > LONGEST or any(sign in argument for sign in "*?!"):
        return None
    return frozenset((argument.lower() if attribute == "host" else argument).split(","))


@lru_cache(maxsize=1024)
def _networks(argument: str) -> tuple[Network, ...]:
    """The networks of a list that holds nothing else; otherwise none."""
    if "!" in argument or len(argument) > LONGEST:
        return ()
    found = [network(each) for each in argument.split(",")]
    return () if None in found else tuple(each for each in found if each)


def _comparable(one: Criterion, two: Criterion) -> bool:
    """Whether comparing the two lists entry by entry is worth it."""
    return (one.argument.count(",") + 1) * (two.argument.count(",") + 1) <= PAIRS


def _implies(one: Criterion, two: Criterion) -> bool:
    """Whether a value that meets the first provably meets the second."""
    if two.attribute == "all" or one == two:
        return True
    if one.attribute != two.attribute or one.attribute in NEWER or not _comparable(one, two):
        return False
    if one.attribute in ("address", "localaddress"):
        inner, outer = _networks(one.argument), _networks(two.argument)
        return inner != () and all(any(wide.holds(each) for wide in outer) for each in inner)
    exact = _exact(*one)
    if one.attribute == "localport":
        return exact == _exact(*two)
    if one.attribute == "group" and "!" in two.argument:
        return False
    if two.argument == "*":
        return True
    return exact is not None and all(in_list(each, two.argument, lower=one.attribute == "host") == 1 for each in exact)


def _apart(one: Criterion, two: Criterion) -> bool:
    """Whether provably no value meets both; a user may be in many groups."""
    if one.attribute != two.attribute or one.attribute in (*NEWER, "group", "all") or not _comparable(one, two):
        return False
    if one.attribute in ("address", "localaddress"):
        left, right = _networks(one.argument), _networks(two.argument)
        return left != () and right != () and not any(a.holds(b) or b.holds(a) for a in left for b in right)
    if one.attribute == "localport":
        return _exact(*one) != _exact(*two)
    return any(
        exact is not None and all(in_list(each, asked.argument, lower=one.attribute == "host") != 1 for each in exact)
        for exact, asked in ((_exact(*one), two), (_exact(*two), one))
    )
