"""What identities of Google and Azure may do with stores, one by one, by what they are granted."""

from __future__ import annotations

import pytest
from tests.estate.relations.sources import edges

GOOGLE = """
variable "x" {}
resource "google_service_account" "s" {
  account_id = "serving"
  project    = "p"
}
resource "google_storage_bucket" "models" {
  name    = "models"
  project = "p"
}
resource "google_storage_bucket" "foreign" {
  name    = "foreign"
  project = "q"
}
resource "google_storage_bucket" "open" { name = "open" }
resource "google_secret_manager_secret" "hf" {
  secret_id = "hf"
  project   = "p"
}
resource "google_pubsub_topic" "t" {
  name    = "t"
  project = "p"
}
resource "google_artifact_registry_repository" "r" {
  repository_id = "r"
  format        = "DOCKER"
  project       = "p"
}
"""


def granted(type: str, link: str, role: str, more: str = "", member: str = "google_service_account.s.member") -> str:
    return f'resource "{type}_iam_member" "m" {{\n {link}\n role = "{role}"\n member = {member}\n {more}\n}}\n'


PROJECT = ("google_project", 'project = "p"')
READER, ADMIN = "roles/storage.objectViewer", "roles/storage.objectAdmin"
BY_NAME = '"serviceAccount:serving@p.iam.gserviceaccount.com"'
EXPIRES = 'condition {\n title = "t"\n expression = "request.time < timestamp(\\"2030-01-01T00:00:00Z\\")"\n }'


@pytest.mark.parametrize(
    ("grant", "answer"),
    [
        (granted(*PROJECT, READER), {"s reads models", "s reads open?"}),
        (granted(*PROJECT, "roles/secretmanager.secretAccessor"), {"s reads hf"}),
        (granted(*PROJECT, "roles/viewer"), {"s reads r"}),
        (granted("google_project", "project = var.x", READER), {"s reads models?", "s reads foreign?", "s reads open"}),
        (
            granted("google_folder", 'folder = "folders/1"', READER),
            {f"s reads {name}?" for name in ("models", "foreign", "open")},
        ),
        (
            granted("google_organization", 'org_id = "1"', READER),
            {"s reads models", "s reads foreign", "s reads open"},
        ),
        (granted("google_storage_bucket", "bucket = google_storage_bucket.models.name", READER), {"s reads models"}),
        (granted("google_storage_bucket", 'bucket = "models"', READER, member=BY_NAME), {"s reads models"}),
        (
            granted("google_storage_bucket", "bucket = google_storage_bucket.models.name", ADMIN),
            {"s reads models", "s writes models"},
        ),
        (
            granted("google_storage_bucket", "bucket = google_storage_bucket.models.name", READER, EXPIRES),
            {"s reads models?"},
        ),
        (granted("google_storage_bucket", "bucket = var.x", READER), set()),
        (
            granted("google_storage_bucket", "bucket = google_storage_bucket.models.name", READER, member="var.x"),
            {"s reads models?"},
        ),
        (
            granted(
                "google_storage_bucket", "bucket = google_storage_bucket.models.name", READER, member='"user:a@b.c"'
            ),
            set(),
        ),
        (
            granted(
                "google_secret_manager_secret",
                "secret_id = google_secret_manager_secret.hf.id",
                "roles/secretmanager.secretAccessor",
            ),
            {"s reads hf"},
        ),
        (granted("google_secret_manager_secret", 'secret_id = "hf"', "roles/secretmanager.viewer"), set()),
        (granted("google_pubsub_topic", "topic = google_pubsub_topic.t.id", "roles/pubsub.publisher"), {"s writes t"}),
        (
            granted(
                "google_artifact_registry_repository",
                "repository = google_artifact_registry_repository.r.name",
                "roles/artifactregistry.reader",
            ),
            {"s reads r"},
        ),
        (granted(*PROJECT, "projects/p/roles/unseen"), set()),
    ],
)
def test_a_grant_of_google_reaches_each_store_that_lies_there(grant, answer):
    assert edges("reads", "writes", main_tf=GOOGLE + grant) == answer


