"""`network`: a network of a cloud account, or a part of one."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Network(Kind, frozen=True):
    """A virtual network or one of its subnets."""

    kind: ClassVar[str] = "network"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure`, `coreweave` or `nebius`."""
    subnet: Fact[bool] = UNSET
    """Whether it is a part of another network."""
    ranges: Fact[list[str]] = UNSET
    """Its addresses in CIDR notation."""
    public_addresses: Fact[bool] = UNSET
    """Whether machines get a public address by default."""
    flow_logs: Fact[bool] = UNSET
    """Whether its connections are recorded."""
    name_logs: Fact[bool] = UNSET
    """Whether the names that its machines look up are recorded (DNS)."""
    default: Fact[bool] = UNSET
    """Whether it is the network that the provider makes for everybody."""
    private_services: Fact[list[str]] = UNSET
    """Services of the provider that are reached without the internet (endpoints): `s3`, `ecr.api`, ..."""
