"""`destination_rule`: how the clients of a service mesh speak to a host."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class ClientTls(Part, frozen=True):
    """The TLS of one traffic policy: that of the host, of one of its ports or of a subset."""

    known_by: ClassVar[tuple[str, ...]] = ("mode",)

    mode: Fact[str] = UNSET
    """`DISABLE` (the default of the field), `SIMPLE`, `MUTUAL` or `ISTIO_MUTUAL`."""
    skips_verification: Fact[bool] = UNSET
    """Whether the certificate of the host is not checked (`insecureSkipVerify`)."""


class DestinationRule(Kind, frozen=True):
    """An Istio DestinationRule; where it says nothing of TLS the mesh decides.

    Source: networking.istio.io/v1 DestinationRule, ClientTLSSettings, Istio 1.28.
    """

    kind: ClassVar[str] = "destination_rule"

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    host: Fact[str] = UNSET
    """The host that it is about."""
    modes: Fact[list[ClientTls]] = UNSET
    """Every `tls` in it, in order; empty where the mesh decides."""
