"""`unit`: a service of systemd that runs a server, a GPU daemon, a container engine, or what plain users wrote."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Unit(Kind, frozen=True):
    """The `[Service]` of a unit with systemd's defaults; a drop-in is one by itself that says only a part.

    Source: systemd.exec(5), systemd.service(5), systemd.resource-control(5) of systemd 252 and 257.
    """

    kind: ClassVar[str] = "unit"

    name: Fact[str] = UNSET
    """The unit's file name."""
    program: Fact[str] = UNSET
    """The first program that it starts, without its folder."""
    serves: Fact[list[str]] = UNSET
    """Products of the servers that it starts."""
    root: Fact[bool] = UNSET
    """Whether it runs as root: neither `User=` nor `DynamicUser=`; unobserved for units of users."""
    no_new_privileges: Fact[bool] = UNSET
    """Whether setuid programs have no effect in it."""
    system_read_only: Fact[bool] = UNSET
    """Whether the system's folders are read-only for it (`ProtectSystem=`)."""
    private_temporary: Fact[bool] = UNSET
    """Whether it has a `/tmp` of its own."""
    devices_limited: Fact[bool] = UNSET
    """Whether it may open a few devices only (`DevicePolicy=`, `PrivateDevices=`)."""
    confined: Fact[bool] = UNSET
    """Whether anything of the four above is set."""
    persistence_as_root: Fact[bool] = UNSET
    """Whether nvidia-persistenced keeps root's rights; absent for other programs."""
    shares_gpu_contexts: Fact[bool] = UNSET
    """Whether it starts the daemon by which several processes share a GPU (MPS); absent for other programs."""
    pipe_folder: Fact[str] = UNSET
    """The folder in which that daemon meets its clients (`CUDA_MPS_PIPE_DIRECTORY`); absent for other programs."""
    own_programs: Fact[list[str]] = UNSET
    """Programs and scripts that it runs as root though they lie where plain users write: homes, `/tmp`, scratch."""
    autologin: Fact[str] = UNSET
    """Whom it logs in on a terminal without asking; absent where nobody."""
    open_to_hosts: Fact[bool] = UNSET
    """Whether DCGM's engine (`nv-hostengine`) takes commands of other hosts; absent for other programs."""
