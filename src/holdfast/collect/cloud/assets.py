"""Resources that infrastructure as code declares -> assets of the kinds that a live account fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.readers import load
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap

READERS = {
    "aws_s3_bucket": "cloud.aws.s3:bucket",
    "aws_instance": "cloud.aws.ec2:instance",
    "aws_spot_instance_request": "cloud.aws.ec2:instance",
    "aws_launch_template": "cloud.aws.ec2:instance",
    "aws_launch_configuration": "cloud.aws.ec2:instance",
    "aws_security_group": "cloud.aws.ec2:security_group",
    "aws_default_security_group": "cloud.aws.ec2:security_group",
    "aws_security_group_rule": "cloud.aws.ec2:group_rule",
    "aws_vpc_security_group_ingress_rule": "cloud.aws.ec2:group_rule",
    "aws_vpc_security_group_egress_rule": "cloud.aws.ec2:group_rule",
    "aws_sagemaker_notebook_instance": "cloud.aws.sagemaker:notebook",
    "aws_sagemaker_domain": "cloud.aws.sagemaker:domain",
    "aws_sagemaker_model": "cloud.aws.sagemaker:model",
    "aws_batch_job_definition": "cloud.aws.sagemaker:batch_job",
    "aws_eks_cluster": "cloud.aws.eks:cluster",
    "aws_kms_key": "cloud.aws.keeping:key",
    "aws_secretsmanager_secret": "cloud.aws.keeping:secret",
    "aws_ssm_parameter": "cloud.aws.keeping:parameter",
    "aws_sqs_queue": "cloud.aws.keeping:queue",
    "aws_sns_topic": "cloud.aws.keeping:queue",
    "aws_ecr_repository": "cloud.aws.keeping:registry",
    "aws_opensearch_domain": "cloud.aws.databases:search",
    "aws_elasticsearch_domain": "cloud.aws.databases:search",
    "aws_db_instance": "cloud.aws.databases:relational",
    "aws_rds_cluster": "cloud.aws.databases:relational",
    "aws_elasticache_replication_group": "cloud.aws.databases:cache",
    "aws_memorydb_cluster": "cloud.aws.databases:cache",
    "aws_vpc": "cloud.aws.watching:network",
    "aws_default_vpc": "cloud.aws.watching:network",
    "aws_subnet": "cloud.aws.watching:network",
    "aws_cloudtrail": "cloud.aws.watching:trail",
    "aws_iam_role": "cloud.aws.identity:identity",
    "aws_iam_user": "cloud.aws.identity:identity",
    "aws_iam_group": "cloud.aws.identity:identity",
}
"""Type of a resource, in Terraform's words -> `module:function`: resource, stack -> its assets."""


def assets(found: Iterable[Resource | Gap]) -> Iterator[Asset | Edge | Gap]:
    """The assets of all resources, each seen together with those that are applied with it."""
    roots: dict[tuple[str, str], list[Resource]] = {}
    for item in found:
        if isinstance(item, Gap):
            yield item
        else:
            roots.setdefault((item.dialect, item.root or item.path), []).append(item)
    for (dialect, _), declared in roots.items():
        resources = _in_one_language(declared, dialect)
        stack = Stack(resources)
        for resource in resources:
            reader = READERS.get(resource.type)
            if reader is not None and not resource.data:
                yield from load(reader)(resource, stack)


def _in_one_language(resources: list[Resource], dialect: str) -> list[Resource]:
    """The resources of a template or program in Terraform's words."""
    if dialect == "cloudformation":
        from holdfast.collect.cloud.aws.lowering import lowered

        return [each for resource in resources for each in lowered(resource)]
    if dialect == "pulumi":
        from holdfast.collect.pulumi.types import terraform_type

        return [replace(resource, type=terraform_type(resource.type)) for resource in resources]
    return resources
