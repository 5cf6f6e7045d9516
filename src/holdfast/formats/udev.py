"""Rules of udev: which device files they give which mode.

Source: udev(7) of systemd 252.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["DeviceRule", "read"]

SIZE = 1 << 20
ROWS = 10_000
_PAIR = re.compile(r'([A-Z_]+)(?:\{([^}]*)\})?\s*(==|!=|:=|\+=|-=|=)\s*e?"((?:[^"\\]|\\.)*)"')


class DeviceRule(NamedTuple):
    """A row that sets a mode; patterns are as written, empty where the row does not ask."""

    kernel: str
    """The pattern of the kernel's name for the device: `nvidia*`."""
    subsystem: str
    mode: str
    group: str
    line: int


def read(data: bytes) -> tuple[DeviceRule, ...]:
    """The rows that set a mode, continued ones joined. Raises FormatError for binary text and past bounds."""
    found: list[DeviceRule] = []
    parts: list[str] = []
    start = 1
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        start = start if parts else line
        if raw.lstrip().startswith("#"):
            continue
        if raw.endswith("\\"):
            parts.append(raw[:-1])
            continue
        row = " ".join([*parts, raw])
        parts = []
        asked: dict[str, str] = {}
        given: dict[str, str] = {}
        for key, attribute, operator, value in _PAIR.findall(row):
            if not attribute:
                (asked if operator == "==" else given)[key] = value
        if "MODE" in given:
            subsystem = asked.get("SUBSYSTEM", "")
            found.append(DeviceRule(asked.get("KERNEL", ""), subsystem, given["MODE"], given.get("GROUP", ""), start))
        if len(found) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)
