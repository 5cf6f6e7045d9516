"""Byte sizes as Compose and Docker write them. Sources: the Compose Specification; docker/go-units RAMInBytes."""

from __future__ import annotations

import re

from msgspec import UNSET

from holdfast.core.fact import Fact

SIZE = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,15}))? ?([kmgtp]?)(?:i?b)?", re.ASCII | re.IGNORECASE)


def byte_size(value: Fact[str]) -> Fact[int]:
    """`1.5g` in bytes, units being powers of 1024; None for None, UNSET for what is no size."""
    if not isinstance(value, str):
        return value
    match = SIZE.fullmatch(value)
    if match is None:
        return UNSET
    unit: int = 1 << (10 * " kmgtp".index(match[3].lower() or " "))
    fraction = match[2] or "0"
    return int(match[1]) * unit + int(fraction) * unit // int(10 ** len(fraction))
