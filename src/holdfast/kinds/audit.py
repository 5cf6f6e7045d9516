"""`audit`: what a host's kernel records."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Audit(Kind, frozen=True):
    """The audit rules that are loaded at boot, and the daemon that writes the records."""

    kind: ClassVar[str] = "audit"
    places: ClassVar[tuple[str, ...]] = ("name",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        name: frozenset({"config"})
        for name in (
            "module_loads root_commands watches gpu_devices immutable enabled backlog silent_on_failure tasks_left_out"
            " slurm disk_full_action space_left_action writes_log ships".split()
        )
    }

    name: Fact[str] = UNSET
    """The folder that holds the host's `etc`."""
    enabled: Fact[bool] = UNSET
    """Whether rules leave auditing on."""
    immutable: Fact[bool] = UNSET
    """Whether rules cannot be changed until the next boot (`-e 2`)."""
    module_loads: Fact[bool] = UNSET
    """Whether loading kernel modules is recorded: `init_module` and `finit_module`."""
    root_commands: Fact[bool] = UNSET
    """Whether programs that run with root's rights are recorded: `execve` for `euid=0`, `uid!=euid`, or for all."""
    watches: Fact[list[str]] = UNSET
    """Files and folders whose changes are recorded."""
    slurm: Fact[bool] = UNSET
    """Whether the host is part of a Slurm cluster: it has a slurm.conf or munge's folder."""
    gpu_devices: Fact[bool] = UNSET
    """Whether opening GPUs by their device files is recorded."""
    tasks_left_out: Fact[bool] = UNSET
    """Whether a rule keeps every system call from being recorded (`-a never,task`)."""
    backlog: Fact[int] = UNSET
    """How many records may wait in the kernel; 64 where no rule says so."""
    silent_on_failure: Fact[bool] = UNSET
    """Whether records are lost without a word (`-f 0`)."""
    writes_log: Fact[bool] = UNSET
    """Whether the daemon keeps records on disk."""
    space_left_action: Fact[str] = UNSET
    """What the daemon does when space gets low, in lower case."""
    disk_full_action: Fact[str] = UNSET
    """What it does when the disk is full, in lower case."""
    ships: Fact[bool] = UNSET
    """Whether a plug-in hands records on, to another host or to syslog."""
