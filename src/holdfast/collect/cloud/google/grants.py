"""Who is granted what by the allow policies of a stack, indexed so that not every account is compared with all.

Source: Google Cloud IAM, "Principal identifiers"; Terraform Google provider 7, `google_*_iam_*` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET

from holdfast.collect.cloud.common import account_of
from holdfast.collect.cloud.google import iam
from holdfast.collect.cloud.policy import holed
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, literal
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text, Unknown, known
from holdfast.formats.iam.google import EVERYONE

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
ACCOUNTS = re.compile(
    r"serviceAccount:(?!service-\d)[\w.-]+(?:@(?!gcp-sa-)[\w.-]+\.gserviceaccount\.com|\.svc\.id\.goog\[[^\]]+\])"
)
"""Accounts of programs, also those that Google makes for everybody; not those that its own services act as."""
LOOKED_UP = frozenset(
    ("google_service_account", "google_compute_default_service_account", "google_app_engine_default_service_account")
)
CALLED = ("name", "secret_id", "repository_id", "id")
"""Attributes by whose text others mean a thing."""
MAX_OPEN = 24
"""Most different grants to somebody who is not known that are looked at for one account."""
ACCOUNT = "serviceAccount:"
OWN = ".iam.gserviceaccount.com"


class Given(NamedTuple):
    """The grants to an account: what is granted, on what, and whether it is certain to be this account."""

    grants: Sequence[tuple[iam.Grant, str, bool]]
    complete: bool
    """False where there are more that may be."""


class Grants:
    """Every grant that is declared in a stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.every: list[tuple[iam.Grant, str]] = []
        self.named: dict[str, list[int]] = {}
        """Member, address of a resource, or name of an account before its `@` -> positions of grants."""
        self.open: list[int] = []
        """The positions of grants with a member who may be anybody: of each role, place and condition one."""
        alike: set[tuple[str, str, str]] = set()
        self.first: dict[str, Resource] = {}
        """Member whom nobody declares -> the first resource that grants it something on a project or above."""
        self.own: dict[str, set[str]] = {}
        """Name of an account that is declared here -> its projects, empty for one that is not known."""
        for each in stack.of("google_service_account"):
            name = literal(each.attributes.get("account_id"))
            if isinstance(name, str):
                self.own.setdefault(f"{ACCOUNT}{name}", set()).add(project_of(each))
        for grant, at, tree in _all(stack):
            position = len(self.every)
            self.every.append((grant, at))
            for member in iam.members_of(grant.members):
                keys, anybody = self._keys(member)
                for key in keys:
                    self.named.setdefault(key, []).append(position)
                sort = (repr(known(grant.role)), at, repr(grant.condition))
                if anybody and sort not in alike:
                    alike.add(sort)
                    self.open.append(position)
                if tree is not None and (stranger := self.stranger(member)):
                    self.first.setdefault(stranger, tree)

    def to_account(self, account: Resource) -> Given:
        """The grants to a service account that is declared here."""
        name = literal(account.attributes.get("account_id"))
        keys = [account.address, f"{ACCOUNT}{name}@" if isinstance(name, str) else ACCOUNT]
        at = {position for key in keys for position in self.named.get(key, ())}
        found = []
        for position in sorted(at.union(self.open[:MAX_OPEN])):
            grant, place = self.every[position]
            answers = [is_account(member, account, self.stack) for member in iam.members_of(grant.members)]
            if True in answers or None in answers:
                found.append((grant, place, True in answers))
        return Given(found, len(self.open) <= MAX_OPEN)

    def to_member(self, member: str) -> Iterator[tuple[iam.Grant, str]]:
        """The grants to somebody by name."""
        return (self.every[position] for position in dict.fromkeys(self.named.get(member, ())))

    def first_named_by(self, resource: Resource) -> Iterator[str]:
        """Everybody, and the accounts that nobody declares, where this is the first to grant them something."""
        for grant in read(resource, self.stack):
            for member in dict.fromkeys(map(self.stranger, iam.members_of(grant.members))):
                if member and self.first.get(member) is resource:
                    yield member

    def stranger(self, value: Any) -> str:
        """Everybody, or the account that a member is and nobody declares, by its name or its address."""
        member = known(value)
        if isinstance(member, str):
            named = member in EVERYONE or (ACCOUNTS.fullmatch(member) and not self._declared(member))
            return member if named else ""
        pieces = member.pieces if isinstance(member, Text) else (value,)
        found = (self.stack.by_address.get(piece.address) for piece in pieces if isinstance(piece, Reference))
        return next((each.address for each in found if each is not None and each.data and each.type in LOOKED_UP), "")

    def _declared(self, member: str) -> bool:
        name, _, rest = member.partition("@")
        return not self.own.get(name, set()).isdisjoint(("", rest.removesuffix(OWN)))

    def _keys(self, member: Any) -> tuple[set[str], bool]:
        """Under what a member is found, and whether it may be any account: all that `is_account` says yes to."""
        value = known(member)
        if isinstance(value, str):
            name, _, rest = value.partition("@")
            own = {f"{name}@"} if rest.endswith(OWN) else set()
            return {value, *own, *([ACCOUNT] if value.startswith(ACCOUNT) else ())}, False
        if isinstance(value, Text):
            held = {piece.address for piece in value.pieces if isinstance(piece, Reference)}
            return held, held.isdisjoint(self.stack.by_address)
        if isinstance(value, Reference):
            return {value.address, *([member.address] if isinstance(member, Reference) else ())}, True
        return set(), isinstance(value, Unknown) or value is UNSET


