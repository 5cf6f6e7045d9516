"""Networks and records: VPCs, subnets, flow logs, query logs, CloudTrail.

Source: Amazon VPC User Guide; AWS CloudTrail User Guide; Terraform AWS provider 6 (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.common import asset
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.kinds.activity_log import ActivityLog
from holdfast.kinds.network import Network


def network(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A VPC or a subnet."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    subnet = resource.type in ("aws_subnet", "aws_default_subnet")
    logs = stack.joined("aws_flow_log", "subnet_id" if subnet else "vpc_id", resource)
    names = stack.joined("aws_route53_resolver_query_log_config_association", "resource_id", resource)
    labels = own.table("tags")
    endpoints = stack.joined("aws_vpc_endpoint", "vpc_id", resource).resources
    services = [Block(each, {}).text("service_name") for each in endpoints]
    facts = Network(
        name=labels.get("Name", resource.name) if isinstance(labels, dict) else resource.name,
        provider="aws",
        subnet=subnet,
        ranges=own.texts("cidr_block", "ranges"),
        public_addresses=own.flag("map_public_ip_on_launch", "public_addresses", default=False) if subnet else False,
        flow_logs=True if logs.resources else (UNSET if subnet or not logs.complete else False),
        name_logs=True if names.resources else UNSET if subnet or not names.complete else False,
        default=resource.type.startswith("aws_default_"),
        private_services=[name.rpartition(".")[2] for name in services if isinstance(name, str)],
    )
    yield asset(resource, facts, spots)


def trail(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A trail of CloudTrail."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    selectors = (
        any(selector.raw("data_resource") is not None for selector in own.blocks("event_selector"))
        or "advanced_event_selector" in own
    )
    facts = ActivityLog(
        name=own.text("name", "name", None) or resource.name,
        provider="aws",
        enabled=own.flag("enable_logging", "enabled", default=True),
        every_region=own.flag("is_multi_region_trail", "every_region", default=False),
        validated=own.flag("enable_log_file_validation", "validated", default=False),
        data_events=True if selectors else UNSET if own.unseen("event_selector") else False,
        key=named(own.data.get("kms_key_id")),
        exempted=[],
        retention_days=None,
    )
    yield asset(resource, facts, spots)
