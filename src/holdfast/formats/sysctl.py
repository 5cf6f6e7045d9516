"""Kernel parameters: `sysctl.conf` and `sysctl.d/*.conf`, and which of several assignments holds.

Names are given with dots. Patterns reach the instances that every host has (`all`, `default`) and the parameters that
are asked for; the interfaces of a host are not in its files.

Sources: sysctl.d(5) of systemd 252 and 257, sysctl.conf(5) of procps 4.0; kernel/sysctl.c of Linux 6.12,
`proc_get_long`, for how a number is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem, decoded

__all__ = ["Assignment", "effective", "number", "numeric", "read"]

SIZE = 1 << 20
ROWS = 10_000
_GLOB = re.compile(r"[*?\[]")
_BLANK = re.compile(r"\S\s")
_INSTANCES = re.compile(r"^(net\.ipv[46]\.(?:conf|neigh))\.\*\.([^*?\[]+)$")
_NUMBER = re.compile(r"(-?)(?:0[xX]([0-9a-fA-F]{1,16})|(0[0-7]{0,20})|([1-9][0-9]{0,19}))(?![^ \t])")
_NUMERIC = re.compile(
    r"kernel\.(?:dmesg_restrict|kptr_restrict|perf_event_paranoid|randomize_va_space|kexec_load_disabled|yama\.ptrace_scope"
    r"|unprivileged_bpf_disabled|unprivileged_userns_clone|apparmor_restrict_unprivileged_userns|sysrq|core_uses_pid)"
    r"|fs\.(?:protected_(?:symlinks|hardlinks|fifos|regular)|suid_dumpable)|vm\.mmap_min_addr|net\.ipv4\.ip_forward"
    r"|net\.ipv[46]\.conf\.[^.]{1,100}\.(?:rp_filter|forwarding|log_martians|accept_ra|disable_ipv6|accept_source_route"
    r"|(?:accept|send|secure)_redirects)"
)
"""Parameters that are one number. Source: Linux kernel documentation, /proc/sys (6.12), checked 2026-11-30."""
EVERY_HOST = ("all", "default")
"""Instances of `net.ipv4.conf.*` that need no interface."""


class Assignment(NamedTuple):
    """`name = value`; `value` is None for `-name`, which takes the name out of every pattern."""

    name: str
    value: str | None
    line: int
    path: str = ""


def read(data: bytes, path: str = "", problems: list[Problem] | None = None) -> tuple[Assignment, ...]:
    """The assignments in their order; lines that are none are ignored, as by systemd, and added to `problems`.

    Raises FormatError for more than 1 MiB or 10,000 rows, and for text that is binary.
    """
    found: list[Assignment] = []
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        row = raw.strip()
        if not row or row[0] in "#;":
            continue
        name, equals, value = row.partition("=")
        name = name.strip()
        if equals and problems is not None and _BLANK.search(name):
            problems.append(Problem(line, f"no name of a parameter, and so without effect: {name[:60]!r}"))
        elif equals and name.strip("-"):
            found.append(Assignment(dotted(name.removeprefix("-")), value.strip(), line, path))
        elif not equals and name.startswith("-") and len(name) > 1:
            found.append(Assignment(dotted(name[1:]), None, line, path))
        elif problems is not None:
            problems.append(Problem(line, f"no assignment, and so passed over: {row[:60]!r}"))
        if len(found) + len(problems or ()) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)


def dotted(name: str) -> str:
    """A name with dots between its parts: where the first separator is a slash, slashes and dots change places."""
    slash, dot = name.find("/"), name.find(".")
    swapped = slash >= 0 and (dot < 0 or slash < dot)
    return name.translate(str.maketrans("/.", "./")) if swapped else name


def numeric(name: str) -> bool:
    """Whether a parameter is known to be one number."""
    return _NUMERIC.fullmatch(name) is not None


def number(value: str) -> str | None:
    """The number that the kernel reads in a value, as a decimal; None for a value that it refuses.

    It may be octal or hexadecimal, and what follows behind a blank is not looked at: `0 # debug` is 0.
    """
    match = _NUMBER.match(value)
    if match is None:
        return None
    sign, sixteen, eight, ten = match.groups()
    found = int(sixteen, 16) if sixteen else int(eight, 8) if eight else int(ten)
    return f"{sign if found else ''}{found}"


def effective(assignments: Iterable[Assignment], wanted: Iterable[str] = ()) -> dict[str, Assignment]:
    """Which assignment of each parameter holds: the last of its own, else the last pattern that it fits.

    `wanted` are names besides those that are written out for which patterns are looked at.
    """
    own: dict[str, Assignment] = {}
    patterns: dict[str, Assignment] = {}
    for each in assignments:
        into = patterns if _GLOB.search(each.name) else own
        into.pop(each.name, None)
        into[each.name] = each
    found = {name: each for name, each in own.items() if each.value is not None}
    for pattern, each in patterns.items():
        instance = _INSTANCES.match(pattern)
        names = [f"{instance[1]}.{some}.{instance[2]}" for some in EVERY_HOST] if instance else []
        names += [name for name in wanted if fnmatchcase(name.replace(".", "/"), pattern.replace(".", "/"))]
        for name in names:
            if name not in own and each.value is not None:
                found[name] = each
    return found
