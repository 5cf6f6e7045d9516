"""`container_toolkit`: how NVIDIA's container toolkit hands GPUs to containers."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.permissions import Permissions


class ContainerToolkit(Kind, frozen=True):
    """The toolkit's `config.toml`; its defaults are filled in.

    Source: NVIDIA/nvidia-container-toolkit, api/config/v1 of 1.19 and 1.20, internal/config of 1.17 and 1.18.
    """

    kind: ClassVar[str] = "container_toolkit"
    places: ClassVar[tuple[str, ...]] = ("path",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"permissions": frozenset({"config"})}

    path: Fact[str] = UNSET
    """The file."""
    permissions: Fact[Permissions] = UNSET
    """Owner and mode of the file."""
    envvar_devices_unprivileged: Fact[bool] = UNSET
    """Whether an unprivileged container gets GPUs by setting `NVIDIA_VISIBLE_DEVICES`."""
    volume_mount_devices: Fact[bool] = UNSET
    """Whether GPUs are asked for by mounts below /var/run/nvidia-container-devices."""
    mode: Fact[str] = UNSET
    """`auto` (the default: `legacy` up to 1.17, `jit-cdi` from 1.18 on), `legacy`, `cdi`, `jit-cdi` or `csv`."""
    ldconfig_of_host: Fact[bool] = UNSET
    """Whether the `ldconfig` that runs for each container is the host's own (its path begins with `@`)."""
    ldconfig_of_container_allowed: Fact[bool] = UNSET
    """Whether one out of the container may run (`allow-ldconfig-from-container`)."""
    compat_libraries_of_container: Fact[bool] = UNSET
    """Whether CUDA libraries of the image take the place of the host's (`allow-cuda-compat-libs-from-container`)."""
    imex_requests_ignored: Fact[bool] = UNSET
    """Whether containers cannot ask for IMEX channels by a variable or mount (`ignore-imex-channel-requests`)."""
    no_cgroups: Fact[bool] = UNSET
    """Whether device access is left to others than the toolkit, as rootless engines need it."""
    swarm_resource: Fact[str] = UNSET
    """Environment variables that name devices besides; absent for none."""
    debug_files: Fact[list[str]] = UNSET
    """Files into which debug output goes."""
    own_programs: Fact[list[str]] = UNSET
    """Programs that run for each container as root though they lie where plain users write."""
