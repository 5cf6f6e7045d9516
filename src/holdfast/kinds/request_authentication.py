"""`request_authentication`: which tokens workloads of a service mesh accept."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class RequestAuthentication(Kind, frozen=True):
    """An Istio RequestAuthentication: a wrong token is refused, none at all is not.

    Source: security.istio.io/v1 RequestAuthentication, Istio 1.28.
    """

    kind: ClassVar[str] = "request_authentication"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"demanded": frozenset({"manifest"})}

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    selector: Fact[dict[str, str]] = UNSET
    """Labels of the workloads it governs; empty governs all of the namespace."""
    issuers: Fact[list[str]] = UNSET
    """Issuers whose tokens are accepted."""
    plain_keys: Fact[bool] = UNSET
    """Whether the keys of an issuer are fetched without TLS."""
    demanded: Fact[bool] = UNSET
    """Whether a policy of the same workloads demands a token; false where one lets everyone in without."""
