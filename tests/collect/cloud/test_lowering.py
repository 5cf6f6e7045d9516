"""Templates of CloudFormation and programs of Pulumi say the same as Terraform."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, facts, gaps, one

from holdfast.collect.cloud.aws.lowering import name
from holdfast.collect.pulumi.names import singular
from holdfast.collect.pulumi.types import terraform_type
from holdfast.core.asset import Spot

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Data:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: acme-checkpoints
      AccessControl: PublicRead
      PublicAccessBlockConfiguration: {BlockPublicAcls: false}
      VersioningConfiguration: {Status: Enabled}
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: k}
      OwnershipControls: {Rules: [{ObjectOwnership: ObjectWriter}]}
      LoggingConfiguration: {DestinationBucketName: x}
      Tags: [{Key: team, Value: ml}]
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Data
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Data.Arn}/*"}]
"""


def test_a_bucket():
    found = completed(TEMPLATE, "stack.yaml")
    assert (found.name, found.acl, found.lists_off, found.tags) == (
        "acme-checkpoints",
        "public-read",
        False,
        {"team": "ml"},
    )
    assert (found.public_block, found.public_read, found.versioning) == (False, True, True)
    assert (found.encryption, found.key, found.access_logs, found.lifecycle) == ("kms", "k", True, False)
    asset = one(TEMPLATE, "stack.yaml")
    assert (asset.id, asset.source) == ("bucket/stack.yaml/Data", "cloudformation")
    assert asset.spots["versioning"] == Spot(9, 33)
    assert asset.spots["public_block"] == Spot(8, 7)


def template(type: str, properties: dict[str, object], **others: object) -> str:
    return json.dumps({"Resources": {"It": {"Type": type, "Properties": properties}, **others}})


def test_instances_and_their_scripts():
    found = facts(template("AWS::EC2::Instance", {"InstanceType": "p5.48xlarge", "ImageId": "ami-1", "UserData": "ZXhwb3J0IEhGX1RPS0VOPWhmX2FiY2RlZmdoaWps",
                           "SecurityGroupIds": ["sg-1"], "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": False}}]}), "a.json")  # fmt: skip
    assert (found.gpus, found.image, found.secrets_in_user_data, found.security_groups) == (
        8,
        "ami-1",
        ["HF_TOKEN"],
        ["sg-1"],
    )
    assert [disk.encrypted for disk in found.disks] == [False]
    plain = facts(template("AWS::EC2::Instance", {"UserData": "export HF_TOKEN=hf_abcdefghijkl"}), "a.json")
    assert plain.secrets_in_user_data == ["HF_TOKEN"]
    launched = facts(
        template(
            "AWS::EC2::LaunchTemplate",
            {"LaunchTemplateData": {"InstanceType": "g5.xlarge", "MetadataOptions": {"HttpTokens": "required"}}},
        ),
        "a.json",
    )
    assert (launched.template, launched.gpus, launched.metadata_tokens) == (True, 1, True)


