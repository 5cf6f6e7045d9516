"""`service`: a stable address in front of workloads."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import objects
from holdfast.core.fact import UNSET, Definition, Fact, Kind, Part


class ServicePort(Part, frozen=True):
    """A port of a service."""

    definitions: ClassVar[dict[str, Definition]] = objects.SERVICE_PORT

    name: Fact[str] = UNSET
    """Its name."""
    port: Fact[int] = UNSET
    """The port clients use."""
    target_port: Fact[str] = UNSET
    """The container's port, by number or name."""
    node_port: Fact[int] = UNSET
    """The port opened on every node; absent when none is fixed."""


class Service(Kind, frozen=True):
    """A Kubernetes Service."""

    kind: ClassVar[str] = "service"
    definitions: ClassVar[dict[str, Definition]] = objects.SERVICE
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"products": frozenset({"manifest"})}

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    type: Fact[str] = UNSET
    """`ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`."""
    internal: Fact[bool] = UNSET
    """Whether a load balancer of the cloud is annotated as internal."""
    source_ranges: Fact[list[str]] = UNSET
    """Client networks that the load balancer admits; empty admits all."""
    external_ips: Fact[list[str]] = UNSET
    """External addresses routed to it."""
    selector: Fact[dict[str, str]] = UNSET
    """The labels of the pods behind it."""
    ports: Fact[list[ServicePort]] = UNSET
    """Its ports."""
    products: Fact[list[str]] = UNSET
    """The server products that run in the workloads it selects."""
