"""The kernel's command line as files set it: GRUB's settings, and `/etc/kernel/cmdline`.

Sources: GRUB manual 2.12, "Simple configuration handling"; kernel documentation, "The kernel's command-line
parameters" (quotes are double ones, `-` and `_` are one, `--` ends the kernel's own); kernel-install(8).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded

__all__ = ["Assigned", "grub", "parameters"]

SIZE = 1 << 18
EXPANDED = 1 << 16
_ASSIGN = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)(\+?)=(.*)", re.ASCII)
_PIECE = re.compile(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|((?:[^\s'\"\\;#]|\\.)+)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')


class Assigned(Struct, frozen=True):
    """A variable; `complete` says whether all that its text is made of was known."""

    value: str
    line: int
    complete: bool = True


def grub(data: bytes, known: Mapping[str, Assigned]) -> dict[str, Assigned]:
    """The variables after a file was sourced on top of those `known`; commands in it are left alone.

    Raises FormatError for binary text, for more than 256 KiB and for variables that grow without end.
    """
    found = dict(known)
    for line, row in enumerate(decoded(data, SIZE).replace("\\\n", "").split("\n"), 1):
        match = _ASSIGN.match(row)
        if match is None:
            continue
        value, complete = _text(match[3], found)
        before = found.get(match[1], Assigned("", line))
        if match[2]:
            value, complete = before.value + value, complete and before.complete
        if len(value) > EXPANDED:
            raise FormatError(f"a variable of more than {EXPANDED} characters", line=line, column=1)
        found[match[1]] = Assigned(value, line, complete)
    return found


def _text(text: str, known: Mapping[str, Assigned]) -> tuple[str, bool]:
    """The value that a shell would see, and whether every part of it was known."""
    parts: list[str] = []
    complete, at = True, 0
    while match := _PIECE.match(text, at):
        at = match.end()
        if match[1] is not None:
            parts.append(match[1])
            continue
        raw = match[2] if match[2] is not None else match[3]
        for name in (variable[1] or variable[2] for variable in _VARIABLE.finditer(raw)):
            complete = complete and name in known and known[name].complete
        complete = complete and "`" not in raw and "$(" not in raw
        raw = _VARIABLE.sub(lambda hit: known[name].value if (name := hit[1] or hit[2]) in known else "", raw)
        parts.append(re.sub(r"\\(.)", r"\1", raw))
    return "".join(parts), complete


def parameters(text: str) -> dict[str, str]:
    """Name -> value of the kernel's own parameters, `_` in names; the last one counts, a bare word has no text."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text):
        if word == "--":
            break
        name, _, value = word.replace('"', "").partition("=")
        found[name.replace("-", "_")] = value
    return found