MACHINE = """
resource "google_compute_instance" "vm" {
  service_account {
    email  = google_service_account.s.email
    scopes = SCOPES
  }
}
"""


@pytest.mark.parametrize(
    ("scopes", "answer"),
    [
        ('["cloud-platform"]', {"vm assumes s"}),
        ('["https://www.googleapis.com/auth/cloud-platform"]', {"vm assumes s"}),
        ('["https://www.googleapis.com/auth/devstorage.read_only"]', {"vm assumes s?"}),
        ('["storage-ro", "logging-write"]', {"vm assumes s?"}),
        ('["https://www.googleapis.com/auth/logging.write"]', set()),
        ("var.x", {"vm assumes s"}),
    ],
)
def test_access_scopes_limit_what_a_machine_does_as_its_account(scopes, answer):
    assert edges("assumes", main_tf=GOOGLE + MACHINE.replace("SCOPES", scopes)) == answer


def test_access_scopes_limit_containers_and_nodes_too():
    pool = 'resource "google_container_node_pool" "n" {\n node_config {\n service_account = SA\n oauth_scopes = SCOPES\n }\n}\n'
    pool = pool.replace("SA", "google_service_account.s.email")
    logs = '["https://www.googleapis.com/auth/logging.write"]'
    assert edges("assumes", main_tf=GOOGLE + pool.replace("SCOPES", logs)) == set()
    everything = '["https://www.googleapis.com/auth/cloud-platform"]'
    found = edges("assumes", main_tf=GOOGLE + pool.replace("SCOPES", everything))
    assert found == {"n assumes s", "node/kubernetes assumes s?"}


AZURE = """
variable "x" {}
data "azurerm_subscription" "s" {}
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_user_assigned_identity" "i" {
  name                = "serving"
  resource_group_name = azurerm_resource_group.g.name
}
resource "azurerm_storage_account" "models" {
  name                = "models"
  resource_group_name = azurerm_resource_group.g.name
}
resource "azurerm_storage_container" "c" {
  name               = "c"
  storage_account_id = azurerm_storage_account.models.id
}
resource "azurerm_storage_account" "keyless" {
  name                      = "keyless"
  resource_group_name       = "other"
  shared_access_key_enabled = false
}
resource "azurerm_container_registry" "r" {
  name                = "r"
  resource_group_name = "g"
}
"""
VAULT = """
resource "azurerm_key_vault" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.g.name
  MODE
}
resource "azurerm_key_vault_secret" "hf" {
  name         = "hf"
  key_vault_id = azurerm_key_vault.v.id
}
"""
BLOBS, VAULTS = "Storage Blob Data Reader", "Key Vault Secrets User"
ID = "/subscriptions/1/resourceGroups/{}/providers/Microsoft.Storage/storageAccounts/{}"


def assigned(scope: str, role: str, more: str = "") -> str:
    return (
        f'resource "azurerm_role_assignment" "a" {{\n scope = {scope}\n role_definition_name = "{role}"\n'
        f" principal_id = azurerm_user_assigned_identity.i.principal_id\n {more}\n}}\n"
    )


