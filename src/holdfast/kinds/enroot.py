"""`enroot`: the container runtime that pyxis starts for Slurm jobs."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Enroot(Kind, frozen=True):
    """enroot as enroot.conf and enroot.conf.d configure it. Source: enroot, conf/enroot.conf.in and src (4.0)."""

    kind: ClassVar[str] = "enroot"

    name: Fact[str] = UNSET
    """The file."""
    plain_http: Fact[bool] = UNSET
    """Whether images are fetched without TLS (`ENROOT_ALLOW_HTTP`)."""
    superuser: Fact[bool] = UNSET
    """Whether root keeps its rights inside containers (`ENROOT_ALLOW_SUPERUSER`)."""
    mounts_home: Fact[bool] = UNSET
    """Whether the user's home directory is in every container (`ENROOT_MOUNT_HOME`)."""
    restricts_devices: Fact[bool] = UNSET
    """Whether containers see a minimal /dev alone (`ENROOT_RESTRICT_DEV`)."""
    shared_folders: Fact[list[str]] = UNSET
    """Settings that put images, caches or containers of all users below one folder that is open to all, as /tmp is."""
