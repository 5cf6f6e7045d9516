"""`device_rule`: who may open a sort of device."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class DeviceRule(Kind, frozen=True):
    """A row of udev that sets a mode, or runs what plain users wrote.

    Later rows, and drivers that make their own files, may set another mode.
    """

    kind: ClassVar[str] = "device_rule"

    name: Fact[str] = UNSET
    """The pattern of the device's name, else its subsystem."""
    mode: Fact[str] = UNSET
    """The mode in octal as written; absent where the row sets none."""
    group: Fact[str] = UNSET
    """The group; absent where the row names none."""
    gpu: Fact[bool] = UNSET
    """Whether it is about GPUs: `nvidia*`, `kfd`, `renderD*`, IMEX channels, Habana and Intel accelerators."""
    others: Fact[bool] = UNSET
    """Whether every account may read or write the device."""
    own_programs: Fact[list[str]] = UNSET
    """Programs that udev runs as root though they lie where plain users write."""
