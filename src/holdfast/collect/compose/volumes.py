"""What a compose service mounts. Source: the Compose Specification, volumes, secrets, configs, tmpfs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from holdfast.collect.compose.interpolation import resolve, switch_of, text_of
from holdfast.collect.fields import Fields, written
from holdfast.core.asset import Spot
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, Sequence
from holdfast.kinds.workload import Mount, Volume


class Mounted(NamedTuple):
    """One entry: its type, what is mounted, where, and whether only for reading."""

    type: str
    source: Fact[str]
    target: Fact[str]
    read_only: Fact[bool]


def volumes(service: Fields, container: str, named: Mapping) -> tuple[Fact[list[Volume]], Fact[list[Mount]]]:
    """The volumes and, in the same order, the mounts of the container that fills `container`.

    `named` is the file's own `volumes`: one of them may be a folder of the host after all.
    """
    if any(not isinstance(service.data.get(key), Sequence | None) for key in ("volumes", "secrets", "configs")):
        return UNSET, UNSET
    volumes: list[Volume] = []
    mounts: list[Mount] = []
    for entry, spot in _entries(service, named):
        at = len(volumes)
        service.spots[f"volumes[{at}]"] = service.spots[f"{container}.mounts[{at}]"] = spot
        host = entry.source if entry.type == "bind" else None
        volumes.append(
            Volume(
                name=entry.source,
                type=entry.type,
                host_path=host,
                writable=entry.read_only if entry.read_only is UNSET else not entry.read_only,
                medium=None,
                size_limit_bytes=None,
            )
        )
        mounts.append(Mount(volume=entry.source, path=entry.target, host_path=host, read_only=entry.read_only))
    return volumes, mounts


def _entries(service: Fields, named: Mapping) -> Iterator[tuple[Mounted, Spot]]:
    for key, folder in (("volumes", ""), ("secrets", "/run/secrets/"), ("configs", "/")):
        value = service.data.get(key)
        if not isinstance(value, Sequence):
            continue
        for index, item in enumerate(value):
            mark = value.marks[index]
            if key == "volumes":
                entry = _long(item) if isinstance(item, Mapping) else _short(written(item))
                entry = _behind(entry, named)
            else:
                entry = _file(item, key.removesuffix("s"), folder)
            yield entry, Spot(service.line + mark.line, mark.column + 1, service.item(key, index))


def _short(text: str) -> Mounted:
    resolved, _ = resolve(text)
    parts = resolved.split(":")
    if len(parts) == 1:
        return Mounted("volume", "", _known(parts[0]), False)
    source, options = parts[0], parts[2].split(",") if len(parts) > 2 else []
    read_only: Fact[bool] = UNSET if any("${" in option for option in options) else "ro" in options
    if "${" in source:  # a path or a name, who knows; a path is the worse
        return Mounted("bind", UNSET, _known(parts[1]), read_only)
    bind = source.startswith(("/", ".", "~"))
    return Mounted("bind" if bind else "volume", normalised(source) if bind else source, _known(parts[1]), read_only)


def _known(text: str) -> str | UnsetType:
    return UNSET if "${" in text else text


def _long(item: Mapping) -> Mounted:
    type_ = text_of(item.get("type"))
    source, target = text_of(item.get("source")), text_of(item.get("target"))
    bind = type_ == "bind"
    return Mounted(
        type_ if isinstance(type_, str) else "volume",
        normalised(source) if bind and isinstance(source, str) else source or "" if source is not UNSET else UNSET,
        target or "" if target is not UNSET else UNSET,
        switch_of(item.get("read_only")),
    )


def _behind(entry: Mounted, named: Mapping) -> Mounted:
    """A named volume that its driver binds to a folder of the host is that folder."""
    definition = named.get(entry.source) if entry.type == "volume" and isinstance(entry.source, str) else None
    options = definition.get("driver_opts") if isinstance(definition, Mapping) else None
    if not isinstance(options, Mapping) or "bind" not in str(options.get("o", "")).split(","):
        return entry
    device = text_of(options.get("device"))
    return entry._replace(type="bind", source=normalised(device) if isinstance(device, str) else UNSET)


def _file(item: object, type_: str, folder: str) -> Mounted:
    """A secret or configuration, which appears as a file."""
    source = text_of(item.get("source") if isinstance(item, Mapping) else item)
    target = text_of(item.get("target")) if isinstance(item, Mapping) else None
    name = target or source
    path = name if not isinstance(name, str) or name.startswith("/") else f"{folder}{name}"
    return Mounted(type_, source, path, True)


def normalised(path: str) -> str:
    """A path of the host in its shortest form; one that is relative to the file stays so."""
    if not path.startswith("/"):
        return path
    return posixpath.normpath(f"/{path.lstrip('/')}")
