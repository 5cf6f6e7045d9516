"""Resources of CloudFormation in Terraform's words, so that one reader serves both.

Names become snake case. What CloudFormation writes into one resource and Terraform into several, as the parts of a
bucket, becomes several.

Source: AWS CloudFormation Template Reference; Terraform AWS provider 6 (checked 2026-11-30).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from holdfast.collect.cloud.resource import Resource
from holdfast.core.known import Unknown, known

TYPES = {
    "AWS::S3::Bucket": "aws_s3_bucket",
    "AWS::S3::BucketPolicy": "aws_s3_bucket_policy",
    "AWS::EC2::Instance": "aws_instance",
    "AWS::EC2::LaunchTemplate": "aws_launch_template",
    "AWS::AutoScaling::LaunchConfiguration": "aws_launch_configuration",
    "AWS::EC2::SecurityGroup": "aws_security_group",
    "AWS::EC2::SecurityGroupIngress": "aws_vpc_security_group_ingress_rule",
    "AWS::EC2::SecurityGroupEgress": "aws_vpc_security_group_egress_rule",
    "AWS::EC2::Subnet": "aws_subnet",
    "AWS::IAM::Role": "aws_iam_role",
    "AWS::IAM::User": "aws_iam_user",
    "AWS::IAM::Group": "aws_iam_group",
    "AWS::IAM::ManagedPolicy": "aws_iam_policy",
    "AWS::IAM::AccessKey": "aws_iam_access_key",
    "AWS::IAM::InstanceProfile": "aws_iam_instance_profile",
    "AWS::IAM::RolePolicy": "aws_iam_role_policy",
    "AWS::IAM::UserPolicy": "aws_iam_user_policy",
    "AWS::IAM::GroupPolicy": "aws_iam_group_policy",
    "AWS::KMS::Key": "aws_kms_key",
    "AWS::KMS::Alias": "aws_kms_alias",
    "AWS::SQS::Queue": "aws_sqs_queue",
    "AWS::SNS::Topic": "aws_sns_topic",
    "AWS::ECR::Repository": "aws_ecr_repository",
    "AWS::CloudTrail::Trail": "aws_cloudtrail",
    "AWS::SageMaker::NotebookInstance": "aws_sagemaker_notebook_instance",
    "AWS::EKS::Cluster": "aws_eks_cluster",
    "AWS::EC2::VPC": "aws_vpc",
    "AWS::EC2::FlowLog": "aws_flow_log",
}
RENAMED: Mapping[str, Mapping[str, str]] = {
    "aws_s3_bucket": {"bucket_name": "bucket", "access_control": "acl"},
    "aws_s3_bucket_policy": {"policy_document": "policy"},
    "aws_instance": {
        "image_id": "ami",
        "security_group_ids": "vpc_security_group_ids",
        "block_device_mappings": "block_device_mappings",
    },
    "aws_launch_template": {"launch_template_data.image_id": "ami"},
    "aws_security_group": {
        "security_group_ingress": "ingress",
        "security_group_egress": "egress",
        "group_name": "name",
    },
    "aws_vpc_security_group_ingress_rule": {"group_id": "security_group_id", "cidr_ip": "cidr_ipv4"},
    "aws_vpc_security_group_egress_rule": {"group_id": "security_group_id", "cidr_ip": "cidr_ipv4"},
    "aws_iam_role": {
        "role_name": "name",
        "assume_role_policy_document": "assume_role_policy",
        "policies": "inline_policy",
    },
    "aws_iam_user": {"user_name": "name", "policies": "inline_policy"},
    "aws_iam_group": {"group_name": "name", "policies": "inline_policy"},
    "aws_iam_policy": {"managed_policy_name": "name", "policy_document": "policy"},
    "aws_iam_access_key": {"user_name": "user"},
    "aws_iam_instance_profile": {"instance_profile_name": "name", "roles": "role"},
    "aws_iam_role_policy": {"role_name": "role", "policy_document": "policy"},
    "aws_iam_user_policy": {"user_name": "user", "policy_document": "policy"},
    "aws_iam_group_policy": {"group_name": "group", "policy_document": "policy"},
    "aws_kms_key": {
        "key_policy": "policy",
        "key_spec": "customer_master_key_spec",
        "pending_window_in_days": "deletion_window_in_days",
    },
    "aws_kms_alias": {"alias_name": "name"},
    "aws_sqs_queue": {"queue_name": "name"},
    "aws_sns_topic": {"topic_name": "name"},
    "aws_ecr_repository": {"repository_name": "name", "repository_policy_text": "policy"},
    "aws_cloudtrail": {
        "trail_name": "name",
        "is_logging": "enable_logging",
        "event_selectors": "event_selector",
        "advanced_event_selectors": "advanced_event_selector",
    },
    "aws_sagemaker_notebook_instance": {"notebook_instance_name": "name"},
    "aws_eks_cluster": {"resources_vpc_config": "vpc_config", "logging": "enabled_cluster_log_types"},
}
"""Terraform's name of an attribute, where it is not CloudFormation's in snake case."""
INNER = {
    "cidr_ip": "cidr_ipv4",
    "cidr_ipv6": "cidr_ipv6",
    "policy_document": "policy",
    "policy_name": "name",
    "data_resources": "data_resource",
}
"""The same inside of blocks."""
RAISED = {"aws_launch_template": "launch_template_data"}
"""A block whose attributes Terraform writes into the resource itself."""
CANNED = {
    "PublicRead": "public-read",
    "PublicReadWrite": "public-read-write",
    "AuthenticatedRead": "authenticated-read",
    "Private": "private",
    "LogDeliveryWrite": "log-delivery-write",
}


class Part(NamedTuple):
    """A part of a resource that is a resource of its own for Terraform."""

    path: str
    """Where it stands."""
    type: str
    block: str
    """The block that it becomes; empty where its attributes are the resource's."""
    link: str = "bucket"


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
}


