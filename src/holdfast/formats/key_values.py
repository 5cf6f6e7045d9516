"""`KEY = value` rows, with or without `[sections]`: NVIDIA's IMEX and fabric manager, auditd, journald.

Sources: NVIDIA IMEX guide and Fabric Manager guide; auditd.conf(5); systemd.syntax(7) for `journald.conf`.
"""

from __future__ import annotations

from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["Setting", "last", "read"]

SIZE = 1 << 20
ROWS = 20_000


class Setting(NamedTuple):
    """One row; the section is empty before the first."""

    section: str
    key: str
    value: str
    line: int


def read(data: bytes) -> tuple[Setting, ...]:
    """The settings in their order, without rows that are none. Raises FormatError for binary text and past bounds."""
    found: list[Setting] = []
    section = ""
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        row = raw.strip()
        if not row or row[0] in "#;":
            continue
        if row.startswith("[") and row.endswith("]"):
            section = row[1:-1].strip()
            continue
        key, equals, value = row.partition("=")
        if equals:
            found.append(Setting(section, key.strip(), value.strip(), line))
        if len(found) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)


def last(settings: tuple[Setting, ...]) -> dict[str, Setting]:
    """Key -> the setting that holds, the last; keys in lower case."""
    return {each.key.lower(): each for each in settings}
