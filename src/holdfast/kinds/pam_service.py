"""`pam_service`: how a program asks a host who somebody is."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part
from holdfast.core.permissions import Permissions


class Module(Part, frozen=True):
    """A module in its stack."""

    known_by: ClassVar[tuple[str, ...]] = ("name",)

    name: Fact[str] = UNSET
    """The module without folder and `.so`: `pam_unix`."""
    type: Fact[str] = UNSET
    """`auth`, `account`, `password` or `session`."""
    control: Fact[str] = UNSET
    """`required`, `requisite`, `sufficient`, `optional`, or pairs as `success=1 default=ignore`."""
    arguments: Fact[list[str]] = UNSET
    """What stands behind it."""
    included: Fact[bool] = UNSET
    """Whether another file holds it, which is judged by itself."""
    own_program: Fact[bool] = UNSET
    """Whether it lies where plain users write, or pam_exec runs what does; absent for all other modules."""


class PamService(Kind, frozen=True):
    """The stacks of one service, with the files that they include."""

    kind: ClassVar[str] = "pam_service"
    places: ClassVar[tuple[str, ...]] = ("path",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "permissions": frozenset({"config"}),
        "slurm_node": frozenset({"config"}),
        "access_closed": frozenset({"config"}),
        # A file that it includes may stand in another role or come from a package.
        "admits_everyone": frozenset({"config"}),
        "admits_some": frozenset({"config"}),
        "lockout": frozenset({"config"}),
        "adopts_jobs": frozenset({"config"}),
        "adopt_passed_by": frozenset({"config"}),
        "registers_sessions": frozenset({"config"}),
    }

    name: Fact[str] = UNSET
    """The service: `sshd`, `sudo`, `login`, `other`; a part that others include has the name of its file."""
    path: Fact[str] = UNSET
    """Its file."""
    permissions: Fact[Permissions] = UNSET
    """Owner and mode of that file."""
    fragment: Fact[bool] = UNSET
    """Whether other services include it, so that its stacks are parts of theirs."""
    modules: Fact[list[Module]] = UNSET
    """All modules, those of included files at their places."""
    admits_everyone: Fact[bool] = UNSET
    """Whether `auth` can succeed for anybody without a password, key or token; absent for a fragment."""
    admits_some: Fact[bool] = UNSET
    """Whether it can for those that a condition fits: a name, a group, an address, a time; absent for a fragment."""
    lockout: Fact[bool] = UNSET
    """Whether failures lock the account for a while (pam_faillock, pam_tally2); absent for a fragment."""
    adopts_jobs: Fact[bool] = UNSET
    """Whether `account` asks Slurm for a job of the user on this node (pam_slurm_adopt, pam_slurm)."""
    adopt_options: Fact[dict[str, str]] = UNSET
    """The options of pam_slurm_adopt; absent where it is not used."""
    adopt_passed_by: Fact[str] = UNSET
    """Who gets in although that module refuses: `everyone`, or `local accounts`; absent for nobody, or a fragment.

    Accounts that a condition in front of it names (pam_access, pam_listfile) do not count.
    """
    registers_sessions: Fact[bool] = UNSET
    """Whether `session` hands the login to systemd-logind (pam_systemd), which moves it to a cgroup of its own."""
    slurm_node: Fact[bool] = UNSET
    """Whether the host runs Slurm's daemon for jobs, as files in `etc` show it."""
    access_closed: Fact[bool] = UNSET
    """Whether access.conf ends by refusing everybody it did not name; absent where pam_access is not used."""
