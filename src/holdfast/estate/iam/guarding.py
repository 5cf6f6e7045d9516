"""What a store's own policy says of one identity that asks for one thing in it.

A policy of a bucket can only name that bucket, so what counts of its resources is which objects they mean; those of
other stores mean the store. Sources: AWS IAM User Guide, "Identity-based policies and resource-based policies"; Amazon
S3 User Guide, "Policy resources for Amazon S3"; checked 2026-12-01.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, UNRESOLVED, Principal, Statement, holes
from holdfast.estate.iam import conditions, match
from holdfast.estate.iam.request import Caller, Request
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown
from holdfast.kinds.identity import Identity


class Guard:
    """The policies of stores, asked about one identity."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def says(self, effect: str, policy: Sequence[Statement], action: str, thing: str) -> Truth:
        """Whether a policy has a statement of an effect about an action on `BUCKET/KEY`, or on a store as a whole."""
        return some(self._applies(each, action, thing, effect) for each in policy)

    def _applies(self, statement: Statement, action: str, thing: str, effect: str) -> Truth:
        if statement.effect != effect:
            return unknown("an effect that could not be resolved") if not isinstance(statement.effect, str) else FALSE

        def fits(pattern: str) -> Truth:
            return match.glob(match.action_tokens(pattern), action.lower())

        def on(pattern: str) -> Truth:
            return _holds(pattern, thing, statement.variables)

        meant = [
            match.listed(statement.actions, fits, "actions", absent=TRUE),
            match.listed(statement.not_actions, fits, "actions", absent=FALSE).negated,
        ]
        if "/" in thing:
            meant.append(match.listed(statement.resources, on, "resources", absent=TRUE))
            meant.append(match.listed(statement.not_resources, on, "resources", absent=FALSE).negated)
        if every(meant).value is False:
            return FALSE
        return every((*meant, self._concerned(statement), conditions.passes(statement, self._request(action))))

    def _request(self, action: str) -> Request:
        arn = self.identity.identifier
        context: dict[str, tuple[Fact[str], ...] | None] = {
            "aws:securetransport": ("true",),
            "aws:principalisawsservice": ("false",),
            "aws:viaawsservice": ("false",),
        }
        if isinstance(arn, str) and not holes(arn):
            context["aws:principalarn"] = (arn,)
        return Request(action, caller=Caller("role", arn=arn), context=context)

    def _concerned(self, statement: Statement) -> Truth:
        if statement.not_principals is not None or not isinstance(statement.principals, list):
            return unknown("principals that could not be resolved")
        if any(self._is(each) for each in statement.principals):
            return TRUE
        if statement.effect == "Deny":
            return some(self._meant(each) for each in statement.principals)
        # What is granted to everybody without a condition is no right of this one: strangers have it too.
        everybody = any(each.name == EVERYBODY for each in statement.principals)
        return TRUE if everybody and statement.conditions != [] else FALSE

    def _meant(self, principal: Principal) -> Truth:
        """Whether a denial is meant for this identity: by its name, its account, or a reference that may be either."""
        name = principal.name
        if principal.type not in ("AWS", UNSET):
            return FALSE
        if not isinstance(name, str):
            return unknown("a principal that could not be resolved")
        account = _account(name)
        if account is not None:
            return match.same(match.tokens(account, False), self.identity.account)
        return TRUE if name == EVERYBODY else match.same(match.tokens(name, False), self.identity.identifier)

    def _is(self, principal: Principal) -> bool:
        """Whether a principal is this identity: by its whole name, or by the part that is resolved in both."""
        own, name = self.identity.identifier, principal.name
        if not isinstance(name, str) or not isinstance(own, str):
            return False
        if name == own:
            return True
        theirs, mine = name.split(":", 5), own.split(":", 5)
        return len(theirs) == len(mine) == 6 and theirs[5] == mine[5] and (holes(theirs[4]) or holes(mine[4]))


def _account(principal: str) -> str | None:
    """The account that a principal is as a whole; None for anything else."""
    parts = principal.split(":")
    if len(parts) == 6 and parts[5] == "root":
        return parts[4]
    return principal if principal.isdecimal() else None


def _holds(pattern: str, thing: str, variables: Fact[bool]) -> Truth:
    """Whether a resource of a bucket's policy holds an object of the bucket."""
    parts = pattern.split(":", 5)
    written = parts[5] if len(parts) == 6 else pattern
    bucket, slash, key = written.partition("/")
    if "*" in bucket:
        return match.glob(match.tokens(written, variables), thing)
    if slash:
        return match.glob(match.tokens(key, variables), thing.partition("/")[2])
    return unknown("a resource that could not be resolved") if UNRESOLVED in bucket else FALSE
