"""What the files beside slurm.conf say for each node: device files of GPUs, folders of a job's own.

Source: gres.conf(5), job_container.conf(5), namespace.yaml(5) and their readers in Slurm 26.11 (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname, join
from typing import Any, NamedTuple

from msgspec import UNSET

from holdfast.collect.slurm.nodes import Expanding, Nodes
from holdfast.collect.slurm.settings import Settings, settings_of
from holdfast.collect.together import Files
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats import yaml
from holdfast.formats.slurm.conf import Record, items

CONTAINERS, NAMESPACES = "job_container.conf", "namespace.yaml"
OWN = frozenset(("/tmp", "/dev/shm"))  # noqa: S108 - names of folders to look for
"""The folders of which each job needs its own, which is the default of `Dirs`."""


def beside(files: Files, settings: Settings, name: str) -> Settings | Gap | None:
    """A file in the folder of slurm.conf; None where it is not there."""
    path = join(dirname(settings.path), name)
    return settings_of(files, path) if files.read(path) is not None else None


def gpus_named(settings: Settings, resources: Settings, known: Nodes) -> Fact[bool]:
    """Whether gres.conf names the device files of the GPUs of every node, or has them found."""
    if not resources.complete:
        return UNSET
    detected = resources.conf.settings.get("autodetect")
    everywhere = detected is not None and detected.value.lower() != "off"
    records = [_device(record) for record in resources.conf.records if _counts(record)]
    unnamed = [device for device in records if device.gpu and not device.names(everywhere=everywhere)]
    gpus = [device for device in records if device.gpu]
    pair = (unnamed or gpus or records)[0].record.first if records else detected
    settings.spots["gpus_named"] = Spot(pair.line if pair else 1, pair.column if pair else 1, "", resources.path)
    if unnamed or not (gpus or everywhere or any(device.detects for device in records)):
        return False
    covered = _covered(records, known.gpus, everywhere=everywhere)
    return covered if covered is not True or known.complete or not known.gpus else _for_all(records, everywhere)


class _Device(NamedTuple):
    """A record of gres.conf."""

    record: Record
    gpu: bool
    detects: bool | None
    """What its AutoDetect says; None without one."""
    file: bool

    def names(self, *, everywhere: bool) -> bool:
        """Whether it names its devices or has them found."""
        return self.file or (everywhere if self.detects is None else self.detects)


def _counts(record: Record) -> bool:
    name = record.pairs.get("name")
    return "autodetect" in record.pairs if name is None else name.value.lower() == "gpu"


def _device(record: Record) -> _Device:
    detected = record.pairs.get("autodetect")
    return _Device(
        record,
        "name" in record.pairs,
        None if detected is None else detected.value.lower() != "off",
        "file" in record.pairs or "multiplefiles" in record.pairs,
    )


def _covered(records: Iterable[_Device], gpus: frozenset[str], *, everywhere: bool) -> Fact[bool]:
    """Whether every node with GPUs has a record that names them; unobserved where a list of nodes is not known."""
    expanding = Expanding()
    missing = set() if everywhere else set(gpus)
    for device in records:
        listed = device.record.pairs.get("nodename")
        names = gpus if listed is None else expanding.expand(listed.value)
        if names is None:
            return UNSET
        if device.names(everywhere=everywhere):
            missing -= names
        elif device.detects is False:
            missing |= names & gpus
    return not missing


def _for_all(records: Iterable[_Device], everywhere: bool) -> Fact[bool]:
    """Whether nodes that nobody has seen have their devices named, too."""
    whole = everywhere or any("nodename" not in device.record.pairs for device in records)
    return True if whole else UNSET


class _Own(NamedTuple):
    """What a line says of private folders."""

    nodes: str
    """A list of nodes; empty for all."""
    path: str | None
    dirs: str | None


def private(files: Files, settings: Settings, kind: str, known: Nodes) -> Fact[bool]:
    """Whether each job has /tmp and /dev/shm of its own on every node; unobserved without the plugin's file."""
    name = NAMESPACES if kind == "linux" else CONTAINERS
    path = join(dirname(settings.path), name)
    try:
        lines = _namespaces(files.read(path)) if kind == "linux" else _containers(beside(files, settings, name))
    except FormatError:
        return UNSET
    if lines is None:
        return UNSET
    settings.spots["private_tmp"] = Spot(1, 1, "", path)
    expanding = Expanding()
    listed = [(line, expanding.expand(line.nodes) if line.nodes else None) for line in lines]
    if any(line.nodes and names is None for line, names in listed):
        return UNSET

    special = frozenset[str]().union(*(names for _, names in listed if names))
    everywhere = _has_own(listed, "")
    seen = [_has_own(listed, node) for node in known.names & special]
    if not all(seen) or (known.names - special and not everywhere):
        return False
    if known.complete and known.names:
        return True
    # Of nodes that nobody has seen one of each line stands for all.
    others = [_has_own(listed, min(names)) for _, names in listed if names]
    return all(others) if everywhere else UNSET


def _has_own(listed: Iterable[tuple[_Own, frozenset[str] | None]], node: str) -> bool:
    """Whether jobs on a node have folders of their own; without a name, on one that no line is for."""
    fitting = [line for line, names in listed if names is None or node in names]
    path = next((line.path for line in reversed(fitting) if line.path), "none")
    dirs = next((line.dirs for line in reversed(fitting) if line.dirs is not None), ",".join(OWN))
    return not path.lower().startswith("none") and set(items(dirs)) >= OWN


def _containers(found: Settings | Gap | None) -> list[_Own] | None:
    """The lines of a job_container.conf, of which what stands alone counts least."""
    if not isinstance(found, Settings) or not found.complete:
        return None
    alone = found.conf.settings.get("dirs")
    lines = [_Own("", None, alone.value if alone else None)]
    for record in found.conf.records:
        pairs = {key: pair.value for key, pair in record.pairs.items()}
        if record.first.key in ("nodename", "basepath", "autobasepath"):
            lines.append(_Own(pairs.get("nodename", ""), pairs.get("basepath"), pairs.get("dirs")))
    return lines


def _namespaces(data: bytes | None) -> list[_Own] | None:
    """The parts of a namespace.yaml. Raises FormatError for what is no YAML."""
    document = yaml.load(data) if data is not None else None
    if not isinstance(document, dict):
        return None
    return list(_parts(document))


def _parts(document: dict[str, Any]) -> Iterator[_Own]:
    yield _own("", document.get("defaults"))
    confs = document.get("node_confs")
    for conf in confs if isinstance(confs, list) else ():
        nodes = conf.get("nodes") if isinstance(conf, dict) else None
        if nodes:
            named = ",".join(map(str, nodes)) if isinstance(nodes, list) else str(nodes)
            yield _own(named, conf.get("options"))


def _own(nodes: str, options: object) -> _Own:
    given = options if isinstance(options, dict) else {}
    path, dirs, confs = given.get("base_path"), given.get("dirs"), given.get("dir_confs")
    if isinstance(confs, list):
        dirs = [conf.get("path") for conf in confs if isinstance(conf, dict)]
    listed = ",".join(map(str, dirs)) if isinstance(dirs, list) else dirs
    return _Own(nodes, None if path is None else str(path), None if listed is None else str(listed))
