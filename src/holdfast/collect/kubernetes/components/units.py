"""The kubelet's unit, its drop-ins and the flags that kubeadm writes -> `kubelet`.

Sources: systemd.service(5); kubeadm documentation, "The kubelet drop-in file for systemd": flags come from
/var/lib/kubelet/kubeadm-flags.env, and the last one wins. A unit without flags says nothing: its drop-ins do.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from holdfast.collect.kubernetes.components.flags import read as read_flags
from holdfast.collect.kubernetes.components.kubelet import SWITCHES, of_flags
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import systemd

ASSIGNED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII)
MAX_LINE = 1 << 16


def read(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The kubelet that a unit, a drop-in or a file of variables describes."""
    if path.endswith(".env"):
        yield from _variables(data.decode("utf-8", "replace"), path)
        return
    try:
        unit = systemd.read(data)
    except FormatError as error:
        yield Gap(path, f"not readable as a unit: {error.what}", "unreadable", error.line)
        return
    started = False
    for start in unit.execs:
        if start.key == "ExecStart" and start.argv and start.argv[0].rpartition("/")[2] == "kubelet":
            started = True
            yield from _kubelet(start.argv[1:], path, "ExecStart", start.line, complete=True)
    if not started:
        for each in unit.environment:
            yield from _kubelet(_words(each.value), path, each.name, each.line, complete=False)


def _variables(text: str, path: str) -> Iterator[Asset]:
    for number, line in enumerate(text.splitlines(), 1):
        match = ASSIGNED.fullmatch(line.strip()[:MAX_LINE])
        if match is not None:
            value = match[2].strip()
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            yield from _kubelet(_words(value), path, match[1], number, complete=False)


def _words(text: str) -> Sequence[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote that is not closed
        return text.split()


def _kubelet(words: Sequence[str], path: str, of: str, line: int, *, complete: bool) -> Iterator[Asset]:
    flags = read_flags(words, SWITCHES, complete=complete)
    if flags.given:
        partial = not flags.complete or "config" in flags
        spots = {"": Spot(line, 1)}
        name = path.rpartition("/")[2]
        yield Asset(f"kubelet/{path}/{of}", of_flags(flags, name), "unit", path, spots, partial=partial)