class Spread(NamedTuple):
    """A property that lists whom a policy is for: Terraform writes a resource for each."""

    property: str
    type: str
    link: str


HOLDERS = (("Roles", "role"), ("Users", "user"), ("Groups", "group"))
SPREAD = {
    "AWS::IAM::Policy": tuple(Spread(name, f"aws_iam_{sort}_policy", sort) for name, sort in HOLDERS),
    "AWS::IAM::ManagedPolicy": tuple(Spread(name, f"aws_iam_{sort}_policy_attachment", sort) for name, sort in HOLDERS),
    "AWS::SQS::QueuePolicy": (Spread("Queues", "aws_sqs_queue_policy", "queue_url"),),
    "AWS::SNS::TopicPolicy": (Spread("Topics", "aws_sns_topic_policy", "arn"),),
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
    )
)
"""Properties whose own keys are another language's."""
SPELLED = (("server_side_encryption_by_default", "apply_server_side_encryption_by_default"),)
ACRONYM, WORD = re.compile(r"([A-Z]+)([A-Z][a-z])"), re.compile(r"([a-z0-9])([A-Z])")
STEP = re.compile(r"([A-Za-z0-9]+)")


def lowered(resource: Resource) -> Iterator[Resource]:
    """A resource in Terraform's words, with the resources that its parts become; one of an unknown type stays."""
    spread = SPREAD.get(resource.type, ())
    for each in spread:
        yield from _spread(resource, each)
    type = TYPES.get(resource.type)
    if type is None:
        if not spread:
            yield resource
        return
    names = RENAMED.get(type, {})
    attributes = _mapping(resource.attributes)
    spots = {_path(path): spot for path, spot in resource.spots.items()}
    raised = RAISED.get(type, "")
    if raised:
        inner = known(attributes.pop(raised, None))
        attributes.update(inner if isinstance(inner, dict) else {})
        spots = {path.removeprefix(f"{raised}."): spot for path, spot in spots.items()}
    for old, new in names.items():
        if old in attributes:
            attributes[new] = attributes.pop(old)
            spots.update({f"{new}{path[len(old) :]}": spot for path, spot in spots.items() if path.startswith(old)})
    _adjust(type, attributes)
    whole = replace(resource, type=type, attributes=attributes, spots=spots)
    yield whole
    for part in PARTS.get(type, ()):
        yield from _part(whole, part)


