"""`queue`: messages between programs."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.statement import Statement


class Queue(Kind, frozen=True):
    """A queue, topic or stream of a provider."""

    kind: ClassVar[str] = "queue"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google` or `azure`."""
    service: Fact[str] = UNSET
    """`sqs`, `sns`, `kinesis`, `pubsub`, `service-bus`, `event-hub`, `kafka`."""
    encryption: Fact[str] = UNSET
    """How the service encrypts messages: `provider`, `kms` (a key of the customer's) or `none` (its disks alone)."""
    policy: Fact[list[Statement]] = UNSET
    """What its policy says; absent for none."""
    public: Fact[bool] = UNSET
    """Whether anybody may send to it or read from it."""
    shared_with: Fact[list[str]] = UNSET
    """Foreign accounts, and `*` for any account, that its policy admits without a condition that names yours."""
    tls_only: Fact[bool] = UNSET
    """Whether requests without TLS are refused."""
    public_network: Fact[bool] = UNSET
    """Whether it is reached from outside private networks."""
    keys_allowed: Fact[bool] = UNSET
    """Whether a static key opens it beside identities (Azure's local authentication)."""
