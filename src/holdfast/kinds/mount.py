"""`mount`: a file system that a host mounts."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Mount(Kind, frozen=True):
    """A row of `fstab` with what `crypttab` says of its device, or a unit that mounts (`*.mount`)."""

    kind: ClassVar[str] = "mount"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"encrypted": frozenset({"config", "host"})}

    name: Fact[str] = UNSET
    """Where it is mounted, `swap` for swap space."""
    device: Fact[str] = UNSET
    """The device, label, server and path, or bucket; a password in it is left out."""
    type: Fact[str] = UNSET
    """The type of file system: `ext4`, `xfs`, `nfs4`, `lustre`, `fuse.s3fs`, `swap`, ..."""
    purpose: Fact[str] = UNSET
    """`temporary`, `home`, `data` (datasets, checkpoints, scratch), `swap`, `system`, by the name of the place."""
    network: Fact[bool] = UNSET
    """Whether the files lie on another machine."""
    bucket: Fact[bool] = UNSET
    """Whether it is an object store mounted as files."""
    nosuid: Fact[bool] = UNSET
    """Whether setuid programs on it have no effect."""
    nodev: Fact[bool] = UNSET
    """Whether device files on it have no effect."""
    noexec: Fact[bool] = UNSET
    """Whether programs on it cannot be started."""
    read_only: Fact[bool] = UNSET
    """Whether it is mounted for reading only."""
    kerberos: Fact[bool] = UNSET
    """Whether an NFS server is asked for Kerberos or TLS; absent for other types."""
    open_to_all: Fact[bool] = UNSET
    """Whether every account sees a bucket's files with the rights of the mount; absent for other types."""
    password: Fact[bool] = UNSET
    """Whether a password stands in the row itself."""
    encrypted: Fact[bool] = UNSET
    """Whether its device is one that `crypttab` opens; absent for network and memory; unobserved where it may be."""
