"""JSON documents of infrastructure as code, read whole and within bounds."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from holdfast.core.coverage import Gap
from holdfast.core.errors import told

__all__ = ["MAX_BYTES", "UNREADABLE", "read"]

MAX_BYTES = 256 << 20
"""Longest document."""
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What a text raises that is no JSON, not that of its type, or nested without end."""
T = TypeVar("T")


def read(data: bytes, type: type[T], path: str, what: str) -> T | Gap:
    """A document as `type` has it; a Gap that calls it `what` instead when it cannot be read."""
    if len(data) > MAX_BYTES:
        return Gap(path, f"{len(data)} bytes, at most {MAX_BYTES} are read", "unreadable")
    try:
        return msgspec.json.decode(data, type=type)
    except UNREADABLE as error:
        return Gap(path, f"not the JSON of {what}: {told(error)}", "unreadable")
