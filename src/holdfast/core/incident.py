"""What a responder has to know about an asset."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from holdfast.core.inventory import Item, Listed

__all__ = ["NOT_KNOWN", "STANDING", "Incident", "Playbook"]

STANDING = ("owner", "contact", "environment", "data_class", "exposure", "purpose", "logs", "rollback", "provider")
"""Attributes that a responder asks for first."""
NOT_KNOWN = "not known"


class Playbook(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done first."""

    id: str
    title: str
    kinds: tuple[str, ...]
    products: tuple[str, ...]
    steps: tuple[str, ...]


class Incident(Struct, frozen=True):
    """Everything that was known of an asset and of what it reaches."""

    asset: Item
    provider_contact: str
    credentials: Sequence[tuple[str, str]]
    """To be revoked: name, and the asset that holds it."""
    stores: Sequence[tuple[str, str, str]]
    """To be inspected: asset, `reads` or `writes`, and whether access to it is logged."""
    holders: Sequence[tuple[str, str, bool]]
    """Who could get at the asset by right: holder, `reads` or `writes`, and whether that is certain."""
    endpoints: Sequence[str]
    """To be disabled: what leads to the asset."""
    logs: Sequence[tuple[str, str]]
    """To be preserved: asset, and where its logs are."""
    owners: Sequence[tuple[str, str, str]]
    """To be told: owner, contact, and why."""
    findings: Sequence[Listed]
    playbook: Playbook | None
    request_ids: Sequence[str] = ()
    """Ids that providers gave to requests, as the responder collected them."""
    note: str = ""
