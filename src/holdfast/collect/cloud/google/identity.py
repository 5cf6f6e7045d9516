"""Service accounts: what is granted to them, and who may act as them.

Source: Google Cloud IAM, "Service accounts overview", "Workload Identity Federation", "Principal identifiers"; GKE,
"About Workload Identity Federation for GKE"; Terraform Google provider 7, `google_service_account` and the IAM
resources that name it (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, field
from msgspec.structs import replace

from holdfast.collect.cloud.common import account_of, asset
from holdfast.collect.cloud.google import iam
from holdfast.collect.cloud.google.grants import Grants, on, read
from holdfast.collect.cloud.google.keyless import forbids_keys
from holdfast.collect.cloud.policy import holed
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, literal
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text, known
from holdfast.core.statement import Condition, Statement
from holdfast.formats.iam.google import EVERYONE
from holdfast.kinds.identity import Identity, Trust

KEYS = {"google_service_account_key": "service_account_id", "google_storage_hmac_key": "service_account_email"}
"""Keys of an account -> the attribute that says whose."""
BASIC = frozenset(("roles/owner", "roles/editor"))
ACTING = ("workloadIdentityUser", "serviceAccountTokenCreator", "serviceAccountOpenIdTokenCreator")
BECOMING = frozenset(f"roles/iam.{name}" for name in ACTING)
BUILDS = ("token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "agent.buildkite.com")
"""Issuers that vouch for everybody's jobs."""
OWNED = re.compile(
    r"(?:assertion|attribute)\.(?:repository(?:_owner)?(?:_id)?|sub|organization|namespace_(?:path|id)|project_(?:path|id))"
    r"\s*==\s*['\"][^'\"]+['\"]"
)
"""A condition on whose repository a job is of."""
OWNERS = ("attribute.repository", "attribute.namespace", "attribute.project", "attribute.organization", "subject/")


class Held(Struct):
    """What an account holds."""

    statements: list[Statement] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    certain: bool = True
    """False where it may hold a basic role, or a role that is open."""


class Open(NamedTuple):
    """Who may act as an account."""

    trusts: list[Trust]
    anyone: Fact[bool]
    any_repository: Fact[bool]


