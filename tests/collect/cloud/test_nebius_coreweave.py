"""Resources of Nebius and CoreWeave become the kinds that every cloud fills."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, facts

HEAD = 'variable "x" {}\n'


def of(type: str, body: str, more: str = "", kind: str = ""):
    return facts(f'{HEAD}resource "{type}" "it" {{\n{body}\n}}\n{more}', kind=kind)


TABLE = [
    (
        "nebius_compute_v1_instance",
        (
            'name = "n"\nresources = { platform = "gpu-h200-sxm", preset = "8gpu-128vcpu-1600gb" }\n'
            'network_interfaces = [{ name = "eth0", ip_address = {}, public_ip_address = {} }]\nservice_account_id = "s"\n'
            'cloud_init_user_data = "export HF_TOKEN=hf_abcdefghijklmnop"\npreemptible = { on_preemption = "STOP" }\n'
            'boot_disk = { attach_mode = "READ_WRITE", managed_disk = { name = "b", spec = { type = "NETWORK_SSD_IO_M3" } } }'
        ),
        {
            "provider": "nebius",
            "gpus": 8,
            "type": "gpu-h200-sxm/8gpu-128vcpu-1600gb",
            "template": False,
            "public_address": True,
            "role": "s",
            "user_data": True,
            "secrets_in_user_data": ["HF_TOKEN"],
            "interruptible": True,
        },
    ),
    (
        "nebius_compute_v1_instance",
        'resources = { platform = "cpu-e2", preset = "2vcpu-8gb" }\nnetwork_interfaces = [{ name = "eth0" }]',
        {"gpus": 0, "public_address": False, "disks": [], "interruptible": False, "secrets_in_user_data": []},
    ),
    (
        "nebius_compute_v1_instance",
        "resources = { platform = var.x, preset = var.x }\nnetwork_interfaces = var.x",
        {"gpus": UNSET, "public_address": UNSET, "type": UNSET},
    ),
    ("nebius_compute_v1_instance", "network_interfaces = [{ public_ip_address = var.x }]", {"public_address": UNSET}),
    (
        "nebius_mk8s_v1_node_group",
        'name = "g"\ntemplate = { resources = { platform = "gpu-h100-sxm", preset = "1gpu-16vcpu-200gb" }, network_interfaces = [{ public_ip_address = {} }] }',
        {"name": "g", "template": True, "gpus": 1, "public_address": True},
    ),
    (
        "nebius_mk8s_v1_cluster",
        'name = "c"\ncontrol_plane = { version = "1.31", endpoints = { public_endpoint = {} } }',
        {
            "version": "1.31",
            "public_api": True,
            "api_ranges": ["0.0.0.0/0"],
            "audit_logs": False,
            "private_nodes": UNSET,
        },
    ),
    (
        "nebius_mk8s_v1_cluster",
        'control_plane = { audit_logs = {}, endpoints = { public_endpoint = { allowed_cidrs = ["203.0.113.0/24"] } } }',
        {"api_ranges": ["203.0.113.0/24"], "audit_logs": True},
    ),
    ("nebius_mk8s_v1_cluster", "control_plane = { }", {"public_api": False, "api_ranges": []}),
    ("nebius_mk8s_v1_cluster", "control_plane = var.x", {"public_api": UNSET}),
    (
        "nebius_mk8s_v1_cluster",
        "control_plane = { endpoints = { public_endpoint = { allowed_cidrs = var.x } } }",
        {"public_api": True, "api_ranges": UNSET},
    ),
    (
        "nebius_vpc_v1_security_rule",
        'name = "r"\nparent_id = "g"\naccess = "ALLOW"\nprotocol = "TCP"\ningress = { source_cidrs = ["0.0.0.0/0"], destination_ports = [22] }',
        {
            "group": "g",
            "direction": "in",
            "allows": True,
            "protocol": "tcp",
            "first_port": 22,
            "opens": ["ssh"],
            "from_anywhere": True,
        },
    ),
    (
        "nebius_vpc_v1_security_rule",
        'access = "DENY"\nprotocol = "ANY"\negress = {}',
        {"direction": "out", "allows": False, "from_anywhere": True, "last_port": 65535},
    ),
    (
        "nebius_vpc_v1_security_rule",
        'access = var.x\nprotocol = "ICMP"\ningress = { source_security_group_id = "g" }',
        {"allows": UNSET, "from_anywhere": False, "first_port": None, "opens": []},
    ),
    (
        "nebius_vpc_v1_security_rule",
        "protocol = var.x\ningress = { source_cidrs = var.x, destination_ports = var.x }",
        {"protocol": UNSET, "from_anywhere": UNSET, "first_port": UNSET},
    ),
    (
        "nebius_storage_v1_bucket",
        'name = "acme-models"',
        {
            "holds": "models",
            "versioning": False,
            "lifecycle": False,
            "access_logs": UNSET,
            "public_block": None,
            "acl_reads": False,
        },
    ),
    (
        "nebius_storage_v1_bucket",
        'versioning_policy = "ENABLED"\nobject_audit_logging = "ALL"\nlifecycle_configuration = { rules = [] }',
        {"versioning": True, "access_logs": True, "lifecycle": True},
    ),
    (
        "nebius_storage_v1_bucket",
        'versioning_policy = var.x\nobject_audit_logging = "MUTATE_ONLY"\nbucket_policy = var.x',
        {"versioning": UNSET, "access_logs": False, "acl_reads": UNSET},
    ),
    (
        "nebius_msp_postgresql_v1alpha1_cluster",
        'name = "d"\nconfig = { public_access = true }\nbootstrap = { user_password = "p" }',
        {"service": "postgresql", "public_network": True, "literal_password": True},
    ),
    (
        "nebius_msp_postgresql_v1alpha1_cluster",
        "bootstrap = { user_password = var.x }",
        {"public_network": False, "literal_password": UNSET},
    ),
    (
        "coreweave_cks_cluster",
        'name = "c"\nversion = "v1.35"\npublic = true\naudit_policy = "e30="',
        {
            "provider": "coreweave",
            "version": "v1.35",
            "public_api": True,
            "api_ranges": ["0.0.0.0/0"],
            "audit_logs": True,
        },
    ),
    ("coreweave_cks_cluster", "", {"public_api": False, "api_ranges": [], "audit_logs": UNSET}),
    (
        "coreweave_object_storage_bucket",
        'name = "acme-checkpoints"\nzone = "US-EAST-04A"',
        {
            "holds": "checkpoints",
            "region": "US-EAST-04A",
            "policy": None,
            "versioning": False,
            "lifecycle": False,
            "access_logs": False,
        },
    ),
    (
        "coreweave_networking_vpc",
        'name = "n"\nhost_prefixes = [{ name = "p", type = "PRIMARY", prefixes = ["10.16.192.0/18"] }]',
        {"ranges": ["10.16.192.0/18"], "public_addresses": True, "subnet": False},
    ),
    (
        "coreweave_networking_vpc",
        "host_prefixes = [{ prefixes = var.x }]\ningress = { disable_public_services = true }",
        {"ranges": UNSET, "public_addresses": False},
    ),
    (
        "coreweave_inference_gateway",
        'name = "g"\nauth = { weights_and_biases = { enable_rate_limiting = true } }',
        {"service": "inference", "anonymous": False, "rate_limited": True},
    ),
    ("coreweave_inference_gateway", "auth = { coreweave = {} }", {"anonymous": False, "rate_limited": UNSET}),
]


@pytest.mark.parametrize(("type", "body", "expected"), TABLE)
def test_resources(type, body, expected):
    found = of(type, body)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("spec", "encrypted"),
    [
        ('{ type = "NETWORK_SSD_IO_M3" }', False),
        ('{ type = "NETWORK_SSD" }', UNSET),
        ('{ type = "NETWORK_SSD_IO_M3", disk_encryption = { type = "DISK_ENCRYPTION_MANAGED" } }', True),
        ("{ type = var.x }", UNSET),
    ],
)
def test_disks_of_nebius(spec, encrypted):
    managed = f'boot_disk = {{ managed_disk = {{ name = "b", spec = {spec} }} }}'
    (disk,) = of("nebius_compute_v1_instance", managed).disks
    assert (disk.name, disk.encrypted) == ("root", encrypted)


def test_disks_of_their_own():
    disk = 'resource "nebius_compute_v1_disk" "d" {\n type = "NETWORK_SSD_NON_REPLICATED"\n}\n'
    body = "secondary_disks = [{ existing_disk = { id = nebius_compute_v1_disk.d.id } }, { existing_disk = { id = var.x } }]"
    found = of("nebius_compute_v1_instance", body, disk).disks
    assert [each.encrypted for each in found] == [False, UNSET]


def test_ports_of_nebius():
    body = 'ingress = { destination_ports = [8265, 8888] }\nprotocol = "TCP"'
    found = assets(f'resource "nebius_vpc_v1_security_rule" "r" {{\n{body}\n}}\n')
    assert [asset.facts.opens for asset in found] == [["ray"], ["jupyter"]]
    assert len({asset.id for asset in found}) == 2


def test_nodes_of_nebius():
    group = 'resource "nebius_mk8s_v1_node_group" "g" {{\n parent_id = nebius_mk8s_v1_cluster.it.id\n template = {{ network_interfaces = [{}] }}\n}}\n'
    inside = of("nebius_mk8s_v1_cluster", "", group.format("{ name = 1 }"), "managed_cluster")
    assert inside.private_nodes is True
    outside = of("nebius_mk8s_v1_cluster", "", group.format("{ public_ip_address = {} }"), "managed_cluster")
    assert outside.private_nodes is False


def test_who_reads_a_bucket_of_nebius():
    anonymous = 'bucket_policy = { rules = [{ paths = ["*"], roles = ["storage.viewer"], anonymous = {} }] }'
    source = f'{HEAD}resource "nebius_storage_v1_bucket" "b" {{\n name = "models"\n{anonymous}\n}}\n'
    assert (completed(source).public_read, completed(source).public_write) == (True, False)
    group = source.replace("anonymous = {}", 'group_id = "g"')
    assert completed(group).public_read is False


BUCKET = HEAD + 'resource "coreweave_object_storage_bucket" "b" {\n name = "models"\n}\n'


def companion(type: str, body: str, to: str = "coreweave_object_storage_bucket.b.name") -> str:
    return f'resource "coreweave_object_storage_bucket_{type}" "c" {{\n bucket = {to}\n{body}\n}}\n'


def test_companions_of_buckets_of_coreweave():
    versions = "versioning_configuration {\n status = {}\n }"
    assert facts(BUCKET + companion("versioning", versions.replace("{}", '"Enabled"'))).versioning is True
    assert facts(BUCKET + companion("versioning", versions.replace("{}", "var.x"))).versioning is UNSET
    assert facts(BUCKET + companion("versioning", "", "var.x")).versioning is UNSET
    assert facts(BUCKET + companion("settings", "audit_logging_enabled = true")).access_logs is True
    assert facts(BUCKET + companion("settings", "", "var.x")).access_logs is UNSET
    assert facts(BUCKET + companion("lifecycle_configuration", "")).lifecycle is True
    assert facts(BUCKET + companion("lifecycle_configuration", "", "var.x")).lifecycle is UNSET


def test_policies_of_buckets_of_coreweave():
    policy = 'policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { CW = "*" }, Action = "s3:GetObject", Resource = "arn:aws:s3:::models/*" }] })'
    found = completed(BUCKET + companion("policy", policy))
    assert (found.policy, found.public_read, found.shared_with) == (UNSET, UNSET, UNSET)
    alone = completed(BUCKET)
    assert (alone.policy, alone.public_read, alone.shared_with) == (None, False, [])
    assert facts(BUCKET + companion("policy", policy, "var.x")).policy is UNSET


def test_disks_of_nodes_have_no_setting():
    body = 'template = { boot_disk = { type = "NETWORK_SSD_IO_M3", size_gibibytes = 64 } }'
    (disk,) = of("nebius_mk8s_v1_node_group", body).disks
    assert (disk.name, disk.encrypted) == ("root", UNSET)


ACCOUNT = 'resource "nebius_iam_v1_service_account" "s" {\n parent_id = "p"\n name = "train"\n}\n'
GROUP = 'resource "nebius_iam_v1_group" "g" {\n parent_id = "t"\n}\n'
MEMBER = (
    'resource "nebius_iam_v1_group_membership" "m" {\n parent_id = nebius_iam_v1_group.g.id\n'
    " member_id = nebius_iam_v1_service_account.s.id\n}\n"
)
PERMIT = (
    'resource "nebius_iam_v1_access_permit" "p" {{\n parent_id = nebius_iam_v1_group.g.id\n'
    ' resource_id = "project-1"\n role = {0}\n}}\n'
)
KEY = "account = {\n service_account = {\n id = nebius_iam_v1_service_account.s.id\n }\n }\n"


@pytest.mark.parametrize(
    ("more", "administrator", "roles", "keys"),
    [
        ("", False, [], UNSET),
        (GROUP + MEMBER + PERMIT.format('"admin"'), True, ["admin"], UNSET),
        (GROUP + MEMBER + PERMIT.format('"viewer"'), UNSET, ["viewer"], UNSET),
        (GROUP + MEMBER + PERMIT.format("var.r"), UNSET, [], UNSET),
        (MEMBER.replace("nebius_iam_v1_group.g.id", '"group-1"'), UNSET, [], UNSET),
        (f'resource "nebius_iam_v2_access_key" "k" {{\n parent_id = "p"\n {KEY}}}\n', False, [], True),
        (f'resource "nebius_iam_v1_auth_public_key" "k" {{\n parent_id = "p"\n {KEY}}}\n', False, [], True),
        (
            'resource "nebius_iam_v2_access_key" "k" {\n account = {\n service_account = {\n id = "other"\n }\n }\n}\n',
            False,
            [],
            UNSET,
        ),
    ],
)
def test_service_accounts_of_nebius(more, administrator, roles, keys):
    found = facts(ACCOUNT + more)
    assert (found.administrator, found.policies, found.static_keys) == (administrator, roles, keys)


SECRET = 'resource "nebius_mysterybox_v1_secret" "s" {{\n parent_id = "p"\n name = "hf"\n {0}\n}}\n{1}'
PAYLOAD = '{{\n payload = [{{ key = "token", string_value = {0} }}]\n}}'
HF = '"hf_abcdefghijkl"'


@pytest.mark.parametrize(
    ("own", "more", "literal"),
    [
        ("", "", False),
        (f"secret_version = {PAYLOAD.format(HF)}", "", True),
        ("secret_version = " + PAYLOAD.format('"PLACEHOLDER"'), "", False),
        (f"sensitive = {{\n secret_version = {PAYLOAD.format(HF)}\n}}", "", True),
        (f"secret_version = {PAYLOAD.format('var.x')}", "", False),
        (
            "",
            (
                'resource "nebius_mysterybox_v1_secret_version" "v" {\n parent_id = nebius_mysterybox_v1_secret.s.id\n'
                ' payload = [{ key = "token", binary_value = "aGY=" }]\n}\n'
            ),
            True,
        ),
    ],
)
def test_secrets_of_nebius(own, more, literal):
    assert facts(SECRET.format(own, more)).literal is literal


@pytest.mark.parametrize(
    ("period", "rotates"), [("", False), ('rotation_period = "720h"', True), ("rotation_period = var.x", UNSET)]
)
def test_keys_of_nebius(period, rotates):
    assert facts(f'resource "nebius_kms_v1_symmetric_key" "k" {{\n parent_id = "p"\n {period}\n}}').rotates is rotates
