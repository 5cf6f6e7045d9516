"""Resources of Azure become the kinds that every cloud fills."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, facts, one

HEAD = 'variable "x" {}\n'


CLUSTER = "azurerm_kubernetes_cluster"


def of(type: str, body: str, more: str = "", kind: str = ""):
    kind = kind or ("managed_cluster" if type == CLUSTER else "")  # beside its pools
    return facts(f'{HEAD}resource "{type}" "it" {{\n{body}\n}}\n{more}', kind=kind)


def blocks(name: str, body: str = "") -> str:
    return f"{name} {{\n{body}\n}}\n"


def dynamic(name: str) -> str:
    return f'dynamic "{name}" {{\n for_each = var.x\n content {{\n }}\n}}\n'


def diagnostic(target: str, body: str) -> str:
    return f'resource "azurerm_monitor_diagnostic_setting" "d" {{\n target_resource_id = {target}\n{body}\n}}\n'


TABLE = [
    (
        "azurerm_storage_account",
        'name = "acmemodels"\nlocation = "westeurope"\ntags = { team = "a" }',
        {
            "provider": "azure",
            "name": "acmemodels",
            "region": "westeurope",
            "public_block": UNSET,
            "lists_off": True,
            "acl": "private",
            "acl_reads": False,
            "acl_writes": False,
            "encryption": "provider",
            "versioning": False,
            "locked": False,
            "lifecycle": False,
            "access_logs": False,
            "tls_only": True,
            "keys_allowed": True,
        },
    ),
    (
        "azurerm_storage_account",
        "allow_nested_items_to_be_public = false\nshared_access_key_enabled = false\nhttps_traffic_only_enabled = false\n"
        + blocks("customer_managed_key", 'key_vault_key_id = "k"')
        + blocks("blob_properties", "versioning_enabled = true")
        + blocks("immutability_policy"),
        {
            "public_block": True,
            "keys_allowed": False,
            "tls_only": False,
            "encryption": "kms",
            "key": "k",
            "versioning": True,
            "locked": True,
        },
    ),
    (
        "azurerm_storage_account",
        "allow_blob_public_access = true\nenable_https_traffic_only = false\n"
        + blocks("blob_properties", blocks("delete_retention_policy")),
        {"public_block": False, "tls_only": False, "versioning": True},
    ),
    ("azurerm_storage_account", "public_network_access_enabled = false", {"public_block": True}),
    ("azurerm_storage_account", blocks("network_rules", 'default_action = "Deny"'), {"public_block": True}),
    (
        "azurerm_storage_account",
        "allow_nested_items_to_be_public = true\n" + dynamic("network_rules"),
        {"public_block": UNSET},
    ),
    (
        "azurerm_storage_account",
        dynamic("customer_managed_key") + dynamic("blob_properties") + dynamic("immutability_policy"),
        {"encryption": UNSET, "versioning": UNSET, "locked": UNSET},
    ),
    (
        "azurerm_linux_virtual_machine",
        'name = "n"\nsize = "Standard_NC40ads_H100_v5"\nlocation = "germanywestcentral"\n'
        + blocks("os_disk", 'disk_encryption_set_id = "k"'),
        {
            "gpus": 1,
            "region_in": "eu",
            "template": False,
            "public_address": UNSET,
            "metadata_tokens": None,
            "role": None,
            "user_data": False,
            "secrets_in_user_data": [],
            "password_logins": False,
            "secure_boot": False,
            "measured_boot": False,
            "confidential": False,
            "interruptible": False,
            "image": UNSET,
        },
    ),
    (
        "azurerm_linux_virtual_machine",
        'size = "Standard_ND96isr_H100_v5"\ndisable_password_authentication = false\nsecure_boot_enabled = true\n'
        'vtpm_enabled = true\npriority = "Spot"\nsource_image_id = "i"\n'
        'custom_data = base64encode("export HF_TOKEN=hf_abcdefghijklmnop")\n'
        + blocks("os_disk", 'security_encryption_type = "DiskWithVMGuestState"')
        + blocks("identity", 'type = "SystemAssigned"'),
        {
            "gpus": 8,
            "password_logins": True,
            "secure_boot": True,
            "measured_boot": True,
            "confidential": True,
            "interruptible": True,
            "image": "i",
            "role": "azurerm_linux_virtual_machine.it.identity",
            "user_data": True,
            "secrets_in_user_data": ["HF_TOKEN"],
        },
    ),
    (
        "azurerm_linux_virtual_machine",
        "size = var.x\ncustom_data = var.x\ndisable_password_authentication = var.x\n"
        + dynamic("identity")
        + blocks("source_image_reference", 'publisher = "a"\noffer = "b"\nsku = "c"\nversion = "d"'),
        {"gpus": UNSET, "secrets_in_user_data": UNSET, "password_logins": UNSET, "role": UNSET, "image": "a:b:c:d"},
    ),
    (
        "azurerm_linux_virtual_machine",
        'user_data = "not base64"\n' + blocks("identity", 'identity_ids = ["id"]'),
        {"role": "id", "secrets_in_user_data": []},
    ),
    ("azurerm_linux_virtual_machine", blocks("identity", "identity_ids = var.x"), {"role": UNSET}),
    ("azurerm_windows_virtual_machine", 'size = "Standard_D4_v5"', {"password_logins": None, "gpus": 0}),
    (
        "azurerm_virtual_machine",
        'vm_size = "Standard_NC24ads_A100_v4"\n'
        + blocks("os_profile", 'custom_data = "export HF_TOKEN=hf_abcdefghijklmnop"')
        + blocks("os_profile_linux_config", "disable_password_authentication = false")
        + blocks("storage_image_reference", 'publisher = "a"\noffer = "b"\nsku = "c"\nversion = "d"'),
        {"gpus": 1, "password_logins": True, "secrets_in_user_data": ["HF_TOKEN"], "image": "a:b:c:d"},
    ),
    ("azurerm_virtual_machine", 'vm_size = "Standard_D4_v5"', {"gpus": 0, "password_logins": None}),
    (
        "azurerm_orchestrated_virtual_machine_scale_set",
        'sku_name = "Standard_ND96isr_H100_v5"\n'
        + blocks("os_profile", blocks("linux_configuration", 'admin_username = "a"')),
        {"gpus": 8, "template": True, "password_logins": False},
    ),
    (
        "azurerm_subnet",
        blocks("service_endpoint", 'service = "Microsoft.Storage"'),
        {"private_services": ["Microsoft.Storage"]},
    ),
    ("azurerm_subnet", dynamic("service_endpoint"), {"private_services": UNSET}),
    (
        "azurerm_linux_virtual_machine_scale_set",
        'sku = "Standard_NC24ads_A100_v4"\n'
        + blocks("network_interface", blocks("ip_configuration", blocks("public_ip_address"))),
        {"template": True, "gpus": 1, "public_address": True},
    ),
    (
        "azurerm_linux_virtual_machine_scale_set",
        blocks("network_interface", blocks("ip_configuration")),
        {"public_address": False},
    ),
    ("azurerm_linux_virtual_machine_scale_set", dynamic("network_interface"), {"public_address": UNSET}),
    (
        "azurerm_virtual_network",
        'name = "n"\naddress_space = ["10.0.0.0/16"]',
        {"subnet": False, "ranges": ["10.0.0.0/16"], "flow_logs": False},
    ),
    (
        "azurerm_subnet",
        'address_prefixes = ["10.0.1.0/24"]\nservice_endpoints = ["Microsoft.Storage"]',
        {"subnet": True, "ranges": ["10.0.1.0/24"], "private_services": ["Microsoft.Storage"], "flow_logs": UNSET},
    ),
    (
        "azurerm_machine_learning_compute_instance",
        'name = "lab"\nvirtual_machine_size = "Standard_NC6s_v3"',
        {
            "gpus": 1,
            "public_internet": True,
            "public_address": True,
            "private_network": False,
            "root": True,
            "role": None,
            "shared": True,
        },
    ),
    (
        "azurerm_machine_learning_compute_instance",
        'node_public_ip_enabled = false\nsubnet_resource_id = "s"\n' + blocks("assign_to_user"),
        {"public_internet": False, "public_address": False, "private_network": True, "shared": False, "gpus": 0},
    ),
    (
        "azurerm_cognitive_account",
        'name = "chat"\nkind = "OpenAI"',
        {
            "service": "openai",
            "public_network": True,
            "anonymous": False,
            "keys_allowed": True,
            "key": None,
            "request_logs": False,
            "network_rules": False,
        },
    ),
    (
        "azurerm_cognitive_account",
        'kind = "AIServices"\nlocal_auth_enabled = false\n'
        + blocks("network_acls", 'default_action = "Deny"')
        + blocks("customer_managed_key", 'key_vault_key_id = "k"'),
        {"service": "ai-services", "public_network": False, "keys_allowed": False, "key": "k", "network_rules": True},
    ),
    (
        "azurerm_cognitive_account",
        "kind = var.x\n" + dynamic("network_acls"),
        {"service": UNSET, "public_network": UNSET, "network_rules": UNSET},
    ),
    ("azurerm_cognitive_account", 'kind = "OpenAI"\npublic_network_access_enabled = false', {"public_network": False}),
    (
        "azurerm_cognitive_account",
        'kind = "OpenAI"\n' + blocks("network_acls", "default_action = var.x"),
        {"public_network": UNSET, "network_rules": UNSET},
    ),
    (
        "azurerm_ai_services",
        'public_network_access = "Disabled"\nlocal_authentication_enabled = false',
        {"service": "ai-services", "public_network": False, "keys_allowed": False},
    ),
    ("azurerm_ai_services", 'public_network_access = "Enabled"', {"public_network": True}),
    ("azurerm_ai_services", "public_network_access = var.x", {"public_network": UNSET}),
    (
        "azurerm_kubernetes_cluster",
        'name = "c"\nkubernetes_version = "1.34"',
        {
            "version": "1.34",
            "public_api": True,
            "api_ranges": ["0.0.0.0/0"],
            "private_nodes": True,
            "audit_logs": False,
            "secrets_key": None,
            "network_policy": False,
            "workload_identity": False,
            "local_accounts": True,
            "legacy_rights": False,
        },
    ),
    (
        "azurerm_kubernetes_cluster",
        "private_cluster_enabled = true\nlocal_account_disabled = true\nworkload_identity_enabled = true\n"
        "role_based_access_control_enabled = false\n"
        + blocks("network_profile", 'network_policy = "calico"')
        + blocks("key_management_service", 'key_vault_key_id = "k"')
        + blocks("default_node_pool", "node_public_ip_enabled = true"),
        {
            "public_api": False,
            "api_ranges": [],
            "private_nodes": False,
            "secrets_key": "k",
            "network_policy": True,
            "workload_identity": True,
            "local_accounts": False,
            "legacy_rights": True,
        },
    ),
    (
        "azurerm_kubernetes_cluster",
        blocks("api_server_access_profile", 'authorized_ip_ranges = ["203.0.113.0/24"]')
        + blocks("network_profile", 'network_data_plane = "cilium"'),
        {"api_ranges": ["203.0.113.0/24"], "network_policy": True},
    ),
    (
        "azurerm_kubernetes_cluster",
        'api_server_authorized_ip_ranges = ["203.0.113.0/24"]\n' + blocks("network_profile", "network_policy = var.x"),
        {"api_ranges": ["203.0.113.0/24"], "network_policy": UNSET},
    ),
    (
        "azurerm_kubernetes_cluster",
        "private_cluster_enabled = var.x\n"
        + dynamic("api_server_access_profile")
        + dynamic("network_profile")
        + dynamic("key_management_service"),
        {"public_api": UNSET, "api_ranges": UNSET, "network_policy": UNSET, "secrets_key": UNSET},
    ),
    (
        "azurerm_search_service",
        "",
        {"public_network": True, "open_ranges": ["0.0.0.0/0"], "keys_allowed": True, "tls": True, "audit_logs": False},
    ),
    (
        "azurerm_search_service",
        'allowed_ips = ["203.0.113.7"]\nlocal_authentication_enabled = false\npublic_network_access_enabled = false',
        {"public_network": False, "open_ranges": ["203.0.113.7"], "keys_allowed": False},
    ),
    ("azurerm_search_service", "allowed_ips = var.x", {"open_ranges": UNSET}),
    (
        "azurerm_postgresql_flexible_server",
        'name = "d"',
        {
            "public_network": True,
            "open_ranges": [],
            "tls": True,
            "encryption": "provider",
            "keys_allowed": True,
            "literal_password": False,
        },
    ),
    (
        "azurerm_postgresql_flexible_server",
        'delegated_subnet_id = "s"\nadministrator_password = "p"\n'
        + blocks("customer_managed_key", 'key_vault_key_id = "k"')
        + blocks("authentication", "password_auth_enabled = false"),
        {"public_network": False, "encryption": "kms", "keys_allowed": False, "literal_password": True},
    ),
    ("azurerm_postgresql_flexible_server", "administrator_password = var.x", {"literal_password": UNSET}),
    (
        "azurerm_redis_cache",
        "",
        {
            "public_network": True,
            "open_ranges": ["0.0.0.0/0"],
            "anonymous": False,
            "tls": True,
            "keys_allowed": True,
            "backups": False,
        },
    ),
    (
        "azurerm_redis_cache",
        'subnet_id = "s"\nnon_ssl_port_enabled = true\naccess_keys_authentication_enabled = false\n'
        + blocks("redis_configuration", "authentication_enabled = false\nrdb_backup_enabled = true"),
        {"public_network": False, "anonymous": True, "tls": False, "keys_allowed": False, "backups": True},
    ),
    ("azurerm_redis_cache", "enable_non_ssl_port = true", {"tls": False}),
    (
        "azurerm_cosmosdb_account",
        "",
        {"public_network": True, "open_ranges": ["0.0.0.0/0"], "keys_allowed": True, "encryption": "provider"},
    ),
    (
        "azurerm_cosmosdb_account",
        'ip_range_filter = ["203.0.113.7"]\nlocal_authentication_disabled = true\nkey_vault_key_id = "k"',
        {"open_ranges": ["203.0.113.7"], "keys_allowed": False, "encryption": "kms"},
    ),
    (
        "azurerm_cosmosdb_account",
        "is_virtual_network_filter_enabled = true\nlocal_authentication_enabled = false",
        {"open_ranges": [], "keys_allowed": False},
    ),
    ("azurerm_cosmosdb_account", "is_virtual_network_filter_enabled = var.x", {"open_ranges": UNSET}),
    ("azurerm_cosmosdb_account", "ip_range_filter = var.x", {"open_ranges": UNSET}),
    (
        "azurerm_key_vault_key",
        'name = "k"\nkey_type = "RSA-HSM"\nkey_vault_id = var.x',
        {
            "rotates": False,
            "rotation_days": None,
            "hardware": True,
            "deletion_days": UNSET,
            "vault_public": UNSET,
            "purge_protected": UNSET,
        },
    ),
    (
        "azurerm_key_vault_key",
        "key_type = var.x\n" + blocks("rotation_policy", blocks("automatic", 'time_after_creation = "P3M"')),
        {"rotates": True, "rotation_days": 90, "hardware": UNSET},
    ),
    (
        "azurerm_key_vault_key",
        blocks("rotation_policy", blocks("automatic", 'time_after_creation = "soon"')),
        {"rotates": True, "rotation_days": UNSET},
    ),
    ("azurerm_key_vault_key", blocks("rotation_policy", 'expire_after = "P90D"'), {"rotates": False}),
    ("azurerm_key_vault_key", dynamic("rotation_policy"), {"rotates": UNSET}),
    (
        "azurerm_key_vault_secret",
        'name = "s"\nvalue = "v"\nexpiration_date = "2030-01-01T00:00:00Z"',
        {"literal": True, "expires": True, "rotates": None},
    ),
    ("azurerm_key_vault_secret", "value = var.x", {"literal": UNSET, "expires": False}),
    (
        "azurerm_servicebus_namespace",
        "",
        {"service": "service-bus", "encryption": "provider", "public_network": True, "keys_allowed": True},
    ),
    (
        "azurerm_servicebus_namespace",
        "local_auth_enabled = false\n"
        + blocks("customer_managed_key", 'key_vault_key_id = "k"')
        + blocks("network_rule_set", 'default_action = "Deny"'),
        {"encryption": "kms", "public_network": False, "keys_allowed": False},
    ),
    (
        "azurerm_eventhub_namespace",
        "local_authentication_enabled = false",
        {"service": "event-hub", "keys_allowed": False},
    ),
    (
        "azurerm_container_registry",
        "",
        {"immutable_tags": None, "scans": UNSET, "public": False, "admin_account": False, "public_network": True},
    ),
    (
        "azurerm_container_registry",
        "admin_enabled = true\nanonymous_pull_enabled = true\npublic_network_access_enabled = var.x\n"
        + blocks("encryption", 'key_vault_key_id = "k"'),
        {"admin_account": True, "public": True, "public_network": UNSET, "key": "k"},
    ),
    (
        "azurerm_monitor_diagnostic_setting",
        'target_resource_id = "/subscriptions/1"\n' + blocks("enabled_log", 'category = "Administrative"'),
        {"enabled": True, "every_region": True, "validated": None, "data_events": False},
    ),
    ("azurerm_monitor_diagnostic_setting", 'target_resource_id = "/subscriptions/${var.x}"', {"enabled": False}),
]


@pytest.mark.parametrize(("type", "body", "expected"), TABLE)
def test_resources(type, body, expected):
    found = of(type, body)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("size", "count"),
    [
        ("Standard_ND96asr_v4", 8), ("Standard_ND128isr_NDR_GB200_v6", 4), ("Standard_NC96ads_A100_v4", 4),
        ("Standard_NC48ads_A100_v4", 2), ("Standard_NC64as_T4_v3", 4), ("Standard_NC4as_T4_v3", 1),
        ("Standard_NV36ads_A10_v5", 1), ("Standard_NV72ads_A10_v5", 2), ("Standard_D4s_v5", 0), ("Standard_NP10s", 1),
    ],
)  # fmt: skip
def test_accelerators(size, count):
    assert of("azurerm_linux_virtual_machine", f'size = "{size}"').gpus == count


def test_disks():
    found = of(
        "azurerm_linux_virtual_machine",
        'size = "Standard_NC24ads_A100_v4"\n' + blocks("os_disk", 'disk_encryption_set_id = "k"'),
    ).disks
    assert [(disk.name, disk.encrypted, disk.key, disk.ephemeral) for disk in found] == [
        ("root", True, "k", False),
        ("temporary", False, None, True),
    ]
    hosted = of("azurerm_linux_virtual_machine", 'size = "Standard_NC24ads_A100_v4"\nencryption_at_host_enabled = true')
    assert [disk.encrypted for disk in hosted.disks] == [True]
    assert of("azurerm_linux_virtual_machine", 'size = "Standard_NC40ads_H100_v5"').disks[0].encrypted is False
    assert of("azurerm_linux_virtual_machine", 'size = "Standard_D4s_v5"').disks == []


@pytest.mark.parametrize(
    ("interface", "public"),
    [
        (blocks("ip_configuration", 'public_ip_address_id = "p"'), True),
        (blocks("ip_configuration"), False),
        (dynamic("ip_configuration"), UNSET),
    ],
)
def test_public_addresses_of_machines(interface, public):
    more = f'resource "azurerm_network_interface" "n" {{\n{interface}}}\n'
    ids = "network_interface_ids = [azurerm_network_interface.n.id]"
    assert of("azurerm_linux_virtual_machine", ids, more).public_address is public
    assert of("azurerm_linux_virtual_machine", "network_interface_ids = [var.x]", more).public_address is UNSET


RULE = 'name = "r"\ndirection = "{}"\naccess = "{}"\nprotocol = "{}"\n'


def rules(body: str):
    return [asset.facts for asset in assets(f'{HEAD}resource "azurerm_network_security_group" "g" {{\n{body}\n}}\n')]


def test_rules_of_groups():
    body = RULE.format("Inbound", "Allow", "Tcp")
    first, second = rules(
        blocks("security_rule", body + 'destination_port_ranges = ["22", "8000-8010"]\nsource_address_prefix = "*"')
    )
    assert (first.name, first.group, first.direction) == ("r", "azurerm_network_security_group.g", "in")
    assert (first.protocol, first.allows, first.from_anywhere, first.opens) == ("tcp", True, True, ["ssh"])
    assert (second.first_port, second.last_port) == (8000, 8010)
    (refused,) = rules(blocks("security_rule", RULE.format("Outbound", "Deny", "*") + 'destination_port_range = "*"'))
    assert (refused.direction, refused.allows, refused.protocol, refused.last_port) == ("out", False, "any", 65535)
    (icmp,) = rules(blocks("security_rule", RULE.format("Inbound", "Allow", "Icmp") + 'destination_port_range = "*"'))
    assert (icmp.first_port, icmp.opens) == (None, [])


@pytest.mark.parametrize(
    ("source", "anywhere"),
    [
        ('source_address_prefix = "Internet"', True),
        ('source_address_prefix = "VirtualNetwork"', False),
        ('source_address_prefixes = ["10.0.0.0/8", "0.0.0.0/0"]', True),
        ("source_address_prefix = var.x", UNSET),
    ],
)
def test_rules_of_their_own(source, anywhere):
    body = RULE.format("Inbound", "Allow", "Tcp") + 'network_security_group_name = "g"\n' + source
    found = of("azurerm_network_security_rule", body + '\ndestination_port_range = "22"')
    assert (found.group, found.from_anywhere) == ("g", anywhere)
    found = of("azurerm_network_security_rule", body + "\ndestination_port_range = var.x")
    assert (found.first_port, found.opens) == (UNSET, UNSET)
    found = of("azurerm_network_security_rule", body + "\ndestination_port_ranges = [var.x]")
    assert found.first_port is UNSET
    assert of("azurerm_network_security_rule", body).last_port == 65535


def test_flow_logs():
    log = 'resource "azurerm_network_watcher_flow_log" "f" {{\n target_resource_id = {}\n}}\n'
    assert of("azurerm_virtual_network", "", log.format("azurerm_virtual_network.it.id")).flow_logs is True
    assert of("azurerm_virtual_network", "", log.format("var.x")).flow_logs is UNSET


ACCOUNT = 'resource "azurerm_storage_account" "it" {{\n name = "acme"\n{0}\n}}\n'
CONTAINER = 'resource "azurerm_storage_container" "c" {{\n name = "models"\n {0}\n container_access_type = {1}\n}}\n'
MINE = "storage_account_id = azurerm_storage_account.it.id"


@pytest.mark.parametrize(
    ("account", "container", "reads"),
    [
        ("allow_nested_items_to_be_public = true", CONTAINER.format(MINE, '"blob"'), True),
        (
            "allow_nested_items_to_be_public = true",
            CONTAINER.format('storage_account_name = "acme"', '"container"'),
            True,
        ),
        ("allow_nested_items_to_be_public = true", CONTAINER.format(MINE, '"private"'), False),
        ("allow_nested_items_to_be_public = true", CONTAINER.format(MINE, "var.x"), UNSET),
        ("allow_nested_items_to_be_public = true", CONTAINER.format("storage_account_id = var.x", '"blob"'), UNSET),
        ("allow_nested_items_to_be_public = false", CONTAINER.format(MINE, '"blob"'), False),
        ("", CONTAINER.format(MINE, '"blob"'), UNSET),
    ],
)
def test_who_reads_an_account(account, container, reads):
    found = completed(HEAD + ACCOUNT.format(account) + container)
    assert (found.public_read, found.public_write, found.shared_with) == (reads, False, [])


def test_what_containers_are_called_says_what_an_account_holds():
    found = one(HEAD + ACCOUNT.format("") + CONTAINER.format(MINE, '"blob"'))
    assert (found.facts.holds, found.facts.acl, found.spots["public_read"].line) == ("models", "blob", 9)


def test_companions_of_accounts():
    def with_one(type: str, body: str = "", to: str = "azurerm_storage_account.it.id"):
        more = f'resource "{type}" "c" {{\n storage_account_id = {to}\n{body}\n}}\n'
        return facts(HEAD + ACCOUNT.format("allow_nested_items_to_be_public = true") + more, kind="bucket")

    rules = "azurerm_storage_account_network_rules"
    assert with_one(rules, 'default_action = "Deny"').public_block is True
    assert with_one(rules, 'default_action = "Allow"').public_block is False
    assert with_one(rules, 'default_action = "Deny"', "var.x").public_block is UNSET
    key = "azurerm_storage_account_customer_managed_key"
    assert with_one(key, 'key_name = "k"').key == "k"
    assert with_one(key).key is UNSET
    assert with_one(key, 'key_name = "k"', "var.x").key is UNSET
    assert with_one("azurerm_storage_management_policy").lifecycle is True
    assert with_one("azurerm_storage_management_policy", to="var.x").lifecycle is UNSET
    assert with_one("azurerm_storage_container_immutability_policy").locked is UNSET


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (blocks("enabled_log", 'category = "StorageRead"'), True),
        (blocks("enabled_log", 'category_group = "allLogs"'), True),
        (blocks("log", 'category = "StorageRead"\nenabled = false'), False),
        (blocks("enabled_log", 'category = "StorageDelete"'), False),
        (blocks("enabled_log", "category = var.x"), UNSET),
        (dynamic("enabled_log"), UNSET),
    ],
)
def test_diagnostic_settings(body, expected):
    target = '"${azurerm_storage_account.it.id}/blobServices/default"'
    found = facts(HEAD + ACCOUNT.format("") + diagnostic(target, body), kind="bucket")
    assert found.access_logs is expected


def test_a_setting_for_something_that_is_open_may_be_for_this():
    log = blocks("enabled_log", 'category = "kube-audit"')
    assert of("azurerm_kubernetes_cluster", "", diagnostic("var.x", log)).audit_logs is UNSET
    assert of("azurerm_kubernetes_cluster", "", diagnostic('"${var.x}/a"', log)).audit_logs is UNSET
    other = 'resource "azurerm_resource_group" "g" {\n}\n' + diagnostic("azurerm_resource_group.g.id", log)
    assert of("azurerm_kubernetes_cluster", "", other).audit_logs is False
    inside = 'resource "azurerm_resource_group" "g" {\n}\n' + diagnostic('"${azurerm_resource_group.g.id}/a"', log)
    assert of("azurerm_kubernetes_cluster", "", inside).audit_logs is False
    mine = diagnostic("azurerm_kubernetes_cluster.it.id", log)
    assert of("azurerm_kubernetes_cluster", "", mine).audit_logs is True


def test_vaults_of_keys():
    vault = 'resource "azurerm_key_vault" "v" {{\n{0}\n}}\n'
    key = "key_vault_id = azurerm_key_vault.v.id"
    found = of("azurerm_key_vault_key", key, vault.format(""))
    assert (found.deletion_days, found.vault_public, found.purge_protected) == (90, True, False)
    body = "purge_protection_enabled = true\nsoft_delete_retention_days = 7\n" + blocks(
        "network_acls", 'default_action = "Deny"'
    )
    found = of("azurerm_key_vault_key", key, vault.format(body))
    assert (found.deletion_days, found.vault_public, found.purge_protected) == (7, False, True)


def test_networks_of_workspaces():
    workspace = 'resource "azurerm_machine_learning_workspace" "w" {\n managed_network {\n isolation_mode = "AllowOnlyApprovedOutbound"\n }\n}\n'
    body = "machine_learning_workspace_id = azurerm_machine_learning_workspace.w.id"
    found = of("azurerm_machine_learning_compute_instance", body, workspace)
    assert (found.public_internet, found.public_address) == (False, True)
    for mode, inside in (('"AllowInternetOutbound"', True), ('"Disabled"', False), ("var.x", UNSET)):
        opened = workspace.replace('"AllowOnlyApprovedOutbound"', mode)
        private = of("azurerm_machine_learning_compute_instance", f"{body}\n node_public_ip_enabled = false", opened)
        assert private.public_internet is inside


def test_firewalls_of_servers():
    rule = 'resource "azurerm_postgresql_flexible_server_firewall_rule" "r" {{\n server_id = {0}\n start_ip_address = {1}\n end_ip_address = {2}\n}}\n'
    server = "azurerm_postgresql_flexible_server.it.id"
    type = "azurerm_postgresql_flexible_server"
    assert of(type, "", rule.format(server, '"0.0.0.0"', '"255.255.255.255"')).open_ranges == ["0.0.0.0/0"]
    assert of(type, "", rule.format(server, '"203.0.113.7"', '"203.0.113.8"')).open_ranges == [
        "203.0.113.7-203.0.113.8"
    ]
    assert of(type, "", rule.format(server, "var.x", '"203.0.113.8"')).open_ranges is UNSET
    assert of(type, "", rule.format("var.x", '"203.0.113.7"', '"203.0.113.8"')).open_ranges is UNSET
    cache = 'resource "azurerm_redis_firewall_rule" "r" {\n redis_cache_name = azurerm_redis_cache.it.name\n start_ip = "203.0.113.7"\n end_ip = "203.0.113.7"\n}\n'
    assert of("azurerm_redis_cache", "", cache).open_ranges == ["203.0.113.7-203.0.113.7"]
    open_cache = cache.replace("azurerm_redis_cache.it.name", "var.x")
    assert of("azurerm_redis_cache", "", open_cache).open_ranges is UNSET


def test_parameters_of_servers():
    parameter = 'resource "azurerm_postgresql_flexible_server_configuration" "c" {{\n server_id = {0}\n name = {1}\n value = {2}\n}}\n'
    server, name = "azurerm_postgresql_flexible_server.it.id", '"require_secure_transport"'
    type = "azurerm_postgresql_flexible_server"
    assert of(type, "", parameter.format(server, name, '"off"')).tls is False
    assert of(type, "", parameter.format(server, name, "var.x")).tls is UNSET
    assert of(type, "", parameter.format(server, '"other"', '"off"')).tls is True
    assert of(type, "", parameter.format("var.x", name, '"off"')).tls is UNSET


def test_logs_of_a_subscription_that_is_looked_up():
    lookup = 'data "azurerm_subscription" "current" {\n}\n'
    target = "target_resource_id = data.azurerm_subscription.current.id\n"
    type = "azurerm_monitor_diagnostic_setting"
    assert of(type, target + dynamic("enabled_log"), lookup).enabled is UNSET
    assert of(type, target + blocks("enabled_log", 'category = "Policy"'), lookup).enabled is True


def test_what_is_no_asset():
    assert assets('resource "azurerm_cognitive_account" "a" {\n kind = "TextAnalytics"\n}\n') == []
    assert assets(diagnostic('"/subscriptions/1/resourceGroups/g"', "")) == []
