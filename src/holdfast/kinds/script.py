"""`script`: text that a machine runs."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part
from holdfast.core.permissions import Permissions


class Use(Part, frozen=True):
    """A place in a script at which it does something."""

    name: Fact[str] = UNSET
    """What it names there: a variable, a command, a file."""


class Script(Kind, frozen=True):
    """A program in text form: a shell or Lua script, a batch job, or a systemd unit."""

    kind: ClassVar[str] = "script"
    places: ClassVar[tuple[str, ...]] = ("name",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"permissions": frozenset({"config"})}

    name: Fact[str] = UNSET
    """Its path."""
    interpreter: Fact[str] = UNSET
    """`shell`, `lua`, `systemd`, or another that its first line names; absent for a binary program."""
    called_by: Fact[list[str]] = UNSET
    """The settings that name it, or a program that runs it (`Prolog`, `JobSubmitPlugins`); `sbatch` for a batch job."""
    runs_as: Fact[str] = UNSET
    """`root`, `controller` (the account of slurmctld) or `user` (whoever submitted the job)."""
    permissions: Fact[Permissions] = UNSET
    """Who may read and write it; absent where it is not on this host."""
    unquoted: Fact[list[Use]] = UNSET
    """Variables whose value the job's owner chooses, where the shell splits and expands it."""
    evaluated: Fact[list[Use]] = UNSET
    """Such variables, where their value becomes program text (`eval`, `sh -c`, `os.execute`, `load`)."""
    sourced: Fact[list[Use]] = UNSET
    """Files that users may write, which it reads as its own code or runs, unless it runs them as a named account.

    Folders of users that it searches for code count, too: in `PATH` before the usual ones, in `LD_LIBRARY_PATH`, ...
    """
    downloaded: Fact[list[Use]] = UNSET
    """Programs that run what was just fetched from the network: `curl x | sh`, `bash <(curl x)`."""
    foreseen: Fact[list[Use]] = UNSET
    """Files below /tmp, /var/tmp or /dev/shm, under names that others can foresee, that its output goes to."""
    searched: Fact[list[Use]] = UNSET
    """Commands without a folder, where it sets no PATH."""
    opens_files: Fact[list[Use]] = UNSET
    """Where it gives files to every account (`chmod 777`, `umask 0`), or writes results into a folder open to all."""
