"""Rules of udev: which device files they give which mode, and the programs that they run.

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

_RUNS = {("RUN", ""), ("RUN", "program"), ("PROGRAM", ""), ("IMPORT", "program")}


class DeviceRule(NamedTuple):
    """A row that sets a mode or runs a program; patterns are as written, empty where the row does not ask."""

    kernel: str
    """The pattern of the kernel's name for the device: `nvidia*`."""
    subsystem: str
    mode: str
    """Empty where the row sets none."""
    group: str
    line: int
    runs: tuple[str, ...] = ()
    """Commands of `RUN`, `PROGRAM` and `IMPORT{program}`."""


def read(data: bytes) -> tuple[DeviceRule, ...]:
    """The rows that do either, continued ones joined. Raises FormatError for binary text and past bounds."""
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
        runs: list[str] = []
        for key, attribute, operator, value in _PAIR.findall(row):
            if (key, attribute) in _RUNS:
                runs.append(value)
            elif not attribute:
                (asked if operator == "==" else given)[key] = value
        if "MODE" in given or runs:
            subsystem, mode = asked.get("SUBSYSTEM", ""), given.get("MODE", "")
            found.append(
                DeviceRule(asked.get("KERNEL", ""), subsystem, mode, given.get("GROUP", ""), start, tuple(runs))
            )
        if len(found) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)
