"""`authorization_policy`: who may call workloads of a service mesh."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class AuthorizationRule(Part, frozen=True):
    """One rule: who may do what, and on what condition."""

    known_by: ClassVar[tuple[str, ...]] = ("principals", "namespaces")

    anyone: Fact[bool] = UNSET
    """Whether it holds for every caller without any condition, or for all but some that it names."""
    any_workload: Fact[bool] = UNSET
    """Whether it holds for everyone who shows a certificate of the mesh (`principals: ["*"]`, `namespaces: ["*"]`)."""
    any_operation: Fact[bool] = UNSET
    """Whether it holds for every method, path and port."""
    whole_api: Fact[bool] = UNSET
    """Whether it holds for every path and port, and for POST at least: whatever clients ask is let in."""
    principals: Fact[list[str]] = UNSET
    """Identities of workloads that it names; `*` is any that shows a certificate of the mesh."""
    request_principals: Fact[list[str]] = UNSET
    """Holders of tokens that it names, `ISSUER/SUBJECT`; `*` is any valid token."""
    namespaces: Fact[list[str]] = UNSET
    """Namespaces of callers that it names."""
    addresses: Fact[list[str]] = UNSET
    """Address ranges of callers that it names."""
    without_token: Fact[bool] = UNSET
    """Whether it is about callers without a valid token (`notRequestPrincipals: ["*"]`)."""
    trusted_headers: Fact[list[str]] = UNSET
    """Headers of the request whose value is a condition; whoever reaches the workload itself writes them."""


class AuthorizationPolicy(Kind, frozen=True):
    """An Istio AuthorizationPolicy. Without rules an ALLOW policy lets nobody in, and a DENY policy stops nobody.

    Source: security.istio.io/v1 AuthorizationPolicy, Istio 1.28.
    """

    kind: ClassVar[str] = "authorization_policy"

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    action: Fact[str] = UNSET
    """`ALLOW` (the default), `DENY`, `AUDIT` or `CUSTOM` (an external service decides)."""
    selector: Fact[dict[str, str]] = UNSET
    """Labels of the workloads it governs; empty governs all of the namespace."""
    targets: Fact[list[str]] = UNSET
    """Objects it is attached to (`Gateway/name`) instead."""
    at_gateway: Fact[bool] = UNSET
    """Whether it governs a gateway, which is there to be called from outside."""
    rules: Fact[list[AuthorizationRule]] = UNSET
    """Its rules."""