def test_groups_and_rules():
    found = facts(
        template(
            "AWS::EC2::SecurityGroup",
            {"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}]},
        ),
        "a.json",
    )
    assert (found.opens, found.from_anywhere) == (["ssh"], True)
    found = facts(
        template("AWS::EC2::SecurityGroupIngress", {"GroupId": "sg-1", "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}),
        "a.json",
    )
    assert (found.group, found.direction, found.protocol) == ("sg-1", "in", "any")
    assert (found.ranges, found.from_anywhere) == (["0.0.0.0/0"], True)


def test_roles():
    all_rights = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    trust = {
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]
    }
    source = template(
        "AWS::IAM::Role",
        {
            "RoleName": "gpu",
            "AssumeRolePolicyDocument": trust,
            "Policies": [{"PolicyName": "p", "PolicyDocument": all_rights}],
        },
    )
    found = completed(source, "a.json")
    assert (found.name, found.administrator, found.on_instances) == ("gpu", True, True)
    source = template(
        "AWS::IAM::Role",
        {"AssumeRolePolicyDocument": trust, "ManagedPolicyArns": [{"Ref": "P"}]},
        P={"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": all_rights}},
    )
    assert completed(source, "a.json", "identity").administrator is True


def test_policies_that_name_their_roles():
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:*"}]}
    role = {"AssumeRolePolicyDocument": trust}
    for type, properties in (
        ("AWS::IAM::Policy", {"PolicyName": "p", "PolicyDocument": everything, "Roles": [{"Ref": "It"}]}),
        ("AWS::IAM::RolePolicy", {"PolicyName": "p", "PolicyDocument": everything, "RoleName": {"Ref": "It"}}),
        ("AWS::IAM::ManagedPolicy", {"PolicyDocument": everything, "Roles": [{"Ref": "It"}]}),
    ):
        source = template("AWS::IAM::Role", role, P={"Type": type, "Properties": properties})
        assert completed(source, "a.json").administrator is True, type
        assert gaps(source, "a.json") == []
    whom = {"Fn::ImportValue": "x"}
    for roles in (whom, [whom]):
        policy = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": everything, "Roles": roles}}
        source = template("AWS::IAM::Role", role, P=policy)
        assert completed(source, "a.json").administrator is UNSET


@pytest.mark.parametrize(
    ("type", "properties", "expected"),
    [
        ("AWS::KMS::Key", {"KeySpec": "HMAC_256"}, {"rotates": None}),
        ("AWS::KMS::Key", {"EnableKeyRotation": True, "PendingWindowInDays": 7}, {"rotates": True, "deletion_days": 7}),
        ("AWS::KMS::Key", {"Origin": "EXTERNAL"}, {"rotates": None}),
        ("AWS::SQS::Queue", {"SqsManagedSseEnabled": False, "QueueName": "q"}, {"encryption": "none", "name": "q"}),
        ("AWS::SQS::Queue", {}, {"encryption": "provider"}),
        ("AWS::SNS::Topic", {"KmsMasterKeyId": "k"}, {"encryption": "kms"}),
        (
            "AWS::ECR::Repository",
            {"ImageTagMutability": "IMMUTABLE", "ImageScanningConfiguration": {"ScanOnPush": True}},
            {"immutable_tags": True, "scans": True},
        ),
        (
            "AWS::CloudTrail::Trail",
            {"IsLogging": False, "IsMultiRegionTrail": True, "EventSelectors": [{"DataResources": [{"Type": "x"}]}]},
            {"enabled": False, "every_region": True, "validated": False, "data_events": True},
        ),
        (
            "AWS::SageMaker::NotebookInstance",
            {"InstanceType": "ml.g5.xlarge", "DirectInternetAccess": "Disabled", "RootAccess": "Disabled"},
            {"gpus": 1, "public_internet": False, "root": False},
        ),
        (
            "AWS::EKS::Cluster",
            {
                "ResourcesVpcConfig": {"PublicAccessCidrs": ["10.0.0.0/8"]},
                "Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": "api"}, {"Type": "audit"}]}},
            },
            {"public_api": True, "api_ranges": ["10.0.0.0/8"], "audit_logs": True},
        ),
        ("AWS::EKS::Cluster", {"Logging": {"ClusterLogging": {}}}, {"audit_logs": False}),
        ("AWS::EKS::Cluster", {"Logging": {"Fn::GetAtt": ["X", "Y"]}}, {"audit_logs": UNSET}),
        ("AWS::EKS::Cluster", {"Logging": 5}, {"audit_logs": False}),
        (
            "AWS::EKS::Cluster",
            {"Logging": {"ClusterLogging": {"EnabledTypes": {"Fn::GetAtt": ["X", "Y"]}}}},
            {"audit_logs": UNSET},
        ),
    ],
)
def test_services(type, properties, expected):
    found = facts(template(type, properties, X={"Type": "Custom::X"}), "a.json")
    assert {name: getattr(found, name) for name in expected} == expected


def test_what_names_others():
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
    for type, companion, property in (
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
    ):
        policies = {"Type": companion, "Properties": {"PolicyDocument": policy, property: [{"Ref": "It"}]}}
        assert completed(template(type, {}, P=policies), "a.json").public is True
    log = {"Type": "AWS::EC2::FlowLog", "Properties": {"ResourceId": {"Ref": "It"}, "ResourceType": "VPC"}}
    assert facts(template("AWS::EC2::VPC", {}, P=log), "a.json").flow_logs is True
    log["Properties"]["ResourceType"] = "Subnet"
    assert facts(template("AWS::EC2::VPC", {}, P=log), "a.json").flow_logs is False
    log["Properties"]["ResourceType"] = "NetworkInterface"
    assert facts(template("AWS::EC2::VPC", {}, P=log), "a.json").flow_logs is False


