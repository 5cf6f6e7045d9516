"""`provider`: somebody whom machines or models are rented from."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Provider(Kind, frozen=True):
    """A provider that assets name, with what the settings say is on file of it.

    Like groups of assets, providers are made where a run is recorded, and for the profile `strict`.
    """

    kind: ClassVar[str] = "provider"
    volatile: ClassVar[frozenset[str]] = frozenset(
        ("soc2_age_days", "bridge_left_days", "iso27001_left_days", "baa_left_days", "assets")
    )

    name: Fact[str] = UNSET
    """As assets call it."""
    assets: Fact[int] = UNSET
    """How many assets are there."""
    trust: Fact[str] = UNSET
    """Who runs the hardware: `own`, `datacenter` (audited), `partner` or `marketplace` (anybody's)."""
    health_data: Fact[bool] = UNSET
    """Whether health data is processed there, by the settings."""
    papers: Fact[list[str]] = UNSET
    """The types of the papers in the settings of this origin; days count those in the settings of others, too."""
    soc2_age_days: Fact[int] = UNSET
    """Days since the period of its last SOC 2 Type II report ended; absent where there is none on file."""
    bridge_left_days: Fact[int] = UNSET
    """Days for which a bridge letter still covers the time since; absent where there is none on file."""
    iso27001_left_days: Fact[int] = UNSET
    """Days that its ISO 27001 certificate is valid for, negative once it has ended; absent where there is none."""
    baa_left_days: Fact[int] = UNSET
    """Days that the business associate agreement is valid for; absent where there is none."""
