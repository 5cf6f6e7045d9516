"""The files of Slurm, munge and enroot below a target -> assets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.collect.scripts import script
from holdfast.collect.slurm import enroot, others, programs
from holdfast.collect.slurm.cluster import cluster
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, template
from holdfast.formats.slurm.holes import HOLE
from holdfast.kinds.credential_file import CredentialFile
from holdfast.kinds.script import Script

SETTINGS = frozenset(("slurm.conf", "slurmdbd.conf", "cgroup.conf"))
"""Files of which as much is judged as stands there whatever is filled in."""
WHOLLY = re.compile(rb"\A\s{0,99}\{\{[^{}]{0,999}\}\}\s{0,99}\Z")
"""A key of which nothing is here: random bytes may hold any sign of a template."""


def read(files: Files) -> Iterator[Asset | Edge | Gap]:
    """What the files show, each by its name; the programs last that no slurm.conf was seen to name."""
    listed = tuple(files)
    known = frozenset(listed)
    seen: set[str] = set()
    keys: set[str] = set()
    for path in listed:
        for found in _file(files, path, known):
            if isinstance(found, Asset) and isinstance(found.facts, Script):
                seen.add(found.path)
            if not isinstance(found, Asset) or not isinstance(found.facts, CredentialFile) or found.path not in keys:
                yield found
            if isinstance(found, Asset) and isinstance(found.facts, CredentialFile):
                keys.add(found.path)  # slurm.conf and slurmdbd.conf name the same
    for path in listed:
        setting = programs.by_name(path)
        if setting:
            yield from script(files.members[path], path)
            if path not in seen:
                yield programs.unnamed(files, path, setting)
                yield from programs.variables(files, path, setting)


def _file(files: Files, path: str, known: frozenset[str]) -> Iterator[Asset | Edge | Gap]:
    name = path.rpartition("/")[2]
    data = files.members[path]
    pattern = WHOLLY if name in others.KEYS else HOLE
    hole = pattern.search(data) if not name.endswith(".lua") and not programs.by_name(path) else None
    if hole is not None:
        yield template(path, data.count(b"\n", 0, hole.start()) + 1)
        if name not in SETTINGS:
            return
    if name == "slurm.conf":
        yield from cluster(files, path)
        yield from others.token_key(files, path, known)
    elif name == "slurmdbd.conf":
        yield from others.database(files, path)
        yield from others.token_key(files, path, known)
    elif name == "enroot.conf":
        yield from enroot.runtime(files, path)
    elif name == ".credentials":
        yield from enroot.credentials(files, path)
    elif name.endswith(".env"):
        yield from enroot.environment(files, path)
    elif name.endswith(".fstab"):
        yield from enroot.mounts(files, path)
    elif name in others.KEYS:
        yield others.key(files, path)
    elif name.endswith(".lua"):
        yield from others.lua(files, path)
    elif name == "cgroup.conf" and others.alone(files, path):
        yield from others.group(files, path)
