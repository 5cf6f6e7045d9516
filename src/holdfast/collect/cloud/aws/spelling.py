"""How CloudFormation and Terraform spell the same resources of AWS.

Source: AWS CloudFormation Template Reference; Terraform AWS provider 6 (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

TYPES = {
    "AWS::S3::Bucket": "aws_s3_bucket",
    "AWS::S3::BucketPolicy": "aws_s3_bucket_policy",
    "AWS::EC2::Instance": "aws_instance",
    "AWS::EC2::LaunchTemplate": "aws_launch_template",
    "AWS::AutoScaling::LaunchConfiguration": "aws_launch_configuration",
    "AWS::AutoScaling::AutoScalingGroup": "aws_autoscaling_group",
    "AWS::ElasticLoadBalancing::LoadBalancer": "aws_elb",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "aws_lb",
    "AWS::ElasticLoadBalancingV2::Listener": "aws_lb_listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "aws_lb_listener_rule",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "aws_lb_target_group",
    "AWS::EC2::SecurityGroup": "aws_security_group",
    "AWS::EC2::SecurityGroupIngress": "aws_vpc_security_group_ingress_rule",
    "AWS::EC2::SecurityGroupEgress": "aws_vpc_security_group_egress_rule",
    "AWS::EC2::VPC": "aws_vpc",
    "AWS::EC2::Subnet": "aws_subnet",
    "AWS::EC2::FlowLog": "aws_flow_log",
    "AWS::EC2::VPCEndpoint": "aws_vpc_endpoint",
    "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation": "aws_route53_resolver_query_log_config_association",
    "AWS::CloudTrail::Trail": "aws_cloudtrail",
    "AWS::EKS::Cluster": "aws_eks_cluster",
    "AWS::EKS::Nodegroup": "aws_eks_node_group",
    "AWS::EKS::PodIdentityAssociation": "aws_eks_pod_identity_association",
    "AWS::SageMaker::NotebookInstance": "aws_sagemaker_notebook_instance",
    "AWS::SageMaker::Domain": "aws_sagemaker_domain",
    "AWS::SageMaker::Model": "aws_sagemaker_model",
    "AWS::SageMaker::EndpointConfig": "aws_sagemaker_endpoint_configuration",
    "AWS::SageMaker::Endpoint": "aws_sagemaker_endpoint",
    "AWS::SageMaker::Cluster": "awscc_sagemaker_cluster",
    "AWS::Batch::JobDefinition": "aws_batch_job_definition",
    "AWS::KMS::Key": "aws_kms_key",
    "AWS::KMS::Alias": "aws_kms_alias",
    "AWS::SecretsManager::Secret": "aws_secretsmanager_secret",
    "AWS::SecretsManager::RotationSchedule": "aws_secretsmanager_secret_rotation",
    "AWS::SecretsManager::ResourcePolicy": "aws_secretsmanager_secret_policy",
    "AWS::SSM::Parameter": "aws_ssm_parameter",
    "AWS::SQS::Queue": "aws_sqs_queue",
    "AWS::SNS::Topic": "aws_sns_topic",
    "AWS::Kinesis::Stream": "aws_kinesis_stream",
    "AWS::Kinesis::ResourcePolicy": "aws_kinesis_resource_policy",
    "AWS::ECR::Repository": "aws_ecr_repository",
    "AWS::OpenSearchService::Domain": "aws_opensearch_domain",
    "AWS::Elasticsearch::Domain": "aws_elasticsearch_domain",
    "AWS::OpenSearchServerless::Collection": "aws_opensearchserverless_collection",
    "AWS::OpenSearchServerless::SecurityPolicy": "aws_opensearchserverless_security_policy",
    "AWS::RDS::DBInstance": "aws_db_instance",
    "AWS::RDS::DBCluster": "aws_rds_cluster",
    "AWS::ElastiCache::ReplicationGroup": "aws_elasticache_replication_group",
    "AWS::MemoryDB::Cluster": "aws_memorydb_cluster",
    "AWS::IAM::Role": "aws_iam_role",
    "AWS::IAM::User": "aws_iam_user",
    "AWS::IAM::Group": "aws_iam_group",
    "AWS::SQS::QueuePolicy": "",
    "AWS::SNS::TopicPolicy": "",
    "AWS::IAM::Policy": "",
    "AWS::IAM::RolePolicy": "aws_iam_role_policy",
    "AWS::IAM::UserPolicy": "aws_iam_user_policy",
    "AWS::IAM::GroupPolicy": "aws_iam_group_policy",
    "AWS::IAM::ManagedPolicy": "aws_iam_policy",
    "AWS::IAM::UserToGroupAddition": "",
    "AWS::IAM::AccessKey": "aws_iam_access_key",
    "AWS::IAM::InstanceProfile": "aws_iam_instance_profile",
    "AWS::IAM::OIDCProvider": "aws_iam_openid_connect_provider",
}
"""Type of CloudFormation -> type of Terraform; empty where only its `SPREAD` remains."""
OPENSEARCH = {"encryption_at_rest_options": "encrypt_at_rest"}
RENAMED: Mapping[str, Mapping[str, str]] = {
    "aws_s3_bucket": {"bucket_name": "bucket", "access_control": "acl"},
    "aws_s3_bucket_policy": {"policy_document": "policy"},
    "aws_instance": {"image_id": "ami", "security_group_ids": "vpc_security_group_ids"},
    "aws_launch_template": {"launch_template_data.image_id": "ami"},
    "aws_autoscaling_group": {
        "auto_scaling_group_name": "name",
        "launch_configuration_name": "launch_configuration",
        "load_balancer_names": "load_balancers",
        "target_group_ar_ns": "target_group_arns",
    },
    "aws_elb": {"load_balancer_name": "name", "listeners": "listener"},
    "aws_lb_listener": {"default_actions": "default_action"},
    "aws_lb_listener_rule": {"actions": "action", "conditions": "condition"},
    "aws_security_group": {
        "security_group_ingress": "ingress",
        "security_group_egress": "egress",
        "group_name": "name",
    },
    "aws_vpc_security_group_ingress_rule": {"group_id": "security_group_id", "cidr_ip": "cidr_ipv4"},
    "aws_vpc_security_group_egress_rule": {"group_id": "security_group_id", "cidr_ip": "cidr_ipv4"},
    "aws_cloudtrail": {
        "trail_name": "name",
        "is_logging": "enable_logging",
        "event_selectors": "event_selector",
        "advanced_event_selectors": "advanced_event_selector",
    },
    "aws_eks_cluster": {"resources_vpc_config": "vpc_config"},
    "aws_eks_node_group": {"nodegroup_name": "node_group_name", "node_role": "node_role_arn"},
    "aws_sagemaker_notebook_instance": {"notebook_instance_name": "name"},
    "aws_sagemaker_model": {"model_name": "name"},
    "aws_sagemaker_endpoint_configuration": {"kms_key_id": "kms_key_arn"},
    "aws_batch_job_definition": {"job_definition_name": "name"},
    "aws_kms_key": {
        "key_policy": "policy",
        "key_spec": "customer_master_key_spec",
        "pending_window_in_days": "deletion_window_in_days",
    },
    "aws_kms_alias": {"alias_name": "name"},
    "aws_secretsmanager_secret_policy": {"secret_id": "secret_arn", "resource_policy": "policy"},
    "aws_sqs_queue": {"queue_name": "name"},
    "aws_sns_topic": {"topic_name": "name"},
    "aws_kinesis_stream": {"key_id": "kms_key_id"},
    "aws_kinesis_resource_policy": {"resource_policy": "policy"},
    "aws_ecr_repository": {"repository_name": "name", "repository_policy_text": "policy"},
    "aws_opensearch_domain": OPENSEARCH,
    "aws_elasticsearch_domain": OPENSEARCH,
    "aws_db_instance": {
        "db_instance_identifier": "identifier",
        "master_user_password": "password",
        "enable_cloudwatch_logs_exports": "enabled_cloudwatch_logs_exports",
    },
    "aws_rds_cluster": {
        "db_cluster_identifier": "cluster_identifier",
        "master_user_password": "master_password",
        "enable_cloudwatch_logs_exports": "enabled_cloudwatch_logs_exports",
    },
    "aws_memorydb_cluster": {"cluster_name": "name", "kms_key_id": "kms_key_arn"},
    "aws_iam_role": {
        "role_name": "name",
        "assume_role_policy_document": "assume_role_policy",
        "policies": "inline_policy",
    },
    "aws_iam_user": {"user_name": "name", "policies": "inline_policy"},
    "aws_iam_group": {"group_name": "name", "policies": "inline_policy"},
    "aws_iam_policy": {"managed_policy_name": "name", "policy_document": "policy"},
    "aws_iam_role_policy": {"policy_name": "name", "policy_document": "policy", "role_name": "role"},
    "aws_iam_user_policy": {"policy_name": "name", "policy_document": "policy", "user_name": "user"},
    "aws_iam_group_policy": {"policy_name": "name", "policy_document": "policy", "group_name": "group"},
    "aws_iam_access_key": {"user_name": "user"},
    "aws_iam_instance_profile": {"instance_profile_name": "name", "roles": "role"},
}
"""Terraform's name of an attribute, where it is not CloudFormation's in snake case."""
INNER = {
    "cidr_ip": "cidr_ipv4",
    "cidr_ipv6": "cidr_ipv6",
    "forward_config": "forward",
    "target_groups": "target_group",
    "overrides": "override",
    "policy_document": "policy",
    "policy_name": "name",
    "source_security_groups": "source_security_group_ids",
    "data_resources": "data_resource",
    "server_side_encryption_by_default": "apply_server_side_encryption_by_default",
}
"""The same inside of blocks."""
RAISED = {"aws_launch_template": "launch_template_data", "aws_kinesis_stream": "stream_encryption"}
"""A block whose attributes Terraform writes into the resource itself."""
CANNED = {
    "PublicRead": "public-read",
    "PublicReadWrite": "public-read-write",
    "AuthenticatedRead": "authenticated-read",
    "Private": "private",
    "LogDeliveryWrite": "log-delivery-write",
}
"""Access control lists of buckets."""


class Part(NamedTuple):
    """A part of a resource that is a resource of its own for Terraform."""

    path: str
    """Where it stands."""
    type: str
    block: str
    """The block that it becomes; empty where its attributes are the resource's."""
    link: str = "bucket"
    attribute: bool = False
    """Whether `block` is an attribute, which is no list."""


