"""How a cluster hands out accelerators -> `gpu_operator`, `device_claim`.

Sources: the API types of the NVIDIA GPU operator (nvidia.com/v1 ClusterPolicy, v1alpha1 NVIDIADriver), its
documentation on access of unprivileged containers, and resource.k8s.io v1, v1beta2, v1beta1 and v1alpha3.
"""

from __future__ import annotations

from functools import partial

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.collect.fields import Fields, written
from holdfast.collect.kubernetes.elements import (
    Reader,
    Table,
    element,
    exists,
    name_of,
    namespace_of,
    plain,
    section,
    steps,
)
from holdfast.core.fact import Fact
from holdfast.core.labels import declared
from holdfast.kinds.device_claim import DeviceClaim
from holdfast.kinds.gpu_operator import Component, GpuOperator

OPERANDS = {
    "driver": True,
    "toolkit": True,
    "devicePlugin": True,
    "dcgm": True,
    "dcgmExporter": True,
    "gfd": True,
    "migManager": True,
    "nodeStatusExporter": False,
    "gds": False,
    "gdrcopy": False,
    "vfioManager": False,
    "sandboxDevicePlugin": False,
    "kataSandboxDevicePlugin": False,
    "vgpuManager": False,
    "vgpuDeviceManager": False,
    "kataManager": False,
    "ccManager": False,
}
"""The operands of a ClusterPolicy and whether the operator deploys one that is not mentioned (its `IsEnabled`)."""
DRIVER_PARTS = {"gds": False, "gdrcopy": False}
"""The operands that an NVIDIADriver adds to the driver, likewise."""
BY_ENVIRONMENT = "ACCEPT_NVIDIA_VISIBLE_DEVICES_ENVVAR_WHEN_UNPRIVILEGED"
BY_MOUNTS = "ACCEPT_NVIDIA_VISIBLE_DEVICES_AS_VOLUME_MOUNTS"
STRATEGY = "DEVICE_LIST_STRATEGY"
DIGEST = "sha256:"
TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))
"""Go's strconv.ParseBool, by which the toolkit reads its environment."""


def cluster_policy(fields: Fields) -> GpuOperator:
    """The facts of a ClusterPolicy."""
    return replace(set_up(fields.child("spec")), name=name_of(fields), data_class=_data_class(fields))


def set_up(spec: Fields) -> GpuOperator:
    """What a ClusterPolicy's spec says, or values of the operator's chart, which have the same form."""
    driver, toolkit, plugin = (section(spec, key) for key in ("driver", "toolkit", "devicePlugin"))
    cdi, mig = section(spec, "cdi"), section(spec, "mig")
    return GpuOperator(
        components=_components(spec, OPERANDS),
        # Since 25.10 the operator enables CDI unless told otherwise; before, it did not.
        cdi_enabled=UNSET if isinstance(cdi, UnsetType) else cdi.switch("enabled", "cdi_enabled", UNSET),
        envvar_devices_unprivileged=_toolkit_switch(toolkit, BY_ENVIRONMENT, "envvar_devices_unprivileged", True),
        volume_mount_devices=_toolkit_switch(toolkit, BY_MOUNTS, "volume_mount_devices", False),
        mig_strategy=UNSET if isinstance(mig, UnsetType) else mig.text("strategy", "mig_strategy", None),
        device_list_strategies=_strategies(plugin),
        confidential_mode=_confidential(section(spec, "ccManager")),
        precompiled_driver=_precompiled(driver),
        exporter_service=_service(section(spec, "dcgmExporter")),
    )


def _service(exporter: Fields | UnsetType) -> Fact[str]:
    """Source: NVIDIA/gpu-operator api/nvidia/v1/clusterpolicy_types.go (DCGMExporterServiceConfig)."""
    service = UNSET if isinstance(exporter, UnsetType) else section(exporter, "service")
    return UNSET if isinstance(service, UnsetType) else service.text("type", "exporter_service", "ClusterIP")


def _confidential(manager: Fields | UnsetType) -> Fact[str]:
    if isinstance(manager, UnsetType):
        return UNSET
    enabled = manager.data.get("enabled", False)
    if enabled is False:
        return None
    return manager.text("defaultMode", "confidential_mode", UNSET) or UNSET if enabled is True else UNSET


def _data_class(fields: Fields) -> Fact[str]:
    metadata = fields.child("metadata")
    found = declared(metadata.table("labels", "labels")).data_class
    if isinstance(found, str):
        metadata.note("labels", "data_class")
    return found


def nvidia_driver(fields: Fields) -> GpuOperator:
    """The facts of an NVIDIADriver, which says nothing about the other operands."""
    spec = fields.child("spec")
    fields.note("spec", "precompiled_driver")  # its default is this object's, too
    return GpuOperator(
        name=name_of(fields),
        components=[
            _component(element(spec, "components[0]"), "driver", True),
            *_components(spec, DRIVER_PARTS, start=1),
        ],
        precompiled_driver=_precompiled(spec),
    )


PRODUCTS = {
    "driver": "nvidia-driver",
    "toolkit": "nvidia-container-toolkit",
    "dcgm": "dcgm",
    "dcgmExporter": "dcgm-exporter",
    "devicePlugin": "k8s-device-plugin",
}
"""Operands whose versions the tables of advisories know, by the tables' names."""


