"""`peer_authentication`: whether workloads of a service mesh demand mutual TLS."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind


class PeerAuthentication(Kind, frozen=True):
    """An Istio PeerAuthentication. Source: security.istio.io/v1 PeerAuthentication, Istio 1.28."""

    kind: ClassVar[str] = "peer_authentication"
    definitions: ClassVar[dict[str, Definition]] = objects.PEER_AUTHENTICATION

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open. That of Istio itself stands for the whole mesh."""
    selector: Fact[dict[str, str]] = UNSET
    """Labels of the workloads it governs; empty governs all of the namespace."""
    mode: Fact[str] = UNSET
    """`STRICT`, `PERMISSIVE` (plaintext is accepted, too), `DISABLE`, or `UNSET`: as the policy above it."""
    ports: Fact[dict[str, str]] = UNSET
    """Ports with a mode of their own."""
