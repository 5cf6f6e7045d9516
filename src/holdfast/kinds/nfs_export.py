"""`nfs_export`: a folder that a host offers over NFS."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class NfsExport(Kind, frozen=True):
    """A folder for one client, with the defaults of exports(5)."""

    kind: ClassVar[str] = "nfs_export"

    name: Fact[str] = UNSET
    """The folder."""
    client: Fact[str] = UNSET
    """Who may mount it: a host, a pattern, a network, `@netgroup`, `*` for all."""
    anywhere: Fact[bool] = UNSET
    """Whether every host may mount it."""
    writable: Fact[bool] = UNSET
    """Whether clients may write."""
    root_squash: Fact[bool] = UNSET
    """Whether root of a client is nobody here."""
    root_mapped: Fact[bool] = UNSET
    """Whether whoever is squashed becomes root here (`anonuid=0`)."""
    privileged_port: Fact[bool] = UNSET
    """Whether requests must come from a port that only root of a client may use."""
    kerberos: Fact[bool] = UNSET
    """Whether every request is signed by Kerberos, or TLS with certificates is demanded."""
