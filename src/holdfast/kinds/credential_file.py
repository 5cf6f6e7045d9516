"""`credential_file`: a file that holds a shared key."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.permissions import Permissions


class CredentialFile(Kind, frozen=True):
    """A key that the members of a cluster share, known by the name of its file or because slurm.conf names it."""

    kind: ClassVar[str] = "credential_file"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"permissions": frozenset({"config"})}

    name: Fact[str] = UNSET
    """The file's name."""
    purpose: Fact[str] = UNSET
    """What it opens: `munge`, `slurm` (auth/slurm), `slurm-tokens` (auth/jwt), or `registry` (enroot's passwords)."""
    size: Fact[int] = UNSET
    """Its length in bytes."""
    encrypted: Fact[bool] = UNSET
    """Whether it lies there in encrypted form (Ansible Vault, age, OpenPGP, git-crypt, SOPS)."""
    on_host: Fact[bool] = UNSET
    """Whether it lies on the host that uses it, and not in a repository or an image's sources."""
    permissions: Fact[Permissions] = UNSET
    """Who may read and write it."""
