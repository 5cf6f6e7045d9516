"""`activity_log`: the record of who did what in a cloud account."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class ActivityLog(Kind, frozen=True):
    """AWS CloudTrail trail, Google audit configuration, Azure diagnostic setting."""

    kind: ClassVar[str] = "activity_log"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google` or `azure`."""
    enabled: Fact[bool] = UNSET
    """Whether it records."""
    every_region: Fact[bool] = UNSET
    """Whether it covers all regions."""
    validated: Fact[bool] = UNSET
    """Whether digests let a change of its files be noticed; absent where the provider keeps the record itself."""
    data_events: Fact[bool] = UNSET
    """Whether reads and writes of objects and model invocations are recorded too."""
    key: Fact[str] = UNSET
    """The customer's key that encrypts it; absent for the provider's."""
    exempted: Fact[list[str]] = UNSET
    """Identities that it leaves out."""
    retention_days: Fact[int] = UNSET
    """How long it is kept; absent for no end of its own."""
