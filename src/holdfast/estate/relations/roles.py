"""Identities that become one another: by a trust policy that names one, by a policy that names a role, by both.

Only who is named is asked about, and not whom a policy leaves open; who may become any role has one edge to what stands
for all roles of the account that leave it to the account.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.core.statement import NAMED, Statement, holes
from holdfast.estate.iam import match
from holdfast.estate.iam.becoming import becomes, home, in_account
from holdfast.estate.iam.grants import Granted
from holdfast.estate.relations.places import apart, root
from holdfast.kinds.identity import Identity, Trust

MAX_PAIRS = 20_000
"""Most pairs of an identity with a pattern and a role that are looked at."""
WILDCARDS = frozenset("*?$")
ASSUMING = "sts:assumerole"
EVERY_ROLE = ("*", "role/*")
"""What stands behind the account in patterns of all roles."""


class Known(NamedTuple):
    """An identity of AWS, with the ARN by which others name it."""

    asset: Asset
    facts: Identity
    arn: str
    whole: bool
    """Whether the account in the ARN was said."""


def roles(assets: Sequence[Asset]) -> Iterator[Edge]:
    """`assumes` between identities."""
    own = [(asset, asset.facts) for asset in assets if isinstance(asset.facts, Identity)]
    yield from _by_name(own)
    yield from _by_account(own)
    yield from _of_google(own)
    known = [_known(asset, facts) for asset, facts in own if facts.provider == "aws" and facts.sort in ("role", "user")]
    callers = [each for each in known if each.arn]
    for caller, role in _pairs(callers):
        answer = becomes(caller.facts, role.facts, apart=apart(caller.asset, role.asset))
        if answer.value is not False:
            yield Edge(caller.asset.id, "assumes", role.asset.id, certain=answer.value is True)


def _by_name(own: Sequence[tuple[Asset, Identity]]) -> Iterator[Edge]:
    """Whom the policy of an account of another provider than AWS names."""
    named = {facts.identifier: asset.id for asset, facts in own if isinstance(facts.identifier, str)}
    for asset, facts in own:
        for trusted in facts.trusts if isinstance(facts.trusts, list) and facts.provider != "aws" else ():
            other = named.get(trusted.name) if trusted.type == "principal" and isinstance(trusted.name, str) else None
            if other is not None and other != asset.id:
                yield Edge(other, "assumes", asset.id, certain=trusted.conditions == [])


def _of_google(own: Sequence[tuple[Asset, Identity]]) -> Iterator[Edge]:
    """Accounts of Google whose tokens or keys another may have made, by a grant on them or on their project."""
    accounts = [asset for asset, facts in own if (facts.provider, facts.sort) == ("google", "service_account")]
    left = MAX_PAIRS
    for asset in accounts:
        granted = Granted(asset)
        if not granted.becomes():
            continue
        for other in accounts:
            left -= 1
            if left < 0:
                return
            near = root(asset) == root(other) or apart(asset, other) is False
            if near and other.id != asset.id and not other.glimpsed:
                yield from (Edge(asset.id, name, other.id, certain) for name, certain in granted.may(other))


def _by_account(own: Sequence[tuple[Asset, Identity]]) -> Iterator[Edge]:
    for asset, facts in own:
        for trusted in facts.trusts if isinstance(facts.trusts, list) and facts.sort == "role" else ():
            left = _left_to_its_account(facts, trusted)
            if left is not False:
                yield Edge(every_role(asset), "assumes", asset.id, certain=left is True)
        if facts.assumes_any_role is True:
            yield Edge(asset.id, "assumes", every_role(asset))


def _left_to_its_account(role: Identity, trusted: Trust) -> bool | None:
    """Whether a trust policy leaves it to the role's own account; None where it may be another's, or asks for more."""
    if trusted.type != "account" or not isinstance(trusted.name, str):
        return False
    if trusted.name in (NAMED, home(role)):
        return True if trusted.conditions == [] else None
    known = home(role).strip("0") and not holes(trusted.name)
    return False if known else None


def every_role(asset: Asset) -> str:
    """Stands for every role of an account that leaves it to the account who becomes it."""
    return f"roles/{root(asset)}"


def _known(asset: Asset, facts: Identity) -> Known:
    arn = in_account(facts.identifier, home(facts))
    written = isinstance(facts.identifier, str) and not holes(facts.identifier)
    return Known(asset, facts, arn if isinstance(arn, str) and not holes(arn) else "", written)


def _pairs(known: Sequence[Known]) -> Iterator[tuple[Known, Known]]:
    """Each identity with each role that it names, or whose trust policy names it."""
    named: dict[tuple[str, str], list[Known]] = {}
    for each in known:
        for place in {root(each.asset), *([""] if each.whole else [])}:
            named.setdefault((place, each.arn), []).append(each)
    asked: set[tuple[str, str]] = set()
    left = MAX_PAIRS
    targets = [each for each in known if each.facts.sort == "role"]
    for role in targets:
        for arn in _trusted(role.facts):
            found = named.get((root(role.asset), arn)) or named.get(("", arn), [])
            for caller in found:
                yield from _once(caller, role, asked)
    for caller in known:
        for pattern in _wanted(caller.facts):
            if not set(pattern) & WILDCARDS:
                for role in named.get((root(caller.asset), pattern)) or named.get(("", pattern), []):
                    yield from _once(caller, role, asked)
                continue
            tokens = match.tokens(pattern, False)
            for role in targets:
                left -= 1
                if left < 0:
                    return
                near = root(role.asset) == root(caller.asset) or role.whole
                if near and match.glob(tokens, role.arn).value is not False:
                    yield from _once(caller, role, asked)


def _once(caller: Known, role: Known, asked: set[tuple[str, str]]) -> Iterator[tuple[Known, Known]]:
    pair = caller.asset.id, role.asset.id
    if pair not in asked and caller.asset.id != role.asset.id and role.facts.sort == "role":
        asked.add(pair)
        yield caller, role


def _trusted(role: Identity) -> Iterator[str]:
    """The users and roles that a trust policy names."""
    for trusted in role.trusts if isinstance(role.trusts, list) else ():
        arn: Fact[str] = in_account(trusted.name, home(role)) if trusted.type == "principal" else None
        if isinstance(arn, str):
            yield arn


def _wanted(caller: Identity) -> Iterator[str]:
    """The patterns of roles that its policies let it become: those of all roles are not among them."""
    for statement in caller.statements if isinstance(caller.statements, list) else ():
        if statement.effect != "Deny" and _assumes(statement):
            for pattern in statement.resources if isinstance(statement.resources, list) else ():
                settled = str(in_account(pattern, home(caller)))
                name = settled.split(":", 5)[-1]
                if ":role/" in settled and name not in EVERY_ROLE and not settled.startswith("$"):
                    yield settled


def _assumes(statement: Statement) -> bool:
    actions = statement.actions if isinstance(statement.actions, list) else ()
    return any(match.glob(match.action_tokens(action), ASSUMING).value is True for action in actions)
