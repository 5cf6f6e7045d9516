"""Byte sizes as Compose and Docker write them. Source: the Compose Specification, Specifying byte values."""

from __future__ import annotations

import re
from typing import Any

from msgspec import UNSET

from holdfast.core.fact import Fact

SIZE = re.compile(r"([0-9]{1,15})\s*(?:([kmgt]?)b?)", re.ASCII | re.IGNORECASE)


def byte_size(value: Any) -> Fact[int]:
    """`512m` in bytes; None for None, UNSET for what is no size."""
    if value is None:
        return None
    match = SIZE.fullmatch(str(value))
    if match is None or isinstance(value, bool):
        return UNSET
    power: int = " kmgt".index(match[2].lower() or " ")
    return int(match[1]) << (10 * power)