@pytest.mark.parametrize(
    ("grant", "answer"),
    [
        (assigned("azurerm_storage_account.models.id", BLOBS), {"i reads models"}),
        (assigned("azurerm_storage_container.c.id", BLOBS), {"i reads models"}),
        (
            assigned('"${azurerm_storage_account.models.id}/blobServices/default/containers/c"', BLOBS),
            {"i reads models"},
        ),
        (assigned("azurerm_resource_group.g.id", BLOBS), {"i reads models"}),
        (assigned("data.azurerm_subscription.s.id", BLOBS), {"i reads models", "i reads keyless"}),
        (assigned('"/subscriptions/1/resourceGroups/other"', BLOBS), {"i reads keyless"}),
        (assigned(f'"{ID.format("G", "models")}"', BLOBS), {"i reads models"}),
        (assigned(f'"{ID.format("g", "others")}"', BLOBS), set()),
        (assigned(f'"{ID.format("x", "models")}"', BLOBS), set()),
        (assigned("azurerm_resource_group.g.id", "Reader"), {"i reads r"}),
        (assigned("azurerm_resource_group.g.id", "AcrPull"), {"i reads r"}),
        (
            assigned("data.azurerm_subscription.s.id", "Contributor"),
            {"i reads models", "i writes models", "i reads r", "i writes r"},  # by keys, which one account refuses
        ),
        (
            assigned("azurerm_storage_account.models.id", BLOBS, 'condition = "@Resource[x] StringEquals 1"'),
            {"i reads models?"},
        ),
        (
            assigned('"/providers/Microsoft.Management/managementGroups/m"', BLOBS),
            {"i reads models", "i reads keyless"},
        ),
        (assigned("var.x", BLOBS), set()),
    ],
)
def test_a_role_of_azure_reaches_each_store_below_its_scope(grant, answer):
    assert edges("reads", "writes", main_tf=AZURE + grant) == answer


def test_a_store_whose_group_is_not_said_may_lie_in_one():
    source = AZURE.replace("resource_group_name = azurerm_resource_group.g.name", "resource_group_name = var.x")
    assert edges("reads", main_tf=source + assigned("azurerm_resource_group.g.id", BLOBS)) == {"i reads models?"}
    literal = assigned('"/subscriptions/1/resourceGroups/g"', BLOBS)
    assert edges("reads", main_tf=source + literal) == {"i reads models?"}


LIST = (
    "access_policy {\n object_id = azurerm_user_assigned_identity.i.principal_id\n secret_permissions = PERMITTED\n }"
)


@pytest.mark.parametrize(
    ("mode", "role", "listed"),
    [
        ("rbac_authorization_enabled = true", {"i reads hf"}, set()),
        ("enable_rbac_authorization = true", {"i reads hf"}, set()),
        ("rbac_authorization_enabled = false", set(), {"i reads hf"}),
        ("", {"i reads hf?"}, {"i reads hf"}),
    ],
)
def test_a_vault_goes_by_roles_or_by_its_list(mode, role, listed):
    for scope in ("azurerm_key_vault.v.id", "azurerm_key_vault_secret.hf.id", "azurerm_resource_group.g.id"):
        assert edges("reads", main_tf=AZURE + VAULT.replace("MODE", mode) + assigned(scope, VAULTS)) == role
    own = f"{mode}\n{LIST}".replace("PERMITTED", '["Get", "List"]')
    assert edges("reads", main_tf=AZURE + VAULT.replace("MODE", own)) == listed


@pytest.mark.parametrize(
    ("permitted", "answer"),
    [('["List"]', set()), ("var.x", set()), ('["All"]', {"i reads hf", "i writes hf"}), ('["get"]', {"i reads hf"})],
)
def test_the_list_of_a_vault_says_what_is_permitted(permitted, answer):
    own = LIST.replace("PERMITTED", permitted)
    assert edges("reads", "writes", main_tf=AZURE + VAULT.replace("MODE", own)) == answer
    apart = (
        'resource "azurerm_key_vault_access_policy" "p" {\n key_vault_id = azurerm_key_vault.v.id\n'
        f" object_id = azurerm_user_assigned_identity.i.principal_id\n secret_permissions = {permitted}\n}}\n"
    )
    mode = "rbac_authorization_enabled = false"
    assert edges("reads", "writes", main_tf=AZURE + VAULT.replace("MODE", mode) + apart) == answer


def test_a_machine_acts_as_the_identity_that_it_is_given_with_its_creation():
    machine = 'resource "azurerm_linux_virtual_machine" "vm" {\n identity {\n type = "SystemAssigned"\n }\n}\n'
    grant = assigned("azurerm_storage_account.models.id", BLOBS).replace(
        "azurerm_user_assigned_identity.i.principal_id", "azurerm_linux_virtual_machine.vm.identity[0].principal_id"
    )
    found = edges("assumes", "reads", main_tf=AZURE + machine + grant)
    assert found == {"vm assumes a", "a reads models"}