def test_profiles_lead_to_roles():
    source = template(
        "AWS::EC2::Instance",
        {"IamInstanceProfile": {"Ref": "P"}},
        P={"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "R"}]}},
        R={"Type": "AWS::IAM::Role", "Properties": {}},
    )
    assert facts(source, "a.json", "instance").role == "R"


def test_open_parts():
    source = template("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": {"Fn::GetAtt": ["X", "Y"]}, "VersioningConfiguration": {"Fn::GetAtt": ["X", "Y"]}},
                      X={"Type": "Custom::X", "Properties": {}})  # fmt: skip
    found = facts(source, "a.json")
    assert found.public_block is not True
    assert found.versioning is UNSET or found.versioning is None


def test_types_that_nobody_reads():
    assert assets(template("AWS::Nobody::Knows", {"A": 1}), "a.json") == []
    (gap,) = gaps(template("AWS::Nobody::Knows", {"A": 1}), "a.json")
    assert (gap.kind, gap.reason) == ("left_out", "nothing here judges a `AWS::Nobody::Knows`")


@pytest.mark.parametrize(
    ("property", "snake"),
    [
        ("SSEAlgorithm", "sse_algorithm"),
        ("KMSMasterKeyID", "kms_master_key_id"),
        ("BucketName", "bucket_name"),
        ("IamInstanceProfile", "iam_instance_profile"),
        ("CidrIpv6", "cidr_ipv6"),
    ],
)
def test_names(property, snake):
    assert name(property) == snake


def test_a_program_of_pulumi():
    source = """
    name: x
    runtime: yaml
    resources:
      data:
        type: aws:s3:BucketV2
        properties: {bucket: acme-models}
      open:
        type: aws:s3:BucketPublicAccessBlock
        properties: {bucket: "${data.id}", blockPublicAcls: true}
    """
    found = facts(source, "Pulumi.yaml")
    assert (found.name, found.holds, found.public_block) == ("acme-models", "models", False)


@pytest.mark.parametrize(
    ("token", "type"),
    [
        ("aws:s3/bucketV2:BucketV2", "aws_s3_bucket"),
        ("aws:ec2/instance:Instance", "aws_instance"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws_iam_role_policy_attachment"),
        ("gcp:storage/bucketIAMMember:BucketIAMMember", "google_storage_bucket_iam_member"),
        ("azure:storage/account:Account", "azurerm_storage_account"),
        ("azure:containerservice/kubernetesCluster:KubernetesCluster", "azurerm_kubernetes_cluster"),
        ("gcp:cloudrunv2/service:Service", "google_cloud_run_v2_service"),
        ("gcp:container/nodePool:NodePool", "google_container_node_pool"),
        ("gcp:vertex/aiEndpoint:AiEndpoint", "google_vertex_ai_endpoint"),
        ("kubernetes:core/v1:Pod", "kubernetes:core/v1:Pod"),
        ("pulumi:pulumi", "pulumi:pulumi"),
    ],
)
def test_types_of_pulumi(token, type):
    assert terraform_type(token) == type


INLINE = """
name: x
runtime: yaml
resources:
  role:
    type: aws:iam:Role
    properties:
      assumeRolePolicy:
        fn::toJSON: {Statement: [{Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: ec2.amazonaws.com}}]}
      inlinePolicies:
        - name: p
          policy:
            fn::toJSON: {Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
"""


def test_lists_of_blocks_have_their_plural_in_pulumi():
    assert completed(INLINE, "Pulumi.yaml").administrator is True
    assert one(INLINE, "Pulumi.yaml").spots["statements"].line == 12


@pytest.mark.parametrize(
    ("several", "single"),
    [
        ("inline_policies", "inline_policy"),
        ("ebs_block_devices", "ebs_block_device"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("access", "access"),
        ("rule", "rule"),
    ],
)
def test_singulars(several, single):
    assert singular(several) == single


def test_a_plan_says_the_same_exactly():
    plan = {
        "format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": {"bucket": "acme-datasets", "force_destroy": True}},
        ]}},
    }  # fmt: skip
    found = facts(json.dumps(plan), "plan.json")
    assert (found.name, found.holds, found.force_destroy) == ("acme-datasets", "datasets", True)
