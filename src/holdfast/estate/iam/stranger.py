"""Somebody and something that no policy names, to ask what holds for all of them.

A stranger's names match wildcards only. A piece `NAMED` of a pattern is another thing's name and so never a stranger's;
a piece `UNRESOLVED` may be a wildcard. In an ARN's partition, region and account any piece means somewhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec.structs import replace

from holdfast.core.fact import Fact
from holdfast.core.statement import NAMED, Condition, Principal, Statement, holes
from holdfast.estate.iam.abilities import X
from holdfast.estate.iam.request import Caller, Request, Values

__all__ = [
    "ELSEWHERE",
    "OTHER",
    "Places",
    "StrangeRequest",
    "addresses",
    "anybody",
    "as_seen_by_a_stranger",
    "chosen",
    "of_others",
    "values_of",
    "weight",
    "who",
]

OTHER = "\ue001"
"""Another thing's name."""
OWNED = frozenset(
    "kms:calleraccount aws:principalaccount aws:principalorgid aws:principalorgpaths aws:principalarn aws:sourceaccount"
    " aws:sourceowner aws:sourceorgid aws:sourcevpc aws:sourcevpce".split()
)
"""Keys whose values are names of accounts, organisations, principals and networks."""
ELSEWHERE = ("\ue000", "\ue000", "\ue000")
"""Partition, region and account that no policy names."""
MAX_ADDRESSES, MAX_NAMES = 16, 8
"""Most addresses and names that a stranger tries."""
TAGS = ("resourcetag/", "existingobjecttag/")
"""Parts of keys that a thing without tags lacks."""
CHOSEN = frozenset(("aws:referer", "aws:useragent", "s3:prefix", "s3:delimiter", "s3:max-keys", "s3:x-amz-acl"))
"""Keys whose value is for the caller to choose."""
POSITIVE = frozenset(("StringEquals", "StringLike", "StringEqualsIgnoreCase", "NumericEquals", "NumericLessThanEquals"))

Places = Sequence[tuple[str, str, str]]


def as_seen_by_a_stranger(statement: Statement) -> tuple[Statement, Places]:
    """The statement without other things' names, and partition, region and account of each of its patterns."""
    found: list[tuple[str, str, str]] = []

    def seen(pattern: str) -> str:
        parts = pattern.split(":", 5)
        if len(parts) == 6 and parts[0] == "arn" and holes(parts[1]):
            parts[1] = "*"  # an account lies in one partition, so a denial that names it is for this one
        if len(parts) == 6 and parts[0] == "arn" and statement.effect == "Allow":
            parts = ["*" if at in (3, 4) and holes(part) else part for at, part in enumerate(parts)]
            place = [X[0] if not part or set(part) & set("*?$") else part for part in (parts[1], *parts[3:5])]
            found.append((place[0], place[1], place[2]))
        return ":".join(parts).replace(NAMED, OTHER)

    def all_seen(patterns: Fact[list[str]]) -> Fact[list[str]]:
        return [seen(pattern) for pattern in patterns] if isinstance(patterns, list) else patterns

    changed = replace(
        statement, resources=all_seen(statement.resources), not_resources=all_seen(statement.not_resources)
    )
    return changed, found


def of_others(statement: Statement) -> Statement:
    """The statement with principals that are somebody's existing name as other things': a stranger is none of them."""

    def seen(principals: Fact[list[Principal]]) -> Fact[list[Principal]]:
        if not isinstance(principals, list):
            return principals
        return [
            replace(each, name=each.name.replace(NAMED, OTHER)) if isinstance(each.name, str) else each
            for each in principals
        ]

    conditions = statement.conditions
    return replace(
        statement,
        principals=seen(statement.principals),
        not_principals=seen(statement.not_principals),
        conditions=[_of_another(each) for each in conditions] if isinstance(conditions, list) else conditions,
    )


def _of_another(condition: Condition) -> Condition:
    """The condition, where an account, organisation or network that it names is not a stranger's."""
    if (
        not isinstance(condition.key, str)
        or condition.key.lower() not in OWNED
        or not isinstance(condition.values, list)
    ):
        return condition
    values = [each.replace(NAMED, OTHER) if isinstance(each, str) else each for each in condition.values]
    return replace(condition, values=values)


