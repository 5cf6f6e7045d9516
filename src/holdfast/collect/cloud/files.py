"""Files in which infrastructure as code stands as a document -> assets."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.cloud.assets import assets
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap

Found = Iterator[Asset | Edge | Gap]


def plan(data: bytes, path: str) -> Found:
    """A plan or state of Terraform, as `terraform show -json` writes it."""
    from holdfast.collect.terraform.plan import read

    return assets(read(data, path))


def state(data: bytes, path: str) -> Found:
    """The file in which Terraform keeps a state."""
    from holdfast.collect.terraform.state import read

    return assets(read(data, path))


def template(data: bytes, path: str) -> Found:
    """A template of CloudFormation, also one that the CDK wrote."""
    from holdfast.collect.cloudformation import read

    return assets(read(data, path))


def program(data: bytes, path: str) -> Found:
    """A program of Pulumi in YAML."""
    from holdfast.collect.pulumi.program import read

    return assets(read(data, path))


def stack(data: bytes, path: str) -> Found:
    """A preview or an exported stack of Pulumi."""
    from holdfast.collect.pulumi.stack import read

    return assets(read(data, path))
