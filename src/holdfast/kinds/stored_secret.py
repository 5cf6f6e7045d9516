"""`stored_secret`: a Secret of Kubernetes as a manifest writes it down."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret


class SecretEntry(Part, frozen=True):
    """One key of it."""

    name: Fact[str] = UNSET
    """The key."""
    value: Fact[Secret] = UNSET
    """Its literal value, decoded; absent where it is empty or stands for something else, unobserved in a template."""
    shipped: Fact[bool] = UNSET
    """Whether the value is one that a product's manifests ship to everybody."""


class StoredSecret(Kind, frozen=True):
    """A Secret, or what a secretGenerator of kustomize makes one from.

    Base64 is no encryption: whoever reads the file reads the value.
    """

    kind: ClassVar[str] = "stored_secret"

    name: Fact[str] = UNSET
    """Its name."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    type: Fact[str] = UNSET
    """Its type; `Opaque` by default."""
    entries: Fact[list[SecretEntry]] = UNSET
    """Its keys."""
