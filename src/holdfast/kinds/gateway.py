"""`gateway`: where traffic enters a cluster or a mesh."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind, Part


class Listener(Part, frozen=True):
    """A port of a gateway."""

    known_by: ClassVar[tuple[str, ...]] = ("name", "hosts")
    definitions: ClassVar[dict[str, Definition]] = objects.LISTENER

    name: Fact[str] = UNSET
    """Its name."""
    port: Fact[int] = UNSET
    """Its number."""
    protocol: Fact[str] = UNSET
    """`HTTP`, `HTTPS`, `TLS`, `TCP`, `GRPC`, ... in upper case."""
    hosts: Fact[list[str]] = UNSET
    """Host names it answers to; empty and `*` answer to all."""
    tls_mode: Fact[str] = UNSET
    """`SIMPLE`, `MUTUAL`, `PASSTHROUGH`, ... (Istio), `TERMINATE` or `PASSTHROUGH` (Gateway API); absent for none."""
    redirects: Fact[bool] = UNSET
    """Whether every request is sent to HTTPS; a route decides that in the Gateway API."""
    tls_min_version: Fact[str] = UNSET
    """The lowest version of TLS (`TLSV1_2`); absent for the default, which is 1.2."""


class Gateway(Kind, frozen=True):
    """A Gateway of Istio or of the Gateway API.

    Sources: networking.istio.io/v1 Gateway, Istio 1.28; gateway.networking.k8s.io/v1 Gateway.
    """

    kind: ClassVar[str] = "gateway"
    definitions: ClassVar[dict[str, Definition]] = objects.GATEWAY

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    controller: Fact[str] = UNSET
    """`istio`, or the class of the Gateway API."""
    listeners: Fact[list[Listener]] = UNSET
    """Its ports."""
