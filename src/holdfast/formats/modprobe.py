"""Settings of kernel modules: `modprobe.d/*.conf`.

Sources: modprobe.d(5) of kmod 30; kernel documentation, "Kernel parameters" (the last value of an option counts);
packages nvidia-kernel-dkms, nvidia-open-kernel-dkms, nvidia-tesla-*-kernel-dkms and nvidia-legacy-*-kernel-dkms of
Debian 10 to 13, which name the driver's modules after its flavour (checked 2026-11-30).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem, decoded

__all__ = ["Command", "Option", "options", "read"]

SIZE = 1 << 20
ROWS = 10_000
COMMANDS = {"alias": 3, "blacklist": 2, "install": 3, "options": 3, "remove": 3, "softdep": 3, "weakdep": 3}
"""Command -> how many words its row has at least. Source: modprobe.d(5) of kmod 30 and 33."""
_FLAVOUR = re.compile(
    r"nvidia_(?:current(?:_open)?|tesla(?:_\d{3})?(?:_open)?|legacy_\d{3}xx)(|_drm|_modeset|_uvm|_peermem)", re.ASCII
)
"""A module of NVIDIA's driver as Debian names it."""
_WORD = re.compile(r'(?:[^\s"]+|"[^"]*"?)+')


class Command(NamedTuple):
    """A row: `options`, `blacklist`, `install`, ... with its module and what follows.

    In the name of the module `-` is `_`, and a flavour of NVIDIA's driver that Debian names (`nvidia-current`) is left
    out.
    """

    command: str
    module: str
    rest: str
    line: int


class Option(NamedTuple):
    """An option that a module is loaded with; a bare word has an empty value."""

    name: str
    value: str


def read(data: bytes, problems: list[Problem] | None = None) -> tuple[Command, ...]:
    """The rows, continued lines joined; what modprobe ignores as a bad line is added to `problems`.

    Raises FormatError for binary text and past 1 MiB or 10,000 rows.
    """
    found: list[Command] = []
    parts: list[str] = []
    start = 1
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        start = start if parts else line
        if raw.endswith("\\"):
            parts.append(raw[:-1])
            continue
        row = "".join([*parts, raw]).strip()
        parts = []
        words = row.split(None, 2)
        if len(words) > 1 and not row.startswith("#"):
            found.append(Command(words[0], _named(words[1]), words[2] if len(words) > 2 else "", start))
        if problems is not None and words and not row.startswith("#") and len(words) < COMMANDS.get(words[0], 4):
            problems.append(Problem(start, f"no command of modprobe, and so ignored: {row[:60]!r}"))
        if len(found) + len(problems or ()) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)


def _named(module: str) -> str:
    name = module.replace("-", "_")
    flavour = _FLAVOUR.fullmatch(name)
    return f"nvidia{flavour[1]}" if flavour is not None else name


def options(text: str) -> tuple[Option, ...]:
    """The options behind `options MODULE`."""
    pairs = (word.replace('"', "").partition("=") for word in _WORD.findall(text))
    return tuple(Option(name, value) for name, _, value in pairs if name)
