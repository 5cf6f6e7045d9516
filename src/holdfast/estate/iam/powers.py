"""The powers of identities: what their statements come to, asked of things that no policy names.

Everything here is "at least once": in one region and account, project, folder, subscription or resource group. What
takes two scopes that may lie apart is unknown, and so is every power of an identity whose policies were not all seen,
unless what was seen grants it: that a policy which was not seen denies it is not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.core.statement import Principal, Statement, holes, without_holes
from holdfast.estate.iam import azure, google
from holdfast.estate.iam.abilities import (
    AWS,
    AWS_OWN,
    AZURE,
    DATA,
    GOOGLE,
    OWN,
    RUNS_CODE,
    Alternatives,
    Need,
    Permissions,
    X,
)
from holdfast.estate.iam.decide import Decision, decide
from holdfast.estate.iam.purposes import by_purpose, written
from holdfast.estate.iam.request import Caller, Policies, Values
from holdfast.estate.iam.stranger import ELSEWHERE, OTHER, StrangeRequest, as_seen_by_a_stranger, weight
from holdfast.estate.iam.trust import trust
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown
from holdfast.kinds.identity import Identity

MAX_PLACES, MAX_WORK = 24, 20_000
"""Most regions and accounts, or scopes, that are tried for one identity, and most texts of its policies in all of them;
with more, what is not found stays unknown."""
OBJECT = google.Resource(
    f"projects/_/buckets/{X}/objects/{X}", "storage.googleapis.com/Object", "storage.googleapis.com"
)


def powers(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """Who may become the identities, and what they can reach."""
    del edges
    buckets = by_purpose(assets)
    for position, asset in enumerate(assets):
        if isinstance(asset.facts, Identity):
            yield position, {**trust(asset.facts), **_powers(asset.facts, buckets)}


def _powers(identity: Identity, buckets: dict[str, list[str]]) -> dict[str, object]:
    statements = identity.statements
    if not isinstance(identity.provider, str) or identity.provider not in BY_PROVIDER:
        return {}
    if isinstance(statements, UnsetType) or _work(identity) > MAX_WORK:
        return {}
    held = statements or []
    found = BY_PROVIDER[identity.provider](identity, held)
    complete = identity.statements_complete is True
    names = _whole_services(held) if complete else UNSET
    writes = written(buckets, Amazon(identity, held).has) if len(buckets) > 1 and identity.provider == "aws" else []
    return {"whole_services": names, "writes": writes, **{name: _fact(truth) for name, truth in found.items()}}


def _work(identity: Identity) -> int:
    return sum(weight(each) for each in (identity.statements, identity.boundary) if isinstance(each, list))


def _fact(truth: Truth) -> Fact[bool]:
    return UNSET if truth.value is None else truth.value


def _whole_services(statements: Iterable[Statement]) -> Fact[list[str]]:
    found: set[str] = set()
    for statement in statements:
        if statement.effect != "Allow" or statement.not_actions:
            continue
        if not isinstance(statement.actions, list):
            return UNSET
        if statement.conditions == []:
            found.update(name for name in statement.actions if _whole(name))
    return sorted(found)


def _whole(pattern: str) -> bool:
    service, colon, action = pattern.partition(":")
    provider, slash, rest = pattern.partition("/")
    return (
        pattern == "*"
        or (bool(colon) and action == "*" and service != "*")
        or (bool(slash) and rest == "*" and provider != "*")
    )


def _truth(decision: Decision) -> Truth:
    if decision.effect == "unknown":
        return unknown(decision.reason)
    return TRUE if decision.effect == "allow" else FALSE


class Amazon:
    """One identity of AWS."""

    def __init__(self, identity: Identity, statements: Sequence[Statement]) -> None:
        self.identity = identity
        own = [as_seen_by_a_stranger(statement) for statement in statements]
        limits = identity.boundary
        self.policies = Policies(
            identity=[statement for statement, _ in own],
            complete=True,
            boundary=[as_seen_by_a_stranger(each)[0] for each in limits] if isinstance(limits, list) else limits,
        )
        parts = identity.identifier.split(":") if isinstance(identity.identifier, str) else []
        partition = parts[1] if len(parts) > 1 and not holes(parts[1]) else "aws"
        account = identity.account if isinstance(identity.account, str) else ELSEWHERE[2]
        somewhere = [ELSEWHERE, *(place for _, places in own for place in places)]
        places = dict.fromkeys(
            (
                partition if place[0] == ELSEWHERE[0] else place[0],
                place[1],
                account if place[2] == ELSEWHERE[2] else place[2],
            )
            for place in somewhere
        )
        tried = min(MAX_PLACES, MAX_WORK // max(1, _work(identity)))
        self.places = list(islice(places, tried))
        self.left_out = len(places) > tried
        self.services = _passed_to(statements)
        self.complete = identity.statements_complete is True

    def has(self, alternatives: Alternatives) -> Truth:
        """Whether one of several sets of needs is granted somewhere, all of it in one place."""
        found = some(every(self.may(need, place) for need in needs) for place in self.places for needs in alternatives)
        if not self.complete and not found.value:
            return unknown("a policy that was not seen")
        return unknown("more regions and accounts than are tried") if self.left_out and not found.value else found

    def may(self, need: Need, place: tuple[str, str, str]) -> Truth:
        """Whether one need is granted in a partition, region and account."""
        partition, region, account = place
        resource = need.resource
        if resource == OWN:
            resource = self._own(partition, account)
        elif resource != "*":
            resource = f"arn:{partition}:" + resource.replace("{x}", X).replace("{r}", region).replace("{a}", account)
        services = [need.service] if need.service else self.services if need.action == "iam:PassRole" else [""]
        return some(self._may(need.action, resource, place, service) for service in services)

    def _may(self, action: str, resource: str, place: tuple[str, str, str], service: str) -> Truth:
        account = place[2]
        arn = self.identity.identifier
        context: dict[str, Values] = {
            "aws:principalaccount": (account,),
            "aws:resourceaccount": (account,),
            "s3:resourceaccount": (account,),
            "aws:securetransport": ("true",),
            "aws:viaawsservice": ("false",),
            "aws:principalisawsservice": ("false",),
        }
        sort = "role" if self.identity.sort == "role" else "user"
        if sort == "role":
            context["aws:username"] = None
        elif self.identity.sort == "user" and isinstance(self.identity.name, str):
            context["aws:username"] = (self.identity.name,)
        if isinstance(arn, str) and not holes(arn):
            context["aws:principalarn"] = (arn,)
        if place[1] != ELSEWHERE[1]:
            context["aws:requestedregion"] = (place[1],)
        if service:
            context["iam:passedtoservice"] = (service,)
        caller = Caller(sort, arn=arn if isinstance(arn, str) else UNSET, session=UNSET, account=account)
        trusted = Statement(
            effect="Allow",
            actions=None,
            not_actions=None,
            resources=None,
            not_resources=None,
            principals=[Principal(type="AWS", name=account)],
            not_principals=None,
            conditions=[],
        )
        request = StrangeRequest(action, resource, caller, context, resource_account=None)
        return _truth(decide(request, replace(self.policies, resource=[trusted])))

    def _own(self, partition: str, account: str) -> str:
        """Its ARN in a partition and account; a name that nobody has written is one that no policy names."""
        own = self.identity.identifier
        if isinstance(own, str) and not holes(own):
            return own
        parts = own.split(":", 5) if isinstance(own, str) else []
        name = parts[5] if len(parts) == 6 and not holes(parts[5]) else f"{self.identity.sort}/{X}"
        return f"arn:{partition}:iam::{account}:{name}"


def _passed_to(statements: Iterable[Statement]) -> list[str]:
    """The services that run code and that conditions name as those a role may be passed to; one of them is enough."""
    found = {"ec2.amazonaws.com": None}
    for statement in statements:
        for condition in statement.conditions if isinstance(statement.conditions, list) else ():
            if isinstance(condition.key, str) and condition.key.lower() == "iam:passedtoservice":
                found.update(dict.fromkeys(condition.values if isinstance(condition.values, list) else ()))
    return [name for name in found if name.removesuffix(".cn") in RUNS_CODE]


def _aws(identity: Identity, statements: Sequence[Statement]) -> dict[str, Truth]:
    one = Amazon(identity, statements)
    own = AWS_OWN.get(identity.sort, ()) if isinstance(identity.sort, str) else ()
    ways = {**AWS, "changes_own_rights": (*AWS["changes_own_rights"], *own)}
    return {name: one.has(alternatives) for name, alternatives in ways.items()}


Ask = Callable[[str, Sequence[str]], Decision]
"""A permission, and the scopes that count -> the answer."""


def _scoped(
    ways: Mapping[str, Permissions], scopes: Mapping[str, bool], ask: Ask, *, complete: bool
) -> dict[str, Truth]:
    """Each power in one scope; `scopes` says of each whether it certainly holds more than one thing."""

    def has(permissions: Permissions, path: Sequence[str]) -> Truth:
        return some(every(_truth(ask(each, path)) for each in needed) for needed in permissions)

    def power(permissions: Permissions) -> Truth:
        certain = some(has(permissions, [scope]) for scope in islice((s for s in scopes if scopes[s]), MAX_PLACES))
        if certain.value:
            return TRUE
        if complete and len(scopes) <= MAX_PLACES and has(permissions, list(scopes)).value is False:
            return FALSE
        return unknown("scopes that may lie apart, or policies that were not seen")

    return {name: power(permissions) for name, permissions in ways.items()}


def _plain(statement: Statement) -> Statement:
    """A statement that concerns the identity, its scopes without holes: somewhere is enough."""
    resources = statement.resources
    return replace(
        statement,
        principals=None,
        not_principals=None,
        resources=[without_holes(scope, OTHER) for scope in resources] if isinstance(resources, list) else resources,
    )


def _scopes(statements: Iterable[Statement], broad: Callable[[str], bool]) -> dict[str, bool]:
    """The scopes of grants that are no single thing; what is not resolved from its start on may be."""
    found: dict[str, bool] = {}
    for statement in statements:
        for scope in statement.resources if isinstance(statement.resources, list) else ():
            whole = without_holes(scope, OTHER)
            if whole.startswith(OTHER):
                found.setdefault(whole, False)
            elif broad(whole):
                found[whole] = True
    return found


def _google(identity: Identity, statements: Sequence[Statement]) -> dict[str, Truth]:
    plain = [_plain(statement) for statement in statements]

    def ask(permission: str, path: Sequence[str]) -> Decision:
        resource = OBJECT if permission.startswith("storage.objects.") else google.Resource()
        return google.decide(google.GoogleRequest(permission, path, resource=resource), plain)

    def broad(scope: str) -> bool:
        name = scope.removeprefix("//cloudresourcemanager.googleapis.com/")
        return name.startswith(("projects/", "folders/", "organizations/")) and name.count("/") == 1

    scopes = _scopes(statements, broad)
    unseen = any(isinstance(statement.resources, UnsetType) for statement in statements)
    complete = identity.statements_complete is True and not unseen
    return _scoped(GOOGLE, scopes, ask, complete=complete)


def _azure(identity: Identity, statements: Sequence[Statement]) -> dict[str, Truth]:
    plain = [_plain(statement) for statement in statements]

    def ask(action: str, path: Sequence[str]) -> Decision:
        plane = "data" if action.startswith(DATA) else "control"
        name = action.removeprefix(DATA)
        answers = [
            azure.decide(azure.AzureRequest(name, scope, ancestors=path, plane=plane), plain) for scope in path or ["/"]
        ]
        return next((each for each in answers if each.effect == "allow"), answers[0])

    def broad(scope: str) -> bool:
        return "/providers/" not in scope.lower() or scope.lower().startswith(azure.GROUPS)

    scopes = _scopes(statements, broad)
    unseen = any(isinstance(statement.resources, UnsetType) for statement in statements)
    complete = identity.statements_complete is True and not unseen
    return _scoped(AZURE, scopes, ask, complete=complete)


BY_PROVIDER: dict[str, Callable[[Identity, Sequence[Statement]], dict[str, Truth]]] = {
    "aws": _aws,
    "google": _google,
    "azure": _azure,
}
