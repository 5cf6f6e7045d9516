"""`slurm_database`: the accounting daemon of Slurm."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Secret
from holdfast.core.permissions import Permissions


class SlurmDatabase(Kind, frozen=True):
    """slurmdbd as slurmdbd.conf configures it. Source: slurmdbd.conf(5) of Slurm 26.11."""

    kind: ClassVar[str] = "slurm_database"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"permissions": frozenset({"config"})}

    name: Fact[str] = UNSET
    """DbdHost."""
    slurm_user: Fact[str] = UNSET
    """The account that it runs as; `root` by default."""
    auth_type: Fact[str] = UNSET
    """How clients authenticate: `munge` by default."""
    storage_host: Fact[str] = UNSET
    """The database's host; `localhost` by default."""
    storage_local: Fact[bool] = UNSET
    """Whether the database runs on the same host."""
    storage_tls: Fact[bool] = UNSET
    """Whether the connection to the database is encrypted (`SSL_` items of StorageParameters)."""
    storage_user: Fact[str] = UNSET
    """The account in the database; absent for that of the daemon."""
    storage_password: Fact[Secret] = UNSET
    """The literal password of that account; absent for none."""
    private_data: Fact[list[str]] = UNSET
    """What users cannot see of each other; empty by default."""
    on_host: Fact[bool] = UNSET
    """Whether it lies on the host that uses it, and not in a repository or an image's sources."""
    permissions: Fact[Permissions] = UNSET
    """Who may read and write the file."""
