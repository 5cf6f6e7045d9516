"""What Azure answers to a request: deny assignments first, then the sum of all role assignments on the way up.

Conditions of assignments are not evaluated: an action that only a conditional assignment grants is unknown.

Source: Microsoft, Azure RBAC, "How Azure RBAC determines if a user has access to a resource", "Understand scope",
"Azure deny assignments", checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, NAMED, UNRESOLVED, Statement, holes
from holdfast.estate.iam import match
from holdfast.estate.iam.decide import Decision, verdict
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown

__all__ = ["AzureRequest", "below", "decide"]

GROUPS = "/providers/microsoft.management/managementgroups/"


class AzureRequest(Struct, frozen=True):
    """One action on one resource."""

    action: str
    resource: str
    """Its id, or a scope: `/subscriptions/s/resourceGroups/g/providers/...`."""
    principal: Fact[str] = UNSET
    """The caller's object id."""
    groups: Fact[Sequence[str]] = UNSET
    """Object ids of its groups and theirs."""
    ancestors: Fact[Sequence[str]] = UNSET
    """The management groups above the subscription."""
    plane: str = "control"
    """`control` or `data`."""


def decide(request: AzureRequest, statements: Sequence[Statement]) -> Decision:
    """The answer, from all role and deny assignments that may apply."""
    denied = some(_applies(each, request, "Deny") for each in statements)
    return verdict(denied, lambda: some(_applies(each, request, "Allow") for each in statements))


def _applies(statement: Statement, request: AzureRequest, effect: str) -> Truth:
    def action(pattern: str) -> Truth:
        return match.azure(pattern, request.action)

    def scope(pattern: str) -> Truth:
        return below(pattern, request.resource, request.ancestors)

    def fits(wanted: str, value: Fact[str]) -> Truth:
        if isinstance(value, UnsetType):
            return unknown("a statement that could not be resolved")
        return TRUE if value == wanted else FALSE

    conditions = statement.conditions
    return every(
        (
            fits(effect, statement.effect),
            fits(request.plane, statement.plane),
            match.listed(statement.actions, action, "actions of a role", absent=TRUE),
            match.listed(statement.not_actions, action, "actions of a role", absent=FALSE).negated,
            match.listed(statement.resources, scope, "scopes", absent=TRUE),
            _concerns(statement, request),
            TRUE if isinstance(conditions, list) and not conditions else unknown("a condition"),
        )
    )


def below(scope: str, resource: str, ancestors: Fact[Sequence[str]]) -> Truth:
    """Whether a resource is a scope or lies below it; a scope that ends in `$` is itself only."""
    alone = scope.endswith("$")
    wanted = scope.rstrip("/$").lower().replace(UNRESOLVED.lower(), UNRESOLVED).replace(NAMED.lower(), NAMED)
    own = resource.rstrip("/").lower()
    if not wanted:
        return TRUE if not alone or not own else FALSE
    if wanted.startswith(GROUPS):
        if isinstance(ancestors, UnsetType):
            return unknown("the management groups above")
        names = [own, *(() if alone else (name.rstrip("/").lower() for name in ancestors or ()))]
        return some(match.same(match.tokens(wanted, False), name) for name in names)
    places = [own] if alone else _upwards(own)
    found = some(match.same(match.tokens(wanted, False), place) for place in places)
    return unknown("a scope that could not be resolved") if found.value is None and holes(scope) else found


def _upwards(resource: str) -> list[str]:
    steps = resource.split("/")
    return ["/".join(steps[:length]) for length in range(len(steps), 0, -1)]


def _concerns(statement: Statement, request: AzureRequest) -> Truth:
    if isinstance(statement.principals, UnsetType) or isinstance(statement.not_principals, UnsetType):
        return unknown("principals that could not be resolved")
    if statement.principals is None:
        return TRUE
    meant = some(_is(principal.name, request) for principal in statement.principals)
    excluded = some(_is(principal.name, request) for principal in statement.not_principals or ())
    return every((meant, excluded.negated))


def _is(name: Fact[str], request: AzureRequest) -> Truth:
    if name == EVERYBODY:
        return TRUE
    if not isinstance(name, str):
        return unknown("a principal that could not be resolved")
    pattern = match.tokens(name, False)
    own = match.same(pattern, request.principal, ignore_case=True)
    groups = request.groups
    if groups is None or isinstance(groups, UnsetType):
        return some((own, unknown("the groups of the caller")))
    return some((own, *(match.same(pattern, group, ignore_case=True) for group in groups)))
