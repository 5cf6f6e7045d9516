"""Managed identities, applications and the role assignments that name them.

Source: Azure RBAC, "Understand Azure role assignments"; Microsoft Entra, "Workload identity federation"; Terraform
AzureRM provider, `azurerm_user_assigned_identity`, `azurerm_role_assignment`, `azurerm_role_definition`,
`azurerm_federated_identity_credential`; AzureAD provider 3, `azuread_application`, `azuread_service_principal`
(checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct, field
from msgspec.structs import replace

from holdfast.collect.cloud.common import asset
from holdfast.collect.cloud.policy import holed
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, literal
from holdfast.core.asset import Asset, Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text, Unknown, known
from holdfast.core.statement import NAMED, UNRESOLVED, Statement
from holdfast.formats.iam.azure import Permission, assignment, definition
from holdfast.kinds.identity import Identity, Trust

ASSIGNMENT = "azurerm_role_assignment"
ASSIGNED = "azurerm_user_assigned_identity"
APPLICATIONS = ("azuread_application", "azuread_application_registration")
PRINCIPAL = "azuread_service_principal"
SECRETS = ("azuread_application_password", "azuread_service_principal_password")
FEDERATED = ("azurerm_federated_identity_credential", "azuread_application_federated_identity_credential")
LINKS = ("user_assigned_identity_id", "parent_id", "application_id", "application_object_id")
NAMES = ("id", "object_id", "client_id", "application_id", "principal_id")
RENAMED = {
    "actions": "actions",
    "not_actions": "notActions",
    "data_actions": "dataActions",
    "not_data_actions": "notDataActions",
}
BUILDS = {
    "token.actions.githubusercontent.com": "repo:",
    "gitlab.com": "project_path:",
    "app.terraform.io": "organization:",
}
"""Issuers that vouch for everybody's jobs -> how a subject names the owner."""


TYPE = re.compile(r"(?:^|\.)(azurerm_\w+)\.")
SCOPES = {
    "azurerm_subscription": "/subscriptions/${name}",
    "azurerm_resource_group": "/subscriptions/${name}/resourceGroups/${name}",
    "azurerm_management_group": "/providers/Microsoft.Management/managementGroups/${name}",
}
"""Resources that hold others -> their ids; anything else is a thing alone."""


WIDE = ("azurerm_subscription", "azurerm_management_group")
"""What is no thing alone, nor a group of things."""
LISTED = {
    "get": "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "set": "Microsoft.KeyVault/vaults/secrets/setSecret/action",
}
"""What the lists of vaults call the actions."""


class Held(Struct):
    """What an identity holds."""

    statements: list[Statement] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)


