"""`sudo_rule`: who may run what as somebody else."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class SudoCommand(Part, frozen=True):
    """One command, aliases put in."""

    known_by: ClassVar[tuple[str, ...]] = ("name",)

    name: Fact[str] = UNSET
    """The command with its arguments as written."""
    program: Fact[str] = UNSET
    """The program without its folder; absent for `ALL` and for a folder of programs."""
    negated: Fact[bool] = UNSET
    """Whether it is an exception (`!`)."""
    as_root: Fact[bool] = UNSET
    """Whether it may run as root."""
    no_password: Fact[bool] = UNSET
    """Whether no password is asked for, by tag or by `Defaults`."""
    keeps_environment: Fact[bool] = UNSET
    """Whether its user may set variables for it (`SETENV` as written; `ALL` implies it)."""
    everything: Fact[bool] = UNSET
    """Whether it stands for any program."""
    wild_arguments: Fact[bool] = UNSET
    """Whether a pattern stands in its arguments."""
    escape: Fact[bool] = UNSET
    """Whether it leads to a shell or to any file.

    Shells, interpreters and engines do so with arguments to choose, editors and pagers whatever they are given.
    """
    gpu: Fact[bool] = UNSET
    """Whether it sets up GPUs or fabric adapters with arguments to choose."""
    own_program: Fact[bool] = UNSET
    """Whether the program lies where plain users write: a home, /tmp, /scratch."""


class SudoRule(Kind, frozen=True):
    """One specification of sudoers. Where several fit a command, sudo takes the last."""

    kind: ClassVar[str] = "sudo_rule"

    name: Fact[str] = UNSET
    """Its users, with commas between them."""
    users: Fact[list[str]] = UNSET
    """Users, `%groups` and `+netgroups`, aliases put in; `ALL` is everybody."""
    hosts: Fact[list[str]] = UNSET
    """Hosts on which it holds, aliases put in."""
    run_as: Fact[list[str]] = UNSET
    """Users as whom, of all commands, aliases put in."""
    commands: Fact[list[SudoCommand]] = UNSET
    """The commands."""
    target_password: Fact[bool] = UNSET
    """Whether sudo asks for the password of the user it becomes (`targetpw`, `rootpw`, `runaspw`)."""