def identity(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A service account."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    held, given = Held(), stack.once(Grants).to_account(resource)
    for grant, at, certain in given.grants:
        _add(held, grant, at, stack, spots, certain=certain)
    reached = _reached(resource, stack)
    keys = [
        each
        for type, link in KEYS.items()
        for each in stack.joined(type, link, resource, iam.NAMES).resources
        if Block(each, {}).text("state") != "INACTIVE"
    ]
    if keys:
        spots["static_keys"] = keys[0].spot("")._replace(path=keys[0].path)
    facts = Identity(
        provider="google",
        sort="service_account",
        name=own.text("account_id", "name", None) or resource.name,
        account=account_of(own, "project"),
        policies=list(dict.fromkeys(held.roles)) if held.certain and given.complete else UNSET,
        statements=held.statements,
        statements_complete=True if given.complete else UNSET,
        boundary=None,
        trust_policy=None,
        static_keys=True if keys else False if forbids_keys(own, stack) else UNSET,
        trusts=reached.trusts,
        anyone_may_assume=reached.anyone,
        any_repository_may_assume=reached.any_repository,
    )
    yield asset(resource, facts, spots)


def grantees(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """Everybody, and accounts that Google makes for everybody, where this is the first grant that names them."""
    grants = stack.once(Grants)
    for member in grants.first_named_by(resource):
        spots: dict[str, Spot] = {}
        held = Held()
        for grant, at in grants.to_member(member):
            spots.setdefault("policies", grant.resource.spot("role")._replace(path=grant.resource.path))
            role, _ = iam.role_of(grant.role, stack)
            held.statements.append(replace(iam.statement(grant, at, stack), on=on(grant, stack)))
            held.certain = held.certain and isinstance(role, str)
            held.roles += [role] if isinstance(role, str) else []
        everybody = member in EVERYONE
        nobody: Fact[bool] = False if everybody else UNSET
        facts = Identity(
            provider="google",
            sort="everybody" if everybody else "service_account",
            name=member.partition(":")[2] or member,
            policies=list(dict.fromkeys(held.roles)) if held.certain else UNSET,
            statements=held.statements,
            statements_complete=True if everybody else UNSET,
            boundary=None,
            trust_policy=None,
            static_keys=nobody,
            workload=nobody,
            on_instances=nobody,
            trusts=[] if everybody else UNSET,
            anyone_may_assume=nobody,
            any_repository_may_assume=nobody,
        )
        yield replace(asset(resource, facts, spots, member), glimpsed=not everybody)


def _add(held: Held, grant: iam.Grant, at: str, stack: Stack, spots: dict[str, Spot], *, certain: bool) -> None:
    """Adds a grant to the account; one that may be to somebody else is of no certain effect."""
    role, _ = iam.role_of(grant.role, stack)
    if certain:
        spots.setdefault("statements", grant.resource.spot("")._replace(path=grant.resource.path))
        held.statements.append(replace(iam.statement(grant, at, stack), on=on(grant, stack)))
        if isinstance(role, str):
            held.roles.append(role)
        if role in BASIC:
            spots["policies"] = grant.resource.spot("role")._replace(path=grant.resource.path)
    else:
        held.statements.append(replace(iam.statement(grant, at, stack), effect=UNSET, on=on(grant, stack)))
        held.certain = held.certain and isinstance(role, str) and role not in BASIC


def _reached(account: Resource, stack: Stack) -> Open:
    """Who may act as an account, by its own policy."""
    trusts: list[Trust] = []
    anyone: list[Fact[bool]] = []
    builds: list[Fact[bool]] = []
    for each, meant in iam.companions(account, stack, ["google_service_account"], "service_account_id"):
        for grant in read(each, stack):
            role, _ = iam.role_of(grant.role, stack)
            if isinstance(role, str) and role not in BECOMING:
                continue
            for member in iam.members_of(grant.members):
                trust, everybody, build = _trust(member, grant, stack)
                certain = meant and isinstance(role, str)
                if certain:
                    trusts.append(trust)
                anyone.append(everybody if certain or everybody is False else UNSET)
                builds.append(build if certain or build is False else UNSET)
    return Open(trusts, _some(anyone), _some(builds))


def _some(answers: list[Fact[bool]]) -> Fact[bool]:
    return True if True in answers else UNSET if UNSET in answers else False


def _trust(member: Any, grant: iam.Grant, stack: Stack) -> tuple[Trust, Fact[bool], Fact[bool]]:
    """Somebody who may act as an account; whether that is anyone, or a job of anybody's repository."""
    text = holed(member)
    if not isinstance(text, str):
        return Trust(), UNSET, UNSET
    conditions: Fact[list[Condition]] = [] if grant.condition is None else UNSET
    if text in EVERYONE:
        return Trust("anyone", "*", None, conditions), True if grant.condition is None else UNSET, False
    if text.startswith(("principal://", "principalSet://")):
        return _federated(member, text, conditions, stack)
    if ".svc.id.goog[" in text:
        pool, _, subject = text.removeprefix("serviceAccount:").partition("[")
        return Trust("federated", pool, [subject.rstrip("]")], conditions), False, False
    if text.startswith("${"):
        open_to: Fact[bool] = False if isinstance(member, Reference) and stack.target(member) is not None else UNSET
        if isinstance(member, Reference) and member.address.split(".")[0].startswith("google_iam_workload"):
            return _federated(member, text, conditions, stack)
        return Trust("principal", text, None, conditions), open_to, open_to
    return Trust("principal", text, None, conditions), False, False


def _federated(
    member: Any, text: str, conditions: Fact[list[Condition]], stack: Stack
) -> tuple[Trust, Fact[bool], Fact[bool]]:
    """Whom an identity provider vouches for: the whole pool, or some of its subjects."""
    rest = _rest(text)
    providers = _providers(member, text, stack)
    issuers = [issuer for issuer, _ in providers]
    trust = Trust(
        "federated",
        ", ".join(str(each) for each in issuers) if providers and UNSET not in issuers else UNSET,
        [] if rest == "*" else [rest.removeprefix("subject/")] if rest else UNSET,
        conditions,
    )
    if rest.startswith(OWNERS):
        return trust, False, False
    if not providers:
        return trust, False, UNSET
    builds = [_build(issuer, condition, whole=rest == "*" or not rest.count("/")) for issuer, condition in providers]
    return trust, False, _some(builds)


def _rest(text: str) -> str:
    """What stands behind the pool: `*`, `subject/S`, `group/G`, `attribute.A/V`."""
    pool = text.partition("workloadIdentityPools/")[2] or text.partition("://iam.googleapis.com/")[2]
    return pool.partition("/")[2]


def _build(issuer: Fact[str], condition: Fact[str], *, whole: bool) -> Fact[bool]:
    """Whether a job of a stranger's repository gets through a provider."""
    if not isinstance(issuer, str):
        return UNSET
    if issuer not in BUILDS:
        return False
    if condition is None:
        return True if whole else UNSET
    if isinstance(condition, str) and "||" not in condition and OWNED.search(condition):
        return False
    return UNSET


def _providers(member: Any, text: str, stack: Stack) -> list[tuple[Fact[str], Fact[str]]]:
    """Issuer and condition of each provider of the pool that a member names."""
    pieces = known(member).pieces if isinstance(known(member), Text) else [member]
    addresses = {piece.address for piece in pieces if isinstance(piece, Reference)}
    name = text.partition("workloadIdentityPools/")[2].partition("/")[0]
    found: list[tuple[Fact[str], Fact[str]]] = []
    for each in stack.of("google_iam_workload_identity_pool_provider"):
        own = Block(each, {})
        pool = each.attributes.get("workload_identity_pool_id")
        target = stack.target(pool)
        named = target is not None and target.address in addresses
        if named or (name and "$" not in name and literal(pool) == name):
            issuer = own.block("oidc").text("issuer_uri")
            host = issuer.removeprefix("https://").rstrip("/") if isinstance(issuer, str) else issuer
            found.append((host, own.text("attribute_condition")))
    return found
