"""ConfigMaps of NVIDIA's operator -> `device_plugin`, `kernel`; the former's files and values of charts as well.

Source: NVIDIA/k8s-device-plugin, api/config/v1 (0.20) and the values of its chart; those of NVIDIA/gpu-operator (26.7);
NVIDIA GPU Operator, Customizing NVIDIA GPU Driver Parameters during Installation; checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.collect.fields import TEMPLATED, Fields, written
from holdfast.collect.kubernetes.elements import Reader, Table, name_of, namespace_of, plain, section, steps, texts
from holdfast.core.asset import Asset, Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, load
from holdfast.kinds.device_plugin import DevicePlugin, PluginConfig
from holdfast.kinds.kernel import Kernel

VERSION = "v1"
SIGNS = ("sharing", "migStrategy", "deviceListStrategy", "imex")
"""Words of which one stands in every configuration that says something here."""
PARTS = frozenset(("sharing", "flags", "imex", "resources"))
"""What a configuration holds besides its version."""
MAX_TEXT = 1 << 16
MAX_CONFIGS = 200
CONFIG, CHARTS = "config", (("config", "map"), ("devicePlugin", "config", "data"))
"""Where the charts of the device plugin and of the GPU operator take configurations from."""
STRATEGIES = ("timeSlicing", "mps")
MODULES = ("nvidia", "nvidia-modeset", "nvidia-uvm", "nvidia-peermem")
"""Modules whose parameters the operator takes from an entry of that name with `.conf` behind it."""
PARAMETER = re.compile(r"\s*+(NVreg_\w{1,100})\s*+=\s*+(\S{0,500})\s*+", re.ASCII)


def config_map(fields: Fields) -> DevicePlugin | None:
    """The configurations in a ConfigMap; None for one that holds none."""
    found = _texts(fields.child("data"))
    if not found:
        return None
    return DevicePlugin(name=name_of(fields), namespace=namespace_of(fields), configs=_configs(fields, found))


def _texts(data: Fields) -> list[tuple[str, Mapping, Spot]]:
    """The entries that are configurations, with the place where each begins."""
    result = []
    for key, text in list(data.data.items())[:MAX_CONFIGS]:
        if isinstance(text, str) and len(text) <= MAX_TEXT and any(sign in text for sign in SIGNS):
            try:
                value = load(text.encode("utf-8", "replace"))
            except FormatError:
                continue
            if isinstance(value, Mapping) and is_config(value):
                mark = data.data.marks[key]
                result.append((key, value, Spot(data.line + mark.line + 1, 1, data.place(key))))
    return result


def is_config(value: Mapping) -> bool:
    """Whether a mapping is a configuration of the plugin: it says nothing but what one may say."""
    version = value.get("version", VERSION)
    return version == VERSION and PARTS.issuperset(value.keys() - {"version"}) and _speaks(value)


def _speaks(value: Mapping) -> bool:
    flags, sharing, imex = value.get("flags"), value.get("sharing"), value.get("imex")
    return (
        (isinstance(flags, Mapping) and bool(flags.keys() & {"migStrategy", "plugin", "mpsRoot", "gfd"}))
        or (isinstance(sharing, Mapping) and bool(sharing.keys() & set(STRATEGIES)))
        or (isinstance(imex, Mapping) and "channelIDs" in imex)
    )


def _configs(fields: Fields, found: list[tuple[str, Mapping, Spot]]) -> list[PluginConfig]:
    """The configurations; each of their facts stands at its line of the text that holds it."""
    result = []
    for position, (name, value, start) in enumerate(found):
        base = f"configs[{position}]"
        spots: dict[str, Spot] = {base: start}
        result.append(config(Fields(value, "", base, spots, start.line), name))
        for fact, spot in spots.items():
            fields.spots[fact] = Spot(spot.line, 1, start.pointer)
    return result


def config(fields: Fields, name: str | None) -> PluginConfig:
    """The facts of one configuration."""
    flags, sharing = section(fields, "flags"), section(fields, "sharing")
    plugin = flags if isinstance(flags, UnsetType) else section(flags, "plugin")
    bare = PluginConfig(
        name=name,
        mig_strategy=UNSET if isinstance(flags, UnsetType) else flags.text("migStrategy", "mig_strategy", None),
        device_list_strategies=UNSET if isinstance(plugin, UnsetType) else _strategies(plugin),
        imex_channels=_channels(section(fields, "imex")),
    )
    return bare if isinstance(sharing, UnsetType) else _shared(bare, sharing)


def _strategies(plugin: Fields) -> Fact[list[str]]:
    """One strategy, several with commas between them, or a list."""
    value = plugin.get("deviceListStrategy", "device_list_strategies")
    if isinstance(value, str):
        return UNSET if TEMPLATED.search(value) else [part.strip() for part in value.split(",")]
    return texts(value)


def _channels(imex: Fields | UnsetType) -> Fact[list[str]]:
    return UNSET if isinstance(imex, UnsetType) else texts(imex.get("channelIDs", "imex_channels"))


def _shared(config: PluginConfig, sharing: Fields) -> PluginConfig:
    """The configuration with what it says of sharing; MPS counts where both are written."""
    method, resources = None, []
    for strategy in STRATEGIES:
        part = section(sharing, strategy)
        listed: list[Fields] | UnsetType = UNSET if isinstance(part, UnsetType) else steps(part, "resources")
        if isinstance(listed, UnsetType):
            return _told(config, sharing=UNSET, replicas=UNSET, shared_resources=UNSET)
        if listed:
            method, resources = strategy, listed
    counts = [item.number("replicas", "replicas", 1) for item in resources]
    known = [count for count in counts if isinstance(count, int)]
    names = [written(item.data.get("name")) for item in resources if plain(item.data.get("name"))]
    if method is None or (len(known) == len(counts) and max(known) < 2):
        return _told(config, sharing=None, replicas=1, shared_resources=[], renamed=None, single_requests=None)
    part = sharing.child(method)
    sharing.note(method, "sharing")
    sharing.note(method, "shared_resources")
    return _told(
        config,
        sharing=method if any(count > 1 for count in known) else UNSET,
        replicas=max(known) if len(known) == len(counts) else UNSET,
        shared_resources=names if len(names) == len(resources) else UNSET,
        renamed=part.switch("renameByDefault", "renamed", False),
        # Time-slicing grants larger requests unless told otherwise, MPS refuses them.
        single_requests=part.switch("failRequestsGreaterThanOne", "single_requests", method == "mps"),
    )


def _told(config: PluginConfig, **facts: Any) -> PluginConfig:
    return replace(config, **facts)


def is_file(value: Mapping) -> bool:
    """Whether a document is a configuration of its own, or the values of a chart that hold some."""
    return is_config(value) or any(_map(value, steps) is not None for steps in CHARTS)


def _map(value: Mapping, keys: tuple[str, ...]) -> Mapping | None:
    """The map of configurations at a place of a chart's values."""
    found: Any = value
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def file(value: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The configurations of a file or of a chart's values."""
    spots: dict[str, Spot] = {}
    fields = Fields(value, "", "", spots, line)
    fields.here()
    if is_config(value):
        configs = [config(Fields(value, "", "configs[0]", spots, line), None)]
    else:
        found = []
        for keys in CHARTS:
            place = fields
            for key in keys:
                place = place.child(key)
            found += _texts(place)
        configs = _configs(fields, found)
    if configs:
        yield Asset(
            f"device_plugin/{path}", DevicePlugin(name=None, namespace=None, configs=configs), CONFIG, path, spots
        )


def module_parameters(fields: Fields) -> Kernel | None:
    """The parameters that the operator's driver gets, one on a line; None where a ConfigMap holds none."""
    data, options = fields.child("data"), {}
    for module in MODULES:
        text = data.data.get(f"{module}.conf")
        if not isinstance(text, str) or len(text) > MAX_TEXT or "NVreg_" not in text:
            continue
        key = f"{module}.conf"
        for number, row in enumerate(text.split("\n"), data.line + data.data.marks[key].line + 1):
            match = PARAMETER.fullmatch(row)
            if match:
                name = f"{module.replace('-', '_')}.{match[1]}"
                options[name] = match[2]
                fields.spots[f'module_options["{name}"]'] = Spot(number, 1, data.place(key))
    return Kernel(name=name_of(fields), module_options=options) if options else None


READERS: Table = {
    ("", "ConfigMap"): (
        Reader(DevicePlugin, config_map),
        # All else about the nodes' kernels stands elsewhere.
        Reader(Kernel, module_parameters, partial=lambda _path: True),
    )
}
