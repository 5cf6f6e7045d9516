"""`kernel`: how a host's kernel is set up."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Kernel(Kind, frozen=True):
    """Parameters, module options and boot parameters as a host's files set them; defaults are the kernel's own.

    A program that writes to /proc/sys later, and options given by hand, are not in files.
    """

    kind: ClassVar[str] = "kernel"
    places: ClassVar[tuple[str, ...]] = ("name",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "sysctl": frozenset({"config", "host"}),
        "sysctl_complete": frozenset({"config"}),
        "module_options": frozenset({"config", "host"}),
        "modules_off": frozenset({"config", "host"}),
        "boot": frozenset({"config", "host"}),
        "boot_complete": frozenset({"config"}),
    }

    name: Fact[str] = UNSET
    """The folder that holds the host's `etc`; `/` for a host itself."""
    sysctl: Fact[dict[str, str]] = UNSET
    """Parameter with dots -> the value that holds once all files were read."""
    sysctl_complete: Fact[bool] = UNSET
    """True when no file beyond those seen sets parameters; otherwise unobserved."""
    module_options: Fact[dict[str, str]] = UNSET
    """`module.option` -> the value that holds: `nvidia.NVreg_DeviceFileMode` -> `0660`."""
    modules_off: Fact[list[str]] = UNSET
    """Modules that `install` turns off, or that `blacklist` keeps from loading by themselves."""
    boot: Fact[dict[str, str]] = UNSET
    """Parameter of the command line -> value, empty for a bare word; names have `_` for `-`."""
    boot_complete: Fact[bool] = UNSET
    """True when all that the command line is made of was seen; otherwise unobserved."""
    own_programs: Fact[list[str]] = UNSET
    """Programs that the kernel or modprobe starts as root though they lie where plain users write.

    Of `kernel.core_pattern`, `kernel.modprobe`, `kernel.hotplug`, `kernel.poweroff_cmd`, and `install` and `remove`.
    """
