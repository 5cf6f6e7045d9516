"""What kubeadm's objects of Cluster API have a machine do at its first boot: read as the cloud-init that it becomes.

Sources, checked 2026-11-30: Cluster API, bootstrap.cluster.x-k8s.io KubeadmConfigSpec (`files`, `users`, `mounts`,
`bootCommands`, `preKubeadmCommands`, `postKubeadmCommands`) and bootstrap/kubeadm/internal/cloudinit, which writes them
as `write_files`, `users`, `mounts`, `bootcmd` and `runcmd`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from holdfast.collect.kubernetes.components.cluster_api import SPECS
from holdfast.collect.kubernetes.objects import identity, objects, suppressions
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.formats.yaml import Mapping, Sequence

LISTS = {"files": "write_files", "mounts": "mounts", "bootCommands": "bootcmd"}
"""Key of the spec -> key of cloud-init, for what both write alike."""
COMMANDS = ("preKubeadmCommands", "postKubeadmCommands")
USER = {"lockPassword": "lock_passwd", "sshAuthorizedKeys": "ssh_authorized_keys", "homeDir": "homedir"}
Item = Asset | Edge | Gap


def read(document: Mapping, path: str, line: int, seen: Counter[str]) -> Iterator[Item]:
    """What the objects of a document that starts on a line make of machines; `seen` counts the names of a file."""
    for value, _ in objects(document):
        kind = str(value.get("kind"))
        group, way = SPECS.get(kind, ("", ()))
        if not group or str(value.get("apiVersion")).rpartition("/")[0] != group:
            continue
        spec: Any = value
        for step in way:
            spec = spec.get(step) if isinstance(spec, Mapping) else None
        if isinstance(spec, Mapping):
            name = f"{path}/{'.'.join(filter(None, (kind, *identity(value))))}"
            seen[name] += 1
            yield from _machine(spec, f"{name}~{seen[name]}" if seen[name] > 1 else name, path, line, value)


def _machine(spec: Mapping, name: str, path: str, line: int, value: Mapping) -> Iterator[Item]:
    """What one spec makes, each at its place in the manifest."""
    made = _translated(spec)
    for key, what in _unseen(spec):
        yield Gap(path, f"{what}: what it makes was not examined", "left_out", line + int(spec.marks[key].line))
    if not made:
        return
    from holdfast.collect.host import cloud_init

    accepted = suppressions(value)
    first = Spot(spec.mark.line + 1, spec.mark.column + 1)
    for item in cloud_init.of_table(made, name):
        if isinstance(item, Gap):
            yield replace(item, path=path, line=item.line + line - 1)
        elif isinstance(item, Asset):
            spots = {fact: spot._replace(line=spot.line + line - 1) for fact, spot in _begun(item, name, first).items()}
            yield replace(item, path=path, spots=spots, suppressions=(*item.suppressions, *accepted))
        else:
            yield item


def _begun(item: Asset, name: str, first: Spot) -> dict[str, Spot]:
    """The places of an asset; the document itself begins where the spec does."""
    return {**item.spots, "": first} if item.id == f"cloud_init/{name}" else dict(item.spots)


def _translated(spec: Mapping) -> Mapping:
    """A spec in the words of cloud-init."""
    found: dict[str, Any] = {}
    marks: dict[str, Any] = {}
    for key, name in LISTS.items():
        if isinstance(spec.get(key), Sequence):
            found[name], marks[name] = spec[key], spec.marks[key]
    commands = [key for key in COMMANDS if isinstance(spec.get(key), Sequence)]
    if commands:
        found["runcmd"] = _sequence((spec[key], at) for key in commands for at in range(len(spec[key])))
        marks["runcmd"] = spec.marks[commands[0]]
    users = spec.get("users")
    if isinstance(users, Sequence):
        found["users"] = _sequence((users, at) for at in range(len(users)))
        found["users"][:] = [_user(row) if isinstance(row, Mapping) else row for row in users]
        marks["users"] = spec.marks["users"]
    return _mapping(found, marks, spec.mark)


def _user(row: Mapping) -> Mapping:
    """An account in the words of cloud-init."""
    return _mapping(
        {USER.get(key, key): each for key, each in row.items()},
        {USER.get(key, key): mark for key, mark in row.marks.items()},
        row.mark,
    )


def _mapping(values: dict[str, Any], marks: dict[str, Any], mark: Any) -> Mapping:
    made = Mapping(values)
    made.mark, made.marks = mark, marks
    return made


def _sequence(items: Iterator[tuple[Sequence, int]]) -> Sequence:
    """Items of lists, each with its place."""
    taken = list(items)
    made = Sequence(rows[at] for rows, at in taken)
    made.mark, made.marks = None, [rows.marks[at] for rows, at in taken]
    return made


def _unseen(spec: Mapping) -> Iterator[tuple[str, str]]:
    """The keys whose texts lie elsewhere, or are for a program that is not cloud-init."""
    files = spec.get("files")
    rows = files if isinstance(files, Sequence) else ()
    if any(isinstance(row, Mapping) and row.get("contentFrom") for row in rows):
        yield "files", "the text of a file comes from a Secret (`contentFrom`)"
    if spec.get("ignition"):
        yield "ignition", "`ignition` adds to what a machine is told"
