"""Service accounts: what is granted to them, and who may act as them.

Source: Google Cloud IAM, "Service accounts overview", "Workload Identity Federation", "Principal identifiers"; GKE,
"About Workload Identity Federation for GKE"; Terraform Google provider 7, `google_service_account` and the IAM
resources that name it (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, field
from msgspec.structs import replace

from holdfast.collect.cloud.common import account_of, asset
from holdfast.collect.cloud.google import iam
from holdfast.collect.cloud.policy import holed
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, literal
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text, Unknown, known
from holdfast.core.statement import Condition, Statement
from holdfast.kinds.identity import Identity, Trust

TREES = {"google_project": "project", "google_folder": "folder", "google_organization": "org_id"}
"""What projects, folders and organisations call the thing that a grant is for."""
SCOPES = {"google_project": "projects/", "google_folder": "folders/", "google_organization": "organizations/"}
PARTS = {
    "google_storage_bucket": ("bucket", "//storage.googleapis.com/projects/_/buckets/"),
    "google_service_account": ("service_account_id", "//iam.googleapis.com/projects/-/serviceAccounts/"),
    "google_secret_manager_secret": ("secret_id", "//secretmanager.googleapis.com/"),
    "google_secret_manager_regional_secret": ("secret_id", "//secretmanager.googleapis.com/"),
    "google_kms_crypto_key": ("crypto_key_id", "//cloudkms.googleapis.com/"),
    "google_pubsub_topic": ("topic", "//pubsub.googleapis.com/topics/"),
    "google_artifact_registry_repository": ("repository", "//artifactregistry.googleapis.com/"),
    "google_bigquery_dataset": ("dataset_id", "//bigquery.googleapis.com/datasets/"),
}
"""Things whose own policies may name an account: the attribute that says which, and how their names begin."""
KEYS = {"google_service_account_key": "service_account_id", "google_storage_hmac_key": "service_account_email"}
"""Keys of an account -> the attribute that says whose."""
BASIC = frozenset(("roles/owner", "roles/editor"))
EVERYBODY = ("allUsers", "allAuthenticatedUsers")
DEFAULT = re.compile(r"serviceAccount:(?:\d+-compute@developer|[\w-]+@appspot)\.gserviceaccount\.com")
"""The accounts that Compute Engine and App Engine run as where nobody names another."""
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
    held = Held()
    for grant, at in _grants(stack):
        _add(held, grant, at, resource, stack, spots)
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
        policies=list(dict.fromkeys(held.roles)) if held.certain else UNSET,
        statements=held.statements,
        statements_complete=True,
        boundary=None,
        trust_policy=None,
        static_keys=True if keys else UNSET,
        trusts=reached.trusts,
        anyone_may_assume=reached.anyone,
        any_repository_may_assume=reached.any_repository,
    )
    yield asset(resource, facts, spots)


def grantees(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """Everybody, and accounts that Google makes for everybody, where this is the first grant that names them."""
    for member in dict.fromkeys(_literal_members(resource, stack)):
        first = next(each for each, names in _named_by(stack) if member in names)
        if first is not resource:
            continue
        spots: dict[str, Spot] = {}
        held = Held()
        for grant, at in _grants(stack):
            if member in map(known, iam.members_of(grant.members)):
                spots.setdefault("policies", grant.resource.spot("role")._replace(path=grant.resource.path))
                role, _ = iam.role_of(grant.role, stack)
                held.statements.append(iam.statement(grant, at, stack))
                held.certain = held.certain and isinstance(role, str)
                held.roles += [role] if isinstance(role, str) else []
        everybody = member in EVERYBODY
        facts = Identity(
            provider="google",
            sort="everybody" if everybody else "service_account",
            name=member.partition(":")[2] or member,
            policies=list(dict.fromkeys(held.roles)) if held.certain else UNSET,
            statements=held.statements,
            statements_complete=True,
            boundary=None,
            trust_policy=None,
            static_keys=False if everybody else UNSET,
            workload=False if everybody else UNSET,
            on_instances=False if everybody else UNSET,
            trusts=[],
            anyone_may_assume=False,
            any_repository_may_assume=False,
        )
        yield asset(resource, facts, spots, member)


def _literal_members(resource: Resource, stack: Stack) -> Iterator[str]:
    for grant in _read(resource, stack):
        for each in iam.members_of(grant.members):
            member = known(each)
            if isinstance(member, str) and (member in EVERYBODY or DEFAULT.fullmatch(member)):
                yield member


def _named_by(stack: Stack) -> Iterator[tuple[Resource, list[str]]]:
    """The grants on projects, folders and organisations, each with whom it names of those that no file declares."""
    for type in TREES:
        for each in stack.of(*(f"{type}_iam_{form}" for form in iam.FORMS)):
            yield each, list(_literal_members(each, stack))


def _grants(stack: Stack) -> Iterator[tuple[iam.Grant, str]]:
    """Every grant that is declared here, and what it is for."""
    for type, link in TREES.items():
        for each in stack.of(*(f"{type}_iam_{form}" for form in iam.FORMS)):
            place = holed(each.attributes.get(link))
            name = str(place).removeprefix(SCOPES[type]) if isinstance(place, str) else "${name}"
            yield from ((grant, SCOPES[type] + name) for grant in _read(each, stack))
    for type, (link, prefix) in PARTS.items():
        for each in stack.of(*(f"{type}_iam_{form}" for form in iam.FORMS)):
            place = holed(each.attributes.get(link))
            at = prefix + (place if isinstance(place, str) else "${name}")
            yield from ((grant, at) for grant in _read(each, stack))


def _read(resource: Resource, stack: Stack) -> Iterable[iam.Grant]:
    if not resource.type.endswith("_policy"):
        return iam.grants(resource)
    found = iam.policy_grants(resource, stack)
    return found if isinstance(found, list) else [iam.Grant(UNSET, UNSET, UNSET, resource)]


def _add(held: Held, grant: iam.Grant, at: str, account: Resource, stack: Stack, spots: dict[str, Spot]) -> None:
    """Adds a grant where one of its members is the account; one that may be is of no certain effect."""
    answers = [_is(member, account, stack) for member in iam.members_of(grant.members)]
    if True in answers:
        spots.setdefault("statements", grant.resource.spot("")._replace(path=grant.resource.path))
        held.statements.append(iam.statement(grant, at, stack))
        role, _ = iam.role_of(grant.role, stack)
        if isinstance(role, str):
            held.roles.append(role)
        if role in BASIC:
            spots["policies"] = grant.resource.spot("role")._replace(path=grant.resource.path)
    elif None in answers:
        role, _ = iam.role_of(grant.role, stack)
        held.statements.append(replace(iam.statement(grant, at, stack), effect=UNSET))
        held.certain = held.certain and isinstance(role, str) and role not in BASIC


def _is(member: Any, account: Resource, stack: Stack) -> bool | None:
    """Whether a member of a policy is an account; None where it may be."""
    if isinstance(member, Reference) and not isinstance(known(member), str | Text):
        if member.address == account.address:
            return True
        return False if stack.target(member) is not None or "_service_account." in member.address else None
    value = known(member)
    if isinstance(value, Text):
        if not "serviceAccount:".startswith(value.prefix[:15]):
            return False
        found = [piece for piece in value.pieces if isinstance(piece, Reference)]
        if any(piece.address == account.address for piece in found):
            return True
        if value.suffix and not value.suffix.endswith(".iam.gserviceaccount.com"):
            return False
        return False if any(piece.address in stack.by_address for piece in found) else None
    if isinstance(value, str):
        name = literal(account.attributes.get("account_id"))
        if not isinstance(name, str):
            return None if value.startswith("serviceAccount:") and ".iam." in value else False
        return value.startswith(f"serviceAccount:{name}@") and value.endswith(".iam.gserviceaccount.com")
    return None if isinstance(value, Unknown) or value is UNSET else False


def _reached(account: Resource, stack: Stack) -> Open:
    """Who may act as an account, by its own policy."""
    trusts: list[Trust] = []
    anyone: list[Fact[bool]] = []
    builds: list[Fact[bool]] = []
    for each, meant in iam.companions(account, stack, ["google_service_account"], "service_account_id"):
        for grant in _read(each, stack):
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
    if text in ("allUsers", "allAuthenticatedUsers"):
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
