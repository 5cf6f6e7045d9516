"""`gpu_fabric`: the services that join GPUs over NVLink."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.permissions import Permissions


class GpuFabric(Kind, frozen=True):
    """NVIDIA's IMEX service (memory of GPUs of other nodes) or Fabric Manager (NVSwitch partitions), as configured.

    Sources: NVIDIA IMEX guide, "IMEX Service Config Options"; NVIDIA Fabric Manager user guide 2.3.
    """

    kind: ClassVar[str] = "gpu_fabric"
    places: ClassVar[tuple[str, ...]] = ("path",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"permissions": frozenset({"config"})}

    name: Fact[str] = UNSET
    """`imex` or `fabric-manager`."""
    path: Fact[str] = UNSET
    """The file."""
    permissions: Fact[Permissions] = UNSET
    """Owner and mode of the file."""
    peers_authenticated: Fact[bool] = UNSET
    """Whether nodes must prove who they are to one another; absent for the fabric manager."""
    peers_encrypted: Fact[bool] = UNSET
    """Whether what they say is encrypted; absent for the fabric manager."""
    commands_reachable: Fact[bool] = UNSET
    """Whether the interface for commands answers on an address that other hosts reach."""
    commands_address: Fact[str] = UNSET
    """The address of that interface as written; absent where it is not set up over TCP."""
    mode: Fact[str] = UNSET
    """`bare-metal`, `shared-nvswitch` or `vgpu` for the fabric manager; absent for IMEX."""
    continues_after_failure: Fact[bool] = UNSET
    """Whether the fabric manager stays up when the fabric could not be set up; absent for IMEX."""