PARTS = {
    "aws_s3_bucket": (
        Part("public_access_block_configuration", "aws_s3_bucket_public_access_block", ""),
        Part("versioning_configuration", "aws_s3_bucket_versioning", "versioning_configuration"),
        Part(
            "bucket_encryption.server_side_encryption_configuration",
            "aws_s3_bucket_server_side_encryption_configuration",
            "rule",
        ),
        Part("ownership_controls.rules", "aws_s3_bucket_ownership_controls", "rule"),
        Part("lifecycle_configuration", "aws_s3_bucket_lifecycle_configuration", ""),
        Part("logging_configuration", "aws_s3_bucket_logging", ""),
        Part("object_lock_configuration", "aws_s3_bucket_object_lock_configuration", ""),
    ),
    "aws_secretsmanager_secret": (
        Part("secret_string", "aws_secretsmanager_secret_version", "secret_string", "secret_id", attribute=True),
    ),
    "aws_iam_user": (Part("groups", "aws_iam_user_group_membership", "groups", "user", attribute=True),),
}


class Spread(NamedTuple):
    """A list in a resource, each of whose items is a resource of its own for Terraform."""

    items: str
    type: str
    link: str
    """The attribute that the item becomes."""
    renamed: Mapping[str, str] = {}
    itself: str = ""
    """The attribute that names the resource with the list; empty for none."""


