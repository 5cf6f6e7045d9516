"""What AWS answers to a request, from the policies alone.

An explicit denial anywhere decides. Otherwise the organisation's policies must allow, and: in one account the policies
of the identity or of the resource; between two accounts both. A boundary and a session policy limit what the identity's
own policies grant, and what a resource's policy grants to the role (or federating user) rather than to the session or
user itself. Keys and role trust are reached through their own policy only: what the account is trusted with there, the
identity's policies may hand on.

Sources: AWS IAM User Guide, "Policy evaluation logic", "Policy evaluation for requests within a single account",
"Cross-account policy evaluation logic", "Principal", "NotPrincipal"; AWS KMS Developer Guide, "Key policies"; AWS
Organizations User Guide, "SCP evaluation", "RCP evaluation". Checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from msgspec import UnsetType

from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, Principal, Statement, holes
from holdfast.estate.iam import conditions, match
from holdfast.estate.iam.request import Caller, Level, Policies, Request
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown

__all__ = ["Decision", "decide", "meant", "verdict"]

STRANGERS = ("service", "federation", "anonymous")
"""Callers without policies of their own."""
GATED = ("kms:", "sts:assumerole")
"""Actions on resources whose own policy must take part."""


class Decision(NamedTuple):
    """`effect` is `allow`, `deny` or `unknown`; `explicit` is whether a statement denied; `reason` what is missing."""

    effect: str
    explicit: bool = False
    reason: str = ""


class Granted(NamedTuple):
    """By which of a caller's names a resource's policy allows."""

    itself: Truth
    role: Truth
    account: Truth

    @property
    def any(self) -> Truth:
        """By one of them."""
        return some(self)


def decide(request: Request, policies: Policies) -> Decision:
    """The answer to a request; unknown when what is not known could change it."""
    return verdict(_denied(request, policies), lambda: _allowed(request, policies))


def verdict(denied: Truth, allows: Callable[[], Truth]) -> Decision:
    """The answer of all providers: a denial goes before a grant, which is only then looked for."""
    if denied.value:
        return Decision("deny", explicit=True)
    allowed = allows()
    if allowed.value is False:
        # Whether a statement denies as well makes no difference to the caller.
        return Decision("deny", reason=denied.why)
    doubt = denied if denied.value is None else allowed
    return Decision("unknown", reason=doubt.why) if doubt.value is None else Decision("allow")


def meant(statement: Statement, request: Request) -> Truth:
    """Whether action, resource and conditions of a statement fit a request, whoever asks."""
    return every(_parts(statement, request))


def _parts(statement: Statement, request: Request) -> Iterator[Truth]:
    asked = request.action.lower()

    def action(pattern: str) -> Truth:
        return match.glob(match.action_tokens(pattern), asked)

    def resource(pattern: str) -> Truth:
        return match.glob(match.tokens(pattern, statement.variables, request.one), request.resource)

    yield match.listed(statement.actions, action, "actions", absent=TRUE)
    yield match.listed(statement.not_actions, action, "actions", absent=FALSE).negated
    yield match.listed(statement.resources, resource, "resources", absent=TRUE)
    yield match.listed(statement.not_resources, resource, "resources", absent=FALSE).negated
    yield conditions.passes(statement, request)


def _effect(statement: Statement, effect: str) -> Truth:
    if isinstance(statement.effect, UnsetType):
        return unknown("an effect that could not be resolved")
    return TRUE if statement.effect == effect else FALSE


def _fitting(statements: Fact[Sequence[Statement]], request: Request, effect: str, *, absent: Truth) -> Truth:
    """Whether a statement of a policy without principals allows, or denies."""
    if statements is None:
        return absent
    if isinstance(statements, UnsetType):
        return unknown("a policy that was not seen")
    return some(every((_effect(each, effect), meant(each, request))) for each in statements)


def _levels(levels: Fact[Sequence[Level]], request: Request) -> Iterator[Truth]:
    if isinstance(levels, UnsetType):
        yield unknown("policies of the organisation")
    else:
        yield from (_fitting(level, request, "Allow", absent=TRUE) for level in levels or ())


def _denied(request: Request, policies: Policies) -> Truth:
    own = request.caller.sort not in STRANGERS
    layers: list[Truth] = []
    for levels in (policies.scps if own else None, policies.rcps):
        if isinstance(levels, UnsetType):
            layers.append(unknown("policies of the organisation"))
        else:
            for level in levels or ():
                layers.append(some(_denies(each, request) for each in level))
    if own:
        for statements in (policies.identity, policies.boundary, policies.session):
            layers.append(_fitting(statements, request, "Deny", absent=FALSE))
        if not policies.complete:
            layers.append(unknown("a policy that was not seen"))
    if isinstance(policies.resource, UnsetType):
        layers.append(unknown("the resource's policy"))
    else:
        layers.append(some(_denies(each, request) for each in policies.resource or ()))
    return some(layers)


def _denies(statement: Statement, request: Request) -> Truth:
    return every((_effect(statement, "Deny"), _concerns(statement, request.caller), meant(statement, request)))


def _concerns(statement: Statement, caller: Caller) -> Truth:
    """Whether a caller is among the principals of a statement, by any of its names."""
    excluded = statement.not_principals
    if isinstance(excluded, UnsetType) or isinstance(statement.principals, UnsetType):
        return unknown("principals that could not be resolved")
    if excluded is not None:
        return _not_excluded(excluded, caller)
    if statement.principals is None:  # an SCP
        return TRUE
    return some(some(_names(principal, caller)) for principal in statement.principals)


def _not_excluded(excluded: Sequence[Principal], caller: Caller) -> Truth:
    """Out of a NotPrincipal is who is listed with all of its names: the documents promise nothing for the others."""
    rows = [_names(principal, caller) for principal in excluded]
    found = [some(column) for column in zip(*rows, strict=True)]
    if all(each.value is False for each in found):
        return TRUE
    wanted = found if caller.sort in ("role", "federated") else [found[0], found[2]] if caller.account else found[:1]
    named = every(wanted)
    return FALSE if named.value else unknown("a NotPrincipal that lists only a part of the caller's names")


def _names(principal: Principal, caller: Caller) -> Granted:
    """Which of a caller's names a principal is: its own, its role's (or the federating user's), its account's."""
    type, name = principal.type, principal.name
    if not isinstance(type, str) or not isinstance(name, str):
        doubt = unknown("a principal that could not be resolved")
        return Granted(doubt, doubt, doubt)
    everybody = _same(name, EVERYBODY)
    if type == "AWS" and _is_account(name):
        account = _account(name, caller.account)
        return Granted(account if caller.sort == "root" else FALSE, FALSE, account)
    if type == "AWS":
        short = caller.sort in ("role", "federated")
        itself = FALSE if caller.sort in STRANGERS else _same(name, caller.session if short else caller.arn)
        role = _same(name, caller.arn) if short else FALSE
        return Granted(some((everybody, itself)), role, _account(name, caller.account))
    sorts = {"Service": "service", "Federated": "federation"}
    fits = sorts.get(type) == caller.sort
    return Granted(some((everybody, _same(name, caller.arn))) if fits else FALSE, FALSE, FALSE)


def _is_account(name: str) -> bool:
    return name != EVERYBODY and not holes(name) and (":" not in name or name.endswith(":root"))


def _same(name: str, own: Fact[str]) -> Truth:
    return match.same(match.tokens(name, False), own)


def _account(name: str, account: Fact[str]) -> Truth:
    """`123456789012` or `arn:aws:iam::123456789012:root`, in any partition."""
    if account is None:
        return FALSE
    parts = name.split(":")
    if len(parts) == 6 and parts[5] == "root":
        return _same(parts[4], account)
    return _same(name, account) if len(parts) == 1 or holes(name) else FALSE


def _allowed(request: Request, policies: Policies) -> Truth:
    caller = request.caller
    granted = _granted(request, policies)
    organisation = [*_levels(policies.rcps, request)]
    if caller.sort in STRANGERS:
        return every((*organisation, granted.itself))
    organisation += _levels(policies.scps, request)
    boundary = _fitting(policies.boundary, request, "Allow", absent=TRUE)
    session = _fitting(policies.session, request, "Allow", absent=FALSE if caller.sort == "federated" else TRUE)
    limits = every((boundary, session))
    identity = TRUE if caller.sort == "root" else _fitting(policies.identity, request, "Allow", absent=FALSE)
    if not policies.complete:
        identity = some((identity, unknown("a policy that was not seen")))
    own = every((identity, limits, some((granted.any, _free(request)))))
    inside = some((granted.itself, every((granted.role, limits)), own))
    across = every((identity, limits, granted.any))
    return every((*organisation, _by_account(caller, request.resource_account, inside, across)))


def _free(request: Request) -> Truth:
    """Whether the identity's policies are enough in one account, without the resource's own taking part."""
    if not request.action.lower().startswith(GATED) or request.resource == "*":
        return TRUE
    return unknown("the resource") if isinstance(request.resource, UnsetType) else FALSE


def _by_account(caller: Caller, owner: Fact[str], inside: Truth, across: Truth) -> Truth:
    if owner is None:
        return inside
    if isinstance(owner, UnsetType) or isinstance(caller.account, UnsetType):
        return inside if inside.value is across.value else unknown("the account of the resource")
    return inside if owner == caller.account else across


def _granted(request: Request, policies: Policies) -> Granted:
    statements = policies.resource
    if isinstance(statements, UnsetType):
        doubt = unknown("the resource's policy")
        return Granted(doubt, doubt, doubt)
    rows = [_row(each, request) for each in statements or ()]
    return Granted(*(some(row[column] for row in rows) for column in range(3)))


def _row(statement: Statement, request: Request) -> Granted:
    fits = every((_effect(statement, "Allow"), meant(statement, request)))
    if fits.value is False:
        return Granted(FALSE, FALSE, FALSE)
    principals = statement.principals
    if isinstance(principals, UnsetType) or statement.not_principals is not None:
        doubt = unknown("principals that could not be resolved")
        return Granted(doubt, doubt, doubt)
    rows = [_names(principal, request.caller) for principal in principals or ()]
    return Granted(*(every((fits, some(row[column] for row in rows))) for column in range(3)))
