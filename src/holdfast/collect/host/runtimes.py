"""Container engines and NVIDIA's container toolkit: their files -> `container_runtime`, `container_toolkit`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from holdfast.collect.host import engines
from holdfast.collect.host.settings import Settings, unreadable
from holdfast.collect.host.toolkit import toolkit
from holdfast.collect.permissions import permissions
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Kind
from holdfast.formats import toml
from holdfast.formats.yaml import Mapping, load

MAX_IMPORTS = 100
"""Files that one containerd configuration may import."""
VERSIONS = (1, 2, 3, 4)
"""Versions of containerd's configuration, which refuses later ones. Source: cmd/containerd/server/config (2.3)."""
Builder = Callable[[Settings, str], Kind | None]
PARTIAL = (engines.registries, engines.registry_hosts)
"""What says nothing of the engine itself."""
FAMILIES: dict[str, tuple[str, Builder]] = {
    "crio/crio.conf": ("crio.conf.d", engines.crio),
    "containers/containers.conf": ("containers.conf.d", engines.podman),
    "containers/registries.conf": ("registries.conf.d", engines.registries),
}
"""A main file, the folder beside it whose files come after it in the order of their names, and what they make.

Sources: crio.conf(5) and crio.conf.d(5), containers.conf(5), containers-registries.conf.d(5).
"""


def read(files: Files) -> Iterator[Asset | Gap]:
    """The engines and toolkits whose files were found."""
    families: dict[tuple[str, str], list[str]] = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        place = f"{folder.rpartition('/')[2]}/{name}"
        if name == "daemon.json":
            yield from _one(files, path, "JSON", _json, engines.docker)
        elif place == "nvidia-container-runtime/config.toml":
            yield from _one(files, path, "TOML", toml.read, toolkit)
        elif place == "containerd/config.toml" or name == "containerd-config.toml":
            yield from _containerd(files, path)
        elif name == "hosts.toml":
            yield from _registry(files, path)
        else:
            for main, (folder_of, _) in FAMILIES.items():
                if place == main:
                    families.setdefault((folder, main), []).insert(0, path)
                elif place == f"{folder_of}/{name}":
                    families.setdefault((folder.removesuffix(folder_of).rstrip("/"), main), []).append(path)
    for (_, main), paths in sorted(families.items()):
        yield from _layers(files, [paths[0], *sorted(paths[1:])], FAMILIES[main][1])


def _one(
    files: Files, path: str, language: str, reader: Callable[[bytes], toml.Toml], build: Builder
) -> Iterator[Asset | Gap]:
    """What one file makes."""
    settings = Settings()
    data = files.members[path]
    try:
        settings.add(path, reader(data))
    except FormatError as error:
        yield unreadable(path, data, language, error)
        return
    yield from _asset(files, path, settings, build)


def _layers(files: Files, paths: Iterable[str], build: Builder) -> Iterator[Asset | Gap]:
    """What several files make together; one that cannot be read leaves open all that it may have said."""
    settings, read = Settings(), []
    for path in paths:
        data = files.members[path]
        try:
            settings.add(path, toml.read(data))
        except FormatError as error:
            yield unreadable(path, data, "TOML", error)
        else:
            read.append(path)
    if read:
        yield from _asset(files, read[0], settings, build)


def _asset(files: Files, path: str, settings: Settings, build: Builder) -> Iterator[Asset]:
    facts: Any = build(settings, path)
    if facts is None:
        return
    settings.spots.setdefault("", Spot(1, 1, "", path))
    mode = permissions(path, files.host)
    facts = replace(facts, permissions=mode)
    partial = build in PARTIAL
    yield Asset(f"{facts.kind}/{path}", facts, files.source, path, settings.spots, partial=partial)


def _json(data: bytes) -> toml.Toml:
    """A JSON object with the line of each key. Raises FormatError for anything else."""
    value = load(data)
    if not isinstance(value, Mapping):
        raise FormatError("an object was expected", line=1, column=1)
    return toml.Toml(value, dict(_marks(value, ())))


def _marks(value: Mapping, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    for key, mark in value.marks.items():
        yield (*keys, key), mark.line + 1
        if isinstance(value[key], Mapping):
            yield from _marks(value[key], (*keys, key))


def _containerd(files: Files, path: str) -> Iterator[Asset | Gap]:
    """A configuration of containerd with what it imports, which counts more. Source: containerd-config.toml(5)."""
    try:
        document = toml.read(files.members[path])
    except FormatError:
        document = toml.Toml({}, {})
    version = document.value.get("version", 1)
    if version not in VERSIONS or isinstance(version, bool):
        reason = f"version {str(version)[:20]} of containerd's configuration is not known: it was not judged"
        yield Gap(path, reason, "unreadable", document.line("version"))
        return
    plugins = document.value.get("plugins")
    for name in plugins if isinstance(plugins, dict) else ():
        if name.startswith("io.containerd.cri.") and ("plugins", name) not in engines.CRI:
            reason = f"the plugin {name[:60]} is not known: its settings were not judged"
            yield Gap(path, reason, "unreadable", document.line("plugins", name))
    imports = document.value.get("imports", [])
    found = [path]
    for pattern in imports if isinstance(imports, list) else ():
        for name in _expanded(files, str(pattern), path)[:MAX_IMPORTS]:
            other = files.find(name, path, "/etc/containerd")
            if other is None:
                yield Gap(path, f"imports `{name}`, which is not here", "left_out")
            elif other not in found:
                found.append(other)
    yield from _layers(files, found, engines.containerd)


def _expanded(files: Files, pattern: str, path: str) -> list[str]:
    """The files that a pattern means; only the last part of it may hold signs that stand for others."""
    from fnmatch import fnmatchcase

    from holdfast.collect.together import root_of

    folder, _, name = pattern.rpartition("/")
    if not any(sign in name for sign in "*?["):
        return [pattern]
    here = f"{root_of(path) or ''}{folder}" if folder.startswith("/") else f"{path.rpartition('/')[0]}/{folder}"
    return [f"{folder}/{entry}" for entry in files.entries(here) if fnmatchcase(entry, name)]


def _registry(files: Files, path: str) -> Iterator[Asset | Gap]:
    """One registry of containerd, `certs.d/REGISTRY/hosts.toml`; others use that name for other things."""
    parts = path.split("/")
    if len(parts) > 2 and parts[-3] == "certs.d":
        yield from _one(files, path, "TOML", toml.read, engines.registry_hosts)
