"""Somebody and something that no policy names, to ask what holds for all of them.

A stranger's names match wildcards only. A piece `NAMED` of a pattern is another thing's name and so never a stranger's;
a piece `UNRESOLVED` may be a wildcard. In an ARN's partition, region and account any piece means somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from holdfast.core.fact import Fact
from holdfast.core.statement import NAMED, Statement, holes
from holdfast.estate.iam.abilities import X
from holdfast.estate.iam.request import Caller, Request, Values

__all__ = ["ELSEWHERE", "OTHER", "Places", "anybody", "as_seen_by_a_stranger", "chosen"]

OTHER = "\ue001"
"""Another thing's name."""
ELSEWHERE = ("\ue000", "\ue000", "\ue000")
"""Partition, region and account that no policy names."""
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
        if len(parts) == 6 and parts[0] == "arn" and statement.effect == "Allow":
            parts = ["*" if at in (1, 3, 4) and holes(part) else part for at, part in enumerate(parts)]
            place = [X[0] if not part or set(part) & set("*?$") else part for part in (parts[1], *parts[3:5])]
            found.append((place[0], place[1], place[2]))
        return ":".join(parts).replace(NAMED, OTHER)

    def all_seen(patterns: Fact[list[str]]) -> Fact[list[str]]:
        return [seen(pattern) for pattern in patterns] if isinstance(patterns, list) else patterns

    changed = replace(
        statement, resources=all_seen(statement.resources), not_resources=all_seen(statement.not_resources)
    )
    return changed, found


def anybody(account: str = X) -> Caller:
    """A user of an account that no policy names."""
    return Caller("user", arn=f"arn:aws:iam::{account}:user/{X}", account=account)


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
