"""Notebooks, models, clusters, keys, secrets, messages, registries, databases, networks and trails of AWS."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, facts

HEAD = 'variable "x" {}\n'


def of(type: str, body: str, more: str = "", kind: str = ""):
    return facts(f'{HEAD}resource "{type}" "it" {{\n{body}\n}}\n{more}', kind=kind)


TABLE = [
    (
        "aws_sagemaker_notebook_instance",
        'name = "n"\ninstance_type = "ml.g5.xlarge"\nrole_arn = "r"',
        {
            "name": "n",
            "gpus": 1,
            "root": True,
            "public_internet": True,
            "private_network": False,
            "role": "r",
            "metadata_tokens": False,
            "idle_shutdown": False,
            "key": None,
        },
    ),
    (
        "aws_sagemaker_notebook_instance",
        'root_access = "Disabled"\ndirect_internet_access = "Disabled"\nsubnet_id = "s"\nlifecycle_config_name = "l"\ninstance_metadata_service_configuration {\n minimum_instance_metadata_service_version = 2\n }',
        {
            "name": "it",
            "gpus": 0,
            "root": False,
            "public_internet": False,
            "private_network": True,
            "metadata_tokens": True,
            "idle_shutdown": True,
        },
    ),
    ("aws_sagemaker_notebook_instance", "instance_type = var.x\nroot_access = var.x", {"gpus": UNSET, "root": UNSET}),
    (
        "aws_sagemaker_domain",
        'domain_name = "d"\ndefault_user_settings {\n execution_role = "r"\n }',
        {"name": "d", "public_internet": True, "private_network": False, "role": "r", "idle_shutdown": False},
    ),
    (
        "aws_sagemaker_domain",
        'app_network_access_type = "VpcOnly"\nkms_key_id = "k"\ndefault_user_settings {\n jupyter_lab_app_settings {\n app_lifecycle_management {\n idle_settings {\n lifecycle_management = "ENABLED"\n }\n }\n }\n }',
        {"public_internet": False, "private_network": True, "key": "k", "idle_shutdown": True},
    ),
    (
        "aws_sagemaker_model",
        'execution_role_arn = "r"\nenable_network_isolation = true\nvpc_config {\n }',
        {"isolated": True, "private_network": True, "role": "r", "request_logs": False, "anonymous": False},
    ),
    (
        "aws_batch_job_definition",
        'name = "t"\ntimeout {\n attempt_duration_seconds = 60\n }\ncontainer_properties = jsonencode({ image = "a@sha256:'
        + "a" * 64
        + '", privileged = true, jobRoleArn = "r", resourceRequirements = [{ type = "GPU", value = "8" }], environment = [{ name = "HF_TOKEN", value = "hf_abcdefghij" }, { name = "A", value = "b" }, 1] })',
        {
            "name": "t",
            "pinned": True,
            "privileged": True,
            "gpus": 8,
            "role": "r",
            "secrets_in_env": ["HF_TOKEN"],
            "max_seconds": 60,
        },
    ),
    (
        "aws_batch_job_definition",
        'container_properties = jsonencode({ image = var.x, privileged = var.x, resourceRequirements = [{ type = "GPU", value = var.x }] })',
        {"image": UNSET, "pinned": UNSET, "privileged": UNSET, "gpus": UNSET, "secrets_in_env": []},
    ),
    (
        "aws_batch_job_definition",
        'container_properties = "no json"',
        {"image": UNSET, "privileged": UNSET, "gpus": UNSET, "secrets_in_env": UNSET},
    ),
    ("aws_batch_job_definition", "eks_properties {\n}", {"privileged": UNSET, "secrets_in_env": UNSET}),
    ("aws_batch_job_definition", 'ecs_properties = "no json"', {"privileged": UNSET}),
    (
        "aws_batch_job_definition",
        'ecs_properties = jsonencode({ taskProperties = [{ containers = [{ image = "a:1", environment = [] }] }] })',
        {"image": "a:1", "privileged": False, "gpus": 0, "secrets_in_env": []},
    ),
    (
        "aws_batch_job_definition",
        'ecs_properties = jsonencode({ taskProperties = [{ containers = [{ image = "a:1" }, { image = "b" }] }] })',
        {"image": "a:1", "privileged": UNSET},
    ),
    (
        "aws_eks_cluster",
        'name = "c"\nversion = "1.34"\nvpc_config {\n }',
        {
            "name": "c",
            "version": "1.34",
            "public_api": True,
            "api_ranges": ["0.0.0.0/0"],
            "audit_logs": False,
            "secrets_key": None,
            "local_accounts": False,
            "workload_identity": UNSET,
        },
    ),
    (
        "aws_eks_cluster",
        'enabled_cluster_log_types = ["audit"]\nvpc_config {\n endpoint_public_access = false\n }\nencryption_config {\n provider {\n key_arn = "k"\n }\n }\naccess_config {\n authentication_mode = "API"\n }',
        {"public_api": False, "api_ranges": [], "audit_logs": True, "secrets_key": "k", "local_accounts": False},
    ),
    (
        "aws_eks_cluster",
        "enabled_cluster_log_types = var.x\nvpc_config {\n public_access_cidrs = var.x\n }",
        {"audit_logs": UNSET, "api_ranges": UNSET},
    ),
    (
        "aws_kms_key",
        'description = "d"',
        {"name": "it", "rotates": False, "rotation_days": None, "deletion_days": 30, "policy": None},
    ),
    (
        "aws_kms_key",
        "enable_key_rotation = true\ndeletion_window_in_days = 7",
        {"rotates": True, "rotation_days": 365, "deletion_days": 7},
    ),
    ("aws_kms_key", 'customer_master_key_spec = "RSA_4096"', {"rotates": None}),
    ("aws_kms_key", "customer_master_key_spec = var.x", {"rotates": UNSET}),
    ("aws_kms_key", 'custom_key_store_id = "cks-1"', {"rotates": None}),
    (
        "aws_secretsmanager_secret",
        'name = "s"\nkms_key_id = "k"',
        {"name": "s", "literal": False, "key": "k", "rotates": False, "rotation_days": None},
    ),
    (
        "aws_ssm_parameter",
        'name = "/a/api-token"\ntype = "String"\nvalue = "v"',
        {"plain_parameter": True, "literal": True},
    ),
    (
        "aws_ssm_parameter",
        'name = "/a/b"\ntype = "SecureString"\nvalue = var.x',
        {"plain_parameter": False, "literal": UNSET},
    ),
    ("aws_ssm_parameter", 'name = "/a/password"\ntype = var.x', {"plain_parameter": UNSET, "literal": False}),
    ("aws_ssm_parameter", 'name = "/a/password"\ntype = "String"\ninsecure_value = "v"', {"literal": True}),
    ("aws_ssm_parameter", 'name = "a"\ntype = "SecureString"\nvalue_wo = "v"', {"literal": True, "rotates": None}),
    ("aws_sqs_queue", 'name = "q"', {"service": "sqs", "encryption": "provider", "policy": None}),
    ("aws_sqs_queue", "sqs_managed_sse_enabled = false", {"encryption": "none"}),
    ("aws_sqs_queue", "sqs_managed_sse_enabled = var.x", {"encryption": UNSET}),
    ("aws_sns_topic", "", {"service": "sns", "encryption": "none"}),
    ("aws_sns_topic", 'kms_master_key_id = "k"', {"encryption": "kms"}),
    ("aws_sns_topic", "kms_master_key_id = var.x", {"encryption": UNSET}),
    (
        "aws_ecr_repository",
        'name = "r"',
        {"immutable_tags": False, "scans": False, "admin_account": False, "key": None},
    ),
    (
        "aws_ecr_repository",
        'image_tag_mutability = "IMMUTABLE"\nimage_scanning_configuration {\n scan_on_push = true\n }\nencryption_configuration {\n kms_key = "k"\n }',
        {"immutable_tags": True, "scans": True, "key": "k"},
    ),
    ("aws_ecr_repository", "image_tag_mutability = var.x", {"immutable_tags": UNSET}),
    (
        "aws_opensearch_domain",
        'domain_name = "d"',
        {
            "public_network": True,
            "tls": False,
            "encryption": "none",
            "fine_grained": False,
            "audit_logs": False,
            "literal_password": False,
            "policy": None,
        },
    ),
    (
        "aws_opensearch_domain",
        'vpc_options {\n }\nencrypt_at_rest {\n enabled = true\n kms_key_id = "k"\n }\ndomain_endpoint_options {\n enforce_https = true\n }\nadvanced_security_options {\n enabled = true\n master_user_options {\n master_user_password = "p"\n }\n }\nlog_publishing_options {\n log_type = "AUDIT_LOGS"\n }',
        {
            "public_network": False,
            "tls": True,
            "encryption": "kms",
            "fine_grained": True,
            "audit_logs": True,
            "literal_password": True,
        },
    ),
    (
        "aws_opensearch_domain",
        'dynamic "vpc_options" {\n for_each = var.x\n content {\n }\n }',
        {"public_network": UNSET},
    ),
    (
        "aws_db_instance",
        'identifier = "d"',
        {
            "name": "d",
            "public_network": False,
            "encryption": "none",
            "backups": False,
            "literal_password": False,
            "deletion_protection": False,
        },
    ),
    (
        "aws_db_instance",
        "publicly_accessible = true\nstorage_encrypted = true\nbackup_retention_period = 7\npassword = var.x",
        {"public_network": True, "encryption": "provider", "backups": True, "literal_password": UNSET},
    ),
    (
        "aws_db_instance",
        'storage_encrypted = var.x\nbackup_retention_period = var.x\npassword = "p"\nmanage_master_user_password = true',
        {"encryption": UNSET, "backups": UNSET, "literal_password": False},
    ),
    (
        "aws_rds_cluster",
        'cluster_identifier = "c"\nmaster_password = "p"',
        {"name": "c", "backups": True, "literal_password": True},
    ),
    (
        "aws_elasticache_replication_group",
        "",
        {"anonymous": True, "tls": False, "encryption": "none", "backups": False},
    ),
    (
        "aws_elasticache_replication_group",
        'auth_token = "t"\ntransit_encryption_enabled = true\nat_rest_encryption_enabled = true\nsnapshot_retention_limit = 5',
        {"anonymous": False, "tls": True, "encryption": "provider", "backups": True, "literal_password": True},
    ),
    (
        "aws_memorydb_cluster",
        'name = "m"\nacl_name = "a"',
        {"name": "m", "anonymous": False, "tls": True, "encryption": "provider"},
    ),
    (
        "aws_vpc",
        'cidr_block = "10.0.0.0/16"\ntags = { Name = "train" }',
        {
            "name": "train",
            "subnet": False,
            "ranges": ["10.0.0.0/16"],
            "flow_logs": False,
            "default": False,
            "private_services": [],
        },
    ),
    ("aws_default_vpc", "tags = var.x", {"name": "it", "default": True}),
    ("aws_subnet", "map_public_ip_on_launch = true", {"subnet": True, "public_addresses": True, "flow_logs": UNSET}),
    (
        "aws_cloudtrail",
        'name = "t"',
        {"name": "t", "enabled": True, "every_region": False, "validated": False, "data_events": False, "key": None},
    ),
    (
        "aws_cloudtrail",
        "enable_logging = false\nis_multi_region_trail = true\nenable_log_file_validation = true\nadvanced_event_selector {\n }",
        {"enabled": False, "every_region": True, "validated": True, "data_events": True},
    ),
    ("aws_cloudtrail", 'event_selector {\n data_resource {\n type = "AWS::S3::Object"\n }\n }', {"data_events": True}),
    ("aws_cloudtrail", 'dynamic "event_selector" {\n for_each = var.x\n content {\n }\n }', {"data_events": UNSET}),
]


@pytest.mark.parametrize(("type", "body", "expected"), TABLE)
def test_resources(type, body, expected):
    found = of(type, body)
    assert {name: getattr(found, name) for name in expected} == expected


def test_what_companions_say():
    config = 'resource "aws_sagemaker_endpoint_configuration" "c" {\n kms_key_arn = "k"\n production_variants {\n model_name = aws_sagemaker_model.it.name\n }\n data_capture_config {\n enable_capture = true\n }\n}\n'
    found = of("aws_sagemaker_model", "", config)
    assert (found.key, found.request_logs) == ("k", True)
    pod = 'resource "aws_eks_pod_identity_association" "p" {\n cluster_name = aws_eks_cluster.it.name\n}\n'
    assert of("aws_eks_cluster", "vpc_config {\n }", pod).workload_identity is True
    alias = 'resource "aws_kms_alias" "a" {\n name = "alias/models"\n target_key_id = aws_kms_key.it.key_id\n}\n'
    assert of("aws_kms_key", "", alias).name == "alias/models"
    version = 'resource "aws_secretsmanager_secret_version" "v" {\n secret_id = aws_secretsmanager_secret.it.id\n secret_string = "s"\n}\n'
    rotation = 'resource "aws_secretsmanager_secret_rotation" "r" {\n secret_id = aws_secretsmanager_secret.it.id\n rotation_rules {\n automatically_after_days = 30\n }\n}\n'
    found = of("aws_secretsmanager_secret", "", version + rotation)
    assert (found.literal, found.rotates, found.rotation_days) == (True, True, 30)
    for name in ("secret_string_wo", "secret_binary"):
        assert of("aws_secretsmanager_secret", "", version.replace("secret_string", name)).literal is True
    logs = 'resource "aws_flow_log" "f" {\n vpc_id = aws_vpc.it.id\n}\nresource "aws_vpc_endpoint" "e" {\n vpc_id = aws_vpc.it.id\n service_name = "com.amazonaws.eu-west-1.s3"\n}\n'
    found = of("aws_vpc", "", logs, "network")
    assert (found.flow_logs, found.private_services) == (True, ["s3"])


POLICY = 'jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }] })'


@pytest.mark.parametrize(
    ("type", "companion", "link"),
    [
        ("aws_kms_key", "aws_kms_key_policy", "key_id"), ("aws_sqs_queue", "aws_sqs_queue_policy", "queue_url"),
        ("aws_sns_topic", "aws_sns_topic_policy", "arn"), ("aws_ecr_repository", "aws_ecr_repository_policy", "repository"),
        ("aws_secretsmanager_secret", "aws_secretsmanager_secret_policy", "secret_arn"),
        ("aws_opensearch_domain", "aws_opensearch_domain_policy", "domain_name"),
    ],
)  # fmt: skip
def test_policies_of_resources(type, companion, link):
    inline = "access_policies" if "opensearch" in type else "policy"
    assert of(type, f"{inline} = {POLICY}").policy[0].actions == ["*"]
    beside = (
        f'resource "{companion}" "p" {{\n {link} = {type}.it.id\n policy = {POLICY}\n access_policies = {POLICY}\n}}\n'
    )
    assert of(type, "", beside).policy[0].effect == "Allow"
    assert of(type, "", beside.replace(f"{type}.it.id", "var.x")).policy is UNSET


@pytest.mark.parametrize(
    ("rule", "scans"),
    [
        ("", False),
        ('rule {\n scan_frequency = "SCAN_ON_PUSH"\n repository_filter {\n filter = "*"\n }\n}', True),
        ('rule {\n scan_frequency = "CONTINUOUS_SCAN"\n repository_filter {\n filter = "team"\n }\n}', True),
        ('rule {\n scan_frequency = "SCAN_ON_PUSH"\n repository_filter {\n filter = "team*"\n }\n}', False),
        ('rule {\n scan_frequency = "SCAN_ON_PUSH"\n repository_filter {\n filter = "ml-*/l*"\n }\n}', True),
        ('rule {\n scan_frequency = "MANUAL"\n repository_filter {\n filter = "*"\n }\n}', False),
        ('rule {\n scan_frequency = "SCAN_ON_PUSH"\n repository_filter {\n filter = var.x\n }\n}', UNSET),
        ('rule {\n scan_frequency = var.x\n repository_filter {\n filter = "*"\n }\n}', UNSET),
        ('dynamic "rule" {\n for_each = var.x\n content {\n }\n}', UNSET),
    ],
)
def test_scans_that_the_registry_makes(rule, scans):
    scanning = f'resource "aws_ecr_registry_scanning_configuration" "s" {{\n scan_type = "BASIC"\n {rule}\n}}\n'
    assert of("aws_ecr_repository", 'name = "ml-team/llm"', scanning).scans is scans


def test_a_parameter_that_is_no_credential_is_no_secret():
    assert (
        assets('resource "aws_ssm_parameter" "p" {\n name = "/app/region"\n type = "String"\n value = "eu"\n}\n') == []
    )


@pytest.mark.parametrize(("acl", "anonymous"), [('"open-access"', True), ('"team"', False), ("var.x", UNSET)])
def test_the_open_list_of_memorydb_asks_nobody(acl, anonymous):
    source = f'variable "x" {{}}\nresource "aws_memorydb_cluster" "m" {{\n name = "m"\n acl_name = {acl}\n}}\n'
    assert facts(source).anonymous is anonymous


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (
            'environment = {\n HF_TOKEN = "hf_AbCdEfGhIjKlMnOpQrStUvWxYz01234567"\n HF_MODEL_ID = "a/b"\n }',
            ["HF_TOKEN"],
        ),
        ("environment = {\n HF_TOKEN = var.x\n }", []),
        ("environment = var.x", UNSET),
    ],
)
def test_credentials_of_a_model(body, names):
    model = 'variable "x" {{}}\nresource "aws_sagemaker_model" "it" {{\n {0} {{\n {1}\n }}\n}}\n'
    for container in ("primary_container", "container"):
        assert facts(model.format(container, body)).secrets_in_env == names
    unseen = model.format('dynamic "container"', "for_each = var.x\n content {\n }")
    assert facts(unseen).secrets_in_env is UNSET


STREAM = 'variable "x" {{}}\nresource "aws_kinesis_stream" "it" {{\n name = "s"\n {0}\n}}\n'
EVERYBODY = (
    'jsonencode({Statement = [{Effect = "Allow", Principal = "*", Action = "kinesis:GetRecords", Resource = "*"}]})'
)


@pytest.mark.parametrize(
    ("body", "encryption"),
    [
        ("", "none"),
        ('encryption_type = "KMS"\n kms_key_id = "alias/aws/kinesis"', "provider"),
        ('encryption_type = "KMS"\n kms_key_id = "alias/mine"', "kms"),
        ('encryption_type = "KMS"\n kms_key_id = var.x', "provider"),
        ("encryption_type = var.x", UNSET),
    ],
)
def test_streams(body, encryption):
    assert facts(STREAM.format(body)).encryption == encryption


def test_policies_of_streams():
    policy = f'resource "aws_kinesis_resource_policy" "p" {{\n resource_arn = aws_kinesis_stream.it.arn\n policy = {EVERYBODY}\n}}\n'
    assert completed(STREAM.format("") + policy).public is True
    assert completed(STREAM.format("")).public is False


def test_streams_of_templates():
    encryption = {"EncryptionType": "KMS", "KeyId": "alias/mine"}
    stream = {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "s", "StreamEncryption": encryption}}
    found = facts(json.dumps({"Resources": {"S": stream}}), "t.json")
    assert (found.name, found.encryption) == ("s", "kms")
