"""Kubernetes quantities as whole numbers. Source: apimachinery's resource.Quantity."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from typing import Any

from msgspec import UNSET, UnsetType

QUANTITY = re.compile(
    r"([+-]?(?:[0-9]{1,19}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]{1,2}))?", re.ASCII
)
SCALE = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", 1)},
}


def quantity(value: Any, unit: Decimal = Decimal(1)) -> int | UnsetType | None:
    """`value` in units of `unit`, rounded up; None for None, UNSET for what is no quantity (a template)."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and unit == 1:
        return value if abs(value) < 2**63 else UNSET
    match = QUANTITY.fullmatch(value if isinstance(value, str) else repr(value))
    if match is None or isinstance(value, bool):
        return UNSET
    number = Decimal(match[1]) * SCALE.get(match[2] or "", Decimal(1)) * Decimal(10) ** int(match[3] or 0)
    whole = (number / unit).to_integral_value(ROUND_CEILING)
    return int(whole) if abs(whole) < 2**63 else UNSET


MILLI = Decimal("1e-3")