def _components(spec: Fields, operands: dict[str, bool], start: int = 0) -> list[Component]:
    result = []
    for position, (name, default) in enumerate(operands.items(), start):
        part = section(spec, name)
        if isinstance(part, UnsetType):
            result.append(Component(name=name, product=PRODUCTS.get(name)))
        else:
            result.append(_component(element(part, f"components[{position}]"), name, default))
    return result


def _component(part: Fields, name: str, default: bool) -> Component:
    """An operand: its image is `repository/image` with the version, or `image` holds the whole reference.

    A version that begins with `sha256:` is a digest; any other is a tag, with a digest behind an `@` or without.
    Source: NVIDIA/gpu-operator internal/image/image.go, checked 2026-12-01.
    """
    repository, image = part.text("repository", "image", None), part.text("image", "image", None)
    version = part.text("version", "version", None)
    if isinstance(repository, UnsetType) or isinstance(image, UnsetType):
        full: Fact[str] = UNSET
    else:
        full = "/".join(step for step in (repository, image) if step) or None
    reference = version or ""
    if not version and version is not UNSET and not repository and isinstance(image, str):
        path, at, digest = image.partition("@")
        reference = path.rpartition("/")[2].partition(":")[2] + at + digest
    tag = reference.partition("@")[0]
    unseen = version is UNSET
    return Component(
        name=name,
        product=PRODUCTS.get(name),
        enabled=part.switch("enabled", "enabled", default),
        image=full,
        version=UNSET if unseen else tag if tag and not tag.startswith(DIGEST) else None,
        digest=UNSET if unseen else DIGEST in reference if reference else None,
    )


def _toolkit_switch(toolkit: Fields | UnsetType, variable: str, fact: str, default: bool) -> Fact[bool]:
    """A switch of the container toolkit; a toolkit that the operator does not deploy has a file of its own."""
    if isinstance(toolkit, UnsetType) or toolkit.data.get("enabled", True) is not True:
        return UNSET
    value = _variable(toolkit, variable, fact)
    if value is None:
        return default
    return UNSET if isinstance(value, UnsetType) else True if value in TRUE else False if value in FALSE else UNSET


def _variable(part: Fields, variable: str, fact: str) -> Fact[str]:
    """What an operand's environment sets, the last that does; absent where none does."""
    listed = steps(part, "env")
    if isinstance(listed, UnsetType):
        return UNSET
    found: Fact[str] = None
    for item in listed:
        if item.data.get("name") == variable:
            value = item.get("value", fact)
            found = written(value) if plain(value) else UNSET
    return found


def _strategies(plugin: Fields | UnsetType) -> Fact[list[str]]:
    """How the device plugin hands over devices; its environment goes before a ConfigMap."""
    if isinstance(plugin, UnsetType):
        return UNSET
    value, config = _variable(plugin, STRATEGY, "device_list_strategies"), section(plugin, "config")
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if value is None and not isinstance(config, UnsetType) and not config.data.get("name"):
        return []
    return UNSET


def _precompiled(driver: Fields | UnsetType) -> Fact[bool]:
    return UNSET if isinstance(driver, UnsetType) else driver.switch("usePrecompiled", "precompiled_driver", False)


def device_claim(fields: Fields, controller: str) -> DeviceClaim:
    """The facts of a ResourceClaim or ResourceClaimTemplate."""
    spec = fields.child("spec") if controller == "ResourceClaim" else fields.child("spec").child("spec")
    requests = steps(spec.child("devices"), "requests")
    bare = DeviceClaim(name=name_of(fields), namespace=namespace_of(fields), controller=controller)
    if isinstance(requests, UnsetType) or "resourceClassName" in spec:  # v1alpha2 asked for something else
        return bare
    asked: list[Fields] = []
    for request in requests:
        # Up to v1beta1 the request is flat; since v1beta2 it lies under `exactly`; alternatives stand in a list.
        alternatives = steps(request, "firstAvailable")
        exactly = section(request, "exactly")
        if isinstance(alternatives, UnsetType) or isinstance(exactly, UnsetType):
            return bare
        asked += [item for item in (request, exactly, *alternatives) if "deviceClassName" in item]
    classes = [item.text("deviceClassName", "device_classes", "") for item in asked]
    known = [name for name in classes if isinstance(name, str)]
    return DeviceClaim(
        name=bare.name,
        namespace=bare.namespace,
        controller=controller,
        admin_access=exists([item.switch("adminAccess", "admin_access", False) for item in asked]),
        device_classes=list(dict.fromkeys(known)) if len(known) == len(classes) else UNSET,
        all_devices=exists([_all(item.text("allocationMode", "all_devices", "ExactCount")) for item in asked]),
    )


def _all(mode: Fact[str]) -> Fact[bool]:
    return mode == "All" if isinstance(mode, str) else UNSET


def device_class(fields: Fields) -> DeviceClaim:
    """The facts of a DeviceClass, which offers devices and asks for none."""
    return DeviceClaim(
        name=name_of(fields),
        namespace=None,
        controller="DeviceClass",
        admin_access=False,
        device_classes=[],
        all_devices=False,
    )


READERS: Table = {
    ("nvidia.com", "ClusterPolicy"): Reader(GpuOperator, cluster_policy),
    ("nvidia.com", "NVIDIADriver"): Reader(GpuOperator, nvidia_driver, partial=lambda _path: True),
    **{
        ("resource.k8s.io", kind): Reader(DeviceClaim, partial(device_claim, controller=kind))
        for kind in ("ResourceClaim", "ResourceClaimTemplate")
    },
    ("resource.k8s.io", "DeviceClass"): Reader(DeviceClaim, device_class),
}
