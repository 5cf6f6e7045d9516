"""Resources of Google Cloud become the kinds that every cloud fills."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, facts, one

HEAD = 'variable "x" {}\n'


CLUSTER = "google_container_cluster"


def of(type: str, body: str, more: str = "", kind: str = ""):
    kind = kind or ("managed_cluster" if type == CLUSTER else "")  # beside its pools
    return facts(f'{HEAD}resource "{type}" "it" {{\n{body}\n}}\n{more}', kind=kind)


def blocks(name: str, body: str = "") -> str:
    return f"{name} {{\n{body}\n}}\n"


def dynamic(name: str) -> str:
    return f'dynamic "{name}" {{\n for_each = var.x\n content {{\n }}\n}}\n'


TABLE = [
    (
        "google_storage_bucket",
        'name = "acme-models"\nlocation = "EU"\nproject = "p"\nlabels = { team = "a" }',
        {
            "provider": "google",
            "name": "acme-models",
            "region": "EU",
            "account": "p",
            "holds": "models",
            "tags": {"team": "a"},
            "public_block": False,
            "lists_off": False,
            "acl": None,
            "acl_reads": False,
            "policy": None,
            "encryption": "provider",
            "key": None,
            "versioning": True,
            "locked": False,
            "lifecycle": False,
            "access_logs": False,
            "force_destroy": False,
        },
    ),
    (
        "google_storage_bucket",
        'public_access_prevention = "enforced"\nuniform_bucket_level_access = true\nforce_destroy = true\n'
        + blocks("encryption", 'default_kms_key_name = "k"')
        + blocks("retention_policy", "retention_period = 1")
        + blocks("lifecycle_rule")
        + blocks("logging", 'log_bucket = "l"')
        + blocks("soft_delete_policy", "retention_duration_seconds = 0"),
        {
            "public_block": True,
            "lists_off": True,
            "encryption": "kms",
            "key": "k",
            "locked": True,
            "lifecycle": True,
            "access_logs": True,
            "versioning": False,
            "force_destroy": True,
        },
    ),
    (
        "google_storage_bucket",
        blocks("versioning", "enabled = true") + blocks("soft_delete_policy", "retention_duration_seconds = 0"),
        {"versioning": True},
    ),
    (
        "google_storage_bucket",
        blocks("soft_delete_policy", "retention_duration_seconds = var.x"),
        {"versioning": UNSET},
    ),
    (
        "google_storage_bucket",
        "name = var.x\npublic_access_prevention = var.x\n"
        + "".join(map(dynamic, ("encryption", "retention_policy", "lifecycle_rule", "logging", "versioning"))),
        {
            "name": UNSET,
            "public_block": UNSET,
            "encryption": UNSET,
            "locked": UNSET,
            "lifecycle": UNSET,
            "access_logs": UNSET,
            "versioning": UNSET,
        },
    ),
    (
        "google_compute_instance",
        'name = "n"\nmachine_type = "a3-highgpu-8g"\nzone = "europe-west4-b"\ntags = ["ssh"]\n'
        + blocks("network_interface", blocks("access_config"))
        + blocks("service_account", 'scopes = ["https://www.googleapis.com/auth/cloud-platform"]')
        + blocks("boot_disk", 'kms_key_self_link = "k"\n' + blocks("initialize_params", 'image = "debian"'))
        + blocks("scratch_disk", 'interface = "NVME"')
        + blocks("scheduling", 'provisioning_model = "SPOT"')
        + 'metadata = { serial-port-enable = true, startup-script = "export HF_TOKEN=hf_abcdefghijklmnop" }',
        {
            "name": "n",
            "template": False,
            "gpus": 8,
            "region": "europe-west4-b",
            "region_in": "eu",
            "public_address": True,
            "metadata_tokens": None,
            "metadata_hops": None,
            "role": None,
            "default_role": True,
            "scopes": ["cloud-platform"],
            "user_data": True,
            "secrets_in_user_data": ["HF_TOKEN"],
            "project_keys": True,
            "serial_console": True,
            "secure_boot": False,
            "measured_boot": True,
            "confidential": False,
            "interruptible": True,
            "image": "debian",
            "security_groups": ["ssh"],
        },
    ),
    (
        "google_compute_instance",
        'machine_type = "n2-standard-4"\n'
        + blocks("network_interface")
        + blocks("guest_accelerator", 'type = "nvidia-l4"\ncount = 2')
        + blocks("service_account", 'email = "train@p.iam.gserviceaccount.com"\nscopes = []')
        + blocks("shielded_instance_config", "enable_secure_boot = true\nenable_vtpm = false")
        + blocks("confidential_instance_config", 'confidential_instance_type = "TDX"')
        + 'metadata = { block-project-ssh-keys = "TRUE", user-data = var.x }',
        {
            "gpus": 2,
            "public_address": False,
            "role": "train@p.iam.gserviceaccount.com",
            "default_role": False,
            "project_keys": False,
            "serial_console": False,
            "secure_boot": True,
            "measured_boot": False,
            "confidential": True,
            "interruptible": False,
            "user_data": True,
            "secrets_in_user_data": UNSET,
        },
    ),
    (
        "google_compute_instance",
        "machine_type = var.x\nmetadata = var.x\n" + dynamic("guest_accelerator") + dynamic("network_interface"),
        {
            "gpus": UNSET,
            "public_address": UNSET,
            "default_role": False,
            "scopes": [],
            "secrets_in_user_data": UNSET,
            "project_keys": UNSET,
            "serial_console": UNSET,
        },
    ),
    ("google_compute_instance", blocks("guest_accelerator", "count = var.x"), {"gpus": UNSET, "public_address": UNSET}),
    ("google_compute_instance", blocks("network_interface", dynamic("access_config")), {"public_address": UNSET}),
    ("google_compute_instance", dynamic("service_account"), {"default_role": UNSET}),
    (
        "google_compute_instance",
        'metadata_startup_script = "TOKEN=$(gcloud secrets)"\n'
        + blocks("service_account", 'email = "1-compute@developer.gserviceaccount.com"\nscopes = ["cloud-platform"]'),
        {"default_role": True, "user_data": True, "secrets_in_user_data": []},
    ),
    (
        "google_compute_instance_template",
        blocks("disk", 'boot = true\nsource_image = "i"')
        + blocks("disk", 'type = "SCRATCH"')
        + blocks("service_account", 'email = "${var.x}-compute@developer.gserviceaccount.com"\nscopes = var.x'),
        {"template": True, "image": "i", "default_role": True, "scopes": UNSET},
    ),
    (
        "google_compute_instance",
        blocks("service_account", 'email = "${var.x}@p.iam.gserviceaccount.com"\nscopes = []'),
        {"default_role": False},
    ),
    ("google_compute_instance", blocks("service_account", 'email = "a${var.x}"\nscopes = []'), {"default_role": UNSET}),
    ("google_compute_instance", blocks("service_account", "email = var.x\nscopes = []"), {"default_role": UNSET}),
    (
        "google_compute_network",
        'name = "default"',
        {"default": True, "subnet": False, "flow_logs": False},
    ),
    ("google_compute_network", 'name = "n"\nauto_create_subnetworks = false', {"flow_logs": UNSET, "default": False}),
    (
        "google_compute_subnetwork",
        'name = "s"\nip_cidr_range = "10.0.0.0/16"\nprivate_ip_google_access = true\n' + blocks("log_config"),
        {"subnet": True, "ranges": ["10.0.0.0/16"], "flow_logs": True, "private_services": ["googleapis"]},
    ),
    (
        "google_compute_subnetwork",
        "private_ip_google_access = var.x\n" + dynamic("log_config"),
        {"name": "it", "flow_logs": UNSET, "private_services": UNSET},
    ),
    (
        "google_workbench_instance",
        'name = "lab"',
        {
            "gpus": 0,
            "public_internet": True,
            "public_address": True,
            "private_network": False,
            "root": True,
            "role": None,
            "default_role": True,
            "key": None,
            "shared": True,
            "idle_shutdown": UNSET,
            "metadata_tokens": None,
            "terminal": True,
            "downloads": True,
        },
    ),
    (
        "google_workbench_instance",
        'instance_owners = ["a@acme.com"]\n'
        + blocks(
            "gce_setup",
            'machine_type = "g2-standard-4"\ndisable_public_ip = true\n'
            'metadata = { notebook-disable-root = "true", idle-timeout-seconds = "3600", notebook-disable-terminal = "true", notebook-disable-downloads = "true" }\n'
            + blocks("service_accounts", 'email = "lab@p.iam.gserviceaccount.com"')
            + blocks("network_interfaces")
            + blocks("boot_disk", 'kms_key = "k"'),
        ),
        {
            "gpus": 1,
            "public_internet": False,
            "public_address": False,
            "private_network": True,
            "root": False,
            "role": "lab@p.iam.gserviceaccount.com",
            "default_role": False,
            "key": "k",
            "shared": False,
            "idle_shutdown": True,
            "terminal": False,
            "downloads": False,
        },
    ),
    (
        "google_workbench_instance",
        blocks("gce_setup", "metadata = var.x\ndisable_public_ip = var.x\n" + dynamic("service_accounts")),
        {"root": UNSET, "public_address": UNSET, "default_role": UNSET, "idle_shutdown": UNSET},
    ),
    (
        "google_notebooks_instance",
        'machine_type = "n1-standard-4"\nno_public_ip = true\nnetwork = "n"\nmetadata = { idle-timeout-seconds = "0" }\n'
        'service_account = "lab@p.iam.gserviceaccount.com"\n' + blocks("accelerator_config", "core_count = 1"),
        {
            "gpus": 1,
            "public_address": False,
            "private_network": True,
            "default_role": False,
            "idle_shutdown": False,
            "root": True,
        },
    ),
    ("google_notebooks_instance", "metadata = var.x", {"default_role": True, "root": UNSET, "idle_shutdown": UNSET}),
    (
        "google_vertex_ai_endpoint",
        'display_name = "chat"',
        {
            "name": "chat",
            "service": "vertex",
            "public_network": True,
            "anonymous": False,
            "request_logs": False,
            "key": None,
        },
    ),
    (
        "google_vertex_ai_endpoint",
        'network = "n"\n'
        + blocks("encryption_spec", 'kms_key_name = "k"')
        + blocks("predict_request_response_logging_config", "enabled = true"),
        {"public_network": False, "private_network": True, "key": "k", "request_logs": True},
    ),
    ("google_vertex_ai_endpoint", dynamic("predict_request_response_logging_config"), {"request_logs": UNSET}),
    (
        "google_container_cluster",
        'name = "c"\nmin_master_version = "1.34"',
        {
            "version": "1.34",
            "public_api": True,
            "api_ranges": ["0.0.0.0/0"],
            "private_nodes": False,
            "audit_logs": True,
            "secrets_key": None,
            "network_policy": False,
            "workload_identity": False,
            "local_accounts": False,
            "shielded_nodes": True,
            "legacy_rights": False,
            "default_role": True,
        },
    ),
    (
        "google_container_cluster",
        'datapath_provider = "ADVANCED_DATAPATH"\nenable_legacy_abac = true\n'
        + blocks("private_cluster_config", "enable_private_nodes = true\nenable_private_endpoint = true")
        + blocks("workload_identity_config", 'workload_pool = "p.svc.id.goog"')
        + blocks("database_encryption", 'state = "ENCRYPTED"\nkey_name = "k"')
        + blocks("master_auth", blocks("client_certificate_config", "issue_client_certificate = true"))
        + blocks("node_config", 'service_account = "n@p.iam.gserviceaccount.com"'),
        {
            "public_api": False,
            "api_ranges": [],
            "private_nodes": True,
            "secrets_key": "k",
            "network_policy": True,
            "workload_identity": True,
            "local_accounts": True,
            "legacy_rights": True,
            "default_role": False,
        },
    ),
    (
        "google_container_cluster",
        "enable_autopilot = true\n"
        + blocks("master_authorized_networks_config", blocks("cidr_blocks", 'cidr_block = "203.0.113.0/24"'))
        + blocks("control_plane_endpoints_config", blocks("ip_endpoints_config", "enabled = true"))
        + blocks("database_encryption", 'state = "DECRYPTED"\nkey_name = ""'),
        {
            "api_ranges": ["203.0.113.0/24"],
            "network_policy": True,
            "workload_identity": True,
            "secrets_key": None,
            "default_role": True,
        },
    ),
    (
        "google_container_cluster",
        blocks("control_plane_endpoints_config", blocks("ip_endpoints_config", "enabled = false"))
        + blocks("network_policy", "enabled = true")
        + blocks("master_auth", 'username = "admin"'),
        {"public_api": False, "network_policy": True, "local_accounts": True},
    ),
    (
        "google_container_cluster",
        "".join(
            map(
                dynamic,
                (
                    "private_cluster_config",
                    "master_authorized_networks_config",
                    "database_encryption",
                    "network_policy",
                    "workload_identity_config",
                    "node_config",
                    "node_pool",
                ),
            )
        ),
        {
            "public_api": UNSET,
            "api_ranges": UNSET,
            "private_nodes": UNSET,
            "secrets_key": UNSET,
            "network_policy": UNSET,
            "workload_identity": UNSET,
            "default_role": UNSET,
        },
    ),
    (
        "google_container_cluster",
        blocks("master_authorized_networks_config", dynamic("cidr_blocks"))
        + blocks("private_cluster_config", "enable_private_endpoint = var.x"),
        {"api_ranges": UNSET, "public_api": UNSET},
    ),
    ("google_container_cluster", blocks("master_authorized_networks_config"), {"api_ranges": []}),
    (
        "google_container_cluster",
        blocks("master_authorized_networks_config", blocks("cidr_blocks", "cidr_block = var.x")),
        {"api_ranges": UNSET},
    ),
    (
        "google_sql_database_instance",
        'name = "d"',
        {
            "public_network": True,
            "open_ranges": [],
            "tls": False,
            "encryption": "provider",
            "backups": False,
            "literal_password": False,
            "deletion_protection": True,
        },
    ),
    (
        "google_sql_database_instance",
        'root_password = "p"\nencryption_key_name = "k"\ndeletion_protection = false\n'
        + blocks(
            "settings",
            blocks(
                "ip_configuration",
                'ssl_mode = "ENCRYPTED_ONLY"\n' + blocks("authorized_networks", 'value = "0.0.0.0/0"'),
            )
            + blocks("backup_configuration", "enabled = true"),
        ),
        {
            "open_ranges": ["0.0.0.0/0"],
            "tls": True,
            "encryption": "kms",
            "backups": True,
            "literal_password": True,
            "deletion_protection": False,
        },
    ),
    (
        "google_sql_database_instance",
        blocks(
            "settings",
            'connector_enforcement = "REQUIRED"\n'
            + blocks("ip_configuration", "ipv4_enabled = false\n" + dynamic("authorized_networks"))
            + dynamic("backup_configuration"),
        ),
        {"public_network": False, "open_ranges": UNSET, "tls": True, "backups": UNSET},
    ),
    ("google_sql_database_instance", dynamic("settings"), {"public_network": UNSET, "tls": UNSET, "backups": UNSET}),
    (
        "google_sql_database_instance",
        "deletion_protection = var.x\n"
        + blocks("settings", blocks("ip_configuration", blocks("authorized_networks", "value = var.x"))),
        {"open_ranges": UNSET, "deletion_protection": UNSET},
    ),
    ("google_redis_instance", "", {"anonymous": True, "tls": False, "encryption": "provider", "backups": False}),
    (
        "google_redis_instance",
        'auth_enabled = true\ntransit_encryption_mode = "SERVER_AUTHENTICATION"\ncustomer_managed_key = "k"\n'
        + blocks("persistence_config", 'persistence_mode = "RDB"'),
        {"anonymous": False, "tls": True, "encryption": "kms", "backups": True, "public_network": False},
    ),
    (
        "google_redis_instance",
        "auth_enabled = var.x\ncustomer_managed_key = var.x",
        {"anonymous": UNSET, "encryption": UNSET},
    ),
    ("google_vertex_ai_index_endpoint", "public_endpoint_enabled = true", {"public_network": True}),
    ("google_vertex_ai_index_endpoint", 'display_name = "v"', {"name": "v", "public_network": False}),
    (
        "google_kms_crypto_key",
        'name = "k"',
        {
            "rotates": False,
            "rotation_days": None,
            "deletion_days": 30,
            "hardware": False,
            "policy": None,
            "public": False,
        },
    ),
    (
        "google_kms_crypto_key",
        'rotation_period = "7776000s"\ndestroy_scheduled_duration = "86400s"\n'
        + blocks("version_template", 'protection_level = "HSM"'),
        {"rotates": True, "rotation_days": 90, "deletion_days": 1, "hardware": True},
    ),
    ("google_kms_crypto_key", 'purpose = "ASYMMETRIC_SIGN"', {"rotates": None}),
    ("google_kms_crypto_key", "import_only = true", {"rotates": None}),
    (
        "google_kms_crypto_key",
        'purpose = var.x\nrotation_period = var.x\ndestroy_scheduled_duration = "soon"',
        {"rotates": UNSET, "rotation_days": UNSET, "deletion_days": UNSET},
    ),
    (
        "google_secret_manager_secret",
        'secret_id = "s"\n' + blocks("replication", blocks("auto")),
        {"name": "s", "literal": False, "key": None, "rotates": False, "rotation_days": None, "expires": False},
    ),
    (
        "google_secret_manager_secret",
        'ttl = "1s"\n'
        + blocks("rotation", 'rotation_period = "2592000s"')
        + blocks(
            "replication",
            blocks("user_managed", blocks("replicas", blocks("customer_managed_encryption", 'kms_key_name = "k"'))),
        ),
        {"key": "k", "rotates": True, "rotation_days": 30, "expires": True},
    ),
    (
        "google_pubsub_topic",
        'name = "t"',
        {"service": "pubsub", "encryption": "provider", "policy": None, "public": False},
    ),
    ("google_pubsub_topic", 'kms_key_name = "k"', {"encryption": "kms"}),
    (
        "google_artifact_registry_repository",
        'repository_id = "r"\nformat = "DOCKER"',
        {"name": "r", "immutable_tags": False, "scans": UNSET, "public": False, "key": None, "admin_account": False},
    ),
    (
        "google_artifact_registry_repository",
        'format = "DOCKER"\n'
        + blocks("docker_config", "immutable_tags = true")
        + blocks("vulnerability_scanning_config", 'enablement_config = "DISABLED"'),
        {"immutable_tags": True, "scans": False},
    ),
    (
        "google_artifact_registry_repository",
        'format = "DOCKER"\n' + dynamic("docker_config"),
        {"immutable_tags": UNSET},
    ),
    (
        "google_project_iam_audit_config",
        'service = "allServices"\n'
        + blocks("audit_log_config", 'log_type = "DATA_READ"\nexempted_members = ["user:a@b.c"]'),
        {"name": "allServices", "enabled": True, "validated": None, "data_events": True, "exempted": ["user:a@b.c"]},
    ),
    ("google_project_iam_audit_config", blocks("audit_log_config", 'log_type = "ADMIN_READ"'), {"data_events": False}),
    (
        "google_project_iam_audit_config",
        blocks("audit_log_config", "log_type = var.x\nexempted_members = var.x"),
        {"data_events": UNSET, "exempted": UNSET},
    ),
]


@pytest.mark.parametrize(("type", "body", "expected"), TABLE)
def test_resources(type, body, expected):
    found = of(type, body)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("type", "count"),
    [
        ("a2-highgpu-4g", 4), ("a2-megagpu-16g", 16), ("a2-ultragpu-1g", 1), ("a3-megagpu-8g", 8), ("a4-highgpu-8g", 8),
        ("a4x-highgpu-4g", 4), ("g2-standard-96", 8), ("g2-standard-24", 2), ("g2-standard-48", 4), ("g4-standard-48", 1),
        ("ct5lp-hightpu-4t", 4), ("n2-standard-8", 0), ("zones/z/machineTypes/a3-highgpu-1g", 1),
    ],
)  # fmt: skip
def test_accelerators(type, count):
    assert of("google_compute_instance", f'machine_type = "{type}"').gpus == count


def test_disks():
    found = of(
        "google_compute_instance",
        blocks("boot_disk", 'kms_key_self_link = "k"')
        + blocks("attached_disk", 'device_name = "data"')
        + blocks("scratch_disk"),
    ).disks
    assert [(disk.name, disk.encrypted, disk.key, disk.ephemeral) for disk in found] == [
        ("root", True, "k", False),
        ("data", True, None, False),
        ("scratch_disk[0]", True, None, True),
    ]


def test_metadata_of_the_project():
    more = (
        'resource "google_compute_project_metadata_item" "l" {\n key = "enable-oslogin"\n value = "TRUE"\n}\n'
        'resource "google_compute_project_metadata" "m" {\n metadata = { serial-port-enable = "1" }\n}\n'
    )
    found = of("google_compute_instance", "", more)
    assert (found.project_keys, found.serial_console) == (False, True)
    own = of("google_compute_instance", 'metadata = { enable-oslogin = "FALSE" }', more)
    assert own.project_keys is True


def firewall(body: str):
    found = assets(f'{HEAD}resource "google_compute_firewall" "it" {{\nnetwork = "n"\n{body}\n}}\n')
    return [asset.facts for asset in found]


def test_firewall_rules():
    first, second, icmp = firewall(
        'name = "f"\n'
        + blocks("allow", 'protocol = "tcp"\nports = ["22", "8000-8999"]')
        + blocks("allow", 'protocol = "icmp"')
    )
    assert (first.name, first.group, first.direction, first.allows, first.protocol) == ("f", "n", "in", True, "tcp")
    assert (first.first_port, first.last_port, first.opens, first.from_anywhere) == (22, 22, ["ssh"], True)
    assert (second.first_port, second.last_port, icmp.first_port, icmp.opens) == (8000, 8999, None, [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('source_ranges = ["10.0.0.0/8"]', {"from_anywhere": False, "ranges": ["10.0.0.0/8"]}),
        ('source_tags = ["a"]', {"from_anywhere": False, "ranges": []}),
        ('source_ranges = ["0.0.0.0/1", "128.0.0.0/1"]', {"from_anywhere": True}),
        ("source_ranges = var.x", {"from_anywhere": UNSET}),
        ('direction = "EGRESS"', {"direction": "out", "from_anywhere": True}),
        ('direction = "EGRESS"\ndestination_ranges = ["10.0.0.0/8"]', {"from_anywhere": False}),
        ("direction = var.x", {"direction": UNSET, "from_anywhere": UNSET}),
        ("disabled = true", {"disabled": True}),
    ],
)
def test_sides_of_firewall_rules(body, expected):
    (found,) = firewall(body + "\n" + blocks("allow", 'protocol = "all"'))
    assert (found.protocol, found.first_port, found.last_port) == ("any", 0, 65535)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize("ports", ["var.x", '["http"]', '["1-b"]'])
def test_open_ports(ports):
    (found,) = firewall(blocks("deny", f'protocol = "tcp"\nports = {ports}'))
    assert (found.allows, found.first_port, found.opens) == (False, UNSET, UNSET)


def test_rules_of_firewall_policies():
    body = 'action = "allow"\ndirection = "INGRESS"\nrule_name = "r"\n'
    layer = blocks("layer4_configs", 'ip_protocol = "tcp"\nports = ["22"]')
    found = of("google_compute_network_firewall_policy_rule", body + blocks("match", layer))
    assert (found.name, found.allows, found.from_anywhere, found.opens) == ("r", True, True, ["ssh"])
    narrow = blocks("match", layer + 'src_ip_ranges = ["10.0.0.0/8"]')
    assert of("google_compute_network_firewall_policy_rule", body + narrow).from_anywhere is False
    tagged = blocks("match", layer + blocks("src_secure_tags"))
    assert of("google_compute_firewall_policy_rule", body + tagged).from_anywhere is False
    outward = 'action = var.x\ndirection = "EGRESS"\n' + blocks("match", layer)
    number = blocks("match", blocks("layer4_configs", 'ip_protocol = "6"'))
    assert of("google_compute_network_firewall_policy_rule", body + number).protocol == "tcp"
    found = of("google_compute_network_firewall_policy_rule", outward)
    assert (found.direction, found.allows, found.name) == ("out", UNSET, "it")


def test_firewall_policies_that_hold_their_rules():
    layer = blocks("layer4_config", 'ip_protocol = "tcp"\nports = ["22"]')
    rule = blocks("rule", 'action = "allow"\nrule_name = "r"\n' + blocks("match", layer))
    for type in ("compute_firewall", "compute_network_firewall", "compute_region_network_firewall"):
        found = of(f"google_{type}_policy_with_rules", rule)
        assert (found.name, found.allows, found.from_anywhere, found.opens) == ("r", True, True, ["ssh"])
        assert found.group == f"google_{type}_policy_with_rules.it"


@pytest.mark.parametrize(
    ("type", "body", "flow_logs"),
    [
        ("network", "network = google_compute_network.it.id", True),
        ("network", 'network = google_compute_network.it.id\n state = "DISABLED"', False),
        ("network", "network = google_compute_network.it.id\n state = var.x", UNSET),
        ("network", "network = var.x", UNSET),
        ("subnetwork", "subnet = google_compute_subnetwork.it.id", True),
        ("subnetwork", 'network = "other"', False),
    ],
)
def test_flow_logs_of_their_own(type, body, flow_logs):
    configuration = f'resource "google_network_management_vpc_flow_logs_config" "f" {{\n {body}\n}}\n'
    assert of(f"google_compute_{type}", 'name = "n"', configuration).flow_logs is flow_logs


def test_flow_logs_of_the_organisation():
    configuration = 'resource "google_network_management_organization_vpc_flow_logs_config" "f" {\n}\n'
    assert of("google_compute_network", 'name = "n"', configuration).flow_logs is UNSET


def test_networks_record_where_every_subnet_does():
    def found(body: str):
        source = (
            f'{HEAD}resource "google_compute_network" "it" {{\n name = "n"\n auto_create_subnetworks = false\n}}\n'
            f'resource "google_compute_subnetwork" "s" {{\n network = google_compute_network.it.id\n{body}\n}}\n'
        )
        (network,) = (asset.facts for asset in assets(source) if not asset.facts.subnet)
        return network.flow_logs

    assert found(blocks("log_config")) is True
    assert found("") is False
    assert found(dynamic("log_config")) is UNSET
    assert found('purpose = "REGIONAL_MANAGED_PROXY"') is UNSET


def test_pools_decide_on_the_account_of_nodes():
    pool = 'resource "google_container_node_pool" "p" {{\n cluster = google_container_cluster.it.name\n{0}\n}}\n'
    body = "remove_default_node_pool = true"
    own = blocks("node_config", 'service_account = "n@p.iam.gserviceaccount.com"')
    assert of("google_container_cluster", body, pool.format(own)).default_role is False
    assert of("google_container_cluster", body, pool.format("")).default_role is True
    unseen = pool.format(blocks("node_config", "service_account = var.x"))
    assert of("google_container_cluster", body, unseen).default_role is UNSET
    assert of("google_container_cluster", blocks("node_pool", own)).default_role is False
    unseen = "enable_autopilot = true\n" + blocks("cluster_autoscaling", dynamic("auto_provisioning_defaults"))
    assert of("google_container_cluster", unseen).default_role is UNSET
    assert of("google_container_cluster", "enable_autopilot = var.x").default_role is UNSET
    made = body + "\n" + blocks("cluster_autoscaling", "enabled = true")
    assert of("google_container_cluster", made, pool.format(own)).default_role is True
    made = body + "\n" + blocks("cluster_autoscaling", "enabled = true\n" + dynamic("auto_provisioning_defaults"))
    assert of("google_container_cluster", made, pool.format(own)).default_role is UNSET


RUN = 'resource "google_cloud_run_v2_service" "it" {{\n name = "llm"\n{0}\n}}\n'
INVOKER = 'resource "google_cloud_run_v2_service_iam_{0}" "i" {{\n name = {1}\n role = "roles/run.invoker"\n {2}\n}}\n'
SERVICE = "google_cloud_run_v2_service.it.name"


@pytest.mark.parametrize(
    ("service", "more", "anonymous"),
    [
        ("", "", False),
        ("", INVOKER.format("member", SERVICE, 'member = "allUsers"'), True),
        ("", INVOKER.format("binding", SERVICE, 'members = ["user:a@b.c", "allAuthenticatedUsers"]'), True),
        ("", INVOKER.format("member", SERVICE, 'member = "user:a@b.c"'), False),
        ("", INVOKER.format("member", SERVICE, "member = var.x"), UNSET),
        ("", INVOKER.format("member", "var.x", 'member = "allUsers"'), UNSET),
        ("invoker_iam_disabled = true", "", True),
        ("invoker_iam_disabled = true\ningress = var.x", "", UNSET),
        ("iap_enabled = true", INVOKER.format("member", SERVICE, 'member = "allUsers"'), False),
        ('ingress = "INGRESS_TRAFFIC_INTERNAL_ONLY"', INVOKER.format("member", SERVICE, 'member = "allUsers"'), False),
        ("ingress = var.x", INVOKER.format("member", SERVICE, 'member = "allUsers"'), UNSET),
    ],
)
def test_services_that_serve_models(service, more, anonymous):
    found = facts(HEAD + RUN.format(service) + more)
    assert (found.service, found.anonymous) == ("run", anonymous)


def test_services_that_serve_no_model_are_no_endpoint():
    assert assets('resource "google_cloud_run_v2_service" "shop" {\n name = "shop"\n}\n') == []
    gpu = blocks("template", blocks("node_selector", 'accelerator = "nvidia-l4"'))
    assert facts('resource "google_cloud_run_v2_service" "shop" {\n' + gpu + "}\n").provider == "google"
    limits = blocks(
        "template", blocks("containers", 'image = "a"\n' + blocks("resources", 'limits = { "nvidia.com/gpu" = "1" }'))
    )
    assert facts('resource "google_cloud_run_v2_service" "shop" {\n' + limits + "}\n").provider == "google"


def test_services_of_the_first_version():
    annotated = blocks("metadata", 'annotations = { "run.googleapis.com/ingress" = "internal" }')
    spec = blocks("template", blocks("spec", 'service_account_name = "s"\n' + blocks("containers", 'image = "vllm"')))
    invoker = 'resource "google_cloud_run_service_iam_member" "i" {\n service = google_cloud_run_service.a.name\n role = "roles/run.invoker"\n member = "allUsers"\n}\n'
    found = facts('resource "google_cloud_run_service" "a" {\n name = "a"\n' + spec + "}\n" + invoker)
    assert (found.anonymous, found.role, found.public_network) == (True, "s", True)
    found = facts('resource "google_cloud_run_service" "a" {\n name = "a"\n' + annotated + spec + "}\n" + invoker)
    assert (found.anonymous, found.public_network) == (False, False)


def test_versions_of_secrets():
    version = 'resource "google_secret_manager_secret_version" "v" {{\n secret = {}\n secret_data = {}\n}}\n'
    secret = "google_secret_manager_secret.it.id"
    assert of("google_secret_manager_secret", "", version.format(secret, '"s"')).literal is True
    assert of("google_secret_manager_secret", "", version.format(secret, "var.x")).literal is False
    assert of("google_secret_manager_secret", "", version.format("var.x", '"s"')).literal is UNSET
    regional = version.replace("_secret_version", "_regional_secret_version")
    key = blocks("customer_managed_encryption", 'kms_key_name = "k"')
    found = of(
        "google_secret_manager_regional_secret",
        key,
        regional.format("google_secret_manager_regional_secret.it.id", '"s"'),
    )
    assert (found.literal, found.key) == (True, "k")


def test_users_of_databases():
    user = 'resource "google_sql_user" "u" {{\n instance = google_sql_database_instance.it.name\n password = {}\n}}\n'
    assert of("google_sql_database_instance", "", user.format('"p"')).literal_password is True
    assert of("google_sql_database_instance", "", user.format("var.x")).literal_password is UNSET


def test_repositories():
    assert assets('resource "google_artifact_registry_repository" "it" {\n format = "PYTHON"\n}\n') == []
    api = 'resource "google_project_service" "s" {\n service = "containerscanning.googleapis.com"\n}\n'
    assert of("google_artifact_registry_repository", 'format = "DOCKER"', api).scans is True
    for mode, tags in (('"REMOTE_REPOSITORY"', None), ('"VIRTUAL_REPOSITORY"', None), ("var.x", UNSET)):
        found = of("google_artifact_registry_repository", f'format = "DOCKER"\nmode = {mode}')
        assert found.immutable_tags is tags


@pytest.mark.parametrize(
    ("type", "link"),
    [
        ("google_pubsub_topic", "topic"),
        ("google_kms_crypto_key", "crypto_key_id"),
        ("google_artifact_registry_repository", "repository"),
    ],
)
def test_what_is_open_to_everybody(type, link):
    member = 'resource "{0}_iam_member" "m" {{\n {1} = {0}.it.id\n role = "roles/editor"\n member = {2}\n {3}\n}}\n'
    body = 'format = "DOCKER"'
    assert of(type, body, member.format(type, link, '"allUsers"', "")).public is True
    assert of(type, body, member.format(type, link, '"user:a@b.c"', "")).public is False
    conditional = blocks("condition", "expression = \"request.time < timestamp('2030-01-01T00:00:00Z')\"")
    assert of(type, body, member.format(type, link, '"allUsers"', conditional)).public is UNSET


BUCKET = 'resource "google_storage_bucket" "it" {{\n name = "acme"\n{0}\n}}\n'
MEMBER = 'resource "google_storage_bucket_iam_member" "m" {{\n bucket = {0}\n role = {1}\n member = {2}\n}}\n'
NAME = "google_storage_bucket.it.name"
LIST = 'resource "google_storage_bucket_acl" "l" {{\n bucket = google_storage_bucket.it.name\n {0}\n}}\n'
POLICY = (
    'data "google_iam_policy" "p" {{\n binding {{\n role = "roles/storage.objectViewer"\n members = ["{0}"]\n }}\n}}\n'
    'resource "google_storage_bucket_iam_policy" "p" {{\n bucket = "acme"\n policy_data = data.google_iam_policy.p.policy_data\n}}\n'
)
SERVICE_ACCOUNT = 'resource "google_service_account" "a" {\n account_id = "a"\n}\n'
VIEWER, ADMIN, CREATOR = ('"roles/storage.objectViewer"', '"roles/storage.admin"', '"roles/storage.objectCreator"')
ENTRY = 'resource "google_storage_bucket_access_control" "e" {{\n bucket = "acme"\n entity = {0}\n role = "{1}"\n}}\n'


@pytest.mark.parametrize(
    ("body", "more", "reads", "writes", "shared"),
    [
        ("", "", False, False, []),
        ("", MEMBER.format(NAME, VIEWER, '"allUsers"'), True, False, []),
        ("", MEMBER.format(NAME, ADMIN, '"allUsers"'), True, True, []),
        ("", MEMBER.format(NAME, CREATOR, '"allUsers"'), False, True, []),
        ("", MEMBER.format(NAME, VIEWER, '"allAuthenticatedUsers"'), True, False, ["*"]),
        ("", MEMBER.format(NAME, VIEWER, '"user:a@acme.com"'), False, False, []),
        ("", MEMBER.format(NAME, VIEWER, "var.x"), UNSET, False, []),
        ("", SERVICE_ACCOUNT + MEMBER.format(NAME, VIEWER, "google_service_account.a.member"), False, False, []),
        ("", MEMBER.format(NAME, ADMIN, '"principal://iam.googleapis.com/${var.x}/subject/a"'), False, False, []),
        ("", MEMBER.format(NAME, "var.x", '"allUsers"'), UNSET, UNSET, []),
        ("", MEMBER.format("var.x", VIEWER, '"allUsers"'), UNSET, False, []),
        ("", MEMBER.format("var.x", VIEWER, '"user:a@acme.com"'), False, False, []),
        ('public_access_prevention = "enforced"', MEMBER.format(NAME, ADMIN, '"allUsers"'), False, False, []),
        ("public_access_prevention = var.x", MEMBER.format(NAME, VIEWER, '"allUsers"'), UNSET, False, []),
        ("", POLICY.format("allUsers"), True, False, []),
        ("", POLICY.format("user:a@b.c"), False, False, []),
        ("", LIST.format('predefined_acl = "publicRead"'), True, False, []),
        ("", LIST.format('predefined_acl = "publicReadWrite"'), True, True, []),
        ("", LIST.format('role_entity = ["READER:allUsers", "OWNER:user-a"]'), True, False, []),
        ("", LIST.format('role_entity = ["OWNER:allUsers"]'), True, True, []),
        ("", LIST.format("role_entity = var.x"), UNSET, UNSET, []),
        ("uniform_bucket_level_access = true", LIST.format('predefined_acl = "publicRead"'), False, False, []),
        ("uniform_bucket_level_access = var.x", LIST.format('predefined_acl = "publicRead"'), UNSET, False, []),
        ("", ENTRY.format('"allUsers"', "READER"), True, False, []),
        ("", ENTRY.format('"user-a"', "READER"), False, False, []),
        ("", ENTRY.format("var.x", "READER"), UNSET, UNSET, []),
    ],
)
def test_who_reaches_a_bucket(body, more, reads, writes, shared):
    found = completed(HEAD + BUCKET.format(body) + more, kind="bucket")
    assert (found.public_read, found.public_write, found.shared_with) == (reads, writes, shared)


def test_a_policy_as_json():
    policy = (
        'resource "google_storage_bucket_iam_policy" "p" {{\n bucket = "acme"\n policy_data = jsonencode({0})\n}}\n'
    )
    everybody = '{ bindings = [{ role = "roles/storage.objectViewer", members = ["allUsers"] }] }'
    assert completed(BUCKET.format("") + policy.format(everybody)).public_read is True
    assert completed(BUCKET.format("") + policy.format('{ bindings = "none" }')).public_read is UNSET


def test_what_the_organisation_prevents_nobody_has_seen():
    organisation = (
        'resource "google_org_policy_policy" "p" {\n name = "projects/p/policies/storage.publicAccessPrevention"\n}\n'
    )
    assert facts(BUCKET.format("") + organisation).public_block is UNSET
    older = 'resource "google_project_organization_policy" "p" {\n constraint = "constraints/storage.publicAccessPrevention"\n}\n'
    assert facts(BUCKET.format("") + older).public_block is UNSET


def test_data_access_logs_are_access_logs():
    audit = 'resource "google_project_iam_audit_config" "a" {\n service = "allServices"\n audit_log_config {\n log_type = "DATA_READ"\n }\n}\n'
    assert facts(BUCKET.format("") + audit, kind="bucket").access_logs is True


def test_a_finding_stands_where_the_setting_does():
    asset = one(BUCKET.format('public_access_prevention = "inherited"'))
    assert (asset.id, asset.spots["public_block"].line) == ("bucket/google_storage_bucket.it", 3)


@pytest.mark.parametrize(
    ("email", "default"),
    [
        ("data.google_compute_default_service_account.d.email", True),
        ("google_service_account.a.email", False),
        ('""', True),
    ],
)
def test_accounts_of_machines(email, default):
    more = SERVICE_ACCOUNT + 'data "google_compute_default_service_account" "d" {\n}\n'
    body = blocks("service_account", f"email = {email}\nscopes = []")
    assert of("google_compute_instance", body, more, "instance").default_role is default


def test_attachments_that_name_several_things_are_told_apart():
    name = '"${google_storage_bucket.it.name}"'
    assert completed(BUCKET.format("") + MEMBER.format(name, VIEWER, '"allUsers"')).public_read is True
    other = 'resource "google_storage_bucket" "other" {\n name = var.x\n}\n'
    source = (
        HEAD + BUCKET.format("") + other + MEMBER.format('"a-${google_storage_bucket.other.id}"', VIEWER, '"allUsers"')
    )
    found = [asset.facts.policy for asset in assets(source) if asset.facts.name == "acme"]
    assert found == [None]


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ("", []),
        ('env {\n name = "HF_TOKEN"\n value = "hf_AbCdEfGhIjKlMnOpQrStUvWxYz01234567"\n }', ["HF_TOKEN"]),
        ('env {\n name = "HF_HOME"\n value = "/cache"\n }', []),
        ('env {\n name = "HF_TOKEN"\n value_source {\n secret_key_ref {\n secret = "s"\n }\n }\n }', []),
        ('dynamic "env" {\n for_each = var.x\n content {\n }\n }', UNSET),
    ],
)
def test_credentials_of_a_service(env, names):
    source = 'variable "x" {}\n' + RUN.format(f'template {{\n containers {{\n image = "vllm"\n {env}\n }}\n }}')
    assert facts(source, kind="endpoint").secrets_in_env == names
    unseen = 'variable "x" {}\n' + RUN.format(
        'template {\n dynamic "containers" {\n for_each = var.x\n content {\n }\n }\n }'
    )
    assert facts(unseen, kind="endpoint").secrets_in_env is UNSET
