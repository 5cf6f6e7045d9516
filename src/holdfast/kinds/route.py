"""`route`: a way from outside the cluster to a service."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Route(Kind, frozen=True):
    """An Ingress, HTTPRoute, VirtualService, OpenShift Route or Traefik IngressRoute."""

    kind: ClassVar[str] = "route"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = dict.fromkeys(
        ("products", "guarded", "auth", "tls"), frozenset({"manifest"})
    )

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    controller: Fact[str] = UNSET
    """The native kind: `Ingress`, `HTTPRoute`, `VirtualService`, ..."""
    hosts: Fact[list[str]] = UNSET
    """Host names it answers to; empty answers to all."""
    paths: Fact[list[str]] = UNSET
    """Path prefixes it forwards."""
    services: Fact[list[str]] = UNSET
    """The services behind it."""
    tls: Fact[bool] = UNSET
    """Whether it terminates TLS; unobserved where the listener of another object decides."""
    auth: Fact[bool] = UNSET
    """Whether a filter, annotation or middleware demands authentication; unobserved where another object could."""
    products: Fact[list[str]] = UNSET
    """The server products behind its services."""
    guarded: Fact[bool] = UNSET
    """Whether every server behind it asks for a login or a key itself."""
