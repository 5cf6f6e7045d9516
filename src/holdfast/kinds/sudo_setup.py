"""`sudo_setup`: how sudo is set up on a host."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.permissions import Permissions


class SudoSetup(Kind, frozen=True):
    """The `Defaults` of all sudoers files of a host that hold for everybody; sudo's own are filled in."""

    kind: ClassVar[str] = "sudo_setup"
    places: ClassVar[tuple[str, ...]] = ("name",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "permissions": frozenset({"config"}),
        "secure_path": frozenset({"config"}),
    }

    name: Fact[str] = UNSET
    """The folder that holds the host's `etc`."""
    permissions: Fact[Permissions] = UNSET
    """Owner and mode of the first file."""
    authenticate: Fact[bool] = UNSET
    """Whether users must prove who they are."""
    env_reset: Fact[bool] = UNSET
    """Whether commands start with few variables only."""
    env_keep: Fact[list[str]] = UNSET
    """Variables that reach commands all the same, as far as files add them."""
    secure_path: Fact[list[str]] = UNSET
    """Folders in which commands are looked up; absent where the user's own are taken."""
    timestamp_minutes: Fact[float] = UNSET
    """How long a password is good for; below zero for ever; absent for the built-in time."""
    logs: Fact[bool] = UNSET
    """Whether commands are recorded, in syslog or a file."""
    use_pty: Fact[bool] = UNSET
    """Whether commands get a terminal of their own; absent where the version decides."""
    ignored_files: Fact[list[str]] = UNSET
    """Files in an included folder that sudo does not read, because their names hold a dot or end in `~`."""
