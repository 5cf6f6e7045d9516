"""The files of Slurm, munge and enroot below a target -> assets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.collect.slurm import others
from holdfast.collect.slurm.cluster import cluster
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, template

TEMPLATE = re.compile(rb"\{\{|\{%|<%")
"""What a file holds that Ansible, Jinja or ERB still has to fill in."""
WHOLLY = re.compile(rb"\A\s{0,99}\{\{[^{}]{0,999}\}\}\s{0,99}\Z")
"""A key of which nothing is here: random bytes may hold any sign of a template."""


def read(files: Files) -> Iterator[Asset | Edge | Gap]:
    """What the files show, each by its name."""
    known = frozenset(files)
    for path in files:
        name = path.rpartition("/")[2]
        data = files.members[path]
        pattern = WHOLLY if name in others.KEYS else TEMPLATE
        hole = pattern.search(data) if not name.endswith(".lua") else None
        if hole is not None:
            yield template(path, data.count(b"\n", 0, hole.start()) + 1)
        elif name == "slurm.conf":
            yield from cluster(files, path)
            yield from others.token_key(files, path, known)
        elif name == "slurmdbd.conf":
            yield from others.database(files, path)
        elif name == "enroot.conf":
            yield from others.runtime(files, path)
        elif name in others.KEYS:
            yield others.key(files, path)
        elif name.endswith(".lua"):
            yield from others.lua(files, path)
        elif name == "cgroup.conf" and others.alone(files, path):
            yield from others.group(files, path)
