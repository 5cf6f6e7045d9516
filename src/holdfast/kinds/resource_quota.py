"""`resource_quota`: what a namespace may use."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind


class ResourceQuota(Kind, frozen=True):
    """A Kubernetes ResourceQuota."""

    kind: ClassVar[str] = "resource_quota"
    definitions: ClassVar[dict[str, Definition]] = objects.RESOURCE_QUOTA

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    hard: Fact[dict[str, str]] = UNSET
    """Resource name -> limit as written: `requests.nvidia.com/gpu` -> `8`."""
    bounds_gpus: Fact[bool] = UNSET
    """Whether one of its limits is about accelerators."""