def identity(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A managed identity that is assigned by its users, or a service principal."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    managed = resource.type == ASSIGNED
    if resource.type in APPLICATIONS and any(_of(each, resource, stack) for each in stack.of(PRINCIPAL)):
        return  # its service principal holds what is granted
    application = _application(resource, stack)
    trusts = _trusts([resource, *([application] if application else [])], stack)
    name = own.text("name", "name", None) or own.text("display_name", "name", None)
    if application is not None and name is None:
        name = Block(application, {}).text("display_name")
    held = _held(resource, stack, spots)
    facts = Identity(
        provider="azure",
        sort="managed_identity" if managed else "service_principal",
        name=name or resource.name,
        policies=held.roles,
        statements=held.statements,
        statements_complete=stack.all_looked_at(ASSIGNMENT, "principal_id") or UNSET,
        boundary=None,
        trust_policy=None,
        static_keys=False if managed else _secret(resource, application, stack, spots),
        trusts=trusts,
        workload=True,
        anyone_may_assume=False,
        any_repository_may_assume=_some([_any_repository(each) for each in trusts]),
    )
    yield asset(resource, facts, spots)


def own_identity(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """The identity that a machine or service was given with its creation, from the first role that it is assigned."""
    principal = resource.attributes.get("principal_id")
    target = stack.target(principal)
    if target is None or target.data or target.type in (ASSIGNED, *APPLICATIONS, PRINCIPAL):
        return
    same = (each for each in stack.of(resource.type) if stack.target(each.attributes.get("principal_id")) is target)
    first = next(same)
    if first is not resource or not isinstance(principal, Reference) or "identity" not in principal.attribute:
        return
    spots: dict[str, Spot] = {}
    held = _held(target, stack, spots)
    facts = Identity(
        provider="azure",
        sort="managed_identity",
        name=target.address,
        identifier=f"{target.address}.identity",
        policies=held.roles,
        statements=held.statements,
        statements_complete=stack.all_looked_at(ASSIGNMENT, "principal_id") or UNSET,
        boundary=None,
        trust_policy=None,
        static_keys=False,
        trusts=[],
        workload=True,
        anyone_may_assume=False,
        any_repository_may_assume=False,
    )
    yield asset(resource, facts, spots)


def _of(each: Resource, application: Resource, stack: Stack) -> bool:
    return any(stack.target(each.attributes.get(name)) is application for name in ("client_id", "application_id"))


def _application(resource: Resource, stack: Stack) -> Resource | None:
    """The application behind a service principal."""
    found = (stack.target(resource.attributes.get(name)) for name in ("client_id", "application_id"))
    return next((each for each in found if each is not None and each.type in APPLICATIONS), None)


def _held(resource: Resource, stack: Stack, spots: dict[str, Spot]) -> Held:
    """What is assigned to an identity; what may be another's is of no certain effect."""
    held = Held()
    for each, meant in stack.matched(ASSIGNMENT, "principal_id", resource, NAMES):
        own = Block(each, spots if meant else {})
        own.here("statements")
        role, permissions = _role(own, stack)
        found = assignment(
            role,
            NAMED,
            scope=_scope(each.attributes.get("scope")),
            condition=own.text("condition", default=None),
            permissions=permissions,
        )
        found = [replace(one, on=_on(each.attributes.get("scope"), stack)) for one in found]
        open_ones = [replace(one, effect=UNSET) for one in found]
        held.statements += found if meant else [one for one in open_ones if one not in held.statements]
        if meant and isinstance(role, str):
            held.roles.append(role)
    held.statements += _listed(resource, stack)
    return held


def _on(value: Any, stack: Stack) -> Fact[str]:
    """The address of the thing that a scope is, or lies in; unobserved for a subscription or management group."""
    pieces = value.pieces if isinstance(value, Text) else (value,)
    target = next((found for each in pieces if (found := stack.target(each)) is not None), None)
    return UNSET if target is None or target.type in WIDE else target.address


def _listed(resource: Resource, stack: Stack) -> Iterator[Statement]:
    """What lists of vaults grant to an identity.

    Source: Azure Key Vault, "Assign a Key Vault access policy"; Terraform AzureRM provider 4, `azurerm_key_vault`,
    `azurerm_key_vault_access_policy` (checked 2026-12-01).
    """
    for vault in stack.of("azurerm_key_vault"):
        apart = stack.joined("azurerm_key_vault_access_policy", "key_vault_id", vault).resources
        for own in (*Block(vault, {}).blocks("access_policy"), *(Block(each, {}) for each in apart)):
            allowed = own.texts("secret_permissions")
            if stack.means(own.data.get("object_id"), resource, NAMES) is True and isinstance(allowed, list):
                small = {each.lower() for each in allowed}
                actions = [LISTED[each] for each in ("get", "set") if not small.isdisjoint((each, "all"))]
                yield Statement(
                    effect="Allow",
                    actions=actions,
                    not_actions=None,
                    resources=[SCOPES["azurerm_resource_group"] + "/providers/${name}"],
                    not_resources=None,
                    principals=None,
                    not_principals=None,
                    conditions=[],
                    plane="data",
                    on=vault.address,
                    origin="access policy",
                )


def _scope(value: Any) -> Fact[str]:
    """A scope, also one that refers to what it is; of what is open it may be anything."""
    found = known(value)
    if isinstance(found, Text):
        first, *rest = found.pieces
        start = first if isinstance(first, str) else _scope(first)
        return f"{start}{''.join(str(holed(piece)) for piece in rest)}"
    if isinstance(found, str):
        return found
    type = TYPE.search(value.address) if isinstance(value, Reference) else None
    if type is None:
        return UNRESOLVED
    return SCOPES.get(type[1], "/subscriptions/${name}/resourceGroups/${name}/providers/${name}")


def _role(own: Block, stack: Stack) -> tuple[Fact[str], Fact[list[Permission]]]:
    """The role that is assigned: by name, by id, or one that is declared here."""
    name = own.text("role_definition_name", default=None)
    if name is not None:
        return name, None
    value = own.data.get("role_definition_id")
    target = stack.target(value)
    if target is None:
        found = literal(value)
        return (found if isinstance(found, str) else UNSET), None
    if target.data:
        return Block(target, {}).text("name", default=UNSET), None
    return target.address, _definition(Block(target, {}))


def _definition(own: Block) -> Fact[list[Permission]]:
    if own.unseen("permissions"):
        return UNSET
    blocks: list[Any] = [
        {new: holed(block.raw(old)) for old, new in RENAMED.items() if old in block}
        for block in own.blocks("permissions")
    ]
    try:
        return definition(blocks)
    except FormatError:
        return UNSET


def _secret(resource: Resource, application: Resource | None, stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    """Whether it is given a password here; others may have been made by hand."""
    for one in (resource, application):
        if one is not None and "password" in Block(one, {}):
            spots["static_keys"] = one.spot("password")._replace(path=one.path)
            return True
        for type in SECRETS if one is not None else ():
            for link in ("application_id", "application_object_id", "service_principal_id"):
                for each in stack.of(type):
                    if stack.target(each.attributes.get(link)) is one:
                        spots["static_keys"] = each.spot("")._replace(path=each.path)
                        return True
    return UNSET


def _trusts(resources: list[Resource], stack: Stack) -> list[Trust]:
    """Whom identity providers vouch for."""
    found = []
    for each in stack.of(*FEDERATED):
        if any(stack.target(each.attributes.get(link)) is one for link in LINKS for one in resources):
            own = Block(each, {})
            issuer, subject = own.text("issuer"), _subject(each.attributes.get("subject"))
            name = issuer.removeprefix("https://").rstrip("/") if isinstance(issuer, str) else UNSET
            found.append(Trust("federated", name, [subject] if isinstance(subject, str) else UNSET, []))
    return found


def _subject(value: Any) -> Fact[str]:
    value = known(value)
    if isinstance(value, Text):
        return str(holed(value))
    return UNSET if isinstance(value, Unknown) else value if isinstance(value, str) else None


def _any_repository(trust: Trust) -> Fact[bool]:
    """Subjects are compared as they are, so a stranger's job is never meant unless the subject is open."""
    if not isinstance(trust.name, str):
        return UNSET
    if trust.name not in BUILDS:
        return False
    subjects = trust.subjects
    if not isinstance(subjects, list):
        return UNSET
    return False if all("$" not in each.partition("/")[0] for each in subjects) else UNSET


def _some(answers: list[Fact[bool]]) -> Fact[bool]:
    return True if True in answers else UNSET if UNSET in answers else False