SPREAD = {
    "AWS::IAM::Policy": tuple(
        Spread(f"{sort}s", f"aws_iam_{sort}_policy", sort, {"policy_document": "policy"})
        for sort in ("role", "user", "group")
    ),
    "AWS::IAM::ManagedPolicy": tuple(
        Spread(f"{sort}s", f"aws_iam_{sort}_policy_attachment", sort, itself="policy_arn")
        for sort in ("role", "user", "group")
    ),
    "AWS::IAM::UserToGroupAddition": (
        Spread("users", "aws_iam_user_group_membership", "user", {"group_name": "groups"}),
    ),
    "AWS::SQS::QueuePolicy": (Spread("queues", "aws_sqs_queue_policy", "queue_url", {"policy_document": "policy"}),),
    "AWS::SNS::TopicPolicy": (Spread("topics", "aws_sns_topic_policy", "arn", {"policy_document": "policy"}),),
}
KEPT = frozenset(
    (
        "PolicyDocument",
        "AssumeRolePolicyDocument",
        "Policy",
        "ResourcePolicy",
        "KeyPolicy",
        "RepositoryPolicyText",
        "AccessPolicies",
        "ContainerProperties",
        "EcsProperties",
        "LogPublishingOptions",
    )
)
"""Properties whose own keys are another language's, or names."""
