"""`device_claim`: dynamic resource allocation."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind


class DeviceClaim(Kind, frozen=True):
    """A ResourceClaim, ResourceClaimTemplate or DeviceClass of resource.k8s.io."""

    kind: ClassVar[str] = "device_claim"
    definitions: ClassVar[dict[str, Definition]] = objects.DEVICE_CLAIM

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent for a DeviceClass or when the file leaves it open."""
    controller: Fact[str] = UNSET
    """The native kind."""
    admin_access: Fact[bool] = UNSET
    """Whether it asks for administrative access to devices that others use."""
    device_classes: Fact[list[str]] = UNSET
    """The classes it asks for."""
    all_devices: Fact[bool] = UNSET
    """Whether it asks for every matching device of a node."""
