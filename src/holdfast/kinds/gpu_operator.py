"""`gpu_operator`: how the NVIDIA GPU operator sets up a cluster's nodes."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class Component(Part, frozen=True):
    """One operand of the operator."""

    name: Fact[str] = UNSET
    """`driver`, `toolkit`, `devicePlugin`, `dcgm`, `dcgmExporter`, `migManager`, ..."""
    product: Fact[str] = UNSET
    """What the version is one of: `nvidia-driver`, `nvidia-container-toolkit`, ...; absent for other operands."""
    enabled: Fact[bool] = UNSET
    """Whether it is deployed; the operator's default where none is written."""
    image: Fact[str] = UNSET
    """Repository and image as written; absent for the operator's own choice."""
    version: Fact[str] = UNSET
    """Version or tag as written; absent for the operator's own choice and where only a digest is written."""
    digest: Fact[bool] = UNSET
    """Whether a digest is written, with a version or alone; absent when neither is."""


class GpuOperator(Kind, frozen=True):
    """A ClusterPolicy or NVIDIADriver of the NVIDIA GPU operator, or what values of its chart state."""

    kind: ClassVar[str] = "gpu_operator"
    # Where a ConfigMap is named, that decides; it is judged as a `device_plugin` itself.
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"device_list_strategies": frozenset({"manifest"})}

    name: Fact[str] = UNSET
    """Its name."""
    components: Fact[list[Component]] = UNSET
    """Its operands."""
    cdi_enabled: Fact[bool] = UNSET
    """Whether devices are injected through the Container Device Interface; unobserved where the version decides."""
    envvar_devices_unprivileged: Fact[bool] = UNSET
    """Whether an unprivileged container may choose devices by NVIDIA_VISIBLE_DEVICES; the toolkit's default is true."""
    volume_mount_devices: Fact[bool] = UNSET
    """Whether devices are chosen by volume mounts; the toolkit's default is false."""
    mig_strategy: Fact[str] = UNSET
    """`none`, `single` or `mixed`; absent for the operator's default."""
    device_list_strategies: Fact[list[str]] = UNSET
    """How the device plugin tells containers their devices (`DEVICE_LIST_STRATEGY`); empty where none is written."""
    confidential_mode: Fact[str] = UNSET
    """`on`, `off`, `devtools` or `ppcie`: the confidential computing mode of GPUs whose node has no label of its own;
    absent where the operator manages none, unobserved where the version decides."""
    data_class: Fact[str] = UNSET
    """The class of data that its labels declare; absent where they declare none."""
    precompiled_driver: Fact[bool] = UNSET
    """Whether precompiled driver packages are used."""
    exporter_service: Fact[str] = UNSET
    """The type of the Service in front of the metrics of GPUs (dcgm-exporter); `ClusterIP` by default."""
