"""Files of Ray's cluster launcher -> `server` assets: the head that its commands start.

Source: docs.ray.io/en/latest/cluster/vms/references/ray-cluster-configuration.html, checked 2026-11-30.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from holdfast.collect.launches import servers
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.servers.recognise import Launch
from holdfast.formats.yaml import Mapping
from holdfast.kinds.script import Script


def is_cluster(values: Mapping) -> bool:
    """Whether a document is a cluster's."""
    return "provider" in values and isinstance(values.get("head_start_ray_commands"), list)


def cluster(values: Mapping, path: str, line: int) -> Iterator[Asset | Edge | Gap]:
    """The servers that the commands of the head start."""
    commands = values["head_start_ray_commands"]
    owner = Asset(f"script/{path}/cluster", Script(name=path, interpreter="ray"), "script", path, {"": Spot(line, 1)})
    seen: Counter[str] = Counter()
    for mark, text in zip(commands.marks, commands, strict=True):
        launch = Launch(argv=("sh", "-c", str(text)), env_complete=False)
        try:
            yield from servers(launch, owner, "", Spot(mark.line + line, mark.column + 1), seen)
        except FormatError as error:
            yield Gap(path, f"not readable as a shell command: {error.what}", "unreadable", mark.line + line)
