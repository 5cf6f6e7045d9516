"""What keeps secrets, keys and access at Nebius: service accounts with their keys and roles, MysteryBox, KMS.

Source: Terraform provider `nebius` 0.6 (documentation), `nebius_iam_v1_service_account`, `nebius_iam_v2_access_key`,
`nebius_iam_v1_auth_public_key`, `nebius_iam_v1_group_membership`, `nebius_iam_v1_access_permit`,
`nebius_mysterybox_v1_secret`, `nebius_kms_v1_symmetric_key`; Nebius AI Cloud documentation, "Roles": `admin` includes
the management of access (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.common import asset, literal_secret
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.kinds.encryption_key import EncryptionKey
from holdfast.kinds.identity import Identity
from holdfast.kinds.managed_secret import ManagedSecret

KEYS = ("nebius_iam_v2_access_key", "nebius_iam_v1_auth_public_key", "nebius_iam_v1_access_key")
VALUES = ("string_value", "binary_value")


def identity(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A service account with the roles of its groups, and whether keys of its own are made here."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    roles, complete = _roles(resource, stack, spots)
    federated = _federated(resource, stack)
    facts = Identity(
        provider="nebius",
        sort="service_account",
        name=own.text("name", "name", None) or resource.name,
        policies=roles,
        administrator=True if "admin" in roles else UNSET if not complete or roles else False,
        anyone_may_assume=False,  # but an identity provider may vouch for others
        any_repository_may_assume=UNSET if federated else False,
        trusts=UNSET if federated else [],
        static_keys=True if _keyed(resource, stack, spots) else UNSET,
    )
    yield asset(resource, facts, spots)


def _roles(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> tuple[list[str], bool]:
    """The roles that permits give to the groups of an account, and whether these are all of them."""
    memberships = stack.joined("nebius_iam_v1_group_membership", "member_id", resource)
    roles, complete = [], memberships.complete
    for membership in memberships.resources:
        group = stack.target(membership.attributes.get("parent_id"))
        if group is None or group.data:
            complete = False
            continue
        permits = stack.joined("nebius_iam_v1_access_permit", "parent_id", group)
        complete = complete and permits.complete
        for permit in permits.resources:
            block = Block(permit, spots)
            role = block.text("role", "policies", None)
            block.note("role", "administrator")
            if isinstance(role, str):
                roles.append(role)
            complete = complete and role is not UNSET
    return roles, complete


def _federated(resource: Resource, stack: Stack) -> bool:
    """Whether somebody whom an identity provider vouches for may be the account."""
    found = stack.joined("nebius_iam_v1_federated_credentials", "subject_id", resource)
    return bool(found.resources) or not found.complete


def _keyed(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> bool:
    for type in KEYS:
        for key in stack.of(type):
            own = Block(key, spots)
            owner = own.block("account").block("service_account")
            if stack.means(owner.data.get("id"), resource):
                own.here("static_keys")
                return True
    return False


def secret(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A secret of MysteryBox with its versions, the first of which may stand in the secret itself."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    versions = stack.joined("nebius_mysterybox_v1_secret_version", "parent_id", resource)
    holders = [own.block("secret_version"), own.block("sensitive").block("secret_version")]
    for each in versions.resources:
        version = Block(each, spots)
        holders += [version, version.block("sensitive")]
    literals = [answer for holder in holders for answer in _literals(holder)]
    facts = ManagedSecret(
        name=own.text("name", "name", None) or resource.name,
        provider="nebius",
        literal=True if True in literals else False if versions.complete else UNSET,
        plain_parameter=False,
        key=None,
        rotates=None,  # nothing rotates it
        rotation_days=None,
        policy=None,
        shared_with=[],
        expires=False,
    )
    yield asset(resource, facts, spots)


def _literals(holder: Block) -> Iterator[Fact[bool]]:
    if holder.unseen("payload"):
        yield UNSET
    for entry in holder.blocks("payload"):
        yield either(*(literal_secret(entry, "literal", value) for value in VALUES))


def key(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A symmetric key, which is replaced only where a period says when."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    period = own.text("rotation_period", "rotates", None)
    facts = EncryptionKey(
        name=own.text("name", "name", None) or resource.name,
        provider="nebius",
        rotates=UNSET if period is UNSET else period is not None,
        policy=None,
        shared_with=[],
        public=False,
    )
    yield asset(resource, facts, spots)
