"""`subnet_manager`: who rules an InfiniBand fabric, and who may talk to whom on it."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.permissions import Permissions


class SubnetManager(Kind, frozen=True):
    """A file of OpenSM or UFM: its options, or its partitions.

    Source: linux-rdma/opensm (March 2026); NVIDIA InfiniBand, Security Overview and Guidelines.
    """

    kind: ClassVar[str] = "subnet_manager"
    places: ClassVar[tuple[str, ...]] = ("path",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"permissions": frozenset({"config"})}

    name: Fact[str] = UNSET
    """`opensm` or `ufm`."""
    path: Fact[str] = UNSET
    """The file."""
    permissions: Fact[Permissions] = UNSET
    """Owner and mode of the file."""
    management_key: Fact[bool] = UNSET
    """Whether ports take orders from those alone who know a management key (`m_key` other than 0, `m_key_per_port`)."""
    management_key_level: Fact[int] = UNSET
    """How the key is protected, 0 to 3 (`m_key_protection_level`): on 0 whoever asks is told."""
    request_key_default: Fact[bool] = UNSET
    """Whether trusted requests bear the key that every installation begins with (`sa_key` 1)."""
    console_open: Fact[bool] = UNSET
    """Whether the console listens on every address (`console socket`)."""
    partitions_enforced: Fact[bool] = UNSET
    """Whether switches drop packets of other partitions (`part_enforce`)."""
    partitions: Fact[list[str]] = UNSET
    """Keys of the partitions besides the default one, in hexadecimal."""
    everyone_full: Fact[bool] = UNSET
    """Whether every port is a full member of the default partition, and so may talk to every other."""
