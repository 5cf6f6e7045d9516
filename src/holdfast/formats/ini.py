"""INI files as Python's configparser and Grafana read them: sections, names and values.

Rows that are indented go on with the value before. Sources: Python 3.11, configparser "Supported INI File Structure";
grafana.com/docs/grafana/latest/setup-grafana/configure-grafana (`;` begins a comment); checked 2026-11-30.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.core.errors import FormatError

__all__ = ["Setting", "read"]

SIZE = 4 << 20
SETTINGS = 50_000

_SECTION = re.compile(r"\[([^\]\n]++)\]\s*+(?:[#;].*+)?")
_SETTING = re.compile(r"([^=:\[#;\s][^=:\n]*?)\s{0,64}[=:]\s*+(.*+)")


class Setting(NamedTuple):
    """One value."""

    section: str
    name: str
    value: str
    line: int


def read(data: bytes) -> list[Setting]:
    """The settings, in their order. Raises FormatError for a row that is none, and for text before any section."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    found: list[Setting] = []
    section = ""
    for number, row in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        text = row.strip()
        if not text or text[0] in "#;":
            continue
        if row[0] in " \t" and found and found[-1].section == section:
            last = found[-1]
            found[-1] = last._replace(value=f"{last.value}\n{text}"[: 1 << 16])
        elif match := _SECTION.fullmatch(text):
            section = match[1].strip()
        elif match := _SETTING.fullmatch(text):
            found.append(Setting(section, match[1].strip(), match[2].strip(), number))
        else:
            raise FormatError("expected `name = value`", line=number, column=1)
        if len(found) > SETTINGS:
            raise FormatError(f"more than {SETTINGS} settings", line=number, column=1)
    return found