def project_of(account: Resource) -> str:
    """The project of a service account, empty where it is not known."""
    found = account_of(Block(account, {}), "project")
    return found if isinstance(found, str) else ""


def _all(stack: Stack) -> Iterator[tuple[iam.Grant, str, Resource | None]]:
    """Every grant, what it is for, and the resource that makes it where that is a project or what it lies in."""
    for type, link in TREES.items():
        for each in stack.of(*(f"{type}_iam_{form}" for form in iam.FORMS)):
            place = holed(each.attributes.get(link))
            name = str(place).removeprefix(SCOPES[type]) if isinstance(place, str) else "${name}"
            yield from ((grant, SCOPES[type] + name, each) for grant in read(each, stack))
    for type, (link, prefix) in PARTS.items():
        for each in stack.of(*(f"{type}_iam_{form}" for form in iam.FORMS)):
            place = holed(each.attributes.get(link))
            at = prefix + (place if isinstance(place, str) else "${name}")
            yield from ((grant, at, None) for grant in read(each, stack))


def on(grant: iam.Grant, stack: Stack) -> Fact[str]:
    """The address of the thing that a grant is on, where it is declared here; unobserved for a project or the like."""
    of, _, _ = grant.resource.type.rpartition("_iam_")
    if of not in PARTS:
        return UNSET
    value = grant.resource.attributes.get(PARTS[of][0])
    target = stack.target(value)
    if target is not None:
        return target.address
    found = (each for each in stack.of(of) if stack.means(value, each, CALLED) is True)
    return next((each.address for each in found), UNSET)


def read(resource: Resource, stack: Stack) -> Iterable[iam.Grant]:
    """What a resource grants; one that cannot be read grants something to somebody."""
    if not resource.type.endswith("_policy"):
        return iam.grants(resource)
    found = iam.policy_grants(resource, stack)
    return found if isinstance(found, list) else [iam.Grant(UNSET, UNSET, UNSET, resource)]


def is_account(member: Any, account: Resource, stack: Stack) -> bool | None:
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
        begins, _, rest = value.partition("@")
        named = begins == f"{ACCOUNT}{name}" and rest.endswith(OWN)
        return named and project_of(account) in ("", rest.removesuffix(OWN))
    return None if isinstance(value, Unknown) or value is UNSET else False