def anybody(statements: Sequence[Statement] = ()) -> list[Caller]:
    """Users and roles of an account that no policy names.

    Where a policy names principals of every account (`arn:aws:iam::*:role/deploy`), one is called so: its owner may.
    """
    arns = dict.fromkeys((f"arn:aws:iam::{X}:user/{X}",))
    for value in values_of(statements, "aws:principalarn"):
        parts = value.split(":", 5)
        if len(parts) == 6 and "*" in parts[4] and not holes(value):
            arns[":".join((*parts[:4], X, parts[5])).replace("*", X).replace("?", "x")] = None
    return [
        Caller("role", arn=arn, session=f"arn:aws:sts::{X}:assumed-role/{X}/{X}", account=X)
        if ":role/" in arn
        else Caller("user", arn=arn, account=X)
        for arn in islice(arns, MAX_NAMES)
    ]


def who(caller: Caller, address: str) -> dict[str, Values]:
    """What is known of a stranger who asks from an address, or of an anonymous one."""
    known = caller.sort != "anonymous"
    own: dict[str, str] = {
        "aws:principalarn": str(caller.arn),
        "aws:principalaccount": X,
        "aws:principalorgid": f"o-{X}",
        "aws:principalorgpaths": f"o-{X}/r-{X}/",
        "aws:userid": X,
    }
    return {
        **{key: (value,) if known else None for key, value in own.items()},
        "aws:sourceip": (address,),
        "aws:sourcevpc": (f"vpc-{X}",),
        "aws:sourcevpce": (f"vpce-{X}",),
        "aws:principaltype": ("Anonymous" if not known else "User" if caller.sort == "user" else "AssumedRole",),
        "aws:securetransport": ("true",),
        "aws:principalisawsservice": ("false",),
        "aws:viaawsservice": ("false",),
        **dict.fromkeys(("aws:sourceaccount", "aws:sourceowner", "aws:sourcearn", "aws:sourceorgid")),
    }


def addresses(statements: Sequence[Statement]) -> list[str]:
    """Addresses that nobody lists, and one of each listed network that is too wide to be somebody's own.

    Amazon S3 draws the line at /8 for IPv4 and /32 for IPv6.
    """
    found = ["192.0.2.1", "2001:db8::1"]
    for value in values_of(statements, "aws:sourceip"):
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError:  # a hole, or what no address matches
            continue
        if network.prefixlen < (8 if network.version == 4 else 32):
            found.append(str(network.network_address + 1))
    return found[:MAX_ADDRESSES]


def weight(statements: Iterable[Statement]) -> int:
    """How many texts a policy holds: what judging it costs."""
    total = 0
    for each in statements:
        for found in (each.actions, each.not_actions, each.resources, each.not_resources, each.principals):
            total += len(found) if isinstance(found, list) else 1
        for condition in each.conditions if isinstance(each.conditions, list) else ():
            total += len(condition.values) if isinstance(condition.values, list) else 1
    return total


def values_of(statements: Sequence[Statement], key: str) -> Iterator[str]:
    """The texts that conditions compare a key (in small letters) with."""
    for statement in statements:
        for condition in statement.conditions if isinstance(statement.conditions, list) else ():
            if isinstance(condition.key, str) and condition.key.lower() == key and isinstance(condition.values, list):
                yield from condition.values


def chosen(statements: Sequence[Statement]) -> dict[str, Values]:
    """The keys that a caller may choose, with a value that an Allow asks for."""
    found: dict[str, Values] = {}
    for statement in statements:
        for condition in statement.conditions if isinstance(statement.conditions, list) else ():
            key = condition.key.lower() if isinstance(condition.key, str) else ""
            fits = statement.effect == "Allow" and condition.operator in POSITIVE
            if fits and key in CHOSEN and isinstance(condition.values, list) and condition.values:
                found.setdefault(key, (condition.values[0].replace("*", "").replace("?", "x"),))
    return found


class StrangeRequest(Request, frozen=True):
    """A request about a thing that has no tags; other keys that are not given are not known."""

    def values(self, key: str) -> Values:
        """The values of a key."""
        known: Mapping[str, Values] = self.context
        small = key.lower()
        return None if small not in known and any(tag in small for tag in TAGS) else super().values(key)
