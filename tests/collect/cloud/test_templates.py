"""A template of CloudFormation says the same as the Terraform that declares the same resource."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET
from msgspec.structs import asdict
from tests.collect.cloud.declaring import completed, facts

EVERYBODY = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
POLICY = json.dumps(EVERYBODY).replace('"', '\\"')

PAIRS = [
    (
        "AWS::EKS::Cluster",
        {
            "Name": "c",
            "Version": "1.33",
            "ResourcesVpcConfig": {"EndpointPublicAccess": True, "PublicAccessCidrs": ["198.51.100.0/24"]},
            "Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": "api"}, {"Type": "audit"}]}},
            "EncryptionConfig": [{"Resources": ["secrets"], "Provider": {"KeyArn": "k"}}],
            "AccessConfig": {"AuthenticationMode": "API"},
        },
        """resource "aws_eks_cluster" "It" {
          name    = "c"
          version = "1.33"
          vpc_config {
            endpoint_public_access = true
            public_access_cidrs    = ["198.51.100.0/24"]
          }
          enabled_cluster_log_types = ["api", "audit"]
          encryption_config {
            resources = ["secrets"]
            provider { key_arn = "k" }
          }
          access_config { authentication_mode = "API" }
        }""",
    ),
    (
        "AWS::EC2::VPC",
        {"CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "Name", "Value": "train"}]},
        """resource "aws_vpc" "It" {
          cidr_block = "10.0.0.0/16"
          tags       = { Name = "train" }
        }""",
    ),
    (
        "AWS::CloudTrail::Trail",
        {
            "TrailName": "t",
            "IsLogging": False,
            "IsMultiRegionTrail": True,
            "EnableLogFileValidation": True,
            "KMSKeyId": "k",
            "EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}],
        },
        """resource "aws_cloudtrail" "It" {
          name                       = "t"
          enable_logging             = false
          is_multi_region_trail      = true
          enable_log_file_validation = true
          kms_key_id                 = "k"
          event_selector {
            data_resource {
              type   = "AWS::S3::Object"
              values = ["arn:aws:s3"]
            }
          }
        }""",
    ),
    (
        "AWS::SageMaker::NotebookInstance",
        {
            "NotebookInstanceName": "n",
            "InstanceType": "ml.g5.xlarge",
            "RoleArn": "r",
            "DirectInternetAccess": "Disabled",
            "RootAccess": "Disabled",
            "SubnetId": "s",
            "KmsKeyId": "k",
            "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
        },
        """resource "aws_sagemaker_notebook_instance" "It" {
          name                   = "n"
          instance_type          = "ml.g5.xlarge"
          role_arn               = "r"
          direct_internet_access = "Disabled"
          root_access            = "Disabled"
          subnet_id              = "s"
          kms_key_id             = "k"
          instance_metadata_service_configuration { minimum_instance_metadata_service_version = "2" }
        }""",
    ),
    (
        "AWS::SageMaker::Domain",
        {
            "DomainName": "d",
            "AppNetworkAccessType": "VpcOnly",
            "KmsKeyId": "k",
            "DefaultUserSettings": {
                "ExecutionRole": "r",
                "JupyterLabAppSettings": {
                    "AppLifecycleManagement": {"IdleSettings": {"LifecycleManagement": "ENABLED"}}
                },
            },
        },
        """resource "aws_sagemaker_domain" "It" {
          domain_name             = "d"
          app_network_access_type = "VpcOnly"
          kms_key_id              = "k"
          default_user_settings {
            execution_role = "r"
            jupyter_lab_app_settings {
              app_lifecycle_management {
                idle_settings { lifecycle_management = "ENABLED" }
              }
            }
          }
        }""",
    ),
    (
        "AWS::Batch::JobDefinition",
        {
            "JobDefinitionName": "j",
            "ContainerProperties": {
                "Image": "a:1",
                "Privileged": True,
                "JobRoleArn": "r",
                "Environment": [{"Name": "HF_TOKEN", "Value": "hf_abcdefghijkl"}],
                "ResourceRequirements": [{"Type": "GPU", "Value": "8"}],
            },
            "Timeout": {"AttemptDurationSeconds": 60},
        },
        """resource "aws_batch_job_definition" "It" {
          name                 = "j"
          container_properties = jsonencode({
            image = "a:1", privileged = true, jobRoleArn = "r",
            environment = [{ name = "HF_TOKEN", value = "hf_abcdefghijkl" }],
            resourceRequirements = [{ type = "GPU", value = "8" }]
          })
          timeout { attempt_duration_seconds = 60 }
        }""",
    ),
    (
        "AWS::KMS::Key",
        {"EnableKeyRotation": True, "PendingWindowInDays": 7, "RotationPeriodInDays": 90, "KeyPolicy": EVERYBODY},
        f"""resource "aws_kms_key" "It" {{
          enable_key_rotation     = true
          deletion_window_in_days = 7
          rotation_period_in_days = 90
          policy                  = "{POLICY}"
        }}""",
    ),
    (
        "AWS::KMS::Key",
        {"KeySpec": "RSA_4096"},
        """resource "aws_kms_key" "It" {
          customer_master_key_spec = "RSA_4096"
        }""",
    ),
    (
        "AWS::SecretsManager::Secret",
        {"Name": "s", "KmsKeyId": "k", "GenerateSecretString": {}},
        """resource "aws_secretsmanager_secret" "It" {
          name       = "s"
          kms_key_id = "k"
        }""",
    ),
    (
        "AWS::SecretsManager::Secret",
        {"Name": "s", "SecretString": "hunter2hunter2"},
        """resource "aws_secretsmanager_secret" "It" {
          name = "s"
        }
        resource "aws_secretsmanager_secret_version" "v" {
          secret_id     = aws_secretsmanager_secret.It.id
          secret_string = "hunter2hunter2"
        }""",
    ),
    (
        "AWS::SSM::Parameter",
        {"Name": "/db/password", "Type": "String", "Value": "hunter2"},
        """resource "aws_ssm_parameter" "It" {
          name  = "/db/password"
          type  = "String"
          value = "hunter2"
        }""",
    ),
    (
        "AWS::SQS::Queue",
        {"QueueName": "q", "SqsManagedSseEnabled": False},
        """resource "aws_sqs_queue" "It" {
          name                    = "q"
          sqs_managed_sse_enabled = false
        }""",
    ),
    (
        "AWS::SNS::Topic",
        {"TopicName": "t", "KmsMasterKeyId": "k"},
        """resource "aws_sns_topic" "It" {
          name              = "t"
          kms_master_key_id = "k"
        }""",
    ),
    (
        "AWS::ECR::Repository",
        {
            "RepositoryName": "e",
            "ImageTagMutability": "IMMUTABLE",
            "ImageScanningConfiguration": {"ScanOnPush": True},
            "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "k"},
        },
        """resource "aws_ecr_repository" "It" {
          name                 = "e"
          image_tag_mutability = "IMMUTABLE"
          image_scanning_configuration { scan_on_push = true }
          encryption_configuration {
            encryption_type = "KMS"
            kms_key         = "k"
          }
        }""",
    ),
    (
        "AWS::OpenSearchService::Domain",
        {
            "DomainName": "d",
            "VPCOptions": {"SubnetIds": ["s"]},
            "EncryptionAtRestOptions": {"Enabled": True, "KmsKeyId": "k"},
            "DomainEndpointOptions": {"EnforceHTTPS": True},
            "AdvancedSecurityOptions": {"Enabled": True, "MasterUserOptions": {"MasterUserPassword": "hunter2hunter2"}},
            "LogPublishingOptions": {"AUDIT_LOGS": {"Enabled": True}, "ES_APPLICATION_LOGS": {"Enabled": False}},
            "AccessPolicies": EVERYBODY,
        },
        f"""resource "aws_opensearch_domain" "It" {{
          domain_name = "d"
          vpc_options {{ subnet_ids = ["s"] }}
          encrypt_at_rest {{
            enabled    = true
            kms_key_id = "k"
          }}
          domain_endpoint_options {{ enforce_https = true }}
          advanced_security_options {{
            enabled = true
            master_user_options {{ master_user_password = "hunter2hunter2" }}
          }}
          log_publishing_options {{ log_type = "AUDIT_LOGS" }}
          access_policies = "{POLICY}"
        }}""",
    ),
    (
        "AWS::RDS::DBInstance",
        {
            "DBInstanceIdentifier": "d",
            "PubliclyAccessible": True,
            "StorageEncrypted": True,
            "MasterUserPassword": "hunter2hunter2",
            "BackupRetentionPeriod": 0,
            "DeletionProtection": True,
            "EnableCloudwatchLogsExports": ["postgresql"],
        },
        """resource "aws_db_instance" "It" {
          identifier                      = "d"
          publicly_accessible             = true
          storage_encrypted               = true
          password                        = "hunter2hunter2"
          backup_retention_period         = 0
          deletion_protection             = true
          enabled_cloudwatch_logs_exports = ["postgresql"]
        }""",
    ),
    (
        "AWS::RDS::DBCluster",
        {"DBClusterIdentifier": "d", "MasterUserPassword": "hunter2hunter2", "StorageEncrypted": True},
        """resource "aws_rds_cluster" "It" {
          cluster_identifier = "d"
          master_password    = "hunter2hunter2"
          storage_encrypted  = true
        }""",
    ),
    (
        "AWS::ElastiCache::ReplicationGroup",
        {"ReplicationGroupId": "c", "TransitEncryptionEnabled": True, "AuthToken": "hunter2hunter2hunter2"},
        """resource "aws_elasticache_replication_group" "It" {
          replication_group_id       = "c"
          transit_encryption_enabled = true
          auth_token                 = "hunter2hunter2hunter2"
        }""",
    ),
    (
        "AWS::MemoryDB::Cluster",
        {"ClusterName": "m", "ACLName": "open-access", "TLSEnabled": False},
        """resource "aws_memorydb_cluster" "It" {
          name        = "m"
          acl_name    = "open-access"
          tls_enabled = false
        }""",
    ),
]


def template(type: str, properties: dict[str, object], **others: object) -> str:
    return json.dumps({"Resources": {"It": {"Type": type, "Properties": properties}, **others}})


@pytest.mark.parametrize(
    ("type", "properties", "terraform"), PAIRS, ids=[f"{pair[0]}-{i}" for i, pair in enumerate(PAIRS)]
)
def test_both_languages_say_the_same(type, properties, terraform):
    told, said = (asdict(completed(template(type, properties), "a.json")), asdict(completed(terraform)))
    for found in (told, said):
        if isinstance(found.get("policy"), list):
            found["policy"] = [(each.effect, each.actions, each.principals) for each in found["policy"]]
    assert told == said


def test_what_a_template_leaves_to_the_provider():
    found = facts(template("AWS::RDS::DBInstance", {}), "a.json")
    assert (found.backups, found.public_network) == (True, UNSET)


def test_policies_that_attach_themselves():
    trust = {
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]
    }
    rights = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    role = {"AssumeRolePolicyDocument": trust}
    for type, property, value in (
        ("AWS::IAM::Policy", "Roles", [{"Ref": "It"}]),
        ("AWS::IAM::ManagedPolicy", "Roles", ["other", {"Ref": "It"}]),
        ("AWS::IAM::RolePolicy", "RoleName", {"Ref": "It"}),
    ):
        policy = {"Type": type, "Properties": {"PolicyName": "p", "PolicyDocument": rights, property: value}}
        assert completed(template("AWS::IAM::Role", role, P=policy), "a.json", "identity").administrator is True, type
        policy["Properties"][property] = ["other"] if isinstance(value, list) else "other"
        assert completed(template("AWS::IAM::Role", role, P=policy), "a.json", "identity").administrator is False, type
        policy["Properties"][property] = {"Fn::GetAtt": ["Q", "X"]}
        policies = {"P": policy, "Q": {"Type": "Custom::X", "Properties": {}}}
        assert completed(template("AWS::IAM::Role", role, **policies), "a.json", "identity").administrator is UNSET, (
            type
        )


def test_groups_of_users():
    rights = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    group = {"Type": "AWS::IAM::Group", "Properties": {"Policies": [{"PolicyName": "p", "PolicyDocument": rights}]}}
    own = template("AWS::IAM::User", {"UserName": "u", "Groups": [{"Ref": "G"}]}, G=group)
    later = {
        "Type": "AWS::IAM::UserToGroupAddition",
        "Properties": {"GroupName": {"Ref": "G"}, "Users": [{"Ref": "It"}]},
    }
    for source in (own, template("AWS::IAM::User", {"UserName": "u"}, G=group, A=later)):
        user = next(each for each in _identities(source) if each.sort == "user")
        assert user.administrator is True


def _identities(source: str):
    from holdfast.app.rules import assets_of

    return [asset.facts for asset in assets_of("a.json", source.encode()) if asset.kind == "identity"]


@pytest.mark.parametrize(
    ("queue", "policy", "items"),
    [
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
    ],
)
def test_policies_of_queues(queue, policy, items):
    open_to_all = {"Type": policy, "Properties": {"PolicyDocument": EVERYBODY, items: [{"Ref": "It"}]}}
    assert completed(template(queue, {}, P=open_to_all), "a.json").public is True
    open_to_all["Properties"][items] = ["other"]
    assert completed(template(queue, {}, P=open_to_all), "a.json").public is False


def test_what_records_a_network():
    log = {"Type": "AWS::EC2::FlowLog", "Properties": {"ResourceId": {"Ref": "It"}, "ResourceType": "VPC"}}
    assert facts(template("AWS::EC2::VPC", {}), "a.json").flow_logs is False
    assert facts(template("AWS::EC2::VPC", {}, L=log), "a.json").flow_logs is True
    log["Properties"]["ResourceType"] = {"Fn::GetAtt": ["X", "Y"]}
    unknown = {"L": log, "X": {"Type": "Custom::X", "Properties": {}}}
    assert facts(template("AWS::EC2::VPC", {}, **unknown), "a.json").flow_logs is UNSET


def test_models_and_what_serves_them():
    serving = {
        "Type": "AWS::SageMaker::EndpointConfig",
        "Properties": {
            "KmsKeyId": "k",
            "DataCaptureConfig": {"EnableCapture": True},
            "ProductionVariants": [{"ModelName": {"Fn::GetAtt": ["It", "ModelName"]}}],
        },
    }
    found = facts(template("AWS::SageMaker::Model", {"EnableNetworkIsolation": True}, E=serving), "a.json")
    assert (found.isolated, found.key, found.request_logs) == (True, "k", True)


@pytest.mark.parametrize(
    "text", ["PLACEHOLDER - run the command", "REPLACE_ME", "change-me", "to be set by hand", "TODO", ""]
)
def test_what_is_to_be_replaced_is_no_secret(text):
    assert facts(template("AWS::SecretsManager::Secret", {"SecretString": text}), "a.json").literal is False
    assert (
        facts(template("AWS::SSM::Parameter", {"Name": "password", "Type": "String", "Value": text}), "a.json").literal
        is False
    )
