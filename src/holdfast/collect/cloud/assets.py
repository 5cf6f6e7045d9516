"""Resources that infrastructure as code declares -> assets of the kinds that a live account fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    for resources in roots.values():
        stack = Stack(resources)
        for resource in resources:
            reader = READERS.get(resource.type)
            if reader is not None and not resource.data:
                yield from load(reader)(resource, stack)