def _adjust(type: str, attributes: dict[str, Any]) -> None:
    """Values that the two spell differently."""
    acl = known(attributes.get("acl"))
    if isinstance(acl, str):
        attributes["acl"] = CANNED.get(acl, acl)
    data = known(attributes.get("user_data"))
    if isinstance(data, str):
        attributes["user_data"] = _decoded(data)
    roles = known(attributes.get("role"))
    if type == "aws_iam_instance_profile" and isinstance(roles, list) and len(roles) == 1:
        attributes["role"] = roles[0]
    tags = known(attributes.get("tags"))
    if isinstance(tags, list):
        pairs = [known(item) for item in tags]
        attributes["tags"] = {str(item.get("key")): item.get("value") for item in pairs if isinstance(item, dict)}
    if type == "aws_eks_cluster" and "enabled_cluster_log_types" in attributes:
        attributes["enabled_cluster_log_types"] = _log_types(attributes["enabled_cluster_log_types"])
    if type == "aws_flow_log" and "resource_id" in attributes:
        of = {"VPC": "vpc_id", "Subnet": "subnet_id"}.get(str(known(attributes.get("resource_type"))))
        if of is not None:
            attributes[of] = attributes.pop("resource_id")


def _log_types(logging: Any) -> Any:
    """The sorts of logs under `ClusterLogging.EnabledTypes[*].Type`; what is open stays so."""
    for step in ("cluster_logging", "enabled_types"):
        found = known(logging)
        if not isinstance(found, dict):
            return logging if isinstance(found, Unknown) else []
        logging = found.get(step)
    items = known(logging)
    if not isinstance(items, list):
        return logging if isinstance(items, Unknown) else []
    inner = [known(item) for item in items]
    return [item.get("type") if isinstance(item, dict) else item for item in inner]


def _decoded(text: str) -> str:
    """The script in base64; text that is none stays, because a template may hold it plainly."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _spread(resource: Resource, spread: Spread) -> Iterator[Resource]:
    """A policy once for each that it is for; whom it is for may be open."""
    value = resource.attributes.get(spread.property)
    found = known(value)
    document = resource.attributes.get("PolicyDocument")
    for at, holder in enumerate(found if isinstance(found, list) else [] if found is None else [value]):
        place = f"{spread.property}[{at}]"
        attributes = {spread.link: holder, "name": resource.attributes.get("PolicyName"), "policy": document}
        spots = {"": resource.spot(""), "policy": resource.spot("PolicyDocument"), "policy_arn": resource.spot(place)}
        if spread.type.endswith("_attachment"):
            attributes = {spread.link: holder, "policy_arn": _self(resource.address)}
        yield replace(
            resource, type=spread.type, address=f"{resource.address}.{place}", attributes=attributes, spots=spots
        )


def _part(whole: Resource, part: Part) -> Iterator[Resource]:
    value: Any = whole.attributes
    for step in part.path.split("."):
        value = known(value).get(step) if isinstance(known(value), dict) else None
    value = known(value)
    if value is None:
        return
    if isinstance(value, Unknown):
        attributes: dict[str, Any] = {part.block or "configuration": value}
    elif part.block:
        attributes = {part.block: value if isinstance(value, list) else [value]}
    else:
        attributes = dict(value) if isinstance(value, dict) else {"configuration": value}
    at = len(part.path)
    lead = part.block and (f"{part.block}[0]" if not isinstance(value, list) else part.block)
    spots = {
        f"{lead}{path[at:]}" if lead else path[at + 1 :]: spot
        for path, spot in whole.spots.items()
        if path == part.path or path.startswith((f"{part.path}.", f"{part.path}["))
    }
    spots[""] = whole.spot(part.path)
    reference = whole.address
    attributes[part.link] = _self(reference)
    yield replace(whole, type=part.type, address=f"{whole.address}.{part.path}", attributes=attributes, spots=spots)


def _self(address: str) -> Any:
    from holdfast.core.known import Reference

    return Reference(f"{address} decides it", address=address, attribute="id")


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name(key): item if key in KEPT else _value(item) for key, item in value.items()}


def _value(value: Any) -> Any:
    """A value with its keys in Terraform's words; what is open stays as it is."""
    inner = known(value)
    if isinstance(inner, dict):
        return {_inner(name(key)): item if key in KEPT else _value(item) for key, item in inner.items()}
    if isinstance(inner, list):
        return [_value(item) for item in inner]
    return value


def _inner(key: str) -> str:
    return dict(SPELLED).get(key) or INNER.get(key, key)


def name(key: str) -> str:
    """A property's name in snake case: `SSEAlgorithm` is `sse_algorithm`."""
    return WORD.sub(r"\1_\2", ACRONYM.sub(r"\1_\2", key)).lower()


def _path(path: str) -> str:
    first, *rest = path.split(".")
    return ".".join(
        [
            STEP.sub(lambda match: name(match[1]), first),
            *(STEP.sub(lambda m: _inner(name(m[1])), each) for each in rest),
        ]
    )
