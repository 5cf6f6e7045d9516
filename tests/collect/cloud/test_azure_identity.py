"""Managed identities and service principals: their roles, their secrets, who may become them."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, facts

IDENTITY = 'variable "x" {}\nresource "azurerm_user_assigned_identity" "it" {\n name = "train"\n}\n'
PRINCIPAL = "azurerm_user_assigned_identity.it.principal_id"


def assigned(role: str, principal: str = PRINCIPAL, scope: str = '"/subscriptions/1"', more: str = "") -> str:
    return f'resource "azurerm_role_assignment" "a" {{\n principal_id = {principal}\n scope = {scope}\n {role}\n {more}\n}}\n'


OWNER = 'role_definition_name = "Owner"'


def identities(source: str):
    return [asset.facts for asset in assets(source) if asset.kind == "identity"]


def test_an_identity_alone():
    found = facts(IDENTITY)
    assert (found.provider, found.sort, found.name) == ("azure", "managed_identity", "train")
    assert (found.policies, found.statements_complete, found.static_keys) == ([], True, False)
    assert (found.trusts, found.any_repository_may_assume) == ([], False)


@pytest.mark.parametrize(
    ("role", "principal", "roles", "effects"),
    [
        (OWNER, PRINCIPAL, ["Owner"], {"Allow"}),
        (OWNER, "var.x", [], {UNSET}),
        (OWNER, '"11111111-1111-1111-1111-111111111111"', [], set()),
        ('role_definition_id = "/providers/Microsoft.Authorization/roleDefinitions/8e3af657"', PRINCIPAL,
         ["/providers/Microsoft.Authorization/roleDefinitions/8e3af657"], {"Allow"}),
        ("role_definition_id = var.x", PRINCIPAL, [], {"Allow"}),
        ("role_definition_name = var.x", PRINCIPAL, [], {"Allow"}),
    ],
)  # fmt: skip
def test_assignments(role, principal, roles, effects):
    found = facts(IDENTITY + assigned(role, principal))
    assert (found.policies, {each.effect for each in found.statements}) == (roles, effects)


def test_powers_follow():
    found = completed(IDENTITY + assigned(OWNER))
    assert (found.administrator, found.workload) == (True, True)
    found = completed(IDENTITY + assigned('role_definition_name = "Storage Blob Data Reader"'))
    assert (found.reads_every_bucket, found.writes_every_bucket, found.administrator) == (True, False, False)


GROUP = 'resource "azurerm_resource_group" "g" {\n name = "g"\n}\nresource "azurerm_storage_account" "s" {\n name = "s"\n}\n'


@pytest.mark.parametrize(
    ("scope", "administrator"),
    [
        ("azurerm_resource_group.g.id", True),
        ("data.azurerm_subscription.current.id", True),
        ("azurerm_storage_account.s.id", False),
        ('"${azurerm_storage_account.s.id}/blobServices/default/containers/a"', False),
        ('"/subscriptions/${var.x}"', True),
        ('"/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/s"', False),
        ("var.x", UNSET),
    ],
)
def test_scopes(scope, administrator):
    lookup = 'data "azurerm_subscription" "current" {\n}\n'
    source = IDENTITY + GROUP + lookup + assigned(OWNER, scope=scope)
    assert completed(source, kind="identity").administrator is administrator


def test_conditions():
    condition = "condition = \"@Resource[x] StringEquals 'a'\""
    found = facts(IDENTITY + assigned(OWNER, more=condition)).statements[0]
    assert (found.resources, found.conditions[0].operator) == (["/subscriptions/1"], "abac")
    assert facts(IDENTITY + assigned(OWNER, more="condition = var.x")).statements[0].conditions is UNSET
    assert facts(IDENTITY + assigned(OWNER, scope="var.x")).statements[0].resources == ["${unresolved}"]


def test_roles_of_ones_own():
    role = 'resource "azurerm_role_definition" "r" {{\n name = "r"\n scope = "/subscriptions/1"\n {0}\n}}\n'
    grant = assigned("role_definition_id = azurerm_role_definition.r.role_definition_resource_id")
    everything = 'permissions {\n actions = ["*"]\n not_actions = []\n }'
    found = facts(IDENTITY + role.format(everything) + grant)
    assert (found.policies, found.statements[0].actions) == (["azurerm_role_definition.r"], ["*"])
    unseen = 'dynamic "permissions" {\n for_each = var.x\n content {\n }\n }'
    assert facts(IDENTITY + role.format(unseen) + grant).statements[0].actions is UNSET
    wrong = 'permissions {\n actions = "*"\n }'
    assert facts(IDENTITY + role.format(wrong) + grant).statements[0].actions is UNSET
    lookup = 'data "azurerm_role_definition" "r" {\n name = "Owner"\n}\n'
    looked_up = assigned("role_definition_id = data.azurerm_role_definition.r.id")
    assert facts(IDENTITY + lookup + looked_up).policies == ["Owner"]


FEDERATED = (
    'resource "azurerm_federated_identity_credential" "f" {{\n user_assigned_identity_id = azurerm_user_assigned_identity.it.id\n'
    " issuer = {0}\n subject = {1}\n}}\n"
)
GITHUB = '"https://token.actions.githubusercontent.com"'


@pytest.mark.parametrize(
    ("issuer", "subject", "expected"),
    [
        (GITHUB, '"repo:acme/train:ref:refs/heads/main"', False),
        (GITHUB, '"repo:acme/${var.x}"', False),
        (GITHUB, '"repo:${var.x}/train"', UNSET),
        (GITHUB, "var.x", UNSET),
        ("var.x", '"repo:acme/train"', UNSET),
        ('"https://oidc.acme.com"', "var.x", False),
    ],
)
def test_federation(issuer, subject, expected):
    found = facts(IDENTITY + FEDERATED.format(issuer, subject))
    assert (found.trusts[0].type, found.any_repository_may_assume) == ("federated", expected)


def test_identities_of_machines():
    machine = 'variable "x" {}\nresource "azurerm_linux_virtual_machine" "m" {\n name = "m"\n identity {\n type = "SystemAssigned"\n }\n}\n'
    principal = "azurerm_linux_virtual_machine.m.identity[0].principal_id"
    twice = assigned(OWNER, principal) + assigned(OWNER, principal).replace('"a"', '"b"')
    (found,) = identities(machine + twice)
    assert (found.name, found.policies) == ("azurerm_linux_virtual_machine.m", ["Owner", "Owner"])
    assert identities(machine + assigned(OWNER, "azurerm_linux_virtual_machine.m.id")) == []
    assert identities(machine + assigned(OWNER, "var.x")) == []
    lookup = 'data "azuread_group" "g" {\n display_name = "g"\n}\n'
    assert identities(lookup + assigned(OWNER, "data.azuread_group.g.object_id")) == []


APPLICATION = 'variable "x" {}\nresource "azuread_application" "app" {\n display_name = "ci"\n}\n'
SERVICE = 'resource "azuread_service_principal" "sp" {\n client_id = azuread_application.app.client_id\n}\n'


def test_applications():
    (alone,) = identities(APPLICATION)
    assert (alone.sort, alone.name, alone.static_keys) == ("service_principal", "ci", UNSET)
    (found,) = identities(APPLICATION + SERVICE + assigned(OWNER, "azuread_service_principal.sp.object_id"))
    assert (found.name, found.policies) == ("ci", ["Owner"])
    password = 'resource "azuread_application_password" "p" {\n application_id = azuread_application.app.id\n}\n'
    (found,) = identities(APPLICATION + SERVICE + password)
    assert found.static_keys is True
    with_password = APPLICATION.replace('"ci"\n', '"ci"\n password {\n  display_name = "a"\n }\n')
    for source in (with_password, with_password + SERVICE):
        (found,) = identities(source)
        assert found.static_keys is True
    registration = (APPLICATION + SERVICE + password).replace("azuread_application", "azuread_application_registration")
    registration = registration.replace("azuread_application_registration_password", "azuread_application_password")
    (found,) = identities(registration)
    assert (found.name, found.static_keys) == ("ci", True)
    credential = (
        'resource "azuread_application_federated_identity_credential" "f" {\n application_id = azuread_application.app.id\n'
        ' issuer = "https://token.actions.githubusercontent.com"\n subject = "repo:acme/train:environment:prod"\n}\n'
    )
    (found,) = identities(APPLICATION + SERVICE + credential)
    assert (found.trusts[0].subjects, found.any_repository_may_assume) == (["repo:acme/train:environment:prod"], False)


def test_identities_of_machines_are_nobody_elses():
    grant = 'resource "azurerm_role_assignment" "{0}" {{\n scope = "/subscriptions/1"\n role_definition_name = "{1}"\n principal_id = {2}\n}}\n'
    source = (
        'resource "azurerm_user_assigned_identity" "u" {\n name = "u"\n}\n'
        'resource "azurerm_linux_virtual_machine" "vm" {\n name = "vm"\n}\n'
        'resource "azurerm_kubernetes_cluster" "c" {\n name = "c"\n}\n'
        + grant.format("a", "Reader", "azurerm_linux_virtual_machine.vm.identity[0].principal_id")
        + grant.format("b", "AcrPull", "azurerm_kubernetes_cluster.c.kubelet_identity[0].object_id")
        + grant.format("o", "Owner", "azurerm_user_assigned_identity.u.principal_id")
    )
    from holdfast.app.rules import assets_of

    found = {each.facts.name: each.facts for each in assets_of("main.tf", source.encode()) if each.kind == "identity"}
    assert (found["u"].policies, found["u"].administrator) == (["Owner"], True)
