"""`service_account`: the identity of workloads in a cluster."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind


class ServiceAccount(Kind, frozen=True):
    """A Kubernetes ServiceAccount."""

    kind: ClassVar[str] = "service_account"
    definitions: ClassVar[dict[str, Definition]] = objects.SERVICE_ACCOUNT

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    automount_token: Fact[bool] = UNSET
    """Whether pods get its token unless they say otherwise; the platform's default is true."""
    cloud_identity: Fact[str] = UNSET
    """The cloud role it may assume, from the annotations of EKS, GKE or Azure; absent when there is none."""
