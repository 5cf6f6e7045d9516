"""`device_plugin`: how NVIDIA's device plugin hands a node's GPUs to pods."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class PluginConfig(Part, frozen=True):
    """One named configuration; a label of each node, or a default, says which one holds there."""

    name: Fact[str] = UNSET
    """Its key in the ConfigMap or map of values; absent for a file of its own."""
    sharing: Fact[str] = UNSET
    """How one GPU is shared between pods: `timeSlicing` or `mps`; absent where it is not."""
    replicas: Fact[int] = UNSET
    """The most pods that get the same GPU; 1 where none is shared."""
    shared_resources: Fact[list[str]] = UNSET
    """The resources that are shared: `nvidia.com/gpu`, `nvidia.com/mig-1g.10gb`."""
    renamed: Fact[bool] = UNSET
    """Whether shared GPUs are asked for under a name of their own, `nvidia.com/gpu.shared`; absent where none is
    shared."""
    single_requests: Fact[bool] = UNSET
    """Whether a container that asks for more than one share is refused; absent where none is shared."""
    mig_strategy: Fact[str] = UNSET
    """`none`, `single` or `mixed`; absent where the plugin's flags decide."""
    device_list_strategies: Fact[list[str]] = UNSET
    """How a container learns its devices: `envvar`, `volume-mounts`, `cdi-annotations`, `cdi-cri`; empty where the
    plugin's flags decide."""
    imex_channels: Fact[list[str]] = UNSET
    """IMEX channels that every container gets which asks for a GPU."""


class DevicePlugin(Kind, frozen=True):
    """Configurations of the NVIDIA device plugin: a ConfigMap, a file, or values of its chart or the GPU operator's.

    Source: NVIDIA/k8s-device-plugin, api/config/v1 and README (0.20).
    """

    kind: ClassVar[str] = "device_plugin"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"tenants": frozenset({"manifest", "config"})}

    name: Fact[str] = UNSET
    """The ConfigMap's name; absent for a file or values."""
    namespace: Fact[str] = UNSET
    """Its namespace; absent when the file leaves it open."""
    configs: Fact[list[PluginConfig]] = UNSET
    """The configurations."""
    tenants: Fact[list[str]] = UNSET
    """Namespaces nearby whose workloads ask for NVIDIA GPUs; unobserved where there are none, or more may exist."""
