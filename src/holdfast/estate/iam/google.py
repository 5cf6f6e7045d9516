"""What Google Cloud answers to a request: deny policies first, then allow policies, both inherited.

Conditions are evaluated as far as the rule language reads them (`request.time`, `resource.name`, `.type`, `.service`,
text functions); what it does not read (tags, access levels, API attributes) is unknown.

Source: Google Cloud IAM, "Deny policies", "Policy evaluation", "Overview of IAM Conditions", "Attribute reference for
IAM Conditions", checked 2026-11-30.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from holdfast.core.cel.check import check
from holdfast.core.cel.closures import Compiler
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import BOOL, describe
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.fact import Fact
from holdfast.core.statement import Principal, Statement, holes
from holdfast.estate.iam import match
from holdfast.estate.iam.decide import Decision, verdict
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown

__all__ = ["GoogleRequest", "Resource", "When", "decide"]


class Resource(Struct, frozen=True):
    """Attributes of the resource that conditions read."""

    name: Fact[str] = UNSET
    """`projects/_/buckets/b/objects/o`."""
    type: Fact[str] = UNSET
    """`storage.googleapis.com/Object`."""
    service: Fact[str] = UNSET
    """`storage.googleapis.com`."""


class When(Struct, frozen=True):
    """Attributes of the request."""

    time: Fact[dt.datetime] = UNSET


class Attributes(Struct, frozen=True):
    """Everything that a condition may name."""

    resource: Resource = Resource()
    request: When = When()


class GoogleRequest(Struct, frozen=True):
    """One permission on one resource."""

    permission: str
    path: Sequence[str]
    """The resource and everything that it lies in, nearest first."""
    member: str = ""
    """`user:a@example.com`, `serviceAccount:...`; empty for a request without credentials."""
    groups: Fact[Sequence[str]] = UNSET
    """The groups that it is in (`group:...`), with theirs; UNSET when nobody knows."""
    resource: Resource = Resource()
    request: When = When()


def decide(request: GoogleRequest, statements: Sequence[Statement]) -> Decision:
    """The answer, from the statements of every allow and deny policy on the path."""
    denied = some(_applies(each, request, "Deny") for each in statements)
    return verdict(denied, lambda: some(_applies(each, request, "Allow") for each in statements))


def _applies(statement: Statement, request: GoogleRequest, effect: str) -> Truth:
    def action(pattern: str) -> Truth:
        return match.glob(match.tokens(pattern, False), request.permission)

    def resource(scope: str) -> Truth:
        return some(match.same(match.tokens(scope, False), place) for place in request.path)

    if isinstance(statement.effect, UnsetType):
        fits = unknown("an effect that could not be resolved")
    else:
        fits = TRUE if statement.effect == effect else FALSE
    excluded = match.listed(statement.not_actions, action, "permissions", absent=FALSE).negated
    actions = match.listed(statement.actions, action, "permissions of a role", absent=TRUE)
    resources = match.listed(statement.resources, resource, "resources", absent=TRUE)
    return every((fits, excluded, actions, resources, _concerns(statement, request), passes(statement, request)))


def _concerns(statement: Statement, request: GoogleRequest) -> Truth:
    if isinstance(statement.principals, UnsetType) or isinstance(statement.not_principals, UnsetType):
        return unknown("principals that could not be resolved")
    if statement.principals is None:
        return TRUE
    excluded = some(_is(principal, request) for principal in statement.not_principals or ())
    return every((some(_is(principal, request) for principal in statement.principals), excluded.negated))


def _is(principal: Principal, request: GoogleRequest) -> Truth:
    type, name = principal.type, principal.name
    if not isinstance(type, str) or not isinstance(name, str):
        return unknown("a principal that could not be resolved")
    if type == "allUsers":
        return TRUE
    if type == "allAuthenticatedUsers":
        return TRUE if request.member else FALSE
    own = request.member.lower()
    if type == "domain":
        return _same(name, own.rpartition("@")[2]) if own.startswith("user:") else FALSE
    if type in ("user", "serviceAccount"):
        return _same(f"{type.lower()}:{name}", own)
    groups = request.groups
    if groups is None or isinstance(groups, UnsetType):
        return unknown("the groups of the caller")
    return some(_same(f"{type}:{name}", group) for group in groups)


def _same(name: str, text: str) -> Truth:
    return match.same(match.tokens(name, False), text)


def passes(statement: Statement, request: GoogleRequest) -> Truth:
    """Whether the conditions of a statement hold."""
    conditions = statement.conditions
    if isinstance(conditions, UnsetType):
        return unknown("a condition that could not be resolved")
    return every(
        _holds(text, Attributes(request.resource, request.request))
        for condition in conditions or ()
        for text in (condition.values if isinstance(condition.values, list) else [""])
    )


def _holds(text: str, attributes: Attributes) -> Truth:
    closure = None if holes(text) else _compiled(text)
    found = UNKNOWN if closure is None else closure(attributes)
    return unknown("a condition") if found is UNKNOWN else TRUE if found else FALSE


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Callable[[Attributes], Any] | None:
    try:
        tree, type = check(parse(text), describe(Attributes).fields or {})
    except CelError:
        return None
    if type != BOOL:
        return None
    compiler = Compiler()
    closure = compiler.compile(tree)
    return lambda attributes: closure([attributes, *[None] * compiler.size])
