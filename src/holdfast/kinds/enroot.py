"""`enroot`: the container runtime that pyxis starts for Slurm jobs."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class Mount(Part, frozen=True):
    """A folder or file of the host in every container. Source: enroot, doc/image-format.md, `/etc/fstab`."""

    known_by: ClassVar[tuple[str, ...]] = ("source", "target")

    source: Fact[str] = UNSET
    """Its path on the host."""
    target: Fact[str] = UNSET
    """Its path in the container."""
    read_only: Fact[bool] = UNSET
    """Whether the container cannot write it."""


class Enroot(Kind, frozen=True):
    """enroot as its configuration and mounts.d set it up. Source: enroot 4.0, conf/enroot.conf.in and src."""

    kind: ClassVar[str] = "enroot"
    places: ClassVar[tuple[str, ...]] = ("name",)

    name: Fact[str] = UNSET
    """The file."""
    plain_http: Fact[bool] = UNSET
    """Whether images are fetched without TLS (`ENROOT_ALLOW_HTTP`)."""
    superuser: Fact[bool] = UNSET
    """Whether root keeps its rights inside containers (`ENROOT_ALLOW_SUPERUSER`)."""
    mounts_home: Fact[bool] = UNSET
    """Whether the user's home directory is in every container (`ENROOT_MOUNT_HOME`)."""
    rootfs_writable: Fact[bool] = UNSET
    """Whether containers can change their own files for good (`ENROOT_ROOTFS_WRITABLE`)."""
    mounts: Fact[list[Mount]] = UNSET
    """What of the host a file in `mounts.d` puts into every container; enroot.conf itself names none."""
    restricts_devices: Fact[bool] = UNSET
    """Whether containers see a minimal /dev alone (`ENROOT_RESTRICT_DEV`)."""
    shared_folders: Fact[list[str]] = UNSET
    """Settings that put images, caches or containers of all users below one folder that is open to all, as /tmp is."""
