"""enroot.conf: settings of the container runtime enroot.

Source: enroot 4.0, enroot.in `config::load`, `config::fini` (checked 2026-11-30): the first word of a line is a name,
the rest its value, which a shell evaluates; an unset value, `no`, `n`, `false` or `f` is false.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.core.errors import FormatError

__all__ = ["Setting", "false", "read"]

SIZE = 1 << 20
_LINE = re.compile(r"[ \t]*(\w+)[ \t=]+(.*?)[ \t]*", re.ASCII)
_FALSE = re.compile(r"|no?|N[oO]?|[fF](?:alse)?|FALSE")


class Setting(NamedTuple):
    """A setting as it is written; lines count from 1."""

    value: str
    line: int


def read(data: bytes) -> dict[str, Setting]:
    """The settings by name; the last one wins. Raises FormatError for binary or oversized text."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    if b"\0" in data:
        raise FormatError("binary, not text: it holds a NUL byte")
    found = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is not None and match[1].startswith("ENROOT_"):
            found[match[1]] = Setting(match[2].strip("\"'"), number)
    return found


def false(value: str) -> bool:
    """Whether a value stands for no."""
    return _FALSE.fullmatch(value) is not None
