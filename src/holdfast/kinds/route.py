"""`route`: a way from outside, through a cluster's ingress or a reverse proxy, to a service."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Route(Kind, frozen=True):
    """An Ingress, HTTPRoute, VirtualService, OpenShift Route or Traefik IngressRoute, or what a proxy forwards."""

    kind: ClassVar[str] = "route"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        **dict.fromkeys(("auth", "tls"), frozenset({"manifest"})),
        "products": frozenset({"manifest"}),
        **dict.fromkeys(
            ("tls_versions", "rate_limited", "restricted", "upstream_verified", "shows", "tunnels"),
            frozenset({"manifest"}),
        ),
        "guarded": frozenset({"manifest", "config", "host"}),
    }

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    controller: Fact[str] = UNSET
    """The native kind, or the proxy: `Ingress`, `HTTPRoute`, `VirtualService`, `nginx`, `envoy`, ..."""
    hosts: Fact[list[str]] = UNSET
    """Host names it answers to; empty answers to all."""
    paths: Fact[list[str]] = UNSET
    """Path prefixes it forwards; a pattern starts with `~`."""
    services: Fact[list[str]] = UNSET
    """The services behind it; for a proxy their addresses, `host:port`."""
    tls: Fact[bool] = UNSET
    """Whether it terminates TLS; unobserved where the listener of another object decides."""
    auth: Fact[bool] = UNSET
    """Whether a filter, annotation or middleware demands authentication; unobserved where another object could."""
    products: Fact[list[str]] = UNSET
    """The server products behind its services."""
    guarded: Fact[bool] = UNSET
    """Whether every server behind it asks for a login or a key itself."""
    loopback: Fact[bool] = UNSET
    """Whether only the same host can reach it."""
    tls_versions: Fact[list[str]] = UNSET
    """The versions of TLS that it accepts from clients: `SSLv3`, `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`; absent for
    none, and where it leaves them to the default of its release."""
    rate_limited: Fact[bool] = UNSET
    """Whether it limits the rate of requests of a client."""
    restricted: Fact[bool] = UNSET
    """Whether only listed client addresses are let in."""
    upstream_verified: Fact[bool] = UNSET
    """Whether the certificate of the service behind is verified; absent where that is not spoken to with TLS."""
    shows: Fact[list[str]] = UNSET
    """What it shows beside services: `autoindex` (files), `stub_status`, `dashboard`, `api`, `stats`, `admin`."""
    tunnels: Fact[list[str]] = UNSET
    """Services meant for the inside (`redis`, `etcd`, `postgresql`, ...) whose bytes it hands on as they come, known by
    their port or name; empty for a way that speaks HTTP."""
